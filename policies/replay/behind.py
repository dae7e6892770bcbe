"""Those behind one line of a replay, found again chunk by chunk as a workshop finds them, and kept nowhere."""

from collections.abc import Sequence
from typing import Final

from policies.replay.replay import Replay, Setting
from policies.replay.row import AccessRow
from policies.replay.tally import Line

KEPT: Final = 2
"""How many replays are ready at once."""

_replays: dict[str, Replay] = {}


def behind(key: str, setting: Setting | None, rows: Sequence[AccessRow], line: Line) -> frozenset[int] | None:
    """The references of those in these accesses whom the line is about.

    The replay is ready under the key once it was given its setting; None where it is not, or not any more.
    """
    if setting is not None:
        _replays.pop(key, None)
        _replays[key] = Replay(setting)
        while len(_replays) > KEPT:
            del _replays[next(iter(_replays))]
    found = _replays.get(key)
    return None if found is None else frozenset(found.people(rows, line))
