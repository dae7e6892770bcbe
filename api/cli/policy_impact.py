"""`mokuteki policy impact`: every decision that another edition would answer differently, in sentences."""

import json
from collections.abc import Iterator
from typing import Annotated, Final

import typer
from rich.text import Text

from api.cli.draft_edition import DraftOption, called, pair
from api.cli.named_edition import Named
from api.cli.policy_told import say
from api.cli.told import LangOption, Language, bar, examples, shown, tell_line, visible
from policies.impact.change import DECISION, Change, Impact
from policies.impact.comparison import Comparison
from policies.impact.impact import merged
from policies.impact.outcome import Direction

WIDENS: Final = 2
"""How a command ends that is asked to tell by its end whether anything widens."""

SIGNS: Final = {Direction.WIDENS: "▲", Direction.NARROWS: "▼", Direction.TELLS: "="}
STYLES: Final = {Direction.WIDENS: "bold yellow", Direction.NARROWS: "blue", Direction.TELLS: "dim"}


def add_to(policies: typer.Typer) -> None:
    """Add the command."""
    policies.command(
        "impact",
        epilog=examples(
            "mokuteki policy impact",
            "mokuteki policy impact ../rules --language ja",
            "mokuteki policy impact 3 in-force --json",
            "mokuteki policy impact --draft 01K9ZQ4T6V7W8X9Y0Z1A2B3C4D",
            "mokuteki policy impact policies --exit-code || echo 'a second person is needed'",
        ),
    )(run)


def run(  # noqa: PLR0913 - the options of the command
    before: Annotated[
        str | None,
        typer.Argument(
            help="What is compared with: a published edition by its number or the beginning of its id, `in-force`,"
            " `checkout`, or a folder of rule files; the edition in force by default."
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Argument(
            help="What is looked at, named likewise; the checkout by default. One folder alone is looked at too."
        ),
    ] = None,
    draft: DraftOption = None,
    lang: LangOption = Language.EN,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Tell the impact as JSON, for programs.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 2 where anything widens, for hooks.")
    ] = False,
) -> None:
    """Tell what an edition would change of another: what it widens first, then what it narrows.

    A draft is compared with the edition it starts from.
    """
    old, new = pair(before, after, draft, lang)
    found = _worked_out(old, new, lang)
    if as_json:
        typer.echo(_json(found, old, new))
    else:
        for each in _lines(found, lang):
            tell_line(each)
        tell_line(_closing(found, old, new, lang))
    if exit_code and found.widens:
        raise typer.Exit(WIDENS)


def _worked_out(old: Named, new: Named, lang: Language) -> Impact:
    comparison = Comparison(old.edition, new.edition)
    with bar(say("SLICES", lang), total=len(comparison.slices)) as progress:
        tell = shown(progress)
        parts = []
        for done, piece in enumerate(comparison.slices, 1):
            parts.append(comparison.of(piece))
            tell(done, len(comparison.slices))
    return merged(old.edition, new.edition, parts)


def _lines(found: Impact, lang: Language) -> Iterator[Text]:
    for change in found.changes:
        direction = change.direction
        sentence = visible(change.ja if lang is Language.JA else change.en)
        mark = f"{SIGNS[direction]} {say(direction.name, lang)}"
        yield Text.assemble((mark, STYLES[direction]), "  ", sentence, (_counted(change, lang), "dim"))


def _counted(change: Change, lang: Language) -> str:
    if change.kind != DECISION:
        return ""
    code = "DECISION" if change.decisions == 1 else "DECISIONS"
    told = say(code, lang, number=change.decisions)
    return f"（{told}）" if lang is Language.JA else f" [{told}]"


def _closing(found: Impact, old: Named, new: Named, lang: Language) -> str:
    names = {"old": called(old, lang), "new": called(new, lang)}
    if not found.changes:
        return say("IMPACT_NONE", lang, **names)
    numbers = {"widened": found.widened, "narrowed": found.narrowed, "changes": len(found.changes)}
    counts = say("IMPACT", lang, **names, **numbers)
    need = say("SECOND_PERSON" if found.widens else "NO_SECOND_PERSON", lang)
    return f"{counts}。{need}" if lang is Language.JA else f"{counts}; {need}"


def _json(found: Impact, old: Named, new: Named) -> str:
    form = {
        "from": {"name": old.name, "edition": old.edition.id},
        "to": {"name": new.name, "edition": new.edition.id},
        "widens": found.widens,
        "widened": found.widened,
        "narrowed": found.narrowed,
        **{name: part for name, part in json.loads(found.to_json()).items() if name not in {"old", "new"}},
    }
    return json.dumps(form, ensure_ascii=False, indent=2)
