"""The told condition: when a decision changes, in words."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from policies.impact.outcome import Condition, Direction
from policies.rule import Need, parse_needs
from policies.vocabulary import NO_NEEDS, STAGES, Fact

STAGE_JA: Final = {
    Fact.APPLIED: "応募",
    Fact.INTERVIEW: "面接",
    Fact.OFFER_ACCEPTED: "内定承諾",
    Fact.HIRED: "採用",
}
"""The stages of an application; in English they are told by the names that operations use."""


MOST: Final = 6
"""Where more lists of facts than so many tell when, the rules are named that tell it."""


class _When(NamedTuple):
    """One list of facts: those that are no stages, and the stages from and before which it is so."""

    needs: tuple[Need, ...]
    reached: Fact | None
    before: Fact | None


def _read(text: str) -> _When:
    needs = parse_needs(text)
    stages = {need.absent: need.fact for need in needs if need.fact in STAGES}
    return _When(
        tuple(need for need in needs if need.fact not in STAGES), stages.get(False), stages.get(True)
    )


def english(condition: Condition, rules: Sequence[str], *, apart: bool) -> str:
    """The condition as the end of a sentence, a comma before it if it must stand apart; nothing where it is told."""
    if vanishes(condition):
        return ""
    if condition.when == (NO_NEEDS,):
        return f", whatever {'' if condition.wholly else 'else '}is true of the person"
    if len(condition.when) > MOST:
        return f", as {joined([f'`{rule}`' for rule in rules], ', ', ' and ')} would have it"
    cases = [_one_en(_read(each)) for each in condition.when]
    close = not apart and cases[0].startswith(("before", "from"))
    return f"{'' if close else ','} {', or '.join(cases)}"


def vanishes(condition: Condition) -> bool:
    """Whether nothing is left of what was allowed."""
    return condition.wholly and condition.direction is Direction.NARROWS


def _one_en(when: _When) -> str:
    facts = "; and ".join(map(_fact_en, when.needs))
    return ", ".join(filter(None, (f"when {facts}" if facts else "", _stages_en(when))))


def _fact_en(need: Need) -> str:
    return f"it is not so that {need.fact.en}" if need.absent else need.fact.en


def _stages_en(when: _When) -> str:
    if when.reached and when.before:
        return f"from the stage {_code(when.reached)} until before {_code(when.before)}"
    if when.reached:
        return f"from the stage {_code(when.reached)} on"
    return f"before the stage {_code(when.before)}" if when.before else ""


def _code(stage: Fact) -> str:
    return stage.upper().replace("-", "_")


def japanese(condition: Condition, rules: Sequence[str]) -> str:
    """The condition as a part of a sentence, its comma behind it; nothing where the verb tells it."""
    if vanishes(condition):
        return ""
    if condition.when == (NO_NEEDS,):
        return "本人の状況にかかわらず、" if condition.wholly else "ほかの事情にかかわらず、"
    if len(condition.when) > MOST:
        return f"規則{joined([f'「{rule}」' for rule in rules], '、', '及び')}の定める場合に、"
    also = condition.direction is Direction.WIDENS and not condition.wholly
    first, *more = (_read(each) for each in condition.when)
    if not (more or first.needs):
        return f"{_stages_ja(first)}{'でも' if also else 'には'}、"
    cases = "、又は".join(_one_ja(each) for each in (first, *more))
    if also:
        return f"{cases}も、"
    return f"{cases}は、" if condition.direction is Direction.NARROWS else f"{cases}、"


def _one_ja(when: _When) -> str:
    stages = _stages_ja(when)
    facts = [f"「{need.fact.ja}」" for need in when.needs]
    led = [
        f"{fact}に当た{'らず' if need.absent else 'り'}、"
        for fact, need in zip(facts, when.needs, strict=True)
    ]
    if stages:
        return f"{''.join(led)}{stages}のとき"
    return f"{''.join(led[:-1])}{facts[-1]}に当た{'らない' if when.needs[-1].absent else 'る'}とき"


def _stages_ja(when: _When) -> str:
    if when.reached and when.before:
        return f"{_stage_ja(when.reached)}以後、{_stage_ja(when.before)}より前"
    if when.reached:
        return f"{_stage_ja(when.reached)}以後"
    return f"{_stage_ja(when.before)}より前" if when.before else ""


def _stage_ja(stage: Fact) -> str:
    return f"{STAGE_JA[stage]}段階"


def joined(parts: Sequence[str], comma: str, last: str) -> str:
    """`a, b and c`; nothing of nothing."""
    *before, end = parts or ("",)
    return f"{comma.join(before)}{last}{end}" if before else end
