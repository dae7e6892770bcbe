"""The published editions are listed with the number and the id by which other commands take them."""

import json

import pytest

from tests.cli.conftest import Mokuteki

pytestmark = pytest.mark.usefixtures("at_home")


def test_each_edition_is_told_with_who_published_it_and_which_is_in_force(mokuteki: Mokuteki) -> None:
    (told,) = json.loads(mokuteki("policy", "editions", "--json").out)
    assert (told["number"], told["edition"], told["inForce"]) == (1, json.loads(_diff(mokuteki))["id"], True)
    head, row = mokuteki("policy", "editions").out.splitlines()[1:4:2]
    assert ("approved by" in head, "in force" in head) == (True, True)
    assert [each.strip() for each in row.split("│")[1:3]] == ["1", told["edition"][:12]]
    assert row.split("│")[-2].strip() == "yes"
    assert "施行した人" in mokuteki("policy", "editions", "--language", "ja").out


def _diff(mokuteki: Mokuteki) -> str:
    found = json.loads(mokuteki("policy", "diff", "1", "1", "--json").out)
    return json.dumps({"id": found["from"]["edition"]})


@pytest.mark.parametrize("command", ["impact", "diff", "casbin", "rollback"])
def test_an_edition_that_is_none_is_told_where_they_are_listed(mokuteki: Mokuteki, command: str) -> None:
    said = ("--note", "x") if command == "rollback" else ()
    ran = mokuteki("policy", command, "99", *said)
    assert (ran.code, ran.out) == (1, "")
    assert "no published edition has this number or id: `mokuteki policy editions` lists them" in ran.err
    ran = mokuteki("policy", command, "99", *said, "--language", "ja")
    assert "この番号やIDの版はありません。`mokuteki policy editions`で一覧を確認できます" in ran.err
    assert mokuteki("policy", "editions").out.count("\n") > 1


@pytest.mark.parametrize("command", ["impact", "replay", "diff", "test", "check", "casbin"])
def test_a_folder_that_is_not_there_is_told_once(mokuteki: Mokuteki, command: str) -> None:
    ran = mokuteki("policy", command, "/nope")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "mokuteki: there is no folder `/nope`: name one that holds the rule files\n"
