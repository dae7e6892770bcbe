"""Drafts are held to what stands outside them: numbers that purposes ever had, and ids of registered recipients."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from policies.edition import Edition
from policies.purpose import Purpose
from tests.drafts.desk import APPROVER, agreed, do, drafted, read, refused, row
from tests.editions import put_in_force
from tests.world import World

CELLS = {
    "parent": "service",
    "announced_on": "2026-11-01",
    "ja": "ご希望の面接日程を求人企業との間で調整するため",
    "en": "To arrange the day of your interview with the employer",
    "basis_ja": "公表",
    "basis_en": "announced",
}


def purpose(name: str, number: int) -> Purpose:
    cells: dict[str, Any] = {**CELLS, "announced_on": date(2026, 11, 1)}
    return Purpose(id=name, number=number, within="", abstract=False, **cells)


@pytest.fixture
async def after(rules: World, edition: Edition) -> World:
    """The shipped edition in force, after one that had a purpose `service.interviews` of the number 20."""
    more = {**edition.purposes, "service.interviews": purpose("service.interviews", 20)}
    for each in (replace(edition, purposes=more), edition):
        made = Edition.from_canonical(each.canonical())
        await put_in_force(rules.house.store, rules.house.inforce, made)
    return rules


async def numbered(world: World, name: str, number: int) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """A draft with this purpose, and what the check says of its number."""
    draft = await drafted(world, row("purposes", name, number=str(number), **CELLS))
    found = [(each["code"], each["severity"], each["text"]) for each in draft["check"]]
    return draft, [each for each in found if each[0].startswith("NUMBER")]


async def test_the_number_of_one_that_is_gone_is_given_to_no_other(after: World) -> None:
    draft, ((code, severity, text),) = await numbered(after, "service.scheduling", 20)
    assert (code, severity) == ("NUMBER_REUSED", "WRONG")
    assert text.endswith("write a number that no purpose ever had, such as 16")
    assert "20 was the number of `service.interviews` in a published edition" in text
    for name in ("approveDraft", "publishEdition"):
        (told,) = await refused(after, name, APPROVER, draft=draft["id"], hash=draft["hash"], note="Read")
        assert (told["reason"], told["findings"]) == (
            "FINDINGS_OPEN",
            ["NUMBER_REUSED:purposes:service.scheduling:number"],
        )
    assert [each["code"] for each in (await read(after, draft["id"]))["check"]] == ["NUMBER_REUSED"]


async def test_one_that_comes_back_keeps_its_number(after: World) -> None:
    _, ((code, severity, text),) = await numbered(after, "service.interviews", 21)
    assert (code, severity) == ("NUMBER_CHANGED", "WRONG")
    assert "`service.interviews` had the number 20 in a published edition" in text
    _, found = await numbered(after, "service.interviews", 20)
    assert found == []


async def test_one_in_force_keeps_its_number_and_both_may_be_wrong(after: World) -> None:
    draft = await drafted(after, row("purposes", "service.billing", number="20"))
    found = [each["id"] for each in draft["check"] if each["code"].startswith("NUMBER")]
    assert found == [
        "NUMBER_CHANGED:purposes:service.billing:number",
        "NUMBER_REUSED:purposes:service.billing:number",
    ]


async def test_a_number_that_nobody_had_is_taken_and_published(after: World) -> None:
    draft, found = await numbered(after, "service.scheduling", 16)
    assert found == []
    await do(after, "approveDraft", APPROVER, **agreed(draft))
    published = await do(
        after, "publishEdition", APPROVER, draft=draft["id"], hash=draft["hash"], note="Agreed"
    )
    assert published["state"] == "PUBLISHED"


async def test_no_group_takes_the_name_of_a_recipient_which_would_be_refused_everything(rules: World) -> None:
    cells = {"wider": "employer", "itself": "", "ja": "求人企業A", "en": "Company A"}
    draft = await drafted(rules, row("groups", "employer-a", **cells))
    (found,) = draft["check"]
    assert (found["code"], found["severity"], found["key"]) == ("GROUP_RECIPIENT", "WRONG", "employer-a")
    assert "`employer-a` is the id of a registered recipient of another group" in found["text"]
    (told,) = await refused(rules, "publishEdition", draft=draft["id"], hash=draft["hash"], note="Alone")
    assert told["reason"] == "FINDINGS_OPEN"
    other = await drafted(rules, row("groups", "employer-z", **cells))
    assert other["check"] == []
