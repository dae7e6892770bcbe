"""Fair use: how much a client may ask in a minute, and of how many people it may be told in an hour and a day."""
