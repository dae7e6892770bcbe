"""Who reads what the law guards most, changes clients or rules: bound in production, unless one is exempted by name."""

from collections.abc import Iterator, Sequence
from itertools import chain, product

from models.clients.client import Binding
from models.inforce import Force
from models.personal import SEALED_FROM
from policies.edition import Edition
from policies.judging.clearance import combinations
from policies.judging.question import Question
from policies.vocabulary import NONE_PURPOSE, Action, Effect, Role, Standing

PERSON = "person"
CHANGES_OF_CLIENTS = tuple(
    f"Mutation.{name}"
    for name in ("addClient", "updateClient", "rotateClientSecret", "revokeClient", "restoreClient")
)
"""Who may do any of these could make a client that reads what is guarded."""

CHANGES_OF_RULES = ("Mutation.approveDraft", "Mutation.publishEdition")
"""Who may do any of these could have a rule made that opens what is guarded."""

MOST_QUESTIONS = 2_000
"""How many decisions tell whether a client does what is guarded."""


def must_bind(force: Force, role: str, recipients: Sequence[str]) -> bool:
    """Whether a client of this role may read a field of tier 3 or 4 for one of its recipients, change clients or rules.

    Reading: under any purpose and of anybody, as the edition has it. A frontend may also speak for the people it
    signed in.
    """
    pairs = [(role, recipient) for recipient in recipients]
    if role == Role.FRONTEND:
        pairs.append((Role.USER.value, PERSON))
    return any(_guarded(force, *pair) for pair in pairs)


def enough(binding: str, way: str | None, *, guarded: bool) -> bool:
    """Whether a token that is bound in this way (`jkt`, `x5t#S256`, or not at all) serves a client registered so."""
    match binding:
        case Binding.DPOP:
            return way == "jkt"
        case Binding.CERTIFICATE:
            return way == "x5t#S256"
        case Binding.DEFAULT:
            return way is not None or not guarded
        case _:
            return binding == Binding.EXEMPT


def _guarded(force: Force, role: str, recipient: str) -> bool:
    """The answer for one pair, kept with the edition; yes, where it would take too long to tell."""
    key = ("does what is guarded", role, recipient)
    found = force.kept.get(key)
    if found is None:
        answers = enumerate(_answers(force, role, recipient))
        found = force.kept[key] = any(allowed or number >= MOST_QUESTIONS for number, allowed in answers)
    return bool(found)


def _answers(force: Force, role: str, recipient: str) -> Iterator[bool]:
    """The decision about each change of clients or rules and each guarded field that a rule allows.

    For each purpose and standing that makes a difference.
    """
    guarded = [path for path, field in force.catalogue.items() if field.tier >= SEALED_FROM]
    changes = product([Action.INVOKE], [NONE_PURPOSE], (*CHANGES_OF_CLIENTS, *CHANGES_OF_RULES))
    reads = product([Action.READ], force.edition.purposes, guarded)
    judge = force.judge
    for action, purpose, path in chain(changes, reads):
        if judge.allowable(role, action, purpose, recipient, path):
            known = judge.facts_for(role, action, purpose, recipient, path)
            always, free = _favourable(force.edition, known)
            for some in combinations(free):
                standing = always | some
                yield bool(judge.decide(Question(role, action, purpose, path, recipient, standing)))


def _favourable(edition: Edition, known: Standing) -> tuple[Standing, Standing]:
    """Of these facts, those that can only help, and those that may help or hinder; the others only hinder.

    What no rule needs in order to allow can only make a deny rule match, or keep it from matching.
    """
    needs = edition.digest.needs
    wanted = {need.fact for effect, need in needs if effect is Effect.ALLOW}
    hindering = {need.fact for effect, need in needs if effect is Effect.DENY and not need.absent}
    helping = {need.fact for effect, need in needs if effect is Effect.DENY and need.absent}
    return known & (helping - hindering - wanted), known & (wanted | (helping & hindering))
