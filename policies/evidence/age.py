"""The age: which rules an earlier edition held as they are, read from its text without making the edition."""

import json
from collections.abc import Collection

Row = tuple[str, ...]
DECIDING = 8
"""How many cells of a rule decide: the rest are its clause and notes."""


def held(canonical: str, rows: Collection[Row]) -> frozenset[Row]:
    """Those of these rules that an edition holds, as `casbin_row` gives them; none where its text is none of ours."""
    try:
        rules = json.loads(canonical)["sheets"]["rules"]
        return frozenset(rows).intersection(tuple(rule[:DECIDING]) for rule in rules)
    except (ValueError, KeyError, TypeError):
        return frozenset()
