"""The case files: provisions that the law permits without consent (APPI Art 27(1))."""
