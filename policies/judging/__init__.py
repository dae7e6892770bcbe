"""May this be released: a question, the rules that can matter, Casbin's answer, and why."""
