"""The one door: GraphQL operations, from a request to bytes."""
