"""The changes: what each mutation does, in the same transaction as the record of it."""
