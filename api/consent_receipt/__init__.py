"""The receipts of consents over HTTP: the schema of them, and the page a person can read and print."""
