"""The surfaces: GraphQL, tokens, the explorer and the command line; imports `models` and `policies`."""
