"""The intake: each event of a request is read, decided for each company, and kept only for those that may have it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.database.store import Store
from models.day import today_in_japan
from models.events.box import put_event
from models.events.choice import Choice, Circumstances, choose, companies
from models.formats.event import Event, read_event
from models.formats.wrong import SENTENCES, Mistake
from models.inforce import Force
from models.registry import KnownRecipient
from policies.judging.explanation import Explanation

MOST_EVENTS = 100
COOKIE = "Event.cookieId"

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The companies that a browser opted out of, or all."""

    all: bool = False
    companies: frozenset[str] = frozenset()

    def of(self, company: str) -> bool:
        """Whether it opted out of this one."""
        return self.all or company in self.companies


async def take_in(
    store: Store, force: Force, given: Sequence[object], opted_out: OptedOut | None, now: datetime
) -> list[Result]:
    """What became of each event: passed on to whom and what was withheld, or every mistake in it.

    All that is kept of a request is kept in one transaction; of an event with a mistake nothing is, and of none where
    what the browser opted out of cannot be read (`opted_out` is None).
    """
    events = [read_event(each) for each in given]
    results: list[Result] = []
    rows: list[tuple[Event, str, Mapping[str, Any]]] = []
    for event in events:
        if event.mistakes:
            results.append({"outcome": "REFUSED", "mistakes": [_mistake(each) for each in event.mistakes]})
            continue
        if opted_out is None:
            withheld = [_because("OPT_OUT_TOKEN", None)]
            results.append({"outcome": "NOT_PASSED_ON", "passedTo": [], "withheld": withheld})
            continue
        result, kept = _decided(force, event, opted_out, now)
        results.append(result)
        rows += [(event, *each) for each in kept]
    if rows:
        async with store.transaction() as transaction:
            for event, recipient, told in rows:
                await put_event(
                    transaction,
                    recipient,
                    told,
                    located=event.located,
                    cookie=event.fields.get(COOKIE),
                    now=now,
                )
    return results


def _decided(
    force: Force, event: Event, opted_out: OptedOut, now: datetime
) -> tuple[Result, list[tuple[str, Mapping[str, Any]]]]:
    passed: list[str] = []
    withheld: list[Result] = []
    rows: list[tuple[str, Mapping[str, Any]]] = []
    for company in companies(force):
        known = Circumstances(located=event.located, opted_out=opted_out.of(company.id), grouped=True)
        choice = choose(force, company, event.fields, known, today_in_japan(now))
        if choice.allowed and not company.events_url:
            choice = Choice(refused=dict.fromkeys(event.fields, ("NOT_REACHABLE", None)))
        withheld += _withheld(company, choice)
        if choice.allowed:
            passed.append(company.id)
            told = {name: value for name, value in event.fields.items() if name in choice.allowed}
            rows.append((company.id, told))
    outcome = "ACCEPTED" if passed else "NOT_PASSED_ON"
    return {"outcome": outcome, "passedTo": passed, "withheld": withheld}, rows


def _withheld(company: KnownRecipient, choice: Choice) -> list[Result]:
    """What a company does not get: everything at once where the reason is one, else each field with its own."""
    if not choice.allowed and len(set(choice.refused.values())) == 1:
        code, why = next(iter(choice.refused.values()))
        return [{"recipient": company.id, **_because(code, why)}]
    return [
        {"recipient": company.id, "field": field, **_because(code, why)}
        for field, (code, why) in choice.refused.items()
    ]


def _because(code: str, why: Explanation | None) -> Result:
    if why is None:
        return {"code": code, "ja": SENTENCES[code].ja, "en": SENTENCES[code].en}
    near = why.nearest[0] if why.nearest else None
    told = {"ja": near.text("ja"), "en": near.text("en")} if near else {}
    return {"code": code, "clause": why.clause, "rule": why.rule.id if why.rule else None, **told}


def _mistake(mistake: Mistake) -> Result:
    wrong = mistake.wrong
    return {"path": mistake.path, "code": wrong.code, "ja": wrong.ja, "en": wrong.en}


def reachable(force: Force, named: Collection[str]) -> bool:
    """Whether each of these is a company that events could go to."""
    return set(named) <= {each.id for each in companies(force)}
