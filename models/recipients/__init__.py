"""The recipients: to whom data may go."""
