"""The replay and the evidence: what the ledger tells of another edition."""
