"""The policy file for stock Casbin, read by its own adapter of files."""

from pathlib import Path

import casbin  # type: ignore[import-untyped]  # pycasbin ships no types
import pytest

from policies.edition import HERE, MODEL, Edition
from policies.judging.matcher import met
from policies.trial import asked
from tests.cli.conftest import Mokuteki, change

pytestmark = pytest.mark.usefixtures("at_home")


def enforcer(file: Path, printed: str) -> casbin.Enforcer:
    file.write_text(printed, encoding="utf-8")
    found = casbin.Enforcer(str(HERE.parent / MODEL), str(file))
    found.add_function("met", met)
    return found


def test_a_policy_file_answers_the_decision_table(
    mokuteki: Mokuteki, tmp_path: Path, edition: Edition
) -> None:
    found = enforcer(tmp_path / "policy.csv", mokuteki("policy", "casbin").out)
    wrong = [
        case.en
        for case in edition.expectations[::7]
        if found.enforce_ex(*asked(case))[1][:1] != ([case.rule] if case.rule else [])
        or found.enforce(*asked(case)) is not (case.expected == "allow")
    ]
    assert wrong == []


def test_registered_recipients_stand_in_it_and_stopped_ones_do_not(mokuteki: Mokuteki) -> None:
    assert "g4, employer-b, employer" in mokuteki("policy", "casbin").out.splitlines()
    assert mokuteki("recipient", "stop", "employer-b").code == 0
    printed = mokuteki("policy", "casbin").out.splitlines()
    assert "g4, employer-a, employer" in printed
    assert "g4, employer-b, employer" not in printed
    assert mokuteki("recipient", "reopen", "employer-b").code == 0


def test_the_rules_of_a_folder_are_printed_with_the_same_register(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "rules.csv", "noticed+consented+interview", "noticed+consented+hired")
    lines = mokuteki("policy", "casbin", str(draft)).out.splitlines()
    (contact,) = (line for line in lines if line.startswith("p, application-contact, "))
    assert contact.endswith(", contact, employer, noticed+consented+hired")
    assert "g4, employer-a, employer" in lines
