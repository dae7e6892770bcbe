"""The long proofs, and the tools an operator may use for the same."""
