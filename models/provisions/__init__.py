"""The records of provision: read back, kept for their term, and purged (APPI Art 29)."""
