"""The receiving: people whom partners send (APPI Art 30)."""
