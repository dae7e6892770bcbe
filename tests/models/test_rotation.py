"""New keys beside a running gateway: every value stays readable at every moment, and no key goes that is needed."""

import asyncio
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import copy_context
from typing import Any, NamedTuple

import orjson
import pytest
from tortoise import Model, Tortoise, fields
from tortoise.transactions import in_transaction

from api.settings import CHECKOUT
from models.catalogue import SEALED
from models.database.dialect import Dialect
from models.database.opening import opened
from models.database.store import Store, Transaction
from models.personal import Undeclared
from models.sealing import rotation, rotation_sql
from models.sealing.datakey import DataKey, MasterKey, Use, WrongMasterKey
from models.sealing.rotation import Rotation, Turned
from models.sealing.rotation_sql import rows_under
from models.sealing.rotation_tables import tables
from models.sealing.sealed import SealedField
from models.sealing.vault import Sealing, Vault, vault_in_use
from models.user import User
from tests.world import World

DESK = '@purpose(id: "compliance.requests", recipient: "person")'
EVERYBODY = f"""query {DESK} {{ users(first: 1000) {{ edges {{ node {{
  id residenceCard {{ number nationality sex }} answers(keys: ["selfIntroduction", "education"]) {{ value }}
}} }} }} }}"""
OF_A_NATION = f"""query($n: String) {DESK} {{
  users(first: 1000, filter: {{nationality: {{eq: $n}}}}) {{ edges {{ node {{ id }} }} }} }}"""
SMALL = 5


class Turner(NamedTuple):
    """The database opened once more, with keys of its own in memory as another process has them."""

    store: Store
    vault: Vault
    rotation: Rotation

    async def turn(self, *, anew: bool = False) -> Turned:
        return await self.rotation.run(lambda _done, _total: None, anew=anew)


@asynccontextmanager
async def turner(world: World) -> AsyncIterator[Turner]:
    given = world.house.settings
    async with opened(given.database_url, pool_size=3, patience=20, master=given.data_key) as store:
        vault = vault_in_use()
        clear = frozenset({"User.answers.education", "User.answers.japaneseLevel"})
        vault.leave_clear(clear)
        yield Turner(store, vault, Rotation(store, vault, clear=clear))


async def turned(world: World, *, anew: bool = False) -> Turned:
    async with turner(world) as other:
        return await other.turn(anew=anew)


async def asked(world: World) -> dict[str, Any]:
    """Everybody's sealed values as the gateway tells them."""
    answer = await world.ask("privacy-desk", EVERYBODY)
    assert "errors" not in answer
    return {edge["node"]["id"]: edge["node"] for edge in answer["data"]["users"]["edges"]}


async def of_a_nation(world: World, nation: str) -> set[str]:
    answer = await world.ask("privacy-desk", OF_A_NATION, {"n": nation})
    assert "errors" not in answer
    return {edge["node"]["id"] for edge in answer["data"]["users"]["edges"]}


async def keys() -> dict[int, bool]:
    """The numbers in the table, and whether each is retired."""
    return {key.number: key.retired_at is not None for key in await DataKey.all().order_by("number")}


async def newest() -> dict[Use, int]:
    return {key.use: key.number for key in await DataKey.filter(retired_at=None)}


async def record(world: World, situation: str) -> User:
    """A person as a writer reads them, who knows the keys there are now."""
    await world.house.vault.renewed(world.house.store)
    return await User.get(id=world.demo.users[situation])


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (rotation, rotation_sql):
        monkeypatch.setattr(module, "BATCH", SMALL)
    monkeypatch.setattr(rotation_sql, "WINDOW", SMALL)


@pytest.mark.usefixtures("small_steps")
async def test_everybody_is_read_found_and_written_between_all_steps_of_a_rotation(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, old = await asked(a_world), await newest()
    found = await of_a_nation(a_world, "VN")
    busy = await record(a_world, "busy")
    honest, gateway = Rotation._window, copy_context()  # noqa: SLF001 - the step between two steps
    steps = 0

    async def meanwhile() -> None:
        assert await asked(a_world) == before
        assert await of_a_nation(a_world, "VN") == found
        busy.card_number = before[busy.id]["residenceCard"]["number"] = f"WR{steps:08}XY"
        await busy.save()
        assert await asked(a_world) == before

    async def window(self: Rotation, *arguments: Any) -> int:
        nonlocal steps
        steps += 1
        rows = await honest(self, *arguments)
        await asyncio.create_task(meanwhile(), context=gateway)
        return rows

    monkeypatch.setattr(Rotation, "_window", window)
    result = await turned(a_world)
    assert len(found) > 1
    assert steps >= len(before) // SMALL
    assert (result.begun, result.unreadable, result.kept) == (True, {}, ())
    assert set(result.dropped) == set(old.values())
    assert await keys() == dict.fromkeys((await newest()).values(), False)
    assert await asked(a_world) == before


KILLED = f"""
import os, signal, sys
from api.cli.main import run
from models.sealing import rotation, rotation_sql
rotation.BATCH = rotation_sql.BATCH = {SMALL}
honest, rows = rotation.Rotation._reseal, []
async def reseal(self, *arguments):
    rows.append(await honest(self, *arguments))
    if len(rows) == {3 * SMALL - 1}:
        os.kill(os.getpid(), signal.SIGKILL)
    return rows[-1]
rotation.Rotation._reseal = reseal
sys.argv = ["mokuteki", "keys", "rotate"]
run()
"""


async def process(world: World, *command: str) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, in the installation of this world."""
    given = world.house.settings
    environ = {
        "MOKUTEKI_DATABASE_URL": given.database_url,
        "MOKUTEKI_VAR": str(given.var),
        "MOKUTEKI_SECRET_KEY": given.secret_key,
        "MOKUTEKI_DATA_KEY": b64encode(given.data_key).decode(),
    }
    return await asyncio.to_thread(
        subprocess.run,
        (sys.executable, *command),
        cwd=CHECKOUT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_a_rotation_that_was_killed_is_finished_by_the_next(a_world: World) -> None:
    before, old = await asked(a_world), await newest()
    killed = await process(a_world, "-c", KILLED)
    assert killed.returncode == -signal.SIGKILL
    new = await newest()
    assert await keys() == {**dict.fromkeys(old.values(), True), **dict.fromkeys(new.values(), False)}
    store = a_world.house.store
    named = [(number, use) for each in (old, new) for use, number in each.items()]
    under = await rows_under(store, tables(store.dialect), named)
    assert under[new[Use.CELL]] == under[new[Use.MARK]] == 2 * SMALL
    assert await asked(a_world) == before
    nation = before[a_world.demo.users["busy"]]["residenceCard"]["nationality"]
    nationals = {user for user, told in before.items() if told["residenceCard"]["nationality"] == nation}
    assert await of_a_nation(a_world, nation) == nationals
    again = await process(a_world, "-m", "api", "keys", "rotate")
    assert (again.returncode, again.stdout) == (0, "")
    assert "a rotation that was not finished was gone on with" in again.stderr
    assert await keys() == dict.fromkeys(new.values(), False)
    assert await asked(a_world) == before
    assert await of_a_nation(a_world, nation) == nationals


async def test_what_a_rotation_has_done_is_not_done_again(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = (
        await a_world.house.store.fetch("SELECT count(*) FROM users WHERE card_number IS NOT NULL", {})
    )[0][0]
    honest, rows = Rotation._pass, list[int]()  # noqa: SLF001 - to go over it again

    async def twice(self: Rotation, *arguments: Any) -> int:
        rows.extend([await honest(self, *arguments), await honest(self, *arguments)])
        return sum(rows)

    monkeypatch.setattr(Rotation, "_pass", twice)
    assert (await turned(a_world)).rows == people
    assert rows == [people, 0]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_key_that_a_writer_still_holds_is_waited_for_and_its_cell_sealed_anew(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await newest()
    person = await record(a_world, "plain")
    passed, honest = asyncio.Event(), Rotation._drop  # noqa: SLF001 - the moment before it
    dropped: list[list[int]] = []

    async def drop(self: Rotation) -> list[int]:
        passed.set()
        dropped.append(await honest(self))
        return dropped[-1]

    monkeypatch.setattr(Rotation, "_drop", drop)
    async with in_transaction() as connection:
        held = await vault_in_use().sealing(connection)
        rotating = asyncio.create_task(turned(a_world))
        await passed.wait()
        cell = held.cell.seal(SEALED["card_sex"], person.ref, b"M")
        await connection.execute_query("UPDATE users SET card_sex = $1 WHERE id = $2", [cell, person.id])
    result = await rotating
    assert dropped == [[old[Use.MARK]], [old[Use.CELL]]]
    assert (result.kept, result.unreadable) == ((), {})
    assert (await record(a_world, "plain")).card_sex == "M"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_on_sqlite_a_rotation_begins_when_a_writer_has_ended(a_world: World) -> None:
    old = await newest()
    person = await record(a_world, "plain")
    person.card_sex = "M"
    async with in_transaction() as connection:
        await person.save(connection, ["card_sex"])
        rotating = asyncio.create_task(turned(a_world))
        assert await keys() == dict.fromkeys(old.values(), False)
    assert set((await rotating).dropped) == set(old.values())
    assert (await record(a_world, "plain")).card_sex == "M"


async def put(world: World, user: str, column: str, value: Any) -> None:
    """Write around the record, as one who holds the database can."""
    async with world.house.store.transaction() as transaction:
        await transaction.execute(
            f"UPDATE users SET {column} = :value WHERE id = :id", {"value": value, "id": user}
        )


async def test_a_value_that_does_not_open_keeps_its_key_until_it_is_restored(a_world: World) -> None:
    old, user = await newest(), a_world.demo.users["plain"]
    rows = await a_world.house.store.fetch("SELECT card_sex FROM users WHERE id = :id", {"id": user})
    cell = rows[0][0]
    await put(a_world, user, "card_sex", cell[:-1] + bytes([cell[-1] ^ 1]))
    stuck = await turned(a_world)
    assert stuck.unreadable == {(SEALED["card_sex"], old[Use.CELL]): 1}
    assert stuck.kept == tuple(sorted(old.values()))
    told = await process(a_world, "-m", "api", "keys", "rotate")
    assert (told.returncode, told.stdout) == (1, "")
    assert f"(`User.residenceCard.sex` under key {old[Use.CELL]}: 1): restore them" in told.stderr
    anew = await turned(a_world, anew=True)
    assert (anew.begun, anew.unreadable) == (True, stuck.unreadable)
    assert set((await newest()).values()).isdisjoint({*old.values(), *stuck.dropped})
    await put(a_world, user, "card_sex", cell)
    finished = await turned(a_world)
    assert (finished.begun, finished.rows, finished.kept) == (False, 1, ())
    assert await keys() == dict.fromkeys((await newest()).values(), False)
    await asked(a_world)


AMEND = """mutation($id: ID!, $sex: String) @purpose(id: "service.account") {
  updateUser(input: {id: $id, user: {residenceCard: {sex: $sex}}}) { user { history { field was became } } } }"""


async def test_no_table_names_a_key_that_was_dropped(a_world: World) -> None:
    user, store, old = a_world.demo.users["busy"], a_world.house.store, await newest()
    for sex in ("F", "M"):
        told = await a_world.ask("frontend", AMEND, {"id": user, "sex": sex}, user=user)
        assert "errors" not in told
    head = old[Use.CELL].to_bytes(3)
    assert await tables_that_name(store, head) == {"users", "amendments"}
    assert set((await turned(a_world)).dropped) == set(old.values())
    assert await tables_that_name(store, head) == set()
    history = 'query @purpose(id: "service.account") { me { history { field was became } } }'
    again = await a_world.ask("frontend", history, user=user)
    assert again["data"]["me"]["history"] == told["data"]["updateUser"]["user"]["history"]


async def tables_that_name(store: Store, head: bytes) -> set[str]:
    """The tables in which a cell stands whose key has this head: as bytes, or among answers."""
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'table'"
    postgres = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    names = await store.fetch(sqlite if store.dialect is Dialect.SQLITE else postgres, {})
    sealed = f'"sealed":"{b64encode(head).decode()}'
    found = set()
    for (name,) in names:
        for row in await store.fetch(f'SELECT * FROM "{name}"', {}):
            cells = [cell for cell in row if isinstance(cell, bytes) and cell.startswith(head)]
            texts = [text for text in row if isinstance(text, str) and sealed in text.replace(" ", "")]
            found |= {name} if cells or texts else set()
    return found


class Unknown(Model):
    """A record that seals a column, which no rotation knows."""

    id = fields.IntField(primary_key=True)
    secret = SealedField()

    class Meta:
        """It is in no database."""

        table = "unknown"


async def test_a_record_that_seals_what_no_rotation_knows_is_refused(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    apps = Tortoise.apps
    assert apps is not None
    monkeypatch.setitem(apps["models"], "Unknown", Unknown)
    with pytest.raises(Undeclared, match="`Unknown` seals columns that no rotation knows"):
        tables(a_world.house.store.dialect)


@pytest.mark.usefixtures("small_steps")
async def test_two_rotations_at_once_end_under_the_newest_keys(a_world: World) -> None:
    before, old = await asked(a_world), await newest()
    results = await asyncio.gather(*(turned(a_world, anew=True) for _ in range(3)))
    assert [result.unreadable for result in results] == [{}] * 3
    await turned(a_world)
    assert await keys() == dict.fromkeys((await newest()).values(), False)
    assert set((await newest()).values()).isdisjoint(old.values())
    assert await asked(a_world) == before


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_rotation_goes_on_where_another_sealed_rows_under_keys_made_since(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await asked(a_world)
    honest = Vault.hold
    async with turner(a_world) as late, turner(a_world) as early:

        async def hold(self: Vault, transaction: Transaction) -> Sealing:
            sealing = await honest(self, transaction)
            if self is late.vault:
                monkeypatch.setattr(Vault, "hold", honest)
                await early.rotation._begin(anew=True)  # noqa: SLF001 - the step between two steps
                await early.rotation._pass(lambda _done, _total: None)  # noqa: SLF001
            return sealing

        monkeypatch.setattr(Vault, "hold", hold)
        result = await late.turn(anew=True)
    assert (result.unreadable, result.kept) == ({}, ())
    assert await keys() == dict.fromkeys((await newest()).values(), False)
    assert await asked(a_world) == before


async def test_a_mark_of_a_value_that_was_taken_away_finds_nobody_and_goes(a_world: World) -> None:
    before = await asked(a_world)
    user = a_world.demo.users["plain"]
    nation = before[user]["residenceCard"]["nationality"]
    assert user in await of_a_nation(a_world, nation)
    await put(a_world, user, "card_nationality", None)
    assert user not in await of_a_nation(a_world, nation)
    result = await turned(a_world)
    assert (result.kept, result.unreadable) == ((), {})
    marks = await a_world.house.store.fetch(
        "SELECT card_nationality_mark FROM users WHERE id = :id", {"id": user}
    )
    assert marks[0][0] is None


async def test_a_rotation_seals_what_must_be_and_puts_marks_where_they_are_missing(a_world: World) -> None:
    await turned(a_world)
    before = await asked(a_world)
    user = await record(a_world, "offered-employer-a")
    postgres = a_world.house.store.dialect is Dialect.POSTGRES
    plain = orjson.dumps({"selfIntroduction": "as it was before", "education": "BACHELOR"}).decode()
    async with a_world.house.store.transaction() as transaction:
        await transaction.execute(
            f"UPDATE users SET answers = :answers{'::jsonb' if postgres else ''}, card_nationality_mark = NULL"
            " WHERE id = :id",
            {"answers": plain, "id": user.id},
        )
    assert (await turned(a_world)).unreadable == {}
    told = (await asked(a_world))[user.id]
    assert [each["value"] for each in told["answers"]] == ["as it was before", "BACHELOR"]
    assert user.id in await of_a_nation(a_world, before[user.id]["residenceCard"]["nationality"])
    text = "answers::text" if postgres else "answers"
    kept = (await a_world.house.store.fetch(f"SELECT {text} FROM users WHERE id = :id", {"id": user.id}))[0][
        0
    ]
    assert orjson.loads(kept)["selfIntroduction"].keys() == {"sealed"}
    assert orjson.loads(kept)["education"] == "BACHELOR"


async def test_another_master_key_takes_over_and_the_one_before_opens_nothing_more(a_world: World) -> None:
    given, before = a_world.house.settings, await asked(a_world)
    old, new = MasterKey(given.data_key), b"n" * 32
    async with turner(a_world) as other:
        assert await other.vault.rewrap(MasterKey(new)) == 2
        with pytest.raises(WrongMasterKey):
            await other.vault.rewrap(MasterKey(new))
        with pytest.raises(WrongMasterKey):
            await other.turn()
    with pytest.raises(WrongMasterKey):
        async with opened(given.database_url, master=given.data_key):
            pytest.fail("it opened")
    assert await asked(a_world) == before
    async with opened(given.database_url, pool_size=2, master=new):
        assert len(await User.all()) > len(before)
        assert await vault_in_use().rewrap(old) == 2
    async with opened(given.database_url, pool_size=2, master=given.data_key):
        assert len(await User.all()) > len(before)
