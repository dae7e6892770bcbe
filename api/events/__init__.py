"""The events: what browsers did comes in, and is passed on to the companies that may have it."""
