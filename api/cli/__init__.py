"""The command line; no second door: what shows people's data names a purpose and is recorded."""
