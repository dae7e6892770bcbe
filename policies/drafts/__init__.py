"""What a draft is to the rules: its edits, what they make of an edition, and what is found in it."""
