"""An edition as a folder on disk: what is written, what is compared, and what is never lost."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from api.cli.policy import edition_of
from policies.edition import Edition
from tests.cli.conftest import Mokuteki, change

pytestmark = pytest.mark.usefixtures("at_home")


def standing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def rules(tmp_path: Path, mokuteki: Mokuteki) -> Path:
    """A folder with the edition in force."""
    folder = tmp_path / "rules"
    assert mokuteki("policy", "pull", str(folder)).code == 0
    return folder


def test_what_is_pulled_is_the_edition_in_force(mokuteki: Mokuteki, tmp_path: Path, edition: Edition) -> None:
    ran = mokuteki("policy", "pull", str(tmp_path / "new" / "rules"))
    assert ran.code == 0
    assert edition_of(tmp_path / "new" / "rules").id == edition.id
    assert f"edition 1 ({edition.id[:12]}) is in " in ran.err
    assert ran.err.endswith(": 10 of 10 files written\n")
    assert len(ran.out.splitlines()) == 10


def test_pulled_again_nothing_is_written(mokuteki: Mokuteki, rules: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in rules.iterdir()}
    ran = mokuteki("policy", "pull", "1", str(rules))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith(": nothing to write\n")
    assert {path: path.stat().st_mtime_ns for path in rules.iterdir()} == before


def test_what_is_on_record_nowhere_is_not_overwritten(mokuteki: Mokuteki, rules: Path) -> None:
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    mine = standing(rules)
    ran = mokuteki("policy", "pull", str(rules))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "mokuteki: `rules.csv` would be overwritten, and what the folder holds is neither a published edition nor a"
        " draft: push it first, or give `--force`\n"
    )
    assert standing(rules) == mine


def test_what_is_kept_as_a_draft_is_overwritten(mokuteki: Mokuteki, rules: Path, edition: Edition) -> None:
    change(rules / "rules.csv", "The data of an erased person", "The data of a person who was erased")
    assert mokuteki("policy", "push", str(rules), "--note", "Other words").code == 0
    ran = mokuteki("policy", "pull", str(rules))
    assert (ran.code, ran.out) == (0, f"{rules / 'rules.csv'}\n")
    assert edition_of(rules).id == edition.id


def test_a_file_that_is_no_edition_is_not_overwritten_unless_forced(
    mokuteki: Mokuteki, tmp_path: Path, edition: Edition
) -> None:
    (tmp_path / "groups.csv").write_text("mine\n", encoding="utf-8")
    assert "`groups.csv` would be overwritten" in mokuteki("policy", "pull", str(tmp_path)).err
    assert (tmp_path / "groups.csv").read_text(encoding="utf-8") == "mine\n"
    assert not (tmp_path / "rules.csv").exists()
    assert mokuteki("policy", "pull", str(tmp_path), "--force").code == 0
    assert edition_of(tmp_path).id == edition.id


@pytest.mark.parametrize("name", ["rules.csv", "fields.csv", "casbin_model.conf"])
@pytest.mark.parametrize("leads", ["to a file", "nowhere"])
def test_no_link_of_the_folder_is_written_through(
    mokuteki: Mokuteki, tmp_path: Path, name: str, leads: str
) -> None:
    rules, victim = tmp_path / "rules", tmp_path / "victim"
    rules.mkdir()
    if leads == "to a file":
        victim.write_text("precious\n", encoding="utf-8")
    (rules / name).symlink_to(victim)
    ran = mokuteki("policy", "pull", str(rules), "--force")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"mokuteki: `{name}` would be written, but a link or something else that is no file stands there:"
        " remove it first\n"
    )
    assert victim.exists() is (leads == "to a file")
    assert [path.name for path in rules.iterdir()] == [name]


def test_a_link_in_the_place_of_a_half_written_file_is_not_followed(
    mokuteki: Mokuteki, tmp_path: Path, edition: Edition
) -> None:
    rules, victim = tmp_path / "rules", tmp_path / "victim"
    rules.mkdir()
    victim.write_text("precious\n", encoding="utf-8")
    (rules / ".rules.csv.part").symlink_to(victim)
    assert mokuteki("policy", "pull", str(rules)).code == 0
    assert victim.read_text(encoding="utf-8") == "precious\n"
    assert edition_of(rules).id == edition.id


def test_a_folder_that_is_a_link_is_named_itself(mokuteki: Mokuteki, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "rules").symlink_to(tmp_path / "elsewhere")
    ran = mokuteki("policy", "pull", str(tmp_path / "rules"), "--force")
    assert ran.code == 1
    assert ran.err.endswith("is a symbolic link: name the folder that it leads to\n")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_nothing_is_written_beside_the_folder(mokuteki: Mokuteki, rules: Path, edition: Edition) -> None:
    (rules / "casbin_model.conf").unlink()
    beside = rules.parent / "casbin_model.conf"
    beside.write_text(f"# of somebody else\n{edition.model}", encoding="utf-8")
    ran = mokuteki("policy", "pull", str(rules))
    assert (ran.code, ran.out) == (0, f"{rules / 'casbin_model.conf'}\n")
    assert beside.read_text(encoding="utf-8").startswith("# of somebody else\n")
    assert edition_of(rules).id == edition.id


def test_no_program_that_the_folder_names_is_run(mokuteki: Mokuteki, rules: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n", encoding="utf-8")
    trap.chmod(0o700)
    git = shutil.which("git") or "git"
    for words in (("init", "--quiet"), ("config", "core.fsmonitor", str(trap))):
        subprocess.run([git, "-C", str(rules), *words], check=True)  # noqa: S603 - the words are ours
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    for command, *more in (
        ("pull",),
        ("diff",),
        ("push", "--note", "A test"),
        ("pull", "--force"),
        ("check",),
    ):
        mokuteki("policy", command, str(rules), *more)
    assert not (tmp_path / "sprung").exists()
    subprocess.run([git, "-C", str(rules), "status"], check=True, capture_output=True)  # noqa: S603 - as above
    assert (tmp_path / "sprung").exists()


def test_an_edition_or_folder_that_is_none_is_one_sentence(mokuteki: Mokuteki, tmp_path: Path) -> None:
    assert "no published edition" in mokuteki("policy", "pull", "999", str(tmp_path / "rules")).err
    assert "one edition and one folder" in mokuteki("policy", "pull", "1", "2", str(tmp_path)).err
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "is a file: name a folder" in mokuteki("policy", "pull", str(tmp_path / "file")).err
    assert not (tmp_path / "rules").exists()


def test_a_folder_is_compared_with_what_is_in_force(mokuteki: Mokuteki, rules: Path) -> None:
    assert mokuteki("policy", "diff", str(rules)).err.startswith("no difference from edition 1 ")
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    ran = mokuteki("policy", "diff", str(rules))
    assert ran.out == (
        "~ rules.csv application-contact: needs `noticed+consented+interview` → `noticed+consented+hired`\n"
    )
    assert ran.err.startswith("1 difference from edition 1 ")
    assert f" to {rules} (" in ran.err


def test_no_cell_has_a_say_over_the_terminal(mokuteki: Mokuteki, rules: Path) -> None:
    spoilt = '"Data :x: of [bold]an erased\u3000person\n- rules held: gone"'
    change(rules / "rules.csv", "The data of an erased person goes to nobody for any purpose", spoilt)
    told = mokuteki("policy", "diff", str(rules)).out
    assert "`Data :x: of [bold]an erased\u3000person\\n- rules held: gone`" in told
    assert told.count("\n") == 1
    change(rules / "rules.csv", "[bold]an", "[bold]an \x1b[8m")
    refused = mokuteki("policy", "diff", str(rules))
    assert (refused.code, refused.out, refused.err.count("\x1b")) == (1, "", 0)


def test_any_two_are_compared(mokuteki: Mokuteki, rules: Path, tmp_path: Path) -> None:
    mokuteki("policy", "pull", str(tmp_path / "other"))
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    there = mokuteki("policy", "diff", str(rules), str(tmp_path / "other")).out
    assert "needs `noticed+consented+hired` → `noticed+consented+interview`" in there
    assert mokuteki("policy", "diff", str(rules), "in-force").out == there
    assert mokuteki("policy", "diff", str(rules), "1").out == there
    assert mokuteki("policy", "diff", "checkout", "in-force").out == ""
    assert "neither a folder nor a published edition" in mokuteki("policy", "diff", "rulez").err


def test_differences_are_told_to_programs(mokuteki: Mokuteki, rules: Path, edition: Edition) -> None:
    change(rules / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    file = rules / "roles.csv"
    first, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join((first, *lines[-1:], *lines[:-1])), encoding="utf-8")
    told = json.loads(mokuteki("policy", "diff", str(rules), "--json").out)
    assert told["from"] == {"name": "edition 1", "edition": edition.id}
    assert told["to"] == {"name": str(rules), "edition": edition_of(rules).id}
    assert told["model"] is False
    moved, rule = sorted(told["changes"], key=lambda each: str(each["table"]))
    assert (moved["table"], moved["key"], moved["follows"]) == ("roles", "auditor", "")
    assert moved["before"] == moved["after"]
    assert (rule["table"], rule["key"], rule["follows"]) == ("rules", "application-contact", None)
    assert rule["before"]["needs"] == "noticed+consented+interview"
    assert rule["after"] == rule["before"] | {"needs": "noticed+consented+hired"}
