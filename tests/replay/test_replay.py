"""The replay: accesses that happened, decided again under a draft, against really asking again."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson

from models.replay import Span, chunks, people_of, read_setting, replay
from policies.edition import Edition, PolicyError
from policies.replay.effect import Change
from policies.replay.replay import Replay
from policies.replay.row import AccessRow
from policies.replay.tally import lines
from tests.editions import needing, put_in_force, same_but_for_a_word, with_rules, without
from tests.replay.asked import Operation, ask, random_operation, touched
from tests.world import World


def span() -> Span:
    now = datetime.now(UTC)
    return Span(now - timedelta(days=1), now + timedelta(minutes=1))


async def rows(world: World) -> list[AccessRow]:
    return [row async for chunk in chunks(world.house.store, span()) for row in chunk.rows]


async def number(world: World, request_id: str) -> int:
    found = await world.house.store.fetch(
        "SELECT id FROM accesses WHERE request_id = :id", {"id": request_id}
    )
    return int(found[0][0]) if found else 0


async def row_of(world: World, request_id: str) -> AccessRow:
    wanted = await number(world, request_id)
    return next(row for row in await rows(world) if row.id == wanted)


EMPLOYER = Operation(
    "employer-a",
    'query @purpose(id: "service.application") { users(first: 100) { edges { node { id email phone } } } }',
)


async def test_the_standing_of_each_group_is_on_record(a_world: World) -> None:
    row = await row_of(a_world, await ask(a_world, EMPLOYER))
    groups = orjson.loads(row.groups)
    assert {group["guard"] for group in groups} == {"Query.users"}
    assert {group["kind"] for group in groups} == {"employer"}
    told = {group["standing"] for group in groups}
    assert len(told) == len(groups) > 1
    assert all({"noticed", "consented", "!held", "!erased"} <= set(each.split("+")) for each in told)
    assert {"interview" in each.split("+") for each in told} == {True, False}


async def test_under_the_same_rules_nobody_gains_or_loses(a_world: World, edition: Edition) -> None:
    dice = random.Random(1)  # noqa: S311 - chosen by a seed
    people = list(a_world.demo.users.values())
    for _ in range(60):
        await ask(a_world, random_operation(dice, people))
    found = await replay(a_world.house.store, same_but_for_a_word(edition), span())
    assert found.accesses > 40
    assert (found.changed, found.undecided, found.lines()) == (0, 0, ())


async def test_a_dropped_need_tells_who_would_gain_what(a_world: World, edition: Edition) -> None:
    await ask(a_world, EMPLOYER)
    draft = needing(edition, "application-contact", "noticed+consented")
    found = dict((await replay(a_world.house.store, draft, span())).lines())
    (email,) = (
        (line, count)
        for line, count in found.items()
        if (line.client, line.field, line.change) == ("employer-a", "User.email", Change.GAIN)
    )
    assert email[0].sure
    assert email[1].exact
    deciding = Replay(await read_setting(a_world.house.store, draft.canonical(), span().since))

    async def find(rows: Sequence[AccessRow]) -> Iterable[int]:
        return deciding.people(rows, email[0])

    who = await people_of(a_world.house.store, span(), email[0], find, size=1000)
    assert len(who) == email[1].people > 0
    assert list(who) == sorted(set(who))
    known = {row[0] for row in await a_world.house.store.fetch("SELECT ref FROM users", {})}
    assert set(who) <= known
    first = await people_of(a_world.house.store, span(), email[0], find, size=1)
    assert first == who[:1]
    assert await people_of(a_world.house.store, span(), email[0], find, after=who[0], size=1000) == who[1:]
    assert await people_of(a_world.house.store, span(), email[0], find, last=0, size=1000) == ()


def draft_of(edition: Edition, dice: random.Random) -> Edition:
    """The edition with a rule dropped, or one of more needs, of fewer, or of a wider field."""
    while True:
        rule = dice.choice([each for each in edition.rules if each.action in {"read", "any"}])
        needs = [str(need) for need in rule.needs]
        kind = dice.choice(("drop", "fewer", "more", "wider"))
        wider = edition.categories.ancestors(rule.field)[1:]
        try:
            if kind == "drop":
                return without(edition, rule.id)
            if kind == "fewer" and needs:
                needs.remove(dice.choice(needs))
                return needing(edition, rule.id, "+".join(needs) or "-")
            if kind == "more":
                more = dice.choice(("noticed", "consented", "interview", "screened", "offer-accepted"))
                return needing(edition, rule.id, "+".join(dict.fromkeys((*needs, more))))
            if kind == "wider" and wider:
                opened = replace(rule, field=dice.choice(wider))
                return with_rules(edition, (opened if each is rule else each for each in edition.rules))
        except PolicyError:
            continue


Told = set[tuple[int, str, Change]]


async def asked_again(world: World, first: str, second: str) -> Told:
    """What the second access of the same operation gives more or less of the people of the first."""
    before, after = await touched(world, first), await touched(world, second)
    told: Told = set()
    for ref, fields in before.released.items():
        given = after.released.get(ref, frozenset())
        told |= {(ref, path, Change.LOSE) for path in fields - given}
        told |= {(ref, path, Change.GAIN) for path in before.withheld[ref] & given}
    return told


async def test_a_replay_tells_what_asking_again_would(a_world: World, edition: Edition) -> None:
    dice = random.Random(11)  # noqa: S311 - chosen by a seed
    people = list(a_world.demo.users.values())
    store, inforce = a_world.house.store, a_world.house.inforce
    changed: dict[Change, int] = dict.fromkeys(Change, 0)
    drafts = [
        needing(edition, "application-contact", "noticed+consented"),
        without(edition, "application-contact"),
        *(draft_of(edition, dice) for _ in range(3)),
    ]
    for draft in drafts:
        operations = [EMPLOYER, *(random_operation(dice, people) for _ in range(15))]
        first = [await ask(a_world, each) for each in operations]
        before = {row.id: row for row in await rows(a_world)}
        await put_in_force(store, inforce, draft)
        second = [await ask(a_world, each) for each in operations]
        await put_in_force(store, inforce, edition)
        deciding = Replay(await read_setting(store, draft.canonical(), span().since))
        for one, two in zip(first, second, strict=True):
            row = before.get(await number(a_world, one))
            if row is None:
                continue
            told: dict[bool, Told] = {True: set(), False: set()}
            for line, refs in lines(row, deciding.effect(row)):
                if line.step is None:
                    told[line.sure].update((ref, line.field, line.change) for ref in refs)
            happened = await asked_again(a_world, one, two)
            assert told[True] <= happened <= told[True] | told[False]
            for _, _, change in happened:
                changed[change] += 1
    assert all(changed.values())
