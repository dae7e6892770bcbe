"""The entered: what people write in many ways is understood through `register`, and what is no such thing refused."""

from typing import Any

import pytest

from tests.api.test_register import REGISTER, body, people
from tests.world import World

SEEN = """
query @purpose(id: "service.account") {
  me { phone birthDate address { postalCode prefecture } residenceCard { number issuedOn } }
}
"""
CARD = {"number": "AB12345678CD", "validUntil": "2031-05-01"}


async def entered(world: World, name: str, **fields: Any) -> Any:
    """What the person sees of themself after the registration."""
    given = body({"email": f"{name}@entered.example", **fields})
    answer = await world.ask("frontend", REGISTER, given)
    assert "errors" not in answer, answer
    user = answer["data"]["register"]["user"]["id"]
    return (await world.ask("frontend", SEEN, user=user))["data"]["me"]


async def test_a_telephone_number_with_its_country_code_is_understood(a_world: World) -> None:
    assert (await entered(a_world, "phone", phone="+81 60-1234-5678"))["phone"] == "+816012345678"


async def test_the_first_day_of_reiwa_is_understood(a_world: World) -> None:
    card = {**CARD, "issuedOn": "令和元年5月1日"}
    seen = await entered(a_world, "era", residenceCard=card)
    assert seen["residenceCard"] == {"number": "AB12345678CD", "issuedOn": "2019-05-01"}


async def test_a_card_number_is_understood(a_world: World) -> None:
    for place, number in enumerate(("AB12345678CD", "ab12345678cd", "ＡＢ１２３４５６７８ＣＤ")):
        seen = await entered(a_world, f"card{place}", residenceCard={**CARD, "number": number})
        assert seen["residenceCard"]["number"] == "AB12345678CD"


async def test_a_full_width_postal_code_is_understood(a_world: World) -> None:
    seen = await entered(a_world, "postal", address={"postalCode": "１００−０００１"})
    assert seen["address"] == {"postalCode": "100-0001", "prefecture": "JP-13"}


@pytest.mark.parametrize(
    ("fields", "place", "reason"),
    [
        ({"residenceCard": {**CARD, "number": "ABC2345678CD"}}, "residenceCard.number", "CARD_NUMBER"),
        ({"residenceCard": {**CARD, "number": "AB12345678CDE"}}, "residenceCard.number", "CARD_NUMBER"),
        (
            {"residenceCard": {**CARD, "number": "123456789018"}},
            "residenceCard.number",
            "INDIVIDUAL_NUMBER",
        ),
        ({"birthDate": "昭和64年1月8日"}, "birthDate", "ERA_ENDED"),
    ],
)
async def test_what_is_no_such_thing_is_refused_at_its_place(
    a_world: World, fields: dict[str, Any], place: str, reason: str
) -> None:
    before = await people(a_world)
    response = await a_world.send("frontend", REGISTER, body({"email": "no@entered.example", **fields}))
    (error,) = response.json()["errors"]
    assert error["extensions"]["argument"] == f"input.user.{place}"
    assert error["extensions"]["reason"] == reason
    for value in ("ABC2345678CD", "AB12345678CDE", "123456789018", "64年"):
        assert value not in response.text
    assert await people(a_world) == before
