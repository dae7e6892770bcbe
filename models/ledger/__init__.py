"""The ledger: what was asked and told, kept and read back."""
