"""The findings: what is wrong with rules, as lines for people or as JSON for programs."""

from collections.abc import Iterable
from typing import Any

from api.cli.told import Language, err, visible
from policies.mistake import Mistake, Severity


def tell(findings: Iterable[Mistake], lang: Language) -> None:
    """Each on a line of standard error, whatever its row says."""
    for each in findings:
        err.print(visible(each.text(lang)), soft_wrap=True, markup=False)


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
