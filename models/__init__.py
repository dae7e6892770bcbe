"""What is kept, and what is true of a user now; imports `policies` and nothing above."""
