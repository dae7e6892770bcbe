"""The refusals: each told in both languages, with the law of the step that failed, and never of a person."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from api.gateway.refusal import Code
from api.gateway.release.purpose import CLAUSES
from api.gateway.told import SENTENCES
from api.settings import CHECKOUT
from policies.edition import Edition
from tests.api.test_attack_waiting import publish
from tests.world import World

A_WORD = {"PERSISTED_QUERY_NOT_FOUND"}
"""Told by the very word that clients wait for."""

JAPANESE = re.compile("[ぁ-ん]")
ACCOUNT = '@purpose(id: "service.account")'
MATCHING = '@purpose(id: "service.matching")'
RESPONSE = {"Accept": "application/graphql-response+json"}


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call in the code of the surfaces, and of what bars changes of drafts."""
    files = [*(CHECKOUT / "api").rglob("*.py"), *(CHECKOUT / "models" / "drafts").rglob("*.py")]
    for file in sorted(files):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield file, node


def named(call: ast.Call) -> Iterator[str]:
    """The sentences that a call names: in `Told(…)`, as a limit, or as the code of a purpose."""
    what = ast.unparse(call.func)
    texts = [str(each.value) for each in ast.walk(call) if isinstance(each, ast.Constant)]
    if what in {"Told", "_others_closed"}:
        yield from (text for text in texts if text in SENTENCES)
    elif what in {"act.wrong", "self.wrong", "self._mistake"} and isinstance(call.args[1], ast.Constant):
        yield str(call.args[1].value)
    elif what.endswith(".text") and any(each.arg == "missing" for each in call.keywords):
        yield from (text for text in texts if text in SENTENCES)
    elif what == "_refused" and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)
    elif what in {"exceeded", "_at_most"} and isinstance(call.args[0], ast.Constant):
        yield f"LIMIT_{str(call.args[0].value).upper()}"
    elif what == "Barred" and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)
    elif what == "_wrong":
        yield from (text for text in texts if text in SENTENCES)
    elif what == "_refusal":
        yield from (text for text in texts if text in SENTENCES)
        yield from re.findall(r"Code\.(PURPOSE_[A-Z_]+)", ast.unparse(call))


def test_every_sentence_is_used_and_every_sentence_used_is_there() -> None:
    used = {name for _, call in calls() for name in named(call)}
    assert used == set(SENTENCES)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_is_there_in_both_languages_with_the_same_places(name: str) -> None:
    sentence = SENTENCES[name]
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", name)
    assert not sentence.en.endswith(".")
    assert sentence.ja.endswith("。")
    assert JAPANESE.search(sentence.ja)
    assert not JAPANESE.search(sentence.en)
    places = [{place for _, place, _, _ in Formatter().parse(text) if place} for text in sentence]
    assert places[1] <= places[0]
    assert places[0] - places[1] <= {"most"}
    assert [text.count("`") % 2 for text in sentence] == [0, 0]


def test_no_refusal_is_a_text_of_one_language() -> None:
    texts = [
        f"{file.name}:{call.lineno}"
        for file, call in calls()
        if ast.unparse(call.func) == "Refusal"
        and isinstance(call.args[1], ast.Constant | ast.JoinedStr | ast.BinOp)
        and ast.unparse(call.args[0]).removeprefix("Code.") not in A_WORD
    ]
    assert texts == []


REFUSED = {
    "UNAUTHENTICATED": ("{ purposes { id } }", {"Authorization": "Bearer nothing"}, "UNAUTHENTICATED"),
    "PURPOSE_MISSING": ("{ users { edges { cursor } } }", {}, "PURPOSE_MISSING"),
    "PURPOSE_UNKNOWN": ("{ users { edges { cursor } } }", {"Purpose": "x"}, "PURPOSE_UNKNOWN"),
    "PURPOSE_ABSTRACT": ("{ users { edges { cursor } } }", {"Purpose": "service"}, "PURPOSE_ABSTRACT"),
    "PURPOSE_NOT_ALLOWED": (
        "{ users { edges { cursor } } }",
        {"Purpose": "compliance.security"},
        "PURPOSE_NOT_ALLOWED",
    ),
    "RECIPIENT_NOT_ALLOWED": (
        f"query {ACCOUNT} {{ users {{ edges {{ cursor }} }} }}",
        {"Recipient": "employer-a"},
        "PURPOSE_NOT_ALLOWED",
    ),
    "FIELD_FORBIDDEN": (
        f"query {MATCHING} {{ users {{ edges {{ node {{ email }} }} }} }}",
        {},
        "FIELD_FORBIDDEN",
    ),
    "FILTER_FORBIDDEN": (
        f'query {MATCHING} {{ users(filter: {{email: {{eq: "a@b.example"}}}}) {{ edges {{ cursor }} }} }}',
        {},
        "FILTER_FORBIDDEN",
    ),
    "OPERATION_FORBIDDEN": ("{ recipients { id } }", {}, "OPERATION_FORBIDDEN"),
    "LIMIT_FIRST": (
        f"query {MATCHING} {{ users(first: 1001) {{ edges {{ cursor }} }} }}",
        {},
        "LIMIT_EXCEEDED",
    ),
    "LIMIT_BODY_BYTES": ("#" * 1_000_001, {}, "LIMIT_EXCEEDED"),
}


@pytest.mark.parametrize("sentence", REFUSED)
async def test_a_refusal_is_told_in_the_language_asked(a_world: World, sentence: str) -> None:
    query, headers, code = REFUSED[sentence]
    client = "ad-network" if sentence == "OPERATION_FORBIDDEN" else "frontend"
    told = {}
    for asked, language in ((None, "en"), ("ja", "ja"), ("ja-JP, en;q=0.5", "ja"), ("en, ja;q=0.5", "en")):
        spoken = {} if asked is None else {"Accept-Language": asked}
        response = await a_world.send(client, query, headers={**headers, **spoken})
        errors = response.json()["errors"]
        assert {error["extensions"]["code"] for error in errors} == {code}
        told[language] = errors[0]["message"]
        beginning = re.split(r"[{]", getattr(SENTENCES[sentence], language), maxsplit=1)[0]
        assert told[language].startswith(beginning)
        assert bool(JAPANESE.search(told[language])) is (language == "ja")
    assert told["ja"] != told["en"]


async def test_why_a_field_is_refused_is_told_in_japanese_with_the_nearest_rule(a_world: World) -> None:
    query = f"query {MATCHING} {{ users(first: 1) {{ edges {{ node {{ email }} }} }} }}"
    answer = await a_world.ask("frontend", query, headers={"Accept-Language": "ja"})
    (error,) = answer["errors"]
    assert f"規則「{error['extensions']['rule']}」" in error["message"]


async def test_what_is_withheld_and_a_register_that_is_closed_are_told_in_japanese(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    query = """query($id: ID!) @purpose(id: "service.application") {
      user(id: $id) { address { town } }
      explain(role: "auditor", purpose: "service.account", field: "User.email", recipient: "internal") { allowed }
    }"""
    answer = await a_world.ask("employer-a", query, {"id": user}, headers={"Accept-Language": "ja"})
    told = {error["extensions"]["code"]: error["message"] for error in answer["errors"]}
    assert told == {
        "FIELD_WITHHELD": SENTENCES["FIELD_WITHHELD"].ja.format(field="User.address.town"),
        "OPERATION_FORBIDDEN": SENTENCES["OTHER_ROLES_CLOSED"].ja,
    }


def law(code: str) -> str:
    """What the documentation says that a code enforces."""
    page = (CHECKOUT / "docs" / "errors.md").read_text("utf-8")
    row = re.search(rf"^\| `{code}` \|.*\| ([^|]+) \|$", page, re.MULTILINE)
    assert row
    return re.sub(r"(?<!APPI )\bArt", "APPI Art", row[1])


@pytest.mark.parametrize("code", CLAUSES)
def test_the_law_of_each_step_is_that_of_the_documentation(code: Code) -> None:
    assert CLAUSES[code] == law(code)


async def test_each_refused_declaration_tells_the_law_of_its_step(a_world: World) -> None:
    told = {}
    for sentence, (query, headers, code) in REFUSED.items():
        if code.startswith("PURPOSE_"):
            (error,) = (await a_world.ask("frontend", query, headers=headers))["errors"]
            told[sentence] = error["extensions"]["clause"]
    assert told == {
        "PURPOSE_MISSING": law("PURPOSE_MISSING"),
        "PURPOSE_UNKNOWN": law("PURPOSE_UNKNOWN"),
        "PURPOSE_ABSTRACT": law("PURPOSE_ABSTRACT"),
        "PURPOSE_NOT_ALLOWED": law("PURPOSE_NOT_ALLOWED"),
        "RECIPIENT_NOT_ALLOWED": law("RECIPIENT_NOT_ALLOWED"),
    }


async def why(
    world: World, client: str, query: str, given: object = None, **more: object
) -> tuple[str | None, ...]:
    """Reason, clause and rule of an operation that is forbidden, and what else its error tells."""
    variables = {"input": given} if given else None
    answer = await world.ask(client, query, variables, **more)
    (error,) = answer["errors"]
    extensions = error["extensions"]
    assert extensions["code"] == "OPERATION_FORBIDDEN"
    assert set(extensions) <= {"code", "field", "reason", "clause", "rule", "requestId"}
    return extensions["reason"], extensions["clause"], extensions["rule"]


STAGE = """mutation($input: SetApplicationStageInput!) @purpose(id: "%s") {
  setApplicationStage(input: $input) { stage } }"""
UPDATE = """mutation($input: UpdateUserInput!) @purpose(id: "service.account") {
  updateUser(input: $input) { user { id } } }"""


async def test_a_door_that_no_rule_opens_tells_the_nearest_rule_and_its_clause(a_world: World) -> None:
    reason, clause, rule = await why(a_world, "ad-network", "{ recipients { id } }")
    edition = a_world.house.inforce.edition_in_force
    assert reason == "ROLE_NOT_ALLOWED"
    nearest = edition.rule(str(rule))
    assert nearest
    assert clause == nearest.clause


async def test_an_act_that_no_rule_allows_of_anybody_tells_why_of_each_person_alike(a_world: World) -> None:
    stage = STAGE % "service.application"
    told = [
        await why(a_world, "employer-a", stage, {"user": a_world.demo.users[each], "stage": "APPLIED"})
        for each in ("consented-employer-a", "offered-employer-a", "plain", "erased")
    ]
    assert len(set(told)) == 1
    assert told[0] != (None, None, None)


async def test_an_act_that_this_person_alone_keeps_closed_tells_nothing_of_them(
    a_world: World, edition: Edition
) -> None:
    sheets = edition.sheets()
    path, note = "Mutation.setApplicationStage.HIRED", ("7", "試験", "for a test")
    sheets["rules"].append(["met", "deny", "any", "invoke", "any", path, "any", "!offer-accepted", *note])
    await publish(a_world, Edition.of(sheets, edition.model, edition.declared))
    try:
        given = {"user": a_world.demo.users["consented-employer-a"], "stage": "HIRED"}
        told = await why(a_world, "employer-a", STAGE % "service.application", given)
        language = {"Accept-Language": "ja"}
        asked = await a_world.ask(
            "employer-a", STAGE % "service.application", {"input": given}, headers=language
        )
    finally:
        await publish(a_world, edition)
    assert told == (None, None, None)
    assert asked["errors"][0]["message"] == SENTENCES["OPERATION_FORBIDDEN_FOR_PERSON"].ja.format(field=path)


async def test_a_token_too_narrow_and_a_mutation_by_get_name_their_reason(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    given = {"id": user, "user": {"phone": "+819012340009"}}
    narrow = await why(a_world, "frontend", UPDATE, given, user=user, scope=("category:name",))
    assert narrow == ("SCOPE_TOO_NARROW", None, None)
    token = await a_world.token("frontend")
    response = await a_world.http.get(
        "/graphql",
        params={
            "query": 'mutation @purpose(id: "service.account") { liftHold(input: {hold: "x"}) { hold } }'
        },
        headers={"Authorization": f"Bearer {token}"},
    )
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["reason"]) == (405, "MUTATION_BY_GET")
    assert (error["extensions"]["clause"], error["extensions"]["rule"]) == (None, None)
