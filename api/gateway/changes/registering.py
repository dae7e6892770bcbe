"""The registering: what changes of registers share, which are about no person and on record with who made them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from api.gateway.changes.act import Act
from api.gateway.changes.mistakes import mistaken
from api.gateway.release.purpose import scopes
from models.register import Keeper, Mistaken

LONGEST_BY: Final = 120


def keeper(act: Act) -> Keeper:
    """Who changes a record here: the member of staff, or the client where none uses it."""
    requester = act.door.requester
    by = (requester.staff or requester.client)[:LONGEST_BY]
    return Keeper(by=by, at=act.running.at, request_id=act.running.request.id)


def check_whole(act: Act) -> None:
    """See that neither the token nor its client is narrowed.

    Raises:
        Refusal: one is.
    """
    if scopes(act.context.force, act.door.requester):
        raise act.out_of_scope(act.guard)


@contextmanager
def placed(act: Act) -> Iterator[None]:
    """Tell every mistake that a register finds at its place in the input.

    Raises:
        Refusals: there are some, and nothing was changed.
    """
    try:
        yield
    except Mistaken as wrong:
        raise mistaken([each.wrong.at(f"input.{each.path}") for each in wrong.mistakes], act) from None
