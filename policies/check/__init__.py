"""The check: everything that is wrong with a policy, told at once, each with its place and remedy in both languages."""
