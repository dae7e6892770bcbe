from pathlib import Path

import pytest

import api.cli.named_edition
from api.cli.policy import edition_of
from tests.cli.conftest import Mokuteki, change


@pytest.fixture
def other(draft: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rules that stand in place of the checkout's."""
    monkeypatch.setattr(api.cli.named_edition, "edition_of_checkout", lambda: edition_of(draft))
    return draft


@pytest.mark.usefixtures("at_home")
def test_the_checkout_is_what_is_in_force_after_a_start(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "diff")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("no difference from edition 1 ")


@pytest.mark.usefixtures("at_home")
def test_each_changed_row_is_told_by_its_columns(mokuteki: Mokuteki, other: Path) -> None:
    change(other / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    change(other / "rules.csv", "introspect,allow", "introspection-open,allow")
    change(other / "purposes.csv", "To prevent misuse, to audit", "To prevent misuse and to audit")
    lines = mokuteki("policy", "diff").out.splitlines()
    assert lines[0] == (
        "~ rules.csv application-contact: needs `noticed+consented+interview` → `noticed+consented+hired`"
    )
    assert any(line.startswith("- rules.csv introspect: eft allow, ") for line in lines)
    assert any(line.startswith("+ rules.csv introspection-open: eft allow, ") for line in lines)
    assert any(line.startswith("~ purposes.csv compliance.security: en `To prevent ") for line in lines)
    assert len(lines) == 4


@pytest.mark.usefixtures("at_home", "other")
def test_looking_publishes_nothing(mokuteki: Mokuteki, other: Path) -> None:
    change(other / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    assert mokuteki("policy", "diff").out == mokuteki("policy", "diff").out != ""


@pytest.mark.usefixtures("at_home")
def test_an_edition_is_named_by_number_or_by_the_beginning_of_its_id(mokuteki: Mokuteki) -> None:
    told = mokuteki("policy", "diff", "1").err
    begin = told.split("(")[1][:8]
    assert mokuteki("policy", "diff", begin).err == told
    assert "too short" in mokuteki("policy", "diff", "abc").err
    assert "no published edition" in mokuteki("policy", "diff", "999").err
    assert mokuteki("policy", "diff", "ffffffffffff").code == 1


def test_without_a_database_there_is_nothing_to_compare_and_none_is_made(
    mokuteki: Mokuteki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOKUTEKI_VAR", str(tmp_path))
    monkeypatch.delenv("MOKUTEKI_DATABASE_URL", raising=False)
    ran = mokuteki("policy", "diff")
    assert (ran.code, ran.out) == (1, "")
    assert "run `mokuteki init`" in ran.err
    assert not (tmp_path / "mokuteki.db").exists()
