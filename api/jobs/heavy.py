"""The heavy part of jobs, as a workshop runs it: pure, given and giving plain data, with what was read last kept read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from policies.drafts.drafting import Sketch, edition_of, made_of
from policies.evidence.age import Row
from policies.evidence.evidence import Evidence, Weighing
from policies.evidence.weighed import Weighed, weighed
from policies.impact.comparison import Comparison, Part
from policies.impact.impact import merged
from policies.replay.replay import Replay, Setting
from policies.replay.row import AccessRow
from policies.replay.tally import Tally


def made(draft: Sketch) -> tuple[str, str]:
    """The id and the canonical text of the edition that a draft makes.

    Raises:
        ValueError: it makes none.
    """
    edition = made_of(draft)
    return edition.id, edition.canonical()


@lru_cache(maxsize=2)
def _comparison(old: str, new: str) -> Comparison:
    return Comparison(edition_of(old), edition_of(new))


def pieces(old: str, new: str) -> int:
    """In how many pieces two editions are compared."""
    return len(_comparison(old, new).slices)


def piece(old: str, new: str, place: int) -> Part:
    """What changes in one of them."""
    comparison = _comparison(old, new)
    return comparison.of(comparison.slices[place])


def impact_of(old: str, new: str, parts: Sequence[Part]) -> str:
    """The impact of all pieces together, as JSON."""
    return merged(edition_of(old), edition_of(new), parts).to_json()


_replays: dict[str, Replay] = {}


def replayed(job: str, setting: Setting | None, rows: Sequence[AccessRow]) -> Tally | None:
    """What changes of these accesses; None where this process has not been given the setting of the job yet."""
    if setting is not None:
        _replays.clear()
        _replays[job] = Replay(setting)
    found = _replays.get(job)
    return None if found is None else found.tally(rows)


_weighings: dict[str, Weighing] = {}


def evidence(job: str, setting: Setting | None, rows: Sequence[AccessRow]) -> Evidence | None:
    """What these accesses show; None where this process has not been given the setting of the job yet."""
    if setting is not None:
        _weighings.clear()
        _weighings[job] = Weighing(setting)
    found = _weighings.get(job)
    return None if found is None else found.evidence(rows)


def rules(edition: str) -> list[Row]:
    """The rules of an edition, as far as they decide."""
    return [rule.casbin_row() for rule in edition_of(edition).rules]


def conclusion(
    found: Evidence,
    edition: str,
    scopes: Mapping[str, Sequence[str]],
    ages: Mapping[str, datetime],
    since: datetime,
) -> Weighed:
    """What follows of an edition from evidence; as `weighed`."""
    return weighed(found, edition_of(edition), scopes, ages, since)
