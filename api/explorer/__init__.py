"""The explorer: GraphiQL in a browser, from our own files, with the purpose written for the reader."""
