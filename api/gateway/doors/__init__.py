"""The doors on records: each reads a register or the ledger, and where it tells of people that is an access."""
