"""`mokuteki policy test`: the decision table, asked of the rules row by row."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from api.cli.policy import counted, edition_of
from api.cli.policy_show import LangOption, Language
from api.cli.shared import CommandError, bar, edition_of_checkout, err, examples, out
from api.settings import CHECKOUT
from models.demo.registry import RECIPIENTS
from policies.edition import Edition
from policies.judge import Judge
from policies.question import Question
from policies.rule import JOIN
from policies.vocabulary import NO_NEEDS, Effect, Fact, Standing, standing

SHIPPED_TABLE = CHECKOUT / "tests" / "decisions.csv"
FIRST_ROW = 2


class Case(NamedTuple):
    """One row of the table: a question in words and in names, and the answer that is right."""

    ja: str
    en: str
    role: str
    action: str
    purpose: str
    field: str
    recipient: str
    facts: str
    expected: str
    rule: str

    def question(self, known: Mapping[str, Fact]) -> Question:
        """What the row asks of the judge."""
        words = [word for word in self.facts.split(JOIN) if word not in {"", NO_NEEDS}]
        true: Standing = standing(*(known[word] for word in words))
        return Question(self.role, self.action, self.purpose, self.field, self.recipient, true)


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "test",
        epilog=examples(
            "mokuteki policy test",
            "mokuteki policy test drafts/2026-12/policies --lang ja",
            "mokuteki policy test --table own.csv --recipient bakery=employer",
        ),
    )(ask)


def ask(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of rule files; `policies/` of the checkout by default.")
    ] = None,
    table: Annotated[
        Path, typer.Option(help="The decision table.", show_default="tests/decisions.csv")
    ] = SHIPPED_TABLE,
    recipient: Annotated[
        list[str] | None,
        typer.Option(help="A recipient of the table and its group, `NAME=GROUP`; may be given again."),
    ] = None,
    lang: LangOption = Language.EN,
) -> None:
    """Ask the rules every question of the decision table and tell which answers are not as it says."""
    edition = edition_of_checkout() if folder is None else edition_of(folder)
    cases = _cases(table)
    kinds = _kinds(edition, recipient or ())
    _check(cases, edition)
    wrong = _wrong(cases, Judge(edition, kinds), lang)
    for sentence in wrong:
        out.print(sentence, soft_wrap=True, markup=False)
    named = {case.rule for case in cases}
    silent = [rule.id for rule in edition.rules if rule.id not in named]
    if silent:
        err.print(f"no row expects: {', '.join(silent)}", soft_wrap=True, markup=False)
    if wrong:
        raise CommandError(f"{len(wrong):,} of {counted(len(cases), 'row')} are answered otherwise")
    out.print(f"{counted(len(cases), 'row')}: every answer is as the table says")


def _cases(table: Path) -> list[Case]:
    try:
        with table.open(encoding="utf-8", newline="") as file:
            header, *lines = list(csv.reader(file)) or [[]]
    except FileNotFoundError as error:
        raise CommandError("there is no such decision table: name one with `--table`") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(
            f"the table cannot be read ({type(error).__name__}): save it as CSV in UTF-8"
        ) from error
    if tuple(header) != Case._fields:
        raise CommandError(f"the header of the table is another: write `{','.join(Case._fields)}`")
    for number, line in enumerate(lines, FIRST_ROW):
        if len(line) != len(Case._fields):
            raise CommandError(
                f"row {number} of the table has {len(line)} of {len(Case._fields)} cells: fill it"
            )
    return [Case(*line) for line in lines]


def _kinds(edition: Edition, given: Sequence[str]) -> dict[str, str]:
    """Each recipient with its group: those of the demonstration, and those given."""
    kinds = {known.id: known.kind for known in RECIPIENTS}
    for each in given:
        name, _, group = each.partition("=")
        if not name or group not in edition.groups:
            raise CommandError(f"`--recipient` is `NAME=GROUP`: the groups are {', '.join(edition.groups)}")
        kinds[name] = group
    return kinds


def _check(cases: Sequence[Case], edition: Edition) -> None:
    """Refuse a row whose answer could never be right, for its spelling alone."""
    known = {
        "expected": set(map(str, Effect)),
        "rule": {"", *(rule.id for rule in edition.rules)},
    }
    facts = {*map(str, Fact), "", NO_NEEDS}
    for number, case in enumerate(cases, FIRST_ROW):
        wrong = [column for column, names in known.items() if getattr(case, column) not in names]
        wrong += [] if facts.issuperset(case.facts.split(JOIN)) else ["facts"]
        if wrong:
            raise CommandError(
                f"row {number} of the table, column `{wrong[0]}`: the name is not known; correct it"
            )


def _wrong(cases: Sequence[Case], judge: Judge, lang: Language) -> list[str]:
    known = {str(fact): fact for fact in Fact}
    wrong: list[str] = []
    with bar("rows", total=len(cases)) as progress:
        for number, case in enumerate(cases, FIRST_ROW):
            question = case.question(known)
            decision = judge.decide(question)
            answer = Effect.ALLOW if decision else Effect.DENY
            if (answer, decision.rule or "") != (case.expected, case.rule):
                wrong.append(_sentence(number, case, judge, question, lang))
            progress.advance(progress.task_ids[0])
    return wrong


def _sentence(number: int, case: Case, judge: Judge, question: Question, lang: Language) -> str:
    told = judge.explain(question)
    answer = Effect.ALLOW if told.decision else Effect.DENY
    near = f": {told.nearest[0].text(lang)}" if told.nearest else _unknown(case, judge)
    if lang is Language.JA:
        by, instead = _by_ja(case.rule), _by_ja(told.decision.rule)
        return f"{number} 行目「{case.ja}」: 期待は {case.expected}{by}、答えは {answer}{instead}{near}"
    by, instead = _by(case.rule), _by(told.decision.rule)
    return f"row {number} ({case.en}): expected {case.expected}{by}, answered {answer}{instead}{near}"


def _unknown(case: Case, judge: Judge) -> str:
    """What may be wrong where no rule comes near: a name that nobody knows."""
    if case.field not in judge.edition.fields:
        return f"; see that `{case.field}` is a field"
    if judge.usable(case.role, case.purpose, case.recipient):
        return ""
    return f"; see that `{case.recipient}` is a recipient, or add `--recipient {case.recipient}=GROUP`"


def _by(rule: str | None) -> str:
    return f" by `{rule}`" if rule else " by no rule"


def _by_ja(rule: str | None) -> str:
    return f"(規則「{rule}」)" if rule else "(該当する規則なし)"
