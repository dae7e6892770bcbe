"""The clients: who may ask."""
