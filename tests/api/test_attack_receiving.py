"""Attacks on receiving: what a sender can count or time tells nothing of who is known, and sendings do not collide."""

import asyncio
from typing import Any

import pytest

from tests.api.sending import APPLICATION, counted, found, person, results, send
from tests.world import World

USAGE = "{ usage { accesses(first: 1) { users } limits { remaining } } }"
SEND_AND_MORE = f"""mutation($input: ReceiveUsersInput!, $more: ReceiveUsersInput!) @purpose(id: "{APPLICATION}") {{
  receiveUsers(input: $input) {{ results {{ outcome }} }} more: receiveUsers(input: $more) {{ results {{ outcome }} }} }}"""
SEND_AND_MOVE = f"""mutation($input: ReceiveUsersInput!, $move: SetApplicationStageInput!) @purpose(id: "{APPLICATION}") {{
  receiveUsers(input: $input) {{ results {{ outcome }} }} setApplicationStage(input: $move) {{ stage }} }}"""


async def told_of(world: World) -> int:
    """Of how many people the last operation told, as its client may see it."""
    latest: int = (await world.ask("employer-a", USAGE))["data"]["usage"]["accesses"][0]["users"]
    return latest


async def address(world: World, situation: str) -> tuple[str, str, str]:
    """The e-mail address, name and birth date of somebody who is known."""
    (row,) = await world.house.store.fetch(
        "SELECT email, name_roman, birth_date FROM users WHERE id = :id", {"id": world.demo.users[situation]}
    )
    return str(row[0]), str(row[1]), str(row[2])[:10]


def pair(email: str, tag: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Somebody of this address, and somebody else of the same name and birth date."""
    return person(email, name=f"PROBE {tag}"), person(f"{tag.lower()}@probe.example", name=f"PROBE {tag}")


async def test_usage_counts_whoever_is_sent_the_same_known_or_not(a_world: World) -> None:
    known, _, _ = await address(a_world, "plain")
    counts = []
    for email, tag in ((known, "KNOWN"), ("unheard@probe.example", "NOBODY")):
        sent = pair(email, tag)
        await results(a_world, *sent)
        first = await told_of(a_world)
        await results(a_world, *sent)
        counts.append((first, await told_of(a_world)))
    assert counts == [(2, 2), (2, 2)]


async def test_a_sending_that_is_taken_back_is_counted_the_same_known_or_not(a_world: World) -> None:
    known, _, _ = await address(a_world, "plain")
    before = await counted(a_world)
    counts = []
    for email, tag in ((known, "KNOWN"), ("unheard@probe.example", "NOBODY")):
        given = {"input": {"people": list(pair(email, tag))}, "more": {"people": []}}
        answer = await a_world.ask("employer-a", SEND_AND_MORE, given)
        assert a_world.codes(answer) == ["BAD_INPUT"]
        counts.append(await told_of(a_world))
    assert counts == [2, 2]
    assert await counted(a_world) == before


async def test_a_guess_at_a_field_that_is_withheld_counts_like_a_miss(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    _, name, born = await address(a_world, "consented-employer-a")
    counts = []
    for tag, day in (("wrong", "1971-02-03"), ("right", born)):
        guess = person(f"{tag}@probe.example", name=name, user={"birthDate": day})
        move = {"user": user, "employer": "employer-a", "stage": "INTERVIEW"}
        await a_world.ask("employer-a", SEND_AND_MOVE, {"input": {"people": [guess]}, "move": move})
        counts.append(await told_of(a_world))
    assert counts[0] == counts[1]


async def test_who_turned_out_to_be_known_finds_it_in_their_own_history(a_world: World) -> None:
    known, _, _ = await address(a_world, "plain")
    await results(a_world, person(known, name="PROBE"))
    answer = await a_world.ask(
        "auditor",
        'query($id: ID!) @purpose(id: "compliance.security") {'
        " accesses(user: $id, first: 1) { edges { node { client operation } } } }",
        {"id": a_world.demo.users["plain"]},
    )
    assert answer["data"]["accesses"]["edges"][0]["node"]["client"] == "employer-a"


async def test_sendings_of_the_same_people_in_another_order_all_succeed(a_world: World) -> None:
    for turn in range(3):
        people = [
            person(f"order{turn}x{n}@probe.example", name=f"ORDER {'ABCDEFGHIJ'[n]}") for n in range(10)
        ]
        answers = await asyncio.gather(
            send(a_world, *people),
            send(a_world, *reversed(people)),
            send(a_world, *people[5:], *people[:5]),
            send(a_world, *reversed(people), client="support-org", purpose="service.support"),
        )
        assert [answer.get("errors") for answer in answers] == [None] * 4


@pytest.mark.parametrize("same", ["email", "name"])
async def test_sendings_at_the_same_time_make_one_user(a_world: World, same: str) -> None:
    sent = [
        person("one@probe.example", name=f"ONE {letter}")
        if same == "email"
        else person(f"one{letter.lower()}@probe.example", name="ONE NAME")
        for letter in "ABCDEFGH"
    ]
    before = await counted(a_world)
    told = await asyncio.gather(*(results(a_world, each) for each in sent))
    assert [one["outcome"] for (one,) in told] == ["RECEIVED"] * len(sent)
    assert (await counted(a_world))["users"] - before["users"] == 1
    if same == "email":
        assert len(await found(a_world, "one@probe.example")) == 1
