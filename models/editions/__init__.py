"""The published editions: which one is meant, and how stock Casbin reads it."""
