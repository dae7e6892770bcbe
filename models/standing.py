"""The standing: what is true of a user for a purpose and a recipient now, told by the database itself.

Each fact is one SQL condition on a row `u` of `users`, so it is read in the same statement as the data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.consents.consent import PERMITTING
from models.grounds.known import NO_GROUNDS, Grounds
from models.restraint import Mark
from policies.known import OF_EVENTS
from policies.vocabulary import Fact, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstance:
    """What a fact depends on beside the user.

    Attributes:
        role: the requester's.
        purpose_bit: the declared purpose as a bit of `users.shown`.
        chain: the declared purpose and those it is within; consent is needed to each.
        above: the purposes of the chain and everything wider, on which a hold or an opt-out may stand.
        recipient_names: the recipient's id and its groups.
        abroad: the recipient is in another country.
        informed: what stands in for the user's own information about that country, such as a designated country.
        equivalent: it is relied on for its equivalent system, whether or not that was looked at in time.
        delegated: the recipient works on the company's behalf.
        identifying: the recipient is expected to know whom data without a name is about.
        country: where the recipient is (ISO 3166-1).
        grounds: what the recipient may be given data on today.
    """

    role: Role
    purpose_bit: int
    chain: tuple[str, ...]
    above: tuple[str, ...]
    recipient_names: tuple[str, ...]
    abroad: bool
    informed: bool
    equivalent: bool = False
    delegated: bool = False
    identifying: bool = False
    country: str = "JP"
    grounds: Grounds = NO_GROUNDS


def certain(circumstance: Circumstance) -> Mapping[Fact, bool]:
    """The facts that are the same for every user."""
    purpose, grounds = circumstance.chain[0], circumstance.grounds
    known = {
        Fact.ABROAD: circumstance.abroad,
        Fact.EQUIVALENT: circumstance.equivalent,
        Fact.DELEGATED: circumstance.delegated,
        Fact.ENTRUSTED: purpose in grounds.entrusted,
        Fact.SUCCEEDED: purpose in grounds.succeeded,
        Fact.JOINTLY_USED: purpose in grounds.jointly_used,
        Fact.IDENTIFYING: circumstance.identifying,
        Fact.CONFIRMED: grounds.confirmed(abroad=circumstance.abroad),
        **dict.fromkeys(OF_EVENTS, False),
    }
    if circumstance.role is not Role.USER:
        known[Fact.SELF] = False
    if circumstance.informed:
        known[Fact.ABROAD_INFORMED] = True
    return known


def condition(fact: Fact, circumstance: Circumstance) -> str:
    """The fact as SQL about `u`; its places are `:now`, `:requester`, `:recipient` and `:consent_to`."""
    return _CONDITIONS[fact](circumstance)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join("'" + name.replace("'", "''") + "'" for name in names)


_PERMITTING = _names(tuple(state.value for state in PERMITTING))


def _noticed(circumstance: Circumstance) -> str:
    purpose = _names(circumstance.chain[:1])
    announced = f"(SELECT a.announced_at FROM announcements a WHERE a.purpose = {purpose})"
    return f"((u.shown & {circumstance.purpose_bit}) <> 0 OR COALESCE(u.registered_at >= {announced}, 1 = 0))"


def standing_consent(purpose: str) -> str:
    """The consent `c` of the user to this purpose, if it stands: the rest of a statement after its columns."""
    return (
        "FROM consents c WHERE c.user_id = u.id AND c.recipient = :consent_to"
        f" AND c.purpose = {_names((purpose,))} AND c.state IN ({_PERMITTING})"
        " AND (c.expires_at IS NULL OR c.expires_at > :now)"
    )


def _consent(purpose: str, more: str = "") -> str:
    return f"EXISTS (SELECT 1 {standing_consent(purpose)}{more})"


def _consented(circumstance: Circumstance) -> str:
    return " AND ".join(_consent(purpose) for purpose in circumstance.chain)


def told_of(circumstance: Circumstance) -> str:
    """Of a consent `c`: before it the person was told of the country where the recipient is now, or why of none."""
    country = _names((circumstance.country,))
    return f" AND c.foreign_informed AND (c.told_country = '' OR c.told_country = {country})"


def _informed(circumstance: Circumstance) -> str:
    """What the law permits without consent, it permits without what must be told before one (Art 28(1))."""
    told = _consent(circumstance.chain[0], told_of(circumstance))
    return (
        f"({told} OR EXISTS (SELECT 1 {LAWFUL_CASE}))" if AUTHORITY in circumstance.recipient_names else told
    )


def _marked(mark: Mark, sql: str) -> str:
    """Look only where the mark says that there may be something.

    The plain `<> 0` tells the planner, which keeps statistics of columns but not of bits, how few these are.
    """
    return f"(u.marks <> 0 AND (u.marks & {mark.value}) <> 0 AND {sql})"


def _held(circumstance: Circumstance) -> str:
    return _marked(
        Mark.HOLD,
        "EXISTS (SELECT 1 FROM holds h WHERE h.user_id = u.id"
        f" AND h.purpose IN ({_names(circumstance.above)})"
        f" AND h.recipient IN ({_names(('any', *circumstance.recipient_names))})"
        " AND (h.lifted_at IS NULL OR h.lifted_at > :now))",
    )


def _opted_out(circumstance: Circumstance) -> str:
    return _marked(
        Mark.OPT_OUT,
        "EXISTS (SELECT 1 FROM opt_outs o WHERE o.user_id = u.id"
        f" AND o.purpose IN ({_names(circumstance.above)})"
        f" AND o.recipient IN ({_names(('any', *circumstance.recipient_names))})"
        " AND o.since <= :now AND (o.ended_at IS NULL OR o.ended_at > :now))",
    )


def _stage(*stages: str) -> Callable[[Circumstance], str]:
    sql = (
        "EXISTS (SELECT 1 FROM applications p WHERE p.user_id = u.id AND p.employer = :recipient"
        f" AND p.stage IN ({_names(stages)}))"
    )
    return lambda _circumstance: sql


AUTHORITY = "authority"
"""The group of recipients that case files are for."""

LAWFUL_CASE = (
    "FROM case_people q JOIN case_files f ON f.id = q.case_id WHERE q.user_id = u.id AND f.recipient = :recipient"
    " AND f.valid_from <= :now AND f.valid_until > :now AND f.approver IS NOT NULL AND f.approver <> ''"
    " AND f.approver <> f.opened_by AND f.closed_at IS NULL"
    " AND f.reference <> '' AND f.office <> '' AND f.requester <> ''"
    " AND (f.basis = '27-1-1'"
    " OR (f.basis IN ('27-1-2', '27-1-3', '27-1-4') AND f.consent_obstacle IS NOT NULL AND f.consent_obstacle <> ''))"
)
"""The complete case files that name the user: approved by another than who opened them, and not closed.

Only Art 27(1) i to iv count, and ii to iv need why consent is hard to get.
"""

_CONDITIONS: Mapping[Fact, Callable[[Circumstance], str]] = MappingProxyType(
    {
        Fact.NOTICED: _noticed,
        Fact.CONSENTED: _consented,
        Fact.OPTED_OUT: _opted_out,
        Fact.HELD: _held,
        Fact.ERASED: lambda _c: _marked(
            Mark.ERASURE, "EXISTS (SELECT 1 FROM erasures e WHERE e.user_id = u.id)"
        ),
        Fact.SELF: lambda _c: "u.id = :requester",
        Fact.APPLIED: _stage("APPLIED", "INTERVIEW", "OFFER_ACCEPTED", "HIRED"),
        Fact.INTERVIEW: _stage("INTERVIEW", "OFFER_ACCEPTED", "HIRED"),
        Fact.OFFER_ACCEPTED: _stage("OFFER_ACCEPTED", "HIRED"),
        Fact.HIRED: _stage("HIRED"),
        Fact.ABROAD_INFORMED: _informed,
        Fact.SCREENED: lambda _c: (
            "NOT EXISTS (SELECT 1 FROM screenings s WHERE s.user_id = u.id AND s.screened_at IS NULL)"
        ),
        Fact.LAWFUL: lambda _c: f"EXISTS (SELECT 1 {LAWFUL_CASE})",
    }
)
