"""The published editions: how one comes into force (read aside, checked, warmed), and how Casbin reads it."""
