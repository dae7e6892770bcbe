"""The events: what browsers did, and who may be told of it."""
