"""The evidence: what of the rules the ledger shows in use, and a draft without the rest."""
