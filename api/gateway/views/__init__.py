"""The views: records by the names of the interface, as far as they were selected."""
