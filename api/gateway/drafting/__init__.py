"""The drafting: what changes of drafts need worked out, beside any transaction."""
