"""What is sealed opens for an answer only: where it is released, in its own place, or the answer is nothing."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest

from models.catalogue import SEALED
from models.database.dialect import Dialect
from models.database.store import Row
from models.sealing.cell import CellKey
from models.user import User
from tests.api.markers import talkative
from tests.world import World

DESK = '@purpose(id: "compliance.requests", recipient: "person")'
CARD = "residenceCard { number nationality sex }"
TEXTS = 'answers(keys: ["selfIntroduction", "workHistoryText"]) { key value }'


def document(selection: str) -> str:
    return f"query($id: ID!) {DESK} {{ user(id: $id) {{ id {selection} }} }}"


async def asked(world: World, selection: str, user: str) -> httpx.Response:
    return await world.send(
        "privacy-desk",
        document(selection),
        {"id": user},
        headers={"Accept": "application/graphql-response+json"},
    )


async def kept(world: World, user: str, column: str) -> Any:
    postgres = world.house.store.dialect is Dialect.POSTGRES
    text = f"{column}::text" if column == "answers" and postgres else column
    return (await world.house.store.fetch(f"SELECT {text} FROM users WHERE id = :id", {"id": user}))[0][0]


async def put(world: World, user: str, column: str, value: Any) -> None:
    """Write around the record, as one who holds the database can."""
    cast = "::jsonb" if column == "answers" and world.house.store.dialect is Dialect.POSTGRES else ""
    async with world.house.store.transaction() as transaction:
        await transaction.execute(
            f"UPDATE users SET {column} = :value{cast} WHERE id = :id", {"value": value, "id": user}
        )


@asynccontextmanager
async def spoilt(world: World, user: str, column: str, value: Any) -> AsyncIterator[None]:
    before = await kept(world, user, column)
    await put(world, user, column, value)
    try:
        yield
    finally:
        await put(world, user, column, before)


async def newest(world: World) -> Row:
    rows = await world.house.store.fetch(
        "SELECT outcome, code, reason, users FROM accesses ORDER BY id DESC LIMIT 1", {}
    )
    return tuple(rows[0])


def refused(response: httpx.Response) -> bool:
    """Nothing is answered but that a value does not open."""
    (error,) = response.json()["errors"]
    assert response.status_code == 500
    assert "data" not in response.json()
    assert set(error) == {"message", "extensions"}
    assert set(error["extensions"]) == {"code", "reason", "requestId"}
    return (error["extensions"]["code"], error["extensions"]["reason"]) == ("INTERNAL", "VALUE_UNREADABLE")


async def test_what_is_sealed_is_released_as_it_was_written(a_world: World) -> None:
    person = await User.get(id=a_world.demo.users["plain"])
    told = (await asked(a_world, f"{CARD} {TEXTS}", person.id)).json()["data"]["user"]
    assert told["residenceCard"] == {
        "number": person.card_number,
        "nationality": person.card_nationality,
        "sex": person.card_sex,
    }
    assert {each["key"]: each["value"] for each in told["answers"]} == {
        key: person.answers[key] for key in ("selfIntroduction", "workHistoryText")
    }
    assert all(value for value in (*told["residenceCard"].values(), *person.answers.values()))


def moved(cell: bytes, other: bytes) -> bytes:
    del cell
    return other


def turned(cell: bytes, _other: bytes) -> bytes:
    return cell[:-1] + bytes([cell[-1] ^ 1])


def under_another_key(cell: bytes, _other: bytes) -> bytes:
    return CellKey(int.from_bytes(cell[:3]), b"x" * 32).seal(SEALED["card_sex"], 1, b"M")


def under_no_key(cell: bytes, _other: bytes) -> bytes:
    return (2**24 - 1).to_bytes(3) + cell[3:]


def empty(_cell: bytes, _other: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("spoil", [moved, turned, under_another_key, under_no_key, empty])
async def test_a_cell_that_does_not_open_answers_nothing_and_is_recorded(
    a_world: World, spoil: Callable[[bytes, bytes], bytes]
) -> None:
    user, other = (a_world.demo.users[name] for name in ("plain", "busy"))
    cell = await kept(a_world, user, "card_sex")
    value = spoil(cell, await kept(a_world, other, "card_sex"))
    async with spoilt(a_world, user, "card_sex", value):
        with talkative() as log:
            response = await asked(a_world, f"name {{ roman }} {CARD}", user)
        assert refused(response)
        assert await newest(a_world) == ("REFUSED", "INTERNAL", "VALUE_UNREADABLE", 0)
        (line,) = [orjson.loads(each) for each in log.getvalue().splitlines() if "unreadable" in each]
        assert line.keys() - {"timestamp"} == {"event", "level", "request_id", "field", "key"}
        assert (line["event"], line["field"]) == ("value.unreadable", "User.residenceCard.sex")
        assert line["key"] == int.from_bytes(value[:3])
        page = f"{{ users(first: 1000) {{ edges {{ node {{ id {CARD} }} }} }} }}"
        assert refused(
            await a_world.send(
                "privacy-desk",
                f"query {DESK} {page}",
                headers={"Accept": "application/graphql-response+json"},
            )
        )
        beside = (await asked(a_world, "name { roman } residenceCard { number }", user)).json()
        assert "errors" not in beside
        assert beside["data"]["user"]["residenceCard"]["number"]
    assert "errors" not in (await asked(a_world, CARD, user)).json()


async def test_a_cell_of_another_field_of_the_same_person_does_not_open(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    async with spoilt(a_world, user, "card_number", await kept(a_world, user, "card_sex")):
        assert refused(await asked(a_world, CARD, user))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("planted", ["M", 1, 1.5])
async def test_a_value_planted_in_clear_is_not_believed(a_world: World, planted: object) -> None:
    user = a_world.demo.users["plain"]
    async with spoilt(a_world, user, "card_sex", planted):
        assert refused(await asked(a_world, CARD, user))


def _answers(text: str, other: str) -> Iterator[dict[str, Any]]:
    """The answers of one person spoilt in every way, but the last of them."""
    answers, theirs = orjson.loads(text), orjson.loads(other)
    for value in (
        "in clear",
        3,
        ["in clear"],
        {},
        {"sealed": 3},
        {"sealed": "no base64"},
        {"sealed": ""},
        theirs["selfIntroduction"],
        answers["workHistoryText"],
    ):
        yield {**answers, "selfIntroduction": value}


async def test_an_answer_that_is_not_its_own_cell_answers_nothing(a_world: World) -> None:
    user, other = (a_world.demo.users[name] for name in ("plain", "busy"))
    texts = await kept(a_world, user, "answers"), await kept(a_world, other, "answers")
    for value in _answers(*texts):
        async with spoilt(a_world, user, "answers", orjson.dumps(value).decode()):
            assert refused(await asked(a_world, TEXTS, user))
            beside = (await asked(a_world, 'answers(keys: ["education"]) { value }', user)).json()
            assert beside["data"]["user"]["answers"][0]["value"] == value["education"]


async def test_an_answer_of_a_lower_tier_opens_where_it_is_sealed(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    person, before = await User.get(id=user), await kept(a_world, user, "answers")
    a_world.house.vault.leave_clear(())
    await person.save(update_fields=["answers"])
    try:
        assert '"education":{' in (await kept(a_world, user, "answers")).replace(" ", "")
        told = (await asked(a_world, "answers { key value }", user)).json()["data"]["user"]["answers"]
        assert {each["key"]: each["value"] for each in told} == person.answers
    finally:
        await put(a_world, user, "answers", before)


async def test_where_nothing_sealed_is_asked_no_cell_is_read(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, store, texts = a_world.demo.users["plain"], a_world.house.store, list[str]()
    honest = store.rows

    async def rows(text: str, args: Any) -> Any:
        texts.append(text)
        return await honest(text, args)

    monkeypatch.setattr(store, "rows", rows)
    monkeypatch.setattr(a_world.house.vault, "open_all", None)
    told = (await asked(a_world, "name { roman } residenceCard { status }", user)).json()
    assert told["data"]["user"]["residenceCard"]["status"]
    (read,) = [text for text in texts if "FROM users" in text]
    assert not [column for column in (*SEALED, "answers", "card_nationality_mark") if f"u.{column}" in read]
    assert not [text for text in texts if "data_keys" in text]


async def test_a_sealed_field_that_is_not_released_is_not_read(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(a_world.house.vault, "open_all", None)
    answer = await a_world.ask(
        "frontend",
        f'query($id: ID!) @purpose(id: "service.account") {{ user(id: $id) {{ id {CARD} }} }}',
        {"id": a_world.demo.users["plain"]},
    )
    assert answer["data"]["user"]["residenceCard"] is None
    assert a_world.codes(answer) == ["FIELD_FORBIDDEN"] * 3


def forget_keys(world: World) -> None:
    """Let the gateway be one that has read no key since all were made."""
    vault = world.house.vault
    vault._cells.clear()  # noqa: SLF001 - as it was before
    vault._marking, vault._highest = (), 0  # noqa: SLF001 - as it was before


async def test_a_key_that_is_not_known_yet_is_learnt_on_the_way(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    before = (await asked(a_world, f"{CARD} {TEXTS}", user)).json()
    forget_keys(a_world)
    assert (await asked(a_world, f"{CARD} {TEXTS}", user)).json() == before
    nation = before["data"]["user"]["residenceCard"]["nationality"]
    nationals = await found(a_world, {"eq": nation})
    forget_keys(a_world)
    assert await found(a_world, {"eq": nation}) == nationals
    assert user in nationals


async def test_a_mutation_that_meets_an_unknown_key_is_done_once(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    rows = "SELECT count(*) FROM consent_events WHERE user_id = :id AND state = 'WITHDRAWN'"
    before = (await a_world.house.store.fetch(rows, {"id": user}))[0][0]
    forget_keys(a_world)
    answer = await a_world.ask(
        "frontend",
        """mutation($i: WithdrawConsentInput!) @purpose(id: "service.account") {
          withdrawConsent(input: $i) { user { residenceCard { number } } } }""",
        {"i": {"user": user, "purpose": "service.application", "recipient": "employer-a"}},
        user=user,
    )
    assert "errors" not in answer
    number = answer["data"]["withdrawConsent"]["user"]["residenceCard"]["number"]
    assert number == (await User.get(id=user)).card_number
    assert (await a_world.house.store.fetch(rows, {"id": user}))[0][0] == before + 1


async def test_a_mutation_whose_answer_does_not_open_changes_nothing(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    cell = await kept(a_world, user, "card_number")
    state = "SELECT state FROM consents WHERE user_id = :id AND purpose = 'service.application'"
    async with spoilt(a_world, user, "card_number", turned(cell, b"")):
        answer = await a_world.ask(
            "frontend",
            """mutation($i: WithdrawConsentInput!) @purpose(id: "service.account") {
              withdrawConsent(input: $i) { user { residenceCard { number } } } }""",
            {"i": {"user": user, "purpose": "service.application", "recipient": "employer-a"}},
            user=user,
        )
        assert "data" not in answer
        assert a_world.codes(answer) == ["INTERNAL"]
        assert [tuple(row) for row in await a_world.house.store.fetch(state, {"id": user})] == [("GIVEN",)]


NATIONALS = f"""query($f: UserFilter!) {DESK} {{
  users(first: 1000, filter: $f) {{ edges {{ node {{ id residenceCard {{ nationality }} }} }} }} }}"""


async def found(world: World, given: dict[str, Any]) -> dict[str, str]:
    answer = await world.ask("privacy-desk", NATIONALS, {"f": {"nationality": given}})
    assert "errors" not in answer
    nodes = [edge["node"] for edge in answer["data"]["users"]["edges"]]
    return {node["id"]: node["residenceCard"]["nationality"] for node in nodes}


async def test_a_filter_by_nationality_finds_just_those_of_it(a_world: World) -> None:
    erased = a_world.demo.users["erased"]
    people = {each.id: each.card_nationality for each in await User.all() if each.id != erased}
    nations = sorted({nation for nation in people.values() if nation})
    assert len(nations) > 5
    for nation in nations:
        nationals = {user: each for user, each in people.items() if each == nation}
        assert await found(a_world, {"eq": nation}) == nationals
        assert await found(a_world, {"eq": nation, "in": nations}) == nationals
    first, last = nations[0], nations[-1]
    assert await found(a_world, {"in": [first, last, first]}) == {
        user: nation for user, nation in people.items() if nation in {first, last}
    }
    nobody: tuple[dict[str, object], ...] = (
        {"in": []},
        {"eq": ""},
        {"eq": first.lower()},
        {"eq": f"{first} "},
        {"eq": first, "in": [last]},
    )
    for nothing in nobody:
        assert await found(a_world, nothing) == {}


async def test_the_columns_of_what_is_sealed_hold_cells_and_marks_only(a_world: World) -> None:
    people = await User.all()
    told = 0
    for column in SEALED:
        for person in people:
            value, cell = getattr(person, column), await kept(a_world, person.id, column)
            assert (value is None) == (cell is None)
            if value is not None:
                assert len(cell) == 3 + 12 + 8 + len(value.encode()) + 16
                told += 1
    assert told > 100
