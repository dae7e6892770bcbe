"""Mokuteki over a plain copy of what is sealed: the same server, whose sealed fields read columns in clear.

Only for measuring: run as `python -m benchmarks.unsealed serve` on a database that `benchmarks.sealed` has prepared.
"""

from dataclasses import replace
from types import MappingProxyType

from models import catalogue

PLAIN = "plain_"
"""Before the name of a sealed column: its copy in clear."""

CARD = dict(catalogue.SEALED)


def unseal() -> None:
    """Let the fields of this process stand in clear, before anything of the gateway is imported."""
    fields = {
        path: replace(field, tier=2, columns=tuple(f"{PLAIN}{column}" for column in field.columns))
        if path in CARD.values()
        else field
        for path, field in catalogue.FIELDS.items()
    }
    catalogue.FIELDS = MappingProxyType(fields)
    catalogue.SEALED = MappingProxyType({})


if __name__ == "__main__":
    unseal()
    from api.cli.main import run

    run()
