"""One access decided again: what is on record decides, what is not leaves a may, and the whole operation comes first."""

import json
import pickle

import pytest

from models.catalogue import CATEGORIES
from models.ledger.bits import pack
from policies.edition import Edition, shipped
from policies.replay.effect import CellChange, Change, Effect, PartChange, Step, StepChange
from policies.replay.replay import Replay, Setting
from policies.replay.row import AccessRow
from tests.editions import needing, same_but_for_a_word, without

PATHS = ("User.id", "User.email", "User.phone", "User.accesses", "Mutation.updateUser", "Mutation.placeHold")
EDITION = shipped(CATEGORIES)
EMPLOYER = {"guard": "Query.users", "kind": "employer"}
INTERVIEW = "noticed+consented+applied+interview+!held+!erased"
APPLIED = "noticed+consented+applied+!interview+!held+!erased"


def bits(*paths: str) -> str:
    return f"{sum(1 << PATHS.index(path) for path in paths):x}" if paths else ""


def row(  # noqa: PLR0913 - a row has these parts
    *groups: dict[str, object],
    role: str = "employer",
    purpose: str = "service.application",
    recipient: str = "employer-a",
    outcome: str = "PARTLY",
    code: str | None = None,
    arguments: str = "",
    in_vain: int = 0,
) -> AccessRow:
    people = sum(int(str(group["n"])) for group in groups) + in_vain
    packed = pack(range(1, people + 1))
    text = json.dumps(groups, separators=(",", ":"))
    return AccessRow(
        7, "2026-11-22", role, role, purpose, recipient, EDITION.id, outcome, code, arguments, text, packed
    )


def group(released: str, withheld: str, n: int = 1, **more: object) -> dict[str, object]:
    return {"n": n, "released": released, "withheld": withheld, "basis": [], **more}


def replay(draft: Edition, *, old: Edition | None = EDITION) -> Replay:
    editions = {} if old is None else {old.id: old.canonical()}
    return Replay(
        Setting(draft=draft.canonical(), editions=editions, kinds={"employer-a": "employer"}, paths=PATHS)
    )


TWO = (
    group(bits("User.id", "User.email"), "", 2, standing=INTERVIEW, **EMPLOYER),
    group(bits("User.id"), bits("User.email"), 3, standing=APPLIED, **EMPLOYER),
)


def test_a_need_dropped_is_gained_by_those_who_lacked_it() -> None:
    draft = needing(EDITION, "application-contact", "noticed+consented")
    assert replay(draft).effect(row(*TWO)) == Effect(
        (), (PartChange(2, 3, (CellChange("User.email", Change.GAIN, sure=True),)),)
    )


def test_a_need_added_that_nobody_looked_at_may_lose() -> None:
    draft = needing(EDITION, "application-contact", "noticed+consented+interview+screened")
    assert replay(draft).effect(row(*TWO)) == Effect(
        (), (PartChange(0, 2, (CellChange("User.email", Change.LOSE, sure=False),)),)
    )


def test_a_need_added_that_is_on_record_surely_loses() -> None:
    draft = needing(EDITION, "application-contact", "noticed+consented+hired")
    given = group(bits("User.id", "User.email"), "", standing=f"{INTERVIEW}+!offer-accepted", **EMPLOYER)
    assert replay(draft).effect(row(given)).parts == (
        PartChange(0, 1, (CellChange("User.email", Change.LOSE, sure=True),)),
    )


def test_a_record_without_a_standing_may_change_and_never_under_the_same_rules() -> None:
    older = row(group(bits("User.id", "User.email"), ""), group(bits("User.id"), bits("User.email")))
    assert replay(same_but_for_a_word(EDITION)).effect(older) == Effect()
    told = replay(needing(EDITION, "application-contact", "noticed+consented+offer-accepted")).effect(older)
    assert told.parts == (PartChange(0, 1, (CellChange("User.email", Change.LOSE, sure=False),)),)
    told = replay(without(EDITION, "application-contact")).effect(older)
    assert told.parts == (PartChange(0, 1, (CellChange("User.email", Change.LOSE, sure=True),)),)


def test_a_purpose_that_nobody_may_use_loses_everything() -> None:
    rules = [
        each.id for each in EDITION.rules if each.purpose == "service.application" and each.effect == "allow"
    ]
    told = replay(without(EDITION, *rules)).effect(row(*TWO))
    assert told.steps == (StepChange(Step.PURPOSE, "service.application", Change.LOSE, sure=True),)
    lost = CellChange("User.id", Change.LOSE, sure=True)
    assert [part.cells[0] for part in told.parts] == [lost, lost]


def test_an_argument_that_is_no_longer_open_everywhere_refuses_the_operation() -> None:
    given = group(bits("User.id", "User.email"), "", 4, standing="noticed+!held+!erased", guard="Query.users")
    asked = row(
        given, role="frontend", purpose="service.account", recipient="internal", arguments=bits("User.email")
    )
    draft = needing(EDITION, "account", "noticed+screened")
    assert replay(draft).effect(asked).steps == ()
    narrower = without(EDITION, "account")
    assert replay(narrower).effect(asked).steps[0].step is Step.ARGUMENT


def test_a_door_that_is_closed_refuses_the_operation() -> None:
    told = replay(without(EDITION, "door-service")).effect(row(*TWO))
    assert [(each.step, each.name, each.sure) for each in told.steps] == [(Step.GUARD, "Query.users", True)]


def test_a_correction_is_decided_again_by_its_own_rule() -> None:
    written = group(
        "",
        "",
        written=bits("User.phone"),
        standing="self+!erased",
        guard="Mutation.updateUser",
        action="correct",
    )
    asked = row(written, role="user", purpose="service.account", recipient="person")
    assert replay(same_but_for_a_word(EDITION)).effect(asked) == Effect()
    rule = next(each for each in EDITION.rules if each.action == "correct" and each.role == "user")
    told = replay(without(EDITION, rule.id)).effect(asked)
    assert told.parts == (PartChange(0, 1, (CellChange("User.phone", Change.LOSE, sure=True),)),)


def test_who_was_looked_for_in_vain_may_be_found() -> None:
    asked = row(outcome="REFUSED", in_vain=1)
    assert replay(without(EDITION, "application-contact")).effect(asked) == Effect()
    told = replay(needing(EDITION, "application-introduction", "noticed")).effect(asked)
    assert told.parts == (PartChange(0, None, (CellChange("User.id", Change.GAIN, sure=False),)),)


@pytest.mark.parametrize(("guard", "sure"), [("Query.user", True), ("Query.users", False)])
def test_who_was_hidden_would_be_found_where_nothing_hides_them_any_more(guard: str, sure: bool) -> None:
    whole = "noticed+consented+interview+held+screened+!erased+!opted-out+!lawful+!abroad-informed"
    held = {"kind": "employer", "guard": guard, "standing": whole}
    asked = row(group("", "", **held), outcome="REFUSED", in_vain=1)
    assert replay(same_but_for_a_word(EDITION)).effect(asked) == Effect()
    assert replay(without(EDITION, "application-contact")).effect(asked) == Effect()
    told = replay(without(EDITION, "held-service")).effect(asked)
    assert told.parts[0] == PartChange(0, 1, (CellChange("User.id", Change.GAIN, sure=sure),))


@pytest.mark.parametrize(("code", "gains"), [("FIELD_WITHHELD", 1), ("RATE_LIMITED", 0), ("BAD_INPUT", 0)])
def test_a_refusal_is_decided_again_where_rules_refused(code: str, gains: int) -> None:
    refused = group("", bits("User.id", "User.email"), standing=APPLIED, **EMPLOYER)
    draft = needing(EDITION, "application-contact", "noticed+consented")
    told = replay(draft).effect(row(refused, outcome="REFUSED", code=code))
    assert len(told.steps) == gains
    assert all(each.step is Step.STRICT and each.change is Change.GAIN and each.sure for each in told.steps)


def test_an_edition_that_is_not_there_explains_nothing() -> None:
    told = replay(without(EDITION, "application-contact"), old=None).effect(row(*TWO))
    assert told == Effect(undecided=True)


def test_what_a_scope_or_a_consent_left_out_stays_out() -> None:
    kept = row(
        group(bits("User.id"), bits("User.email"), standing=INTERVIEW, scope=[["card"]], **EMPLOYER),
        group(
            bits("User.id"),
            bits("User.email"),
            standing=INTERVIEW,
            reach=[["consented", ["identifier"]]],
            **EMPLOYER,
        ),
    )
    found = replay(needing(EDITION, "application-contact", "noticed+consented")).tally([kept])
    assert (found.changed, found.undecided) == (0, 0)


@pytest.mark.parametrize(
    ("number", "told"), [(1, None), (9, None), (10, 10), (19, 10), (20, 20), (4_009, 4_000)]
)
def test_few_people_are_not_told_by_number_nor_by_what_two_replays_differ_in(
    number: int, told: int | None
) -> None:
    given = group(bits("User.id", "User.email"), "", number, standing=INTERVIEW, **EMPLOYER)
    found = replay(without(EDITION, "application-contact")).tally([row(given)])
    ((_, count),) = found.lines()
    assert count.people == number
    (line,) = found.form()["lines"]
    assert (line["client"], line["field"], line["people"]) == ("employer", "User.email", told)


def test_tallies_of_parts_make_the_tally_of_the_whole() -> None:
    deciding = replay(needing(EDITION, "application-contact", "noticed+consented"))
    whole, first, second = (
        deciding.tally([row(*TWO)] * 5),
        deciding.tally([row(*TWO)] * 2),
        deciding.tally([row(*TWO)] * 3),
    )
    first.merge(second)
    assert first.lines() == whole.lines()
    ((line, count),) = whole.lines()
    assert (line.field, count.accesses, count.people, count.days) == ("User.email", 5, 3, {"2026-11-22": 5})
    assert json.loads(json.dumps(whole.form()))["lines"][0]["people"] is None
    elsewhere = pickle.loads(pickle.dumps((row(*TWO), whole)))  # noqa: S301 - our own
    assert (elsewhere[0], elsewhere[1].lines()) == (row(*TWO), whole.lines())
