"""The oracle: the same answers a second, slow way, with nothing of the gateway's own in it."""
