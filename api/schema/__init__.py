"""The GraphQL schema: what may be asked, in types."""
