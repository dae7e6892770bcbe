"""Changes on record: what each was decided on, and what a draft would have made of it."""

import secrets
from typing import Any

import orjson

from models.replay import read_setting
from policies.edition import Edition
from policies.judging.judge import Judge
from policies.judging.question import Question
from policies.replay.effect import CellChange, Change, Effect
from policies.replay.replay import Replay
from policies.replay.row import REF_BYTES, AccessRow
from policies.vocabulary import Fact, standing
from tests.api.test_once import UPDATE
from tests.api.test_register import REGISTER, body
from tests.editions import same_but_for_a_word, without
from tests.replay.test_replay import row_of, span
from tests.world import World

STAGE = """mutation($input: SetApplicationStageInput!) @purpose(id: "service.application") {
  setApplicationStage(input: $input) { stage } }"""


async def changed(world: World, client: str, query: str, given: Any, user: str | None = None) -> AccessRow:
    response = await world.send(client, query, {"input": given}, user=user)
    return await row_of(world, response.headers["X-Request-Id"])


async def effects(world: World, row: AccessRow, edition: Edition, *dropped: str) -> tuple[Effect, Effect]:
    """What the same rules, and those without some, would have made of it."""
    store, since = world.house.store, span().since
    same = Replay(await read_setting(store, same_but_for_a_word(edition).canonical(), since)).effect(row)
    return same, Replay(await read_setting(store, without(edition, *dropped).canonical(), since)).effect(row)


async def test_a_correction_is_on_record_with_what_allowed_it(a_world: World, edition: Edition) -> None:
    user = a_world.demo.users["plain"]
    phone = f"+8190{secrets.randbelow(10**8):08d}"
    given = {"id": user, "user": {"phone": phone}}
    row = await changed(a_world, "frontend", UPDATE, given, user)
    (written,) = (group for group in orjson.loads(row.groups) if group.get("written"))
    assert (written["guard"], written["action"]) == ("Mutation.updateUser", "correct")
    assert {"self", "!erased"} <= set(written["standing"].split("+"))
    same, narrower = await effects(a_world, row, edition, "correct-own")
    assert same == Effect()
    lost = [cell for part in narrower.parts for cell in part.cells if cell.field == "User.phone"]
    assert CellChange("User.phone", Change.LOSE, sure=True) in lost


async def test_a_step_of_an_application_is_on_record_with_the_consent_it_rests_on(
    a_world: World, edition: Edition
) -> None:
    user = a_world.demo.users["offered-employer-a"]
    given = {"user": user, "stage": "HIRED"}
    row = await changed(a_world, "employer-a", STAGE, given)
    (group,) = orjson.loads(row.groups)
    assert (group["guard"], group["action"]) == ("Mutation.setApplicationStage.HIRED", "invoke")
    assert "consented" in group["standing"].split("+")
    rule = Judge(edition, {"employer": "employer"}).decide(
        Question(
            "employer",
            "invoke",
            "service.application",
            "Mutation.setApplicationStage.HIRED",
            "employer",
            standing(Fact.NOTICED, Fact.CONSENTED, Fact.OFFER_ACCEPTED),
        )
    )
    same, narrower = await effects(a_world, row, edition, str(rule.rule))
    assert same == Effect()
    assert [cell.change for part in narrower.parts for cell in part.cells] == [Change.LOSE]


async def test_a_hold_keeps_an_employer_from_a_step_and_the_record_says_what_hid_the_person(
    a_world: World,
) -> None:
    user = a_world.demo.users["held"]
    row = await changed(a_world, "employer-a", STAGE, {"user": user, "stage": "INTERVIEW"})
    (group,) = orjson.loads(row.groups)
    assert (row.outcome, group["released"], group["withheld"]) == ("REFUSED", "", "")
    assert (group["guard"], group["action"]) == ("Mutation.setApplicationStage.INTERVIEW", "invoke")
    assert {"consented", "held", "!erased"} <= set(group["standing"].split("+"))
    assert len(row.refs) == REF_BYTES


async def test_a_registration_is_on_record_with_what_its_notice_made_true(
    a_world: World, edition: Edition
) -> None:
    email = f"{secrets.token_hex(6)}@mail.example"
    row = await changed(a_world, "frontend", REGISTER, body({"email": email})["input"])
    (written,) = (group for group in orjson.loads(row.groups) if group.get("written"))
    assert (written["standing"], written["whole"]) == ("noticed", True)
    assert (written["guard"], written["action"]) == ("Mutation.register", "collect")
    rules = [rule.id for rule in edition.rules if rule.action == "collect" and rule.role == "frontend"]
    same, narrower = await effects(a_world, row, edition, *rules)
    assert same == Effect()
    lost = {cell.field for part in narrower.parts for cell in part.cells if cell.sure}
    assert {"User.email", "User.phone"} <= lost
