"""The lines of evidence: what the rules, the purposes and the clients hold that nobody used, as a person reads it."""

from collections.abc import Collection, Iterator

from api.cli.policy_told import say
from api.cli.policy_words import Words
from api.cli.told import Language
from policies.edition import Edition
from policies.evidence.report import Report


def lines(report: Report, edition: Edition, removable: Collection[str], lang: Language) -> Iterator[str]:
    """Each part under its heading, with what it holds or that it holds nothing; `removable` rules may go."""
    words = Words(edition, lang)
    parts = (
        ("REMOVABLE", [_rule(edition, words, each) for each in report.unused if each in removable]),
        ("UNDECLARED", [f"{each}  {words.purpose(each)}" for each in report.undeclared]),
        (
            "OVER_ASKING",
            [
                f"{asker.client} ({asker.role})  {asker.purpose} → {asker.recipient}  {field}"
                f"  {say('TIMES', lang, times=times)}"
                for asker, field, times in report.over_asking
            ],
        ),
        (
            "WITHHELD",
            [
                f"{field}  {say('TIMES', lang, times=times)}"
                for field, times in report.always_withheld.items()
            ],
        ),
        ("SCOPES", [f"{each.client}  {each.word}" for each in report.unused_scopes]),
        (
            "SHARES",
            [
                f"{each.asker.client} ({each.asker.role})  {each.asker.purpose} → {each.asker.recipient}  "
                + say("SHARE", lang, withheld=each.withheld, fields=each.fields, accesses=each.accesses)
                for each in report.shares
                if each.withheld
            ],
        ),
    )
    for heading, found in parts:
        yield say(f"HEAD_{heading}", lang, number=len(found))
        yield from (f"  {each}" for each in found)
    kept = [each for each in report.unused if each not in removable]
    yield say("HEAD_KEPT", lang, number=len(kept))
    yield f"  {', '.join(kept)}"


def _rule(edition: Edition, words: Words, name: str) -> str:
    rule = edition.rule(name)
    return name if rule is None else f"{name}  {words.sentence(rule)}"
