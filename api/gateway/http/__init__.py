"""GraphQL over HTTP: bodies in, answers out, and in turns (GraphQL over HTTP; RFC 9110)."""
