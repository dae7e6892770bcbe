"""Work that takes long: asked for, carried by one process at a time, told how far it is, and what it found."""
