"""The demonstration data: made-up people, and how each of them stands."""
