"""The refusing of rows: a word, a length, a circle or a name that is wrong is told with its place and the nearest name."""

from dataclasses import dataclass
from typing import Any

import pytest

from policies.drafts.sheet import write_sheet
from policies.edition import Edition
from policies.table import FIRST_ROW, row_key
from tests.drafts.desk import ADMIN, changing, drafted, mistaken, read, row, send
from tests.world import World


@dataclass(frozen=True)
class Slip:
    """One cell of a row written wrong.

    Attributes:
        near: the known names that are told.
        words: what is said of it in English and in Japanese, between its place and the end.
    """

    code: str
    table: str
    key: str
    column: str
    written: str
    near: tuple[str, ...]
    words: tuple[str, str]


SLIPS = (
    Slip(
        "NAME_UNKNOWN",
        "rules",
        "application-contact",
        "purpose",
        "service.aplication",
        ("service.application", "service.account"),
        (
            "`service.aplication` is unknown; did you mean `service.application` or `service.account`?",
            "`service.aplication`は登録されていません。`service.application`、`service.account`のことですか。",
        ),
    ),
    Slip(
        "EFFECT_UNKNOWN",
        "rules",
        "held-service",
        "eft",
        "denny",
        ("deny",),
        (
            "`denny` is neither `allow` nor `deny`; did you mean `deny`?",
            "`denny`は`allow`でも`deny`でもありません。`deny`のことですか。",
        ),
    ),
    Slip(
        "NAME_UNKNOWN",
        "rules",
        "application-form",
        "recipient",
        "emploier",
        ("employer",),
        (
            "`emploier` is unknown; did you mean `employer`?",
            "`emploier`は登録されていません。`employer`のことですか。",
        ),
    ),
    Slip(
        "CIRCLE",
        "categories",
        "contact",
        "parent",
        "contact",
        (),
        (
            "`contact` is above itself: contact → contact; name another parent for one of them",
            "`contact`の親子関係が輪になっています（contact → contact）。どれか一つの親を変えてください。",
        ),
    ),
    Slip(
        "CELL_CHARACTERS",
        "rules",
        "account",
        "note_ja",
        "管理に\u202eめ届\u200bく",
        (),
        (
            "it holds U+202E, U+200B, which nobody sees, or which shows a text as another; type it in again instead of pasting it",
            "見えない文字、又は表示を変える文字（U+202E, U+200B）が含まれています。貼り付けずに、入力し直してください。",
        ),
    ),
)


def line_of(edition: Edition, slip: Slip) -> int:
    """The row of a table as its file counts it."""
    keys = [row_key(slip.table, each) for each in edition.tables()[slip.table]]
    return keys.index(slip.key) + FIRST_ROW


def spoiled(edition: Edition, slip: Slip) -> str:
    """The whole table as CSV, with the cell written wrong."""
    header = write_sheet(slip.table, []).strip().split(",")
    rows = [list(each) for each in edition.tables()[slip.table]]
    rows[line_of(edition, slip) - FIRST_ROW][header.index(slip.column)] = slip.written
    return write_sheet(slip.table, rows)


async def told(world: World, name: str, said: dict[str, Any], code: str) -> tuple[dict[str, Any], str, str]:
    """The refusal with this code: what programs read of it, and its words in English and Japanese."""
    found = []
    for language in ("en", "ja"):
        answer = await send(world, ADMIN, changing(name), {"i": said}, language=language)
        assert not answer.get("data"), answer
        found.append([each for each in answer["errors"] if each["extensions"]["mistake"] == code])
    ((en,), (ja,)) = found
    return en["extensions"], mistaken(en["message"]), mistaken(ja["message"], "ja")


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code} {slip.column}")
async def test_a_cell_written_wrong_is_refused_as_a_row_and_in_a_file(
    rules: World, edition: Edition, slip: Slip
) -> None:
    draft = await drafted(rules)
    place, line = f"`{slip.table}.csv`", line_of(edition, slip)
    which = {"draft": draft["id"], "ifVersion": 1}
    edits = [row(slip.table, slip.key, **{slip.column: slip.written})]
    tables = [{"table": slip.table, "csv": spoiled(edition, slip)}]
    for name, argument, said in (
        ("editDraft", "input.edits.0", {**which, "edits": edits}),
        ("importDraft", "input.tables.0", {**which, "tables": tables}),
    ):
        wrong, en, ja = await told(rules, name, said, slip.code)
        assert (wrong["reason"], wrong["argument"]) == ("DRAFT_MISTAKE", argument)
        assert (wrong["table"], wrong["row"], wrong["key"], wrong["column"]) == (
            slip.table,
            line,
            slip.key,
            slip.column,
        )
        assert wrong["near"] == (list(slip.near) or None)
        assert en == f"{place} row {line}, column `{slip.column}`: {slip.words[0]}"
        assert ja == f"{place} {line}行目「{slip.column}」：{slip.words[1]}"
    left = await read(rules, draft["id"])
    assert (left["version"], left["edits"], left["hash"]) == (1, [], draft["hash"])


async def test_a_short_row_of_a_file_is_refused_with_its_row(rules: World, edition: Edition) -> None:
    draft = await drafted(rules)
    lines = write_sheet("groups", edition.tables()["groups"]).splitlines(keepends=True)
    lines[3] = lines[3].partition(",")[0] + ",x\n"
    tables = [{"table": "groups", "csv": "".join(lines)}]
    said = {"draft": draft["id"], "ifVersion": 1, "tables": tables}
    wrong, en, ja = await told(rules, "importDraft", said, "ROW_LENGTH")
    assert (wrong["argument"], wrong["table"], wrong["row"]) == ("input.tables.0", "groups", 4)
    assert en == "`groups.csv` row 4: the row has 2 of 5 cells; write every cell of the header"
    assert (
        ja == "`groups.csv` 4行目：この行のセルは2個です。5個が必要です。見出しのすべての列を書いてください。"
    )
    assert (await read(rules, draft["id"]))["version"] == 1


async def test_a_new_row_that_leaves_cells_out_is_told_of_each(rules: World) -> None:
    draft = await drafted(rules)
    edits = [row("rules", "short", eft="allow", role="employer", purpose="service.application")]
    said = {"draft": draft["id"], "ifVersion": 1, "edits": edits}
    answer = await send(rules, ADMIN, changing("editDraft"), {"i": said})
    found = [each["extensions"] for each in answer["errors"]]
    assert {(each["table"], each["key"], each["argument"]) for each in found} == {
        ("rules", "short", "input.edits.0")
    }
    assert {each["column"] for each in found} == {
        *("action", "field", "recipient", "needs", "clause", "note_ja", "note_en")
    }


async def test_a_circle_over_several_rows_is_told_once_with_its_way(rules: World) -> None:
    draft = await drafted(rules)
    edits = [row("groups", "first_party", wider="internal")]
    said = {"draft": draft["id"], "ifVersion": 1, "edits": edits}
    answer = await send(rules, ADMIN, changing("editDraft"), {"i": said})
    (told,) = [each for each in answer["errors"] if each["extensions"]["mistake"] == "CIRCLE"]
    assert (told["extensions"]["table"], told["extensions"]["column"]) == ("groups", "wider")
    way = "first_party → internal → first_party"
    assert f"`first_party` is above itself: {way}; name another parent for one of them" in told["message"]


async def test_what_would_change_nothing_is_told_with_what_to_do(rules: World) -> None:
    draft = await drafted(rules)
    of = {"draft": draft["id"], "ifVersion": 1}
    asked: list[tuple[str, dict[str, Any], str, str, str]] = [
        (
            "editDraft",
            {**of, "edits": []},
            "LIST_EMPTY",
            "`input.edits` is empty: name at least one",
            "一つ以上",
        ),
        (
            "importDraft",
            {**of, "tables": []},
            "LIST_EMPTY",
            "`input.tables` is empty: name at least one",
            "一つ以上",
        ),
        ("importDraft", of, "LIST_EMPTY", "`input.tables` is empty: name at least one", "一つ以上"),
        (
            "rollBackEdition",
            {"to": draft["base"], "note": "Back"},
            "IN_FORCE_ALREADY",
            "name an earlier one of `{ editions { edges { node { id } } } }`",
            "以前の版を指定してください",
        ),
        (
            "publishEdition",
            {"draft": draft["id"], "hash": draft["hash"], "note": "As it is"},
            "DRAFT_UNCHANGED",
            "edit it first, or give it up with `withdrawDraft`",
            "先に編集するか",
        ),
    ]
    for name, said, reason, en, ja in asked:
        for language, words in (("en", en), ("ja", ja)):
            answer = await send(rules, ADMIN, changing(name), {"i": said}, language=language)
            told = [(each["extensions"]["reason"], words in each["message"]) for each in answer["errors"]]
            assert told == [(reason, True)], answer
    assert (await read(rules, draft["id"]))["version"] == 1
