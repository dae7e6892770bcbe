"""The published edition that somebody names: by its number, by its id or the beginning of it, or by nothing."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

SHORTEST: Final = 4
"""Characters of an id that name an edition at least."""


class NoSuchEdition(LookupError):  # noqa: N818 - it names the state
    """No published edition is named so, or several are."""


class Published(NamedTuple):
    """The number under which an edition was published, and its id."""

    number: int
    id: str


def choose(known: Sequence[Any], asked: str | None) -> Published:
    """Which of these numbers and ids, the newest first, is asked for; the newest where none is.

    An edition that was published several times is the newest of them by its id.

    Raises:
        NoSuchEdition: with the remedy.
    """
    published = [Published(int(each[0]), str(each[1])) for each in known]
    if not published:
        raise NoSuchEdition("no edition is in force: run `mokuteki init` first")
    if asked is None:
        return published[0]
    if not asked.isdigit() and len(asked) < SHORTEST:
        raise NoSuchEdition(
            f"`EDITION` is too short: give its number, or {SHORTEST} characters of its id or more"
        )
    found = [each for each in published if asked == str(each.number) or _begins(each.id, asked)]
    if not found:
        raise NoSuchEdition("no published edition has this number or id: leave it out for the one in force")
    if len({each.id for each in found}) > 1:
        raise NoSuchEdition("several editions begin so: give more of the id")
    return found[0]


def _begins(name: str, asked: str) -> bool:
    return len(asked) >= SHORTEST and name.startswith(asked.lower())
