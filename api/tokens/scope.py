"""The scope of a token: the purposes and categories it was narrowed to. A scope never adds anything."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

PURPOSE = "purpose:"
CATEGORY = "category:"
MOST_SCOPES = 100
_SHAPE = re.compile(r"(purpose|category):[a-z][a-z0-9_.-]{0,59}")


class ScopeRefused(Exception):  # noqa: N818 - it names the answer
    """A scope that is misshapen, unknown, or wider than its client's own."""


def _narrowed(kind: str, words: frozenset[str]) -> frozenset[str] | None:
    return frozenset(word.removeprefix(kind) for word in words if word.startswith(kind)) or None


def _within(asked: frozenset[str] | None, limit: frozenset[str] | None) -> frozenset[str] | None:
    """What was asked, inside its limit; the limit itself if nothing was asked."""
    if asked is None or limit is None:
        return limit if asked is None else asked
    if not asked <= limit:
        raise ScopeRefused("the scope asks for more than the client was registered for")
    return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The purposes and the categories a token may be used for; `None` is not narrowed."""

    purposes: frozenset[str] | None
    categories: frozenset[str] | None

    def __post_init__(self) -> None:
        """No more words than a token has room for."""
        if len(self.purposes or ()) + len(self.categories or ()) > MOST_SCOPES:
            raise ScopeRefused(f"a scope has at most {MOST_SCOPES} words")

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        """The scope that words such as `purpose:service.application` and `category:card` make.

        Raises:
            ScopeRefused: a word has another shape, or there are too many.
        """
        distinct = frozenset(words)
        if not all(map(_SHAPE.fullmatch, distinct)):
            raise ScopeRefused("a scope is a `purpose:` or a `category:` with its id")
        return cls(purposes=_narrowed(PURPOSE, distinct), categories=_narrowed(CATEGORY, distinct))

    def within(self, limit: "Scope") -> "Scope":
        """This scope inside its client's own: each kind that was not asked for is the client's.

        Raises:
            ScopeRefused: it asks for what the client's own leaves out.
        """
        return Scope(
            purposes=_within(self.purposes, limit.purposes),
            categories=_within(self.categories, limit.categories),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The scope as words, in order."""
        purposes = (PURPOSE + purpose for purpose in self.purposes or ())
        categories = (CATEGORY + category for category in self.categories or ())
        return (*sorted(purposes), *sorted(categories))
