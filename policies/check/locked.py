"""The locked: rules under which nobody could change the rules, or who asks under them, any more."""

from collections.abc import Iterator
from typing import Final

from policies.check.extent import Asked, Extents
from policies.check.gaps import Places
from policies.check.lookup import Lookup, decide
from policies.edition import Edition
from policies.mistake import Mistake, mistake
from policies.vocabulary import NONE_PURPOSE, Action, Role

WITHIN: Final = "internal"
"""The group of recipients that the company itself is."""

DRAFTING: Final = ("Mutation.createDraft", "Mutation.editDraft")
APPROVING: Final = "Mutation.approveDraft"
KEPT_OPEN: Final = (
    *(*DRAFTING, APPROVING, "Mutation.publishEdition"),
    *("Mutation.addClient", "Mutation.updateClient"),
)
"""What somebody must be able to do under every edition, about nobody and so without any fact."""


def locked(edition: Edition, extents: Extents, lookup: Lookup, places: Places) -> Iterator[Mistake]:
    """Each of these that no role may do within the company, or that none but those who draft may approve."""
    may = {path: _roles(path, extents, lookup) for path in KEPT_OPEN if path in edition.guards}
    for path, roles in may.items():
        if not roles:
            yield mistake("RULES_LOCKED", *_place(path, places), path=path, none=NONE_PURPOSE)
    drafting = frozenset[str]().union(*(may.get(path, frozenset()) for path in DRAFTING))
    approving = may.get(APPROVING, frozenset())
    if approving and approving <= drafting:
        yield mistake("APPROVAL_LOCKED", *_place(APPROVING, places), path=APPROVING)


def _place(path: str, places: Places) -> tuple[str, int, str, str]:
    return ("guards", places["guards"].get(path, 0), "field", path)


def _roles(path: str, extents: Extents, lookup: Lookup) -> frozenset[str]:
    """The roles that may do it within the company, asked as the gateway asks what is about nobody; people are none."""
    asked = (
        Asked(role, Action.INVOKE, NONE_PURPOSE, path, WITHIN)
        for role in extents.role.wider
        if role != Role.USER and WITHIN in extents.recipient.wider
    )
    return frozenset(each.role for each in asked if decide(lookup.find(extents.wider(each)), frozenset()))
