"""Why an edition cannot come into force, for the log: kinds, places and names, and no sentence."""

import re
from typing import Any, Final

from policies.mistake import PolicyError

MOST: Final = 12
"""How many places or names are told."""

_PATH: Final = re.compile(r"`([A-Z][A-Za-z]{0,59}(?:\.[A-Za-z_]{1,60}){1,3})`")


def why(error: BaseException) -> dict[str, Any]:
    """The kind of the error; of mistakes how many and where, else the fields that it names."""
    kind = type(error).__name__
    if isinstance(error, PolicyError):
        where = [f"{each.file}:{each.row}" for each in error.mistakes[:MOST]]
        return {"error": kind, "mistakes": len(error.mistakes), "where": where}
    return {"error": kind, "names": _PATH.findall(str(error))[:MOST]}
