"""What browsers did: what comes in, what leaves, and what never does."""
