"""How an edition comes into force: read and checked aside, made ready ahead, waited for, warmed."""
