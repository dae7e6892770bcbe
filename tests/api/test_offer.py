"""The residence card before and after an offer: its terms open with consent, its number with the offer alone."""

import pytest

from tests.world import World

CARD = """
query($id: ID!) @purpose(id: "service.eligibility") {
  user(id: $id) { id residenceCard { status validUntil number } }
}
"""


@pytest.mark.parametrize(
    ("situation", "codes"), [("unoffered-employer-a", ["FIELD_WITHHELD"]), ("offered-employer-a", [])]
)
async def test_the_number_of_a_card_waits_for_the_offer(
    a_world: World, situation: str, codes: list[str]
) -> None:
    answer = await a_world.ask("employer-a", CARD, {"id": a_world.demo.users[situation]})
    card = answer["data"]["user"]["residenceCard"]
    assert card["status"]
    assert card["validUntil"]
    assert bool(card["number"]) == (codes == [])
    assert a_world.codes(answer) == codes
    assert [error["extensions"]["field"] for error in answer.get("errors", [])] == [
        "User.residenceCard.number" for _ in codes
    ]


async def test_the_missing_offer_is_told_to_whoever_may_ask_why_and_to_no_employer(a_world: World) -> None:
    why = """{
      explain(purpose: "service.eligibility", role: "employer", recipient: "employer-a",
              field: "User.residenceCard.number", facts: ["noticed", "consented", "interview"]) {
        allowed reason nearest { rule failed missing }
      }
    }"""
    told = (await a_world.ask("policy-admin", why))["data"]["explain"]
    assert (told["allowed"], told["reason"]) == (False, "STAGE_TOO_EARLY")
    assert told["nearest"][0] == {
        "rule": "eligibility-identity",
        "failed": "FACTS",
        "missing": ["offer-accepted"],
    }
    user = a_world.demo.users["unoffered-employer-a"]
    (error,) = (await a_world.ask("employer-a", CARD, {"id": user}))["errors"]
    assert not {"reason", "clause", "rule"} & set(error["extensions"])
