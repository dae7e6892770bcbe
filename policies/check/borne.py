"""The names that recipients bear: whoever bears that of another group than its own is refused everything."""

from collections.abc import Iterable, Iterator, Mapping

from policies.edition import Edition
from policies.mistake import Mistake, mistake
from policies.table import FIRST_ROW


def groups(edition: Edition) -> dict[str, int]:
    """The groups of an edition, each with its row."""
    return {name: row for row, name in enumerate(edition.groups, FIRST_ROW)}


def borne(new: Iterable[tuple[str, int]], registered: Mapping[str, str]) -> Iterator[Mistake]:
    """New groups whose name a registered recipient of another group bears; `registered`: each with its group."""
    for name, row in new:
        if registered.get(name, name) != name:
            yield mistake("GROUP_RECIPIENT", "groups", row, "id", name, name=name)
