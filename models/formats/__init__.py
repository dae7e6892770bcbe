"""The formats: what a person typed becomes the value that is kept, or a sentence says what is wrong."""
