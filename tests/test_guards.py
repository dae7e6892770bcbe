"""The guards: what nobody declared or decided about stops the start, in one sentence that names it."""

import ast
import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    extend_schema,
    parse,
)
from tortoise import Model, fields

from api.house import open_house
from api.log_line import only_allowed
from api.schema.build import build_schema as served
from api.schema.build import core
from api.schema.guarded import REGISTERS, Unguarded, check_guards, needed_guards
from models.catalogue import CATEGORIES, FIELDS
from models.database.opening import migrate, opened
from models.personal import Undeclared, declared, personal, system
from models.publish import publish_shipped
from models.user import User
from policies.edition import Edition, PolicyError, shipped
from policies.judging.judge import Judge
from policies.judging.question import Question
from policies.vocabulary import UNSORTED, Fact, Role, standing
from tests.world import settings, world

PATIENCE = 30
"""Seconds after which a test gives up; the lease of what is in force is one."""


class Undecorated(Model):
    id = system(fields.BigIntField(primary_key=True))
    shoe_size = fields.CharField(max_length=5)


class Uncategorised(Model):
    id = system(fields.BigIntField(primary_key=True))
    shoe_size = personal(
        fields.CharField(max_length=5), "User.shoeSize", tier=1, clause="2", ja="靴のサイズ", en="Shoe size"
    )


class Declared(Model):
    id = system(fields.BigIntField(primary_key=True))
    shoe_size = personal(
        fields.CharField(max_length=5),
        "User.shoeSize",
        category=UNSORTED,
        tier=1,
        clause="2",
        ja="靴のサイズ",
        en="Shoe size",
    )


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (Undecorated, "`Undecorated.shoe_size` declares no category: wrap it in `personal()`"),
        (Uncategorised, "`User.shoeSize` declares no category: name one in `Uncategorised.shoe_size`"),
    ],
)
def test_a_column_without_a_category_stops_the_start_with_a_sentence_that_names_it(
    model: type[Model], told: str
) -> None:
    with pytest.raises(Undeclared, match=f"^{re.escape(told)}$"):
        declared(model)


def test_a_column_with_a_category_is_a_field() -> None:
    (field,) = declared(Declared)
    assert (field.path, field.category, field.columns) == ("User.shoeSize", UNSORTED, ("shoe_size",))


def test_every_column_of_a_user_is_declared_and_the_type_comes_from_the_catalogue() -> None:
    columns = {column for field in declared(User) for column in field.columns}
    systemic = set(User._meta.fields_map) - columns  # noqa: SLF001 - the only list of columns
    assert systemic.isdisjoint(columns)
    served_type = core(served()).type_map["User"]
    assert isinstance(served_type, GraphQLObjectType)
    assert {path.split(".")[1] for path in FIELDS} | {"answers"} == set(served_type.fields)


def test_a_category_that_is_none_is_refused_by_the_edition() -> None:
    with pytest.raises(PolicyError, match="shoes"):
        shipped({**CATEGORIES, "User.shoeSize": "shoes"})


def test_a_new_field_starts_unsorted_and_nobody_reads_it(edition: Edition) -> None:
    fields_now = {**CATEGORIES, "User.shoeSize": UNSORTED}
    new = shipped(fields_now)
    recipients = {name: name for name in new.groups}
    judge = Judge(new, recipients)
    every = standing(
        *(fact for fact in Fact if fact not in (Fact.ERASED, Fact.HELD, Fact.OPTED_OUT, Fact.ABROAD))
    )
    for role in Role:
        for purpose in new.purposes:
            for recipient in recipients:
                asked = Question(role, "read", purpose, "User.shoeSize", recipient, every)
                decision = judge.decide(asked)
                assert not decision.allowed, (role, purpose, recipient, decision.rule)
    assert "User.shoeSize" not in edition.fields


def extended(text: str) -> GraphQLSchema:
    return extend_schema(core(served()), parse(text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("extend type Query { salaries: [Int] }", ["Query.salaries"]),
        ("extend type Mutation { eraseEverybody: Boolean }", ["Mutation.eraseEverybody"]),
        (
            "type Salary { amount: Int } extend type Access { salary: Salary }",
            ["Access.salary", "Salary.amount"],
        ),
        (
            "type Salary { amount: Int } extend type Query { salary: Salary } extend type Mutation { pay: Salary }",
            ["Query.salary", "Mutation.pay", "Salary.amount"],
        ),
        (
            "type Subscription { salaries: Int } extend schema { subscription: Subscription }",
            ["Subscription.salaries"],
        ),
        ("extend type User { shoeSize: String }", ["User.shoeSize"]),
        ("extend type User { employer: UserEdge }", ["User.employer"]),
        ("extend type Name { nick: String }", ["Name.nick"]),
        ("extend type Consent { ipAddress: String }", ["Consent.ipAddress"]),
        ("extend type Answer { writtenAt: DateTime }", ["Answer.writtenAt"]),
        (
            "extend type Provision { email: String } extend type Release { name: Name }",
            ["Release.name", "Provision.email"],
        ),
        ("extend type Recipient { users: UserConnection! }", ["Recipient.users"]),
        ("extend type PageInfo { last: User }", ["PageInfo.last"]),
        ("extend type WithdrawConsentPayload { consent: Consent }", ["WithdrawConsentPayload.consent"]),
        (
            "type Application { stage: String } extend type User { applications: [Application!] }",
            ["User.applications", "Application.stage"],
        ),
        (
            "type CaseFile { basis: String } extend type Query { caseFiles: [CaseFile!] }",
            ["Query.caseFiles", "CaseFile.basis"],
        ),
    ],
)
def test_a_schema_with_what_no_rule_decides_about_does_not_stand(
    edition: Edition, text: str, names: list[str]
) -> None:
    listed = ", ".join(f"`{each}`" for each in names)
    with pytest.raises(
        Unguarded, match=f"^the schema has what no rule decides about: {listed}; guard it in "
    ):
        check_guards(extended(text), edition)


def test_every_field_of_a_type_that_a_register_shows_is_named_and_none_that_is_gone() -> None:
    types = core(served()).type_map
    for name, fields_of_it in REGISTERS.items():
        made = types[name]
        assert isinstance(made, GraphQLObjectType), name
        assert set(made.fields) == set(fields_of_it.split()), name


@pytest.mark.parametrize("name", ["Consent.ipAddress", "User.shoeSize", "Salary.amount"])
def test_an_edition_cannot_guard_what_is_no_field_of_a_root(edition: Edition, name: str) -> None:
    node = edition.guards["Query.purposes"]
    more = replace(edition, guards={**edition.guards, name: node})
    kind, field = name.split(".")
    known = kind in core(served()).type_map
    text = f"{'extend ' if known else ''}type {kind} {{ {field}: String }}"
    reached = "" if known else f" extend type Access {{ more: {kind} }}"
    with pytest.raises(Unguarded, match=re.escape(f"`{name}`")):
        check_guards(extended(text + reached), more)


def test_the_schema_as_it_is_served_stands(edition: Edition) -> None:
    check_guards(core(served()), edition)


def without(edition: Edition, lost: str) -> Edition:
    return replace(edition, guards={name: node for name, node in edition.guards.items() if name != lost})


PARTS_LOST = (
    "Query.__schema",
    "Query.explain.others",
    "Mutation.withdrawConsent.holders",
    "Mutation.withdrawConsent.notice",
    "Mutation.setApplicationStage.HIRED",
    "Event.location",
)


def test_every_part_of_a_field_that_code_asks_about_by_name_is_needed() -> None:
    literals = {
        node.value
        for layer in ("api", "models")
        for file in Path(layer).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = {each for each in literals if re.fullmatch(r"(Query|Mutation)(\.\w+){2,}", each)}
    assert named >= {"Query.explain.others", "Mutation.withdrawConsent.notice"}
    assert named <= set(needed_guards(core(served())))


@pytest.mark.parametrize("lost", ["Query.user", "Query.accesses", "Mutation.recordConsent", *PARTS_LOST])
def test_an_edition_that_loses_a_guard_does_not_open_its_door(edition: Edition, lost: str) -> None:
    with pytest.raises(Unguarded, match=re.escape(f"`{lost}`")):
        check_guards(core(served()), without(edition, lost))


async def test_a_gateway_does_not_start_under_an_edition_that_lost_a_guard(
    edition: Edition, tmp_path: Path
) -> None:
    given = settings(f"sqlite://{tmp_path / 'mokuteki.db'}", tmp_path)
    await migrate(given.database_url)
    async with opened(given.database_url) as store:
        await publish_shipped(store, without(edition, "Query.user"), datetime.now(UTC))
    with pytest.raises(Unguarded, match=re.escape("`Query.user`")):
        async with open_house(given):
            pass


async def test_an_edition_that_lost_a_guard_does_not_come_into_force_in_a_gateway_that_runs(
    edition: Edition, tmp_path: Path
) -> None:
    asked = '{ user(id: "nobody") { id } }'
    declared = {"Purpose": "service.account"}
    async with world(f"sqlite://{tmp_path / 'mokuteki.db'}", tmp_path, edition, people=9) as made:
        with structlog.testing.capture_logs() as logs:
            await publish_shipped(made.house.store, without(edition, "Query.user"), datetime.now(UTC))
            async with asyncio.timeout(PATIENCE):
                while (response := await made.send("frontend", asked, headers=declared)).status_code == 200:
                    assert response.json() == {"data": {"user": None}}
        assert (response.status_code, made.codes(response.json())) == (503, ["POLICY_UNAVAILABLE"])
        state = await made.http.get("/readyz")
        assert (state.status_code, state.json()) == (503, {"ready": False, "not_ready": ["edition"]})
        assert b"mokuteki_edition_refused 2.0" in made.house.metrics.text()
        (said,) = [each for each in logs if each["event"] == "edition.refused"]
        assert (said["number"], said["error"], said["names"]) == (2, "Unguarded", ["Query.user"])
        line = {key: value for key, value in said.items() if key != "log_level"}
        assert only_allowed(None, "", dict(line)) == line
        assert made.house.inforce.edition_in_force.id == edition.id
        await publish_shipped(made.house.store, edition, datetime.now(UTC))
        async with asyncio.timeout(PATIENCE):
            while (response := await made.send("frontend", asked, headers=declared)).status_code == 503:
                pass
        assert response.json() == {"data": {"user": None}}
        assert b"mokuteki_edition_refused 0.0" in made.house.metrics.text()


@pytest.mark.parametrize("field", ["Query.salaries", "Mutation.eraseEverybody", "Query.__type"])
def test_a_field_without_a_guard_is_invoked_by_nobody(edition: Edition, field: str) -> None:
    judge = Judge(edition, {name: name for name in edition.groups})
    for role in Role:
        for purpose in edition.purposes:
            asked = Question(role, "invoke", purpose, field, "internal", standing(*Fact))
            assert not judge.decide(asked).allowed


def test_a_plain_schema_without_roots_of_ours_is_not_taken_for_one(edition: Edition) -> None:
    with pytest.raises(Unguarded):
        check_guards(build_schema("type Query { hello: String }"), edition)
