"""Sealed columns on both databases: written and read as if they were plain, and kept so that nobody else reads them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from tortoise import Model, fields

from models.catalogue import SEALED, catalogue, clear_answers
from models.database.dialect import Dialect
from models.database.opening import migrate, opened
from models.database.store import Store
from models.personal import Undeclared, declared, personal, system
from models.sealing.cell import Unreadable, number_of
from models.sealing.datakey import DataKey, WrongMasterKey
from models.sealing.sealed import AnswersField, SealedField, WrittenAround
from models.sealing.vault import NoKeys, vault_in_use
from models.user import User
from policies.edition import Edition

MASTER, OTHER = b"m" * 32, b"o" * 32
NOW = datetime(2026, 11, 22, tzinfo=UTC)
CARD: dict[str, Any] = {"card_number": "AB12345678CD", "card_nationality": "VN", "card_sex": "F"}


@pytest.fixture(scope="module")
async def migrated(database_url: str) -> str:
    await migrate(database_url)
    return database_url


@pytest.fixture
async def store(migrated: str, edition: Edition) -> AsyncIterator[Store]:
    async with opened(migrated, pool_size=3, master=MASTER) as made:
        vault_in_use().leave_clear(clear_answers(catalogue(edition)))
        await User.all().delete()
        yield made


def person(number: int = 1, **more: Any) -> User:
    return User(id=f"user{number:022}", ref=number, registered_at=NOW, **more)


async def kept(store: Store, user: str, column: str) -> Any:
    """What stands in the database."""
    text = "answers::text" if column == "answers" and store.dialect is Dialect.POSTGRES else column
    return (await store.fetch(f"SELECT {text} FROM users WHERE id = :id", {"id": user}))[0][0]


async def put(store: Store, user: str, column: str, value: Any) -> None:
    """Write around the record, as one who holds the database can."""
    async with store.transaction() as transaction:
        await transaction.execute(
            f"UPDATE users SET {column} = :value WHERE id = :id", {"value": value, "id": user}
        )


async def test_a_row_reads_as_it_was_written_and_is_kept_sealed(store: Store) -> None:
    answers = {"selfIntroduction": "はじめまして\0\"'", "workExperienceYears": 3, "education": "BACHELOR"}
    await person(**CARD, answers=answers).save()
    found = await User.get(ref=1)
    assert {name: getattr(found, name) for name in CARD} == CARD
    assert found.answers == answers
    for column, path in SEALED.items():
        cell = await kept(store, found.id, column)
        assert vault_in_use().open(path, 1, cell).decode() == CARD[column]
        assert len(cell) == 3 + 12 + 8 + len(CARD[column]) + 16
    in_database = orjson.loads(await kept(store, found.id, "answers"))
    assert in_database.keys() == answers.keys()
    assert (in_database["workExperienceYears"], in_database["education"]) == (3, "BACHELOR")
    assert in_database["selfIntroduction"].keys() == {"sealed"}


async def test_nothing_is_kept_where_nothing_is_said(store: Store) -> None:
    await person(answers={"selfIntroduction": None}).save()
    found = await User.get(ref=1)
    assert [getattr(found, name) for name in CARD] == [None] * 3
    assert found.answers == {"selfIntroduction": None}
    assert [await kept(store, found.id, column) for column in (*SEALED, "card_nationality_mark")] == [
        None
    ] * 4


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("text", ["", "日本", "\U0001f5fe", " ", "null"])
async def test_any_text_comes_back(text: str) -> None:
    await person(card_number=text, answers={"workHistoryText": text}).save()
    found = await User.get(ref=1)
    assert (found.card_number, found.answers) == (text, {"workHistoryText": text})


async def test_an_answer_to_a_question_that_nobody_knows_is_sealed(store: Store) -> None:
    vault_in_use().leave_clear(())
    answers = {"education": "BACHELOR", "new": ["A", "B"], "other": {"sealed": "x"}, "number": 2.5}
    await person(answers=answers).save()
    assert (await User.get(ref=1)).answers == answers
    in_database = orjson.loads(await kept(store, person().id, "answers"))
    assert [list(answer) for answer in in_database.values()] == [["sealed"]] * 4


async def test_equal_values_bear_one_mark_that_follows_the_value(store: Store) -> None:
    await User.bulk_create([person(number, card_nationality="VN") for number in (1, 2)])
    first, second = await User.all().order_by("ref")
    (mark,) = vault_in_use().marks("User.residenceCard.nationality", "VN")
    assert first.card_nationality_mark == second.card_nationality_mark == mark
    first.card_nationality = "NP"
    await first.save(update_fields=["card_nationality"])
    assert await kept(store, first.id, "card_nationality_mark") != mark
    first.card_nationality = None
    await first.save(update_fields=["card_nationality"])
    assert await kept(store, first.id, "card_nationality_mark") is None
    first.card_nationality = "VN"
    await first.save()
    assert await kept(store, first.id, "card_nationality_mark") == mark


async def test_a_column_beside_sealed_ones_is_written_alone(store: Store) -> None:
    await person(**CARD).save()
    before = await kept(store, person().id, "card_number")
    found = await User.get(ref=1)
    found.email = "a@example.jp"
    await found.save(update_fields=["email"])
    assert await kept(store, found.id, "card_number") == before
    assert (await User.get(ref=1)).email == "a@example.jp"


async def test_a_text_that_is_too_long_is_refused_before_it_is_sealed(store: Store) -> None:
    with pytest.raises(Exception, match="Length of 'ABCDEFGHIJKLM' 13 > 12"):
        await person(card_number="ABCDEFGHIJKLM").save()
    assert not await store.fetch("SELECT 1 FROM users", {})


AROUND: dict[str, Callable[[], Awaitable[Any]]] = {
    "an update without rows": lambda: User.filter(ref=1).update(card_sex="M"),
    "an update of the mark": lambda: User.filter(ref=1).update(card_nationality_mark="x"),
    "a search by the value": lambda: User.filter(card_sex="F"),
    "an update of many": lambda: User.bulk_update([person(card_sex="M")], fields=["card_sex"]),
}


@pytest.mark.parametrize("way", AROUND)
async def test_a_sealed_column_is_written_with_its_row_only(store: Store, way: str) -> None:
    await person(**CARD).save()
    before = await kept(store, person().id, "card_sex")
    with pytest.raises(WrittenAround):
        await AROUND[way]()
    assert await kept(store, person().id, "card_sex") == before


async def test_a_cell_in_another_row_or_field_does_not_open(store: Store) -> None:
    await User.bulk_create([person(1, **CARD), person(2, **{**CARD, "card_sex": "M"})])
    theirs = await kept(store, person(2).id, "card_sex")
    await put(store, person(1).id, "card_sex", theirs)
    with pytest.raises(Unreadable) as moved:
        await User.get(ref=1)
    assert (moved.value.path, moved.value.number) == ("User.residenceCard.sex", number_of(theirs))
    await put(store, person(2).id, "card_number", theirs)
    with pytest.raises(Unreadable) as swapped:
        await User.get(ref=2)
    assert swapped.value.path == "User.residenceCard.number"


async def test_without_its_master_key_nothing_sealed_is_read_or_written(store: Store, migrated: str) -> None:
    await person(**CARD).save()
    async with opened(migrated, pool_size=2):
        assert await User.exists(ref=1)
        with pytest.raises(NoKeys):
            await User.get(ref=1)
        with pytest.raises(NoKeys):
            await person(2, **CARD).save()
    assert not await store.fetch("SELECT 1 FROM users WHERE ref = 2", {})


@pytest.mark.usefixtures("store")
async def test_another_master_key_is_refused_at_the_start(migrated: str) -> None:
    assert await DataKey.all().count() == 2
    with pytest.raises(WrongMasterKey, match="restore `MOKUTEKI_DATA_KEY`"):
        async with opened(migrated, pool_size=2, master=OTHER):
            pytest.fail("it opened")
    assert await DataKey.all().count() == 2


@pytest.mark.usefixtures("store")
async def test_keys_that_are_gone_are_not_made_anew_while_cells_are_left(migrated: str) -> None:
    keys = await DataKey.all()
    await person(email="a@example.jp").save()
    await DataKey.all().delete()
    async with opened(migrated, pool_size=2, master=MASTER):
        assert await DataKey.all().count() == 2
    await DataKey.all().delete()
    await DataKey.bulk_create(keys)
    await person(2, answers={"selfIntroduction": "Hello"}).save()
    await DataKey.all().delete()
    with pytest.raises(WrongMasterKey, match="holds sealed values and no data keys"):
        async with opened(migrated, pool_size=2, master=MASTER):
            pytest.fail("it opened")
    assert await DataKey.all().count() == 0
    await User.all().delete()


@pytest.mark.usefixtures("store")
async def test_all_that_start_at_once_on_a_new_database_have_the_same_keys(migrated: str) -> None:
    await DataKey.all().delete()

    async def sealed_by(number: int) -> None:
        async with opened(migrated, pool_size=2, patience=20, master=MASTER):
            await person(number, **CARD).save()

    await asyncio.gather(*(sealed_by(number) for number in range(1, 6)))
    assert await DataKey.all().count() == 2
    async with opened(migrated, pool_size=2, master=MASTER):
        assert [each.card_number for each in await User.all()] == [CARD["card_number"]] * 5


SAID: dict[str, Any] = {"category": "card-number", "clause": "2", "ja": "番号", "en": "Number"}


def test_the_tier_alone_decides_that_a_text_is_sealed() -> None:
    for tier, kind in ((1, fields.CharField), (2, fields.CharField), (3, SealedField), (4, SealedField)):
        column: Any = personal(fields.CharField(max_length=5, null=True), "User.x", tier=tier, **SAID)
        assert type(column) is kind
        assert column.null
    assert {path: catalogue_tier >= 3 for path, catalogue_tier in _tiers().items()} == {
        path: path in SEALED.values() for path in _tiers()
    }
    assert isinstance(User._meta.fields_map["answers"], AnswersField)  # noqa: SLF001 - the only list of columns


def _tiers() -> dict[str, int]:
    return {field.path: field.tier for field in declared(User)}


def test_what_its_tier_would_seal_and_cannot_be_stops_the_start() -> None:
    class Dated(Model):
        id = system(fields.CharField(max_length=5, primary_key=True))
        born = personal(fields.DateField(), "User.born", tier=3, **SAID)

    with pytest.raises(Undeclared) as refused:
        declared(Dated)
    assert (
        str(refused.value) == "`User.born` is of tier 3 and `Dated.born` is not sealed: declare it as a text"
    )


def test_an_index_over_a_sealed_text_is_refused() -> None:
    with pytest.raises(ValueError, match="no index finds it"):
        personal(fields.CharField(max_length=5, db_index=True), "User.x", tier=3, **SAID)


def test_a_text_answer_whose_column_is_not_sealed_stops_the_start(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(User._meta.fields_map, "answers", fields.JSONField())  # noqa: SLF001 - the only list of columns
    with pytest.raises(Undeclared, match=r"`User\.answers\.selfIntroduction` is of tier 4"):
        catalogue(edition)
