"""The database: how it is opened, read and written."""
