"""The policy: may this be released, for this purpose, and which rule says so."""
