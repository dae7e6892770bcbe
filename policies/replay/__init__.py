"""The replay: accesses that happened, decided again under another edition with the standing recorded then."""
