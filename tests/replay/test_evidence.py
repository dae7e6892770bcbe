"""The evidence: what the ledger shows in use, and the draft that removes the rest and nothing that must stay."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson

from models.day import moment
from models.evidence import read_ages, read_scopes, weigh
from models.replay import Span
from policies.drafts.edits import apply
from policies.edition import Edition
from policies.evidence.age import Row, held
from policies.evidence.evidence import Asker, Evidence
from policies.evidence.narrowing import narrowing, removable
from policies.evidence.report import AskedInVain, UnusedScope, report
from policies.judging.judge import Judge
from policies.trial import holds
from tests.editions import needing, put_in_force, same_but_for_a_word, without
from tests.replay.asked import ask
from tests.replay.test_replay import EMPLOYER
from tests.world import World


async def as_it_is(canonical: str, rows: Sequence[Row]) -> frozenset[Row]:
    return held(canonical, rows)


def every(edition: Edition) -> frozenset[str]:
    return frozenset(rule.id for rule in edition.rules)


def groups(edition: Edition) -> dict[str, str]:
    return {group: group for group in edition.groups}


async def test_the_rules_that_opened_something_are_used_and_the_others_not(
    a_world: World, edition: Edition
) -> None:
    await ask(a_world, EMPLOYER)
    now = datetime.now(UTC)
    weighed = await weigh(a_world.house.store, edition, Span(now - timedelta(days=1), now))
    told = weighed.report
    assert {"application-introduction", "application-contact"} <= set(told.used)
    assert "matching-band" in told.unused
    assert "service.billing" in told.undeclared
    assert "service.application" not in told.undeclared
    assert orjson.loads(orjson.dumps(told.form()))["accesses"] == told.accesses
    assert weighed.edits == ()  # the edition is younger than the day looked at


async def test_a_rule_of_the_whole_time_that_nothing_used_is_drafted_away(
    a_world: World, edition: Edition
) -> None:
    await ask(a_world, EMPLOYER)
    store, now = a_world.house.store, datetime.now(UTC)
    span = Span(now, now + timedelta(minutes=1))
    weighed = await weigh(store, edition, span)
    assert weighed.ages.keys() == {rule.id for rule in edition.rules}
    draft = Edition.from_tables(apply(edition.tables(), weighed.edits), edition.model)
    gone = {rule.id for rule in edition.rules} - {rule.id for rule in draft.rules}
    assert "matching-band" in gone
    assert not gone & set(weighed.report.used)


async def test_a_scope_that_nothing_needed_is_told(a_world: World, edition: Edition) -> None:
    evidence = Evidence()
    asker = Asker("employer-a", "employer", "service.application", "employer-a")
    evidence.by_asker[asker] = 2
    evidence.asked[asker] = Counter({"User.email": 2, "User.phone": 2, "User.id": 2})
    evidence.withheld[asker] = Counter({"User.email": 1, "User.phone": 2})
    words = ["purpose:service", "purpose:service.eligibility", "category:contact", "category:card"]
    told = report(evidence, edition, {"employer-a": words, "employer-b": []})
    assert told.over_asking == (AskedInVain(asker, "User.phone", 2),)
    assert told.always_withheld == {"User.phone": 2}
    assert [(each.fields, each.withheld) for each in told.shares] == [(6, 3)]
    assert told.unused_scopes == (
        UnusedScope("employer-a", "purpose:service.eligibility"),
        UnusedScope("employer-a", "category:card"),
    )
    assert set(await read_scopes(a_world.house.store)) >= {"employer-a", "frontend"}


def test_what_rights_and_duties_rest_on_is_never_removed(edition: Edition) -> None:
    gone = removable(edition, (), every(edition))
    assert gone
    for rule in gone:
        assert rule.effect == "allow"
        assert rule.action in {"read", "collect", "correct"}
        assert rule.role not in {"user", "readers", "any"}
        assert rule.recipient not in {"person", "first_party", "any"}
        assert rule.purpose.split(".")[0] not in {"compliance", "any", "none"}


def test_a_rule_that_is_younger_or_changed_is_never_removed(edition: Edition) -> None:
    may_go = {rule.id for rule in removable(edition, (), every(edition))}
    assert "matching-band" in may_go
    assert removable(edition, (), ()) == ()
    old = every(edition) - {"matching-band"}
    assert {rule.id for rule in removable(edition, (), old)} == may_go - {"matching-band"}
    used = removable(edition, ["matching-band"], every(edition))
    assert {rule.id for rule in used} == may_go - {"matching-band"}


def test_an_earlier_edition_holds_the_rules_that_decided_alike(edition: Edition) -> None:
    rows = frozenset(rule.casbin_row() for rule in edition.rules)
    (band,) = (row for row in rows if row[0] == "matching-band")
    reworded = replace(edition.rules[0], note_en="another")
    again = replace(edition, rules=(reworded, *edition.rules[1:]))
    assert held(again.canonical(), rows) == rows
    assert held(without(edition, "matching-band").canonical(), rows) == rows - {band}
    assert held(needing(edition, "matching-band", "-").canonical(), rows) == rows - {band}
    assert held("nothing of ours", rows) == held("[]", rows) == held("{}", rows) == frozenset()


async def test_a_rule_is_as_old_as_the_first_edition_that_held_it_ever_since(
    a_world: World, edition: Edition
) -> None:
    store, inforce = a_world.house.store, a_world.house.inforce
    changed = needing(edition, "matching-band", "-")
    for each in (changed, edition, same_but_for_a_word(edition), edition):
        await put_in_force(store, inforce, each)
    published = await store.fetch("SELECT published_at FROM editions ORDER BY number DESC LIMIT 4", {})
    first, back = moment(published[3][0]), moment(published[2][0])
    rows = [rule.casbin_row() for rule in edition.rules]
    ages = await read_ages(store, edition.id, rows, as_it_is)
    assert ages["matching-band"] == back
    assert ages["matching-prefecture"] < first
    assert ages.keys() == every(edition)
    assert (await read_ages(store, "unknown", rows, as_it_is)) == {}


def test_the_draft_loads_and_its_decision_table_holds(edition: Edition) -> None:
    gone = removable(edition, ("application-introduction", "account"), every(edition))
    tables = apply(edition.tables(), narrowing(edition, gone))
    draft = Edition.from_tables(tables, edition.model)
    assert {rule.id for rule in edition.rules} - {rule.id for rule in draft.rules} == {
        rule.id for rule in gone
    }
    judge = Judge(draft, groups(draft))
    failing = [row for row in draft.expectations if not holds(row, judge)]
    assert failing == []
    turned = [row for row in draft.expectations if row.en.endswith("(no longer: its rule is removed)")]
    assert turned
    assert all(row.expected == "deny" and row.ja.endswith("（根拠の規則が外れ、不可）") for row in turned)
