"""The shipped edition with the fields of the matrix, and the recipients that the tables speak of."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from policies.edition import Edition, shipped
from policies.judging.judge import Judge
from policies.judging.question import Question
from policies.rule import Rule
from policies.vocabulary import Fact, Standing, standing

MATRIX: Final = Path(__file__).parent / "matrix.csv"

RECIPIENTS: Final = {
    "employer-a": "employer",
    "employer-b": "employer",
    "support-org": "support_org",
    "mail-sender": "mail_sender",
    "payment-processor": "payment_processor",
    "ad-network": "ad_network",
    "analytics": "analytics",
    "authority": "authority",
}


@cache
def declared() -> dict[str, str]:
    """The fields of personal data that stand in the matrix by name, each with its category."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        _, _, _, *lines = csv.reader(file)
    return {line[0]: line[1] for line in lines if "(" not in line[0]}


@cache
def edition() -> Edition:
    """The shipped edition."""
    return shipped(declared())


def judge(of: Edition | None = None) -> Judge:
    """A judge of this edition, or of the shipped one."""
    return Judge(of or edition(), RECIPIENTS)


def facts(text: str) -> Standing:
    """`noticed+consented` as a standing."""
    return standing(*(Fact(word) for word in text.split("+") if word not in {"", "-"}))


def ask(line: str, true: str = "-") -> Question:
    """`employer read service.application User.email employer-a` as a question."""
    role, action, purpose, field, recipient = line.split()
    return Question(role, action, purpose, field, recipient, facts(true))


def with_rules(rules: Iterable[Rule]) -> Edition:
    """The shipped edition with other rules, which nobody checked; its id is no hash, which would take long to make."""
    made = replace(edition(), rules=tuple(rules))
    vars(made)["id"] = "spoiled"
    return made


def rule(name: str) -> Rule:
    """A shipped rule."""
    found = edition().rule(name)
    assert found is not None, name
    return found
