"""The release: personal data as an answer, for one purpose and recipient, and only what was allowed."""
