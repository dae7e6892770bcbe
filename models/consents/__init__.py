"""The consents: what people agreed to, and until when."""
