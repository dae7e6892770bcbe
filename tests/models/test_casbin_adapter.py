"""Stock pycasbin on the rows of the adapter: it answers like the gateway's judge, and saves nothing."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random
from typing import Any

import casbin  # type: ignore[import-untyped]  # pycasbin ships no types
import pytest

from models.database.opening import opened
from models.database.store import Store
from models.editions.adapter import TortoiseAdapter
from models.editions.published import NoSuchEdition
from models.publish import publish_shipped
from models.recipients.recipient import Recipient, RecipientStatus
from models.registry import read_registry
from policies.casbin_rows import CasbinRows, ReadOnly
from policies.edition import HERE, MODEL, Edition
from policies.judging.judge import Judge
from policies.judging.matcher import met
from policies.judging.question import Question
from policies.trial import asked
from policies.vocabulary import Action, Fact, Role, standing

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CHECKOUT = HERE.parent
CONF = str(CHECKOUT / MODEL)


@asynccontextmanager
async def published(url: str, *editions: Edition) -> AsyncIterator[Store]:
    async with opened(url, pool_size=2) as store:
        for each in editions:
            assert await publish_shipped(store, each, NOW)
        yield store


async def read(adapter: TortoiseAdapter) -> casbin.AsyncEnforcer:
    """An enforcer as the manual of pycasbin makes one, with one function of ours."""
    enforcer = casbin.AsyncEnforcer(CONF, adapter)
    await enforcer.load_policy()
    enforcer.add_function("met", met)
    return enforcer


def answers(enforcer: Any, questions: Iterable[Question]) -> list[tuple[bool, str | None]]:
    told = (enforcer.enforce_ex(*question) for question in questions)
    return [(allowed, rule[0] if rule else None) for allowed, rule in told]


def judged(judge: Judge, questions: Iterable[Question]) -> list[tuple[bool, str | None]]:
    return [(each.allowed, each.rule) for each in map(judge.decide, questions)]


def without(edition: Edition, rule: str) -> Edition:
    return replace(edition, rules=tuple(each for each in edition.rules if each.id != rule))


async def recipient(name: str, kind: str, status: RecipientStatus, until: date | None = None) -> None:
    await Recipient.create(
        id=name, kind=kind, name=name, address="", representative="", status=status, contract_until=until
    )


async def test_stock_casbin_answers_the_whole_decision_table_by_the_same_rules(
    own_database_url: str, edition: Edition
) -> None:
    async with published(own_database_url, edition):
        enforcer = await read(TortoiseAdapter())
    questions = [asked(case) for case in edition.expectations]
    expected = [(case.expected == "allow", case.rule or None) for case in edition.expectations]
    assert answers(enforcer, questions) == expected


async def test_of_registered_recipients_it_answers_like_the_gateway(
    own_database_url: str, edition: Edition
) -> None:
    async with published(own_database_url, edition) as store:
        await recipient("bakery", "employer", RecipientStatus.ACTIVE)
        await recipient("seen", "analytics", RecipientStatus.ACTIVE, until=date(2026, 11, 22))
        registry = await read_registry(store, NOW)
        enforcer = await read(TortoiseAdapter(clock=lambda: NOW))
    chance = Random(7)  # noqa: S311 - no secret
    leaves = [each.id for each in edition.purposes.values() if not each.abstract]
    questions = [
        Question(
            chance.choice(list(Role)),
            chance.choice(list(Action)),
            chance.choice([*leaves, "none"]),
            chance.choice(list(edition.fields)),
            chance.choice(["bakery", "seen", "internal", "person"]),
            standing(*chance.sample(list(Fact), chance.randrange(8))),
        )
        for _ in range(400)
    ]
    rows = [asked(case) for case in edition.expectations if case.recipient in {"employer", "analytics"}]
    named = {"employer": "bakery", "analytics": "seen"}
    questions += [each._replace(recipient=named[each.recipient]) for each in rows]
    found = answers(enforcer, questions)
    assert found == judged(Judge(edition, registry.kinds), questions)
    assert {allowed for allowed, _ in found} == {True, False}


async def test_who_may_be_given_nothing_has_no_step_to_a_group(
    own_database_url: str, edition: Edition
) -> None:
    async with published(own_database_url, edition):
        await recipient("bakery", "employer", RecipientStatus.ACTIVE)
        await recipient("stopped", "employer", RecipientStatus.STOPPED)
        await recipient("lapsed", "employer", RecipientStatus.ACTIVE, until=date(2026, 11, 21))
        await recipient("authority", "employer", RecipientStatus.ACTIVE)
        enforcer = await read(TortoiseAdapter(clock=lambda: NOW))
    of_employers = [step[0] for step in enforcer.get_named_grouping_policy("g4") if step[1] == "employer"]
    assert of_employers == ["bakery"]


async def test_an_edition_is_read_by_its_number_its_id_or_as_the_one_in_force(
    own_database_url: str, edition: Edition
) -> None:
    newer = without(edition, "application-contact")
    async with published(own_database_url, edition, newer):
        for asked, holds in ((None, False), ("1", True), (edition.id[:9], True), ("2", False)):
            enforcer = await read(TortoiseAdapter(asked))
            assert any(row[0] == "application-contact" for row in enforcer.get_policy()) is holds
        with pytest.raises(NoSuchEdition, match="no published edition has this number or id"):
            await read(TortoiseAdapter("3"))


async def test_who_loads_again_reads_what_is_in_force_then(own_database_url: str, edition: Edition) -> None:
    async with published(own_database_url, edition) as store:
        enforcer = await read(TortoiseAdapter())
        before = len(enforcer.get_policy())
        await publish_shipped(store, without(edition, "application-contact"), NOW)
        await enforcer.load_policy()
    assert len(enforcer.get_policy()) == before - 1


async def test_before_anything_is_published_nothing_is_read(own_database_url: str) -> None:
    async with opened(own_database_url, pool_size=2):
        with pytest.raises(NoSuchEdition, match="run `mokuteki init` first"):
            await read(TortoiseAdapter())


async def test_no_way_of_saving_changes_what_is_kept(own_database_url: str, edition: Edition) -> None:
    async with published(own_database_url, edition) as store:
        enforcer = await read(TortoiseAdapter())
        row = enforcer.get_policy()[0]
        new = ["everybody", "allow", "any", "any", "any", "any", "any", "-"]
        step = ["bakery", "employer"]
        ways = (
            enforcer.save_policy,
            lambda: enforcer.add_policy(*new),
            lambda: enforcer.add_policies([new]),
            lambda: enforcer.add_named_grouping_policy("g4", *step),
            lambda: enforcer.update_policy(row, new),
            lambda: enforcer.update_policies([new], [row]),
            lambda: enforcer.remove_policies([row]),
            lambda: enforcer.remove_filtered_policy(0, "erased-acts"),
            lambda: enforcer.remove_policy(*enforcer.get_policy()[5]),
        )
        for way in ways:
            with pytest.raises(ReadOnly, match="changed by a draft that is approved and published"):
                await way()
        kept = await store.fetch("SELECT id FROM editions", {})
        assert [each[0] for each in kept] == [edition.id]
        await enforcer.load_policy()
        assert row in enforcer.get_policy()


async def test_a_plain_enforcer_takes_the_rows_that_were_read(
    own_database_url: str, edition: Edition
) -> None:
    async with published(own_database_url, edition):
        enforcer = casbin.Enforcer(CONF, await TortoiseAdapter().rows())
    enforcer.add_function("met", met)
    questions = [asked(case) for case in edition.expectations[::20]]
    assert answers(enforcer, questions) == [
        (case.expected == "allow", case.rule or None) for case in edition.expectations[::20]
    ]
    with pytest.raises(ReadOnly):
        enforcer.add_policy("everybody", "allow", "any", "any", "any", "any", "any", "-")


def test_the_deepest_names_an_edition_may_have_are_climbed_to_the_root(edition: Edition) -> None:
    """Casbin's manager of roles follows ten names; a tree of eight with a field or a recipient below has nine."""
    tables = edition.tables()
    deep = ["everything", *(f"deep-{level}" for level in range(2, 9))]
    tables["categories"] += [[child, parent, child, child] for parent, child in pairwise(deep)]
    tables["guards"] += [["Query.deepest", deep[-1], "最も深い", "The deepest"]]
    groups = [f"group-{level}" for level in range(1, 9)]
    tables["groups"] += [
        [child, parent, "", child, child] for child, parent in zip(groups, ["", *groups], strict=False)
    ]
    row = ["all", "allow", "auditor", "invoke", "compliance.security", "everything", "group-1", "screened"]
    tables["rules"] += [[*row, "Clause 1", "すべて", "All of it"]]
    found = Edition.from_tables(tables, edition.model)
    enforcer = casbin.Enforcer(CONF, CasbinRows(found, {"far": groups[-1]}))
    enforcer.add_function("met", met)
    question = Question(
        "auditor", "invoke", "compliance.security", "Query.deepest", "far", standing(Fact.SCREENED)
    )
    assert answers(enforcer, [question]) == [(True, "all")]
    assert judged(Judge(found, {"far": groups[-1]}), [question]) == [(True, "all")]


def test_a_name_that_nobody_knows_is_no_to_the_gateway_and_itself_to_stock_casbin(edition: Edition) -> None:
    """What the page on stock tools warns of: ask with names of the edition and the register alone."""
    enforcer = casbin.Enforcer(CONF, CasbinRows(edition, {}))
    enforcer.add_function("met", met)
    question = Question("staff", "invoke", "none", "Query.clients", "nobody", standing())
    assert answers(enforcer, [question]) == [(True, "register-clients")]
    assert judged(Judge(edition), [question]) == [(False, None)]


async def test_the_example_of_the_docs_prints_what_they_say(database_url: str, edition: Edition) -> None:
    page = (CHECKOUT / "docs" / "casbin.md").read_text(encoding="utf-8")
    example, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (printed,) = re.findall(r"^It prints `(.*)`\.$", page, re.MULTILINE)
    async with published(database_url, edition):
        await recipient("employer-a", "employer", RecipientStatus.ACTIVE)
    there = example.replace("sqlite://var/mokuteki.db", database_url)
    assert there != example
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "-c", there, cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
    )
    told, complaints = await ran.communicate()
    assert (ran.returncode, told.decode(), complaints.decode()) == (0, f"{printed}\n", "")
