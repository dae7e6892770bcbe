"""The receipts: what a person keeps of a consent."""
