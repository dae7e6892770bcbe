"""The findings: what is wrong with rules, as lines for people or as JSON for programs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.cli.told import Language, err, tell_line, visible
from policies.mistake import Mistake, Severity

MOST: Final = 200
"""How many are told one by one; of the others, their number."""

MORE: Final[Mapping[Language, str]] = {
    Language.EN: "and {:,} more that are not told here: correct these, and look again",
    Language.JA: "ほかに{:,}件ありますが、ここには示していません。以上を直してから、もう一度試してください",
}


def tell(findings: Sequence[Mistake], lang: Language) -> None:
    """The first on a line of standard error each, whatever its row says, and then how many more there are."""
    for each in _first(findings):
        tell_line(visible(each.text(lang)), err)
    if more := _more(findings):
        tell_line(MORE[lang].format(more), err)


def findings_json(findings: Sequence[Mistake]) -> dict[str, Any]:
    """The first as JSON holds them, and how many more there are."""
    return {"findings": [form(each) for each in _first(findings)], "more": _more(findings)}


def _first(findings: Sequence[Mistake]) -> Sequence[Mistake]:
    """As many as are told, those that nobody may accept before the others."""
    return sorted(findings, key=lambda each: each.severity is Severity.OVERRIDABLE)[:MOST]


def _more(findings: Sequence[Mistake]) -> int:
    return max(0, len(findings) - MOST)


def form(each: Mistake) -> dict[str, Any]:
    """One as JSON holds it, in both languages."""
    return {
        "id": each.id,
        "code": each.code,
        "severity": each.severity,
        "overridable": each.severity is Severity.OVERRIDABLE,
        "file": each.file,
        "row": each.row or None,
        "column": each.column or None,
        "key": each.key or None,
        "near": each.near,
        "en": str(each),
        "ja": each.text("ja"),
    }
