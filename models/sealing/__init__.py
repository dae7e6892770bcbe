"""The sealing: what is kept encrypted, and under which keys."""
