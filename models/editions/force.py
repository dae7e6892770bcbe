"""What is in force: one edition with one registry, and the judge made of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.catalogue import catalogue
from models.personal import Personal
from models.registry import Registry
from policies.edition import Edition
from policies.judging.judge import Judge


class PolicyUnavailable(Exception):  # noqa: N818 - it names the state
    """The edition in force is not known, so nothing may be decided."""


class EditionUnknown(PolicyUnavailable):
    """No edition has this id, and none will be found by asking again."""


@dataclass(frozen=True, eq=False)
class Force:
    """One edition with one registry; replaced whole, never changed.

    Attributes:
        number: under which the edition stands; 0 while it is only made ready.
        kept: what was made of it and is dropped with it.
    """

    edition: Edition
    number: int
    registry: Registry
    judge: Judge
    catalogue: Mapping[str, Personal]
    kept: dict[object, object] = field(default_factory=dict)


def force_of(edition: Edition, number: int, registry: Registry, like: Force | None = None) -> Force:
    """An edition with a registry; whoever decided the same for the same recipients goes on deciding."""
    same = like is not None and like.edition is edition
    judge = like.judge if like and same and like.registry.kinds == registry.kinds else None
    return Force(
        edition,
        number,
        registry,
        judge or Judge(edition, registry.kinds),
        like.catalogue if like and same else catalogue(edition),
    )
