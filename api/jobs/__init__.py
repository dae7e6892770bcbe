"""The carrying of long work, beside the answering of requests."""
