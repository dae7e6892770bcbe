"""`mokuteki policy test`: the decision table, asked of the rules row by row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli.decision_table import SHIPPED_TABLE, check_cases, read_cases
from api.cli.named_edition import folder_edition
from api.cli.policy_told import say
from api.cli.told import (
    CommandError,
    LangOption,
    Language,
    bar,
    counted,
    err,
    examples,
    listed,
    out,
    tell_line,
)
from models.demo.recipients import RECIPIENTS
from policies.edition import HERE, Edition
from policies.expectation import Expectation
from policies.judging.judge import Judge
from policies.table import FIRST_ROW
from policies.trial import answer, asked, holds


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
        Path, typer.Argument(help="A folder of rule files.", show_default="policies/ of the checkout")
    ] = HERE,
    table: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The decision table: questions, and the answers that are expected.",
            show_default="decisions.csv of the folder",
        ),
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=GROUP", help="A recipient of the table and its group; may be given again."
        ),
    ] = None,
    lang: LangOption = Language.EN,
) -> None:
    """Ask the rules every question of the decision table and tell which answers are not as it says."""
    edition = folder_edition(folder, lang)
    own = folder / SHIPPED_TABLE.name
    cases = read_cases(table or (own if own.is_file() else SHIPPED_TABLE), lang)
    kinds = _kinds(edition, recipient or (), lang)
    check_cases(cases, lang)
    wrong = _wrong(cases, Judge(edition, kinds), lang)
    for sentence in wrong:
        tell_line(sentence)
    named = {case.rule for case in cases}
    silent = [rule.id for rule in edition.rules if rule.id not in named]
    if silent:
        tell_line(say("EXPECTED_BY_NONE", lang, rules=listed(silent, lang)), err)
    if wrong:
        raise CommandError(_failed(len(wrong), len(cases), lang))
    out.print(_passed(len(cases), lang))


def _failed(wrong: int, rows: int, lang: Language) -> str:
    if lang is Language.JA:
        return f"{rows:,}行のうち{wrong:,}行の答えが表と違います。規則か、表の行を直してください"
    return f"{wrong:,} of {counted(rows, 'row')} are answered otherwise: correct the rules, or the rows of the table"


def _passed(rows: int, lang: Language) -> str:
    if lang is Language.JA:
        return f"{rows:,}行：どの答えも表のとおりです"
    return f"{counted(rows, 'row')}: every answer is as the table says"


def _kinds(edition: Edition, given: Sequence[str], lang: Language) -> dict[str, str]:
    """Each recipient with its group: every group by its own name, those of the demonstration, and those given."""
    kinds = {group: group for group in edition.groups} | {each["id"]: each["kind"] for each in RECIPIENTS}
    for each in given:
        name, _, group = each.partition("=")
        if not name or group not in edition.groups:
            raise CommandError(say("RECIPIENT_SHAPE", lang, groups=listed(edition.groups, lang)))
        kinds[name] = group
    return kinds


def _wrong(cases: Sequence[Expectation], judge: Judge, lang: Language) -> list[str]:
    wrong: list[str] = []
    with bar("rows", total=len(cases)) as progress:
        for number, case in enumerate(cases, FIRST_ROW):
            if not holds(case, judge):
                wrong.append(_sentence(number, case, judge, lang))
            progress.advance(progress.task_ids[0])
    return wrong


def _sentence(number: int, case: Expectation, judge: Judge, lang: Language) -> str:
    told = judge.explain(asked(case))
    given = answer(told.decision)
    near = (
        say("NEAREST", lang, text=told.nearest[0].text(lang)) if told.nearest else _unknown(case, judge, lang)
    )
    if lang is Language.JA:
        by, instead = _by_ja(case.rule), _by_ja(told.decision.rule)
        return f"{number}行目「{case.ja}」：期待は{case.expected}{by}、答えは{given}{instead}{near}"
    by, instead = _by(case.rule), _by(told.decision.rule)
    return f"row {number} ({case.en}): expected {case.expected}{by}, answered {given}{instead}{near}"


def _unknown(case: Expectation, judge: Judge, lang: Language) -> str:
    """What may be wrong where no rule comes near: a name that nobody knows."""
    if case.field not in judge.edition.fields:
        return say("SEE_FIELD", lang, field=case.field)
    if judge.usable(case.role, case.purpose, case.recipient):
        return ""
    return say("SEE_RECIPIENT", lang, recipient=case.recipient)


def _by(rule: str | None) -> str:
    return f" by `{rule}`" if rule else " by no rule"


def _by_ja(rule: str | None) -> str:
    return f"（規則「{rule}」）" if rule else "（該当する規則なし）"
