"""The drafts of editions: what somebody wants of the rules, who agreed, and how it comes into force."""
