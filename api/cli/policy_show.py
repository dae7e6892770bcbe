"""`mokuteki policy show`: the rules as a privacy officer reads them."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated

import typer
from rich.table import Column, Table

from api.cli.policy_words import Words
from api.cli.shared import edition_of_checkout
from api.cli.told import CommandError, LangOption, Language, counted, err, examples, out, tell_line, visible
from policies.edition import Edition
from policies.rule import Rule
from policies.vocabulary import ANY, NO_NEEDS, NONE_PURPOSE, Effect

LABELS = {
    Language.EN: ("who", "does", "why", "for whom", "what", "needs", "clause", "note"),
    Language.JA: ("役割", "行為", "利用目的", "提供先", "項目", "条件", "条項", "趣旨"),
}
COLON = {Language.EN: ": ", Language.JA: "："}
NOUNS = {"rule": "規則", "purpose": "利用目的", "role": "役割"}
COLUMNS = {Language.EN: ("rule", "says"), Language.JA: ("規則", "内容")}
EFFECTS = {
    (Language.EN, Effect.ALLOW): "allows",
    (Language.EN, Effect.DENY): "denies",
    (Language.JA, Effect.ALLOW): "許可",
    (Language.JA, Effect.DENY): "拒否",
}


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "show",
        epilog=examples(
            "mokuteki policy show",
            "mokuteki policy show application-contact",
            "mokuteki policy show --purpose service.application --role employer",
            "mokuteki policy show --lang ja",
        ),
    )(show)


def show(
    rule: Annotated[str | None, typer.Argument(help="One rule, told in full in both languages.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Only rules that bear on this purpose.")] = None,
    role: Annotated[str | None, typer.Option(help="Only rules that bear on this role.")] = None,
    lang: LangOption = Language.EN,
) -> None:
    """Show the rules of the checkout as sentences, or one of them with its notes."""
    edition = edition_of_checkout()
    if rule is not None:
        _one(edition, _found(edition, rule), lang)
        return
    rules = list(_bearing(edition, purpose, role))
    words = Words(edition, lang)
    name, says = COLUMNS[lang]
    table = Table(Column(name, no_wrap=True), Column(says, overflow="fold"), show_lines=True)
    for each in rules:
        codes = " · ".join((*map(str, each.needs), each.clause))
        table.add_row(each.id, f"{words.sentence(each)}\n[dim]{codes}[/dim]")
    out.print(table)
    err.print(_summary(len(rules), lang))


def _summary(rules: int, lang: Language) -> str:
    if lang is Language.JA:
        return f"規則{rules}件。拒否はどの許可にも優先し、許可する規則のないものは認められません"
    return f"{counted(rules, 'rule')}; a deny wins over every allow, and what no rule allows is refused"


def _found(edition: Edition, name: str) -> Rule:
    found = edition.rule(name)
    if found is None:
        raise _unknown("rule", name, (each.id for each in edition.rules))
    return found


def _bearing(edition: Edition, purpose: str | None, role: str | None) -> Iterable[Rule]:
    """The rules that can decide a question with this purpose and this role."""
    purposes = _purposes(edition, purpose)
    roles = _roles(edition, role)
    for rule in edition.rules:
        if (purposes is None or rule.purpose in purposes) and (roles is None or rule.role in roles):
            yield rule


def _purposes(edition: Edition, name: str | None) -> set[str] | None:
    if name is None:
        return None
    if name == NONE_PURPOSE:
        return {ANY, NONE_PURPOSE}
    found = edition.purposes.get(name)
    if found is None:
        raise _unknown("purpose", name, edition.purposes)
    below = {each.id for each in edition.purposes.values() if each.parent == name}
    return {ANY, name, *below, *edition.purpose_ancestors(name)}


def _roles(edition: Edition, name: str | None) -> set[str] | None:
    if name is None:
        return None
    if name not in edition.roles:
        raise _unknown("role", name, edition.roles)
    return {ANY, *edition.roles.ancestors(name)}


def _unknown(what: str, name: str, known: Iterable[str]) -> CommandError:
    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.3) or names[:3]
    asked, quoted = visible(name[:60]), [f"`{each}`" for each in near]
    return CommandError(
        f"`{asked}` is no {what}: near it are {', '.join(quoted)}",
        f"`{asked}`という{NOUNS[what]}はありません。近い名前は{'、'.join(quoted)}です",
    )


def _one(edition: Edition, rule: Rule, lang: Language) -> None:
    second = Language.JA if lang is Language.EN else Language.EN
    out.print(f"[bold]{rule.id}[/bold]  {EFFECTS[lang, rule.effect]}")
    for each in (lang, second):
        words = Words(edition, each)
        needs = "\n".join(_both(str(need), words.need(need), each) for need in rule.needs)
        cells = (
            _both(rule.role, words.role(rule.role), each),
            _both(rule.action, words.act(rule.action), each),
            _both(rule.purpose, words.purpose(rule.purpose), each),
            _both(rule.recipient, words.recipient(rule.recipient), each),
            _both(rule.field, words.field(rule.field), each),
            needs or NO_NEEDS,
            rule.clause,
            words.note(rule),
        )
        table = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2))
        for label, cell in zip(LABELS[each], cells, strict=True):
            table.add_row(label, cell)
        out.print()
        tell_line(words.sentence(rule))
        out.print(table)


def _both(name: str, told: str, lang: Language) -> str:
    return name if told in {"", name} else f"{name}{COLON[lang]}{told}"
