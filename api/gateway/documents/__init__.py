"""Documents: parsed, measured and checked once, and what an operation of one selects."""
