"""The scope of a token: what it was narrowed to. A scope never adds anything to what the rules allow."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self, TypeAlias

from policies.edition import Edition

PURPOSE = "purpose:"
CATEGORY = "category:"
DETAIL = "personal_data"
"""The type of an authorization detail (RFC 9396) of ours."""

MOST_SCOPES = 100
MOST_DETAILS = 20
_NAME = "[a-z][a-z0-9_.-]{0,59}"
_WORD = re.compile(f"(purpose|category):{_NAME}")
_KINDS: Mapping[str, re.Pattern[str]] = {
    "purposes": re.compile(_NAME),
    "categories": re.compile(_NAME),
    "recipients": re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}"),
}

Names: TypeAlias = frozenset[str] | None
"""Names that something is narrowed to; `None` is not narrowed."""


class ScopeRefused(Exception):  # noqa: N818 - it names the answer
    """A scope that is misshapen, unknown, or wider than its client's own."""


class DetailsRefused(ScopeRefused):
    """Authorization details of which the same is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Purposes, categories and recipients that go together: each of them with each."""

    purposes: Names = None
    categories: Names = None
    recipients: Names = None

    def covers(self, edition: Edition, purpose: str, recipient: str) -> bool:
        """Whether it lets this purpose be declared for this recipient."""
        purposes, recipients = self.purposes, self.recipients
        return (purposes is None or not purposes.isdisjoint(edition.purpose_ancestors(purpose))) and (
            recipients is None or recipient in recipients
        )

    def within(self, edition: Edition, wider: "Grant") -> bool:
        """Whether all that it covers is covered by another."""
        return all(
            most is None or (asked is not None and _hold(asked, most, edition, kind))
            for kind, asked, most in self._beside(wider)
        )

    def names_within(self, edition: Edition, wider: "Grant") -> bool:
        """Whether whatever it names is covered by another; where it names nothing, the other's names hold."""
        return all(
            most is None or asked is None or _hold(asked, most, edition, kind)
            for kind, asked, most in self._beside(wider)
        )

    def _beside(self, other: "Grant") -> Iterator[tuple[str, Names, Names]]:
        return ((kind, getattr(self, kind), getattr(other, kind)) for kind in _KINDS)


@dataclass(frozen=True, slots=True)
class Scope:
    """Grants of which any may be used; none of them covers more than what it says."""

    grants: tuple[Grant, ...]

    @classmethod
    def of_words(cls, words: Iterable[str]) -> Self:
        """The scope that words such as `purpose:service.application` and `category:card` make together.

        Raises:
            ScopeRefused: a word has another shape, or there are too many.
        """
        distinct = frozenset(words)
        if len(distinct) > MOST_SCOPES:
            raise ScopeRefused(f"a scope has at most {MOST_SCOPES} words")
        if not all(map(_WORD.fullmatch, distinct)):
            raise ScopeRefused("a scope is a `purpose:` or a `category:` with its id")
        return cls((Grant(purposes=_named(PURPOSE, distinct), categories=_named(CATEGORY, distinct)),))

    @classmethod
    def of_details(cls, details: object) -> Self:
        """The scope that authorization details make (RFC 9396), as JSON has them.

        Raises:
            DetailsRefused: they are no list of objects of our type, or there are too many.
        """
        if not isinstance(details, list) or not 0 < len(details) <= MOST_DETAILS:
            raise DetailsRefused(f"`authorization_details` is a list of 1 to {MOST_DETAILS} objects")
        return cls(tuple(map(_grant, details)))

    def covers(self, edition: Edition, purpose: str, recipient: str) -> bool:
        """Whether it lets this purpose be declared for this recipient."""
        return any(grant.covers(edition, purpose, recipient) for grant in self.grants)

    def categories(self, edition: Edition, purpose: str, recipient: str) -> Names:
        """The categories that it leaves in for this purpose and recipient."""
        found = [each.categories for each in self.grants if each.covers(edition, purpose, recipient)]
        names = [each for each in found if each is not None]
        return None if len(names) < len(found) else frozenset().union(*names)

    def within(self, edition: Edition, wider: "Scope") -> bool:
        """Whether each of its grants is covered by one of another scope's."""
        return all(any(each.within(edition, other) for other in wider.grants) for each in self.grants)

    @property
    def words(self) -> tuple[str, ...]:
        """A scope made of words, as these words in order."""
        (grant,) = self.grants
        purposes = (PURPOSE + purpose for purpose in grant.purposes or ())
        categories = (CATEGORY + category for category in grant.categories or ())
        return (*sorted(purposes), *sorted(categories))

    @property
    def details(self) -> list[dict[str, Any]]:
        """The scope as authorization details."""
        return [
            {
                "type": DETAIL,
                **{kind: sorted(names) for kind in _KINDS if (names := getattr(grant, kind)) is not None},
            }
            for grant in self.grants
        ]


@lru_cache(maxsize=1024)
def scope_of(words: tuple[str, ...]) -> Scope | None:
    """The scope of a client as it is registered; `None` where it is not narrowed."""
    return Scope.of_words(words) if words else None


def narrowed(asked: Sequence[str], limit: Sequence[str], edition: Edition) -> tuple[str, ...]:
    """The words of what was asked inside a limit: each kind that was not asked for is the limit's.

    Raises:
        ScopeRefused: a word is misshapen, or lies outside the limit.
    """
    (mine,), (most,) = Scope.of_words(asked).grants, Scope.of_words(limit).grants
    if not mine.names_within(edition, most):
        raise ScopeRefused("the scope asks for more than the client was registered for")
    both = Grant(
        purposes=most.purposes if mine.purposes is None else mine.purposes,
        categories=most.categories if mine.categories is None else mine.categories,
    )
    return Scope((both,)).words


def known_words(edition: Edition) -> frozenset[str]:
    """Every word that a scope may have under an edition."""
    return frozenset((*map(PURPOSE.__add__, edition.purposes), *map(CATEGORY.__add__, edition.categories)))


def _named(kind: str, words: frozenset[str]) -> Names:
    return frozenset(word.removeprefix(kind) for word in words if word.startswith(kind)) or None


def _hold(asked: Iterable[str], most: frozenset[str], edition: Edition, kind: str) -> bool:
    """Whether each of these names lies within a limit, by the trees of the edition."""
    match kind:
        case "purposes":
            return all(name in most or not most.isdisjoint(edition.purpose_ancestors(name)) for name in asked)
        case "categories":
            return all(not most.isdisjoint(edition.categories.ancestors(name)) for name in asked)
        case _:
            return most.issuperset(asked)


def _grant(detail: object) -> Grant:
    if not isinstance(detail, dict) or detail.get("type") != DETAIL:
        raise DetailsRefused(f"an authorization detail is an object of the type `{DETAIL}`")
    unknown = sorted(set(detail) - {"type", *_KINDS})
    if unknown or len(detail) == 1:
        raise DetailsRefused(f"an authorization detail has {', '.join(f'`{kind}`' for kind in _KINDS)} only")
    return Grant(**{kind: _list(detail[kind], kind) for kind in _KINDS if kind in detail})


def _list(names: object, kind: str) -> frozenset[str]:
    shape = _KINDS[kind]
    if isinstance(names, list) and 0 < len(names) <= MOST_SCOPES:
        texts = [name for name in names if isinstance(name, str) and shape.fullmatch(name)]
        if len(texts) == len(names):
            return frozenset(texts)
    raise DetailsRefused(f"`{kind}` of an authorization detail is a list of 1 to {MOST_SCOPES} ids")
