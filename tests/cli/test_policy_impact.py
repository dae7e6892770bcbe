"""What an edition would change of another, at the command line."""

import json
import sys
from pathlib import Path

import pytest

from policies.edition import Edition
from tests.cli.conftest import Mokuteki, change

pytestmark = pytest.mark.usefixtures("at_home")


@pytest.fixture
def rules(tmp_path: Path, mokuteki: Mokuteki) -> Path:
    """A folder with the edition in force."""
    folder = tmp_path / "rules"
    assert mokuteki("policy", "pull", str(folder)).code == 0
    return folder


@pytest.fixture
def wider(rules: Path) -> Path:
    """The same with contact details before the interview, and the newsletter's address gone."""
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented")
    change(rules / "rules.csv", "mailing-email,allow,", "mailing-email,deny,")
    return rules


def test_what_widens_is_told_first_with_a_sign_and_a_word(mokuteki: Mokuteki, wider: Path) -> None:
    ran = mokuteki("policy", "impact", str(wider))
    assert ran.code == 0
    *lines, closing = ran.out.splitlines()
    assert lines[0].startswith(
        "▲ widens  Employers may also read: Contact (`email`, `phone`) for `service.ap"
    )
    assert lines[0].endswith("before the stage INTERVIEW; all else stays as it is [90 decisions]")
    assert any(line.startswith("▼ narrows  ") and "`promotion.newsletter`" in line for line in lines)
    signs = [line[0] for line in lines]
    assert signs == sorted(signs, key="▲▼=".index)
    assert closing.startswith("from edition 1 (")
    assert "decisions that widen: 90, that narrow: " in closing
    assert closing.endswith("; it widens: a second person must approve it before it is published")


def test_it_is_told_in_japanese(mokuteki: Mokuteki, wider: Path) -> None:
    first, *_, closing = mokuteki("policy", "impact", str(wider), "--language", "ja").out.splitlines()
    assert first.startswith("▲ 広がる  求人企業は、`service.application`のために、面接段階より前でも、")
    assert first.endswith("（90件の判断）")
    assert closing.startswith("第1版（")
    assert closing.endswith("広がるため、施行の前に別の人の承認が必要です")


def test_the_other_way_round_nothing_widens_but_what_was_refused(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    ran = mokuteki("policy", "impact", str(rules), "--exit-code")
    assert ran.code == 0
    assert "▲" not in ran.out
    assert ran.out.endswith("; nothing widens: its impact asks for no second person\n")
    back = mokuteki("policy", "impact", str(rules), "in-force", "--exit-code")
    assert back.code == 2
    assert back.out.startswith("▲ widens")
    assert mokuteki("policy", "impact", str(rules), "in-force").code == 0


def test_of_the_checkout_against_what_is_in_force_nothing_changes(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "impact", "--exit-code")
    assert ran.code == 0
    assert ran.out.endswith(": nothing changes\n")
    assert " to the checkout (" in ran.out


def test_programs_are_told_all_of_it(mokuteki: Mokuteki, wider: Path, edition: Edition) -> None:
    told = json.loads(mokuteki("policy", "impact", str(wider), "--json").out)
    assert told["from"] == {"name": "edition 1", "edition": edition.id}
    assert (told["widens"], told["widened"]) == (True, 90)
    first = told["changes"][0]
    assert (first["direction"], first["fields"]) == ("widens", ["User.email", "User.phone"])
    assert (
        sum(each["decisions"] for each in told["changes"] if each["direction"] == "narrows")
        == told["narrowed"]
    )


def test_a_bar_goes_over_all_the_pieces(
    mokuteki: Mokuteki, wider: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int | None]] = []
    module = sys.modules["api.cli.policy_impact"]
    monkeypatch.setattr(module, "shown", lambda _bar: lambda done, total: told.append((done, total)))
    assert mokuteki("policy", "impact", str(wider)).code == 0
    assert told == [(done, 72) for done in range(1, 73)]


def test_a_draft_that_is_none_and_two_that_are_asked_at_once_are_sentences(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "impact", "--draft", "none")
    assert (ran.code, ran.out) == (1, "")
    assert "no draft has this id: `mokuteki policy drafts` lists them" in ran.err
    ran = mokuteki("policy", "impact", "1", "checkout", "--draft", "none", "--language", "ja")
    assert (ran.code, ran.out) == (1, "")
    assert "両方は指定できません" in ran.err


def test_a_folder_that_does_not_load_is_told_whole_in_the_language(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "rules.csv", "application-contact,allow,", "application-contact,denny,")
    change(rules / "rules.csv", ",service.eligibility,", ",service.eligiblity,")
    ran = mokuteki("policy", "impact", str(rules), "--language", "ja", "--exit-code")
    assert (ran.code, ran.out) == (1, "")
    *lines, closing = ran.err.splitlines()
    assert any("`service.eligibility`のことですか。" in line for line in lines)
    assert any("「eft」：`denny`は" in line for line in lines)
    assert (
        closing
        == f"mokuteki: `{rules}`は{len(lines)}件の誤りのため読み込めません。それぞれ直してから、もう一度試してください"
    )
