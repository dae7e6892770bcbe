"""The story of an assessment: what a draft would change, of whom, and that no job holds anybody."""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock

import orjson
import pytest

from api.gateway.views import job as job_views
from api.jobs.runner import Bench
from api.jobs.works import works
from api.workshop import Answer, Workshop
from models.database.store import Store
from models.jobs import box
from models.jobs.job import JobKind
from policies.impact.outcome import Direction
from policies.replay.tally import FEW
from tests.drafts.desk import ADMIN, APPROVER, send
from tests.drafts.test_story import NARROWER, WIDER
from tests.jobs.office import JOB, document, drafted, edited, ended, job_of, look, reason
from tests.world import World

PHONE = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id phone } }'
PEOPLE = """
query($job: ID!, $line: Int!, $first: Int, $after: String) @purpose(id: "%s") {
  replayPeople(job: $job, line: $line, first: $first, after: $after) {
    edges { node { user } cursor } pageInfo { hasNextPage endCursor }
  }
}
"""
SECURITY, REQUESTS = PEOPLE % "compliance.security", PEOPLE % "compliance.requests"
CARRIED = """
UPDATE policy_jobs SET state = 'RUNNING', lease = 'another', leased_until = '2099-01-01 00:00:00+00:00',
  ended_at = NULL, result = NULL
WHERE id = :id
"""
"""A job as another process carries it."""

OPEN_JOB = """
INSERT INTO policy_jobs (id, kind, base, days, state, done, total, asked_by, asked_at, tries, lease, leased_until)
VALUES (:id, 'EVIDENCE', 'b', 7, 'RUNNING', 0, 0, :by, :at, 1, 'another', '2099-01-01 00:00:00+00:00')
"""

APPLIED = ("consented-employer-a", "offered-employer-a")
"""Those whom a test sets back to the beginning of their application."""


async def set_back(world: World) -> list[str]:
    users = [world.demo.users[each] for each in APPLIED]
    async with world.house.store.transaction() as transaction:
        for user in users:
            await transaction.execute(
                "UPDATE applications SET stage = 'APPLIED' WHERE user_id = :user", {"user": user}
            )
    return users


async def replayed(world: World, *edits: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """A draft, its replay after an employer asked for phones it was not given, and of whom it asked."""
    users = await set_back(world)
    for user in (*users, users[0]):
        answer = await send(world, "employer-a", PHONE, {"id": user})
        assert answer["data"]["user"] == {"id": user, "phone": None}
    draft = await drafted(world, *edits)
    job = await job_of(world, "assessDraft", draft=draft["id"], hash=draft["hash"], kind="REPLAY", days=1)
    return draft, await ended(world, job["id"]), users


def line_of(job: dict[str, Any], field: str) -> tuple[int, dict[str, Any]]:
    """The line of employer-a and this field, with its place."""
    lines = job["replay"]["lines"]
    (found,) = (
        (place, each)
        for place, each in enumerate(lines)
        if (each["client"], each["field"]) == ("employer-a", field)
    )
    return found


async def people(world: World, client: str, query: str, **said: Any) -> Any:
    return await send(world, client, query, said)


def refusal(answer: dict[str, Any]) -> tuple[int, str, str | None]:
    (error,) = answer["errors"]
    told = error["extensions"]
    return answer["status"], told["code"], told.get("reason")


async def test_the_impact_says_in_sentences_what_a_dropped_need_widens(office: World) -> None:
    draft = await drafted(office, *WIDER)
    which = {"draft": draft["id"], "hash": draft["hash"], "kind": "IMPACT"}
    asked = await job_of(office, "assessDraft", **which)
    assert (asked["kind"], asked["draft"], asked["hash"], asked["days"], asked["askedBy"]) == (
        "IMPACT",
        draft["id"],
        draft["hash"],
        None,
        ADMIN,
    )
    job = await ended(office, asked["id"])
    assert (job["state"], job["trouble"], job["replay"], job["evidence"]) == ("DONE", None, None, None)
    assert job["done"] == job["total"] > 1
    impact = job["impact"]
    assert (impact["widens"], impact["widened"], impact["narrowed"]) == (True, 90, 0)
    widening, *others = impact["changes"]
    assert (widening["direction"], widening["decisions"], widening["after"]) == (
        "WIDENS",
        90,
        ["application-contact"],
    )
    assert widening["fields"] == ["User.email", "User.phone"]
    assert "before the stage INTERVIEW" in widening["en"]
    assert "面接段階より前" in widening["ja"]
    assert {each["direction"] for each in others} <= {"TELLS"}
    assert {(each["role"], each["purpose"], each["category"]) for each in impact["cells"]} == {
        ("employer", "service.application", "contact")
    }
    assert (await job_of(office, "assessDraft", APPROVER, **which))["id"] == job["id"]


async def test_the_replay_counts_who_would_have_gained_what(office: World) -> None:
    _, job, users = await replayed(office, *WIDER)
    assert (job["state"], job["days"]) == ("DONE", 1)
    _, phone = line_of(job, "User.phone")
    assert {name: phone[name] for name in ("role", "purpose", "recipient", "step", "change", "sure")} == {
        "role": "employer",
        "purpose": "service.application",
        "recipient": "employer-a",
        "step": None,
        "change": "GAIN",
        "sure": True,
    }
    earlier = await office.house.store.fetch(
        "SELECT COUNT(*) FROM accesses WHERE client = 'employer-a' AND purpose = 'service.application'", {}
    )
    assert (phone["accesses"], phone["people"], phone["exact"]) == (earlier[0][0], None, True)
    assert len(users) < FEW
    assert sum(each["accesses"] for each in phone["days"]) == phone["accesses"]
    assert (job["replay"]["undecided"], job["replay"]["changed"]) == (0, phone["accesses"])


class Restless(Workshop):
    """A workshop whose process ends after each piece of work."""

    async def run(self, function: Callable[..., Answer], /, *args: object) -> Answer:
        answer = await super().run(function, *args)
        self.close()
        return answer


async def test_a_replay_goes_on_in_another_process_where_its_own_ended(office: World) -> None:
    _, job, _ = await replayed(office, *WIDER)
    kept = await box.read_job(office.house.store, job["id"])
    assert kept is not None
    found: Any = await works(office.house.clock)[kept.kind](kept, Bench(office.house.store, Restless()))
    result = (await box.whole(office.house.store, kept)).result
    assert found["lines"] == result["lines"] != []
    assert found["last"] == result["last"]


async def test_a_draft_that_only_tells_otherwise_changes_no_access(office: World) -> None:
    words = {"table": "rules", "key": "application-contact", "row": [{"column": "note_en", "value": "Words"}]}
    _, job, _ = await replayed(office, words)
    assert job["replay"]["accesses"] >= 3
    assert (job["replay"]["changed"], job["replay"]["lines"]) == (0, [])


async def test_who_reads_the_ledger_is_told_the_people_of_a_line_and_is_on_record(office: World) -> None:
    _, job, users = await replayed(office, *WIDER)
    place, _ = line_of(job, "User.phone")
    which = {"job": job["id"], "line": place}
    answer = await people(office, "auditor", SECURITY, **which, first=1)
    first = answer["data"]["replayPeople"]
    assert first["pageInfo"]["hasNextPage"]
    again = {**which, "after": first["pageInfo"]["endCursor"]}
    rest = (await people(office, "auditor", SECURITY, **again))["data"]["replayPeople"]
    assert not rest["pageInfo"]["hasNextPage"]
    told = [each["node"]["user"] for each in (*first["edges"], *rest["edges"])]
    assert sorted(told) == sorted(users)
    desk = (await people(office, "privacy-desk", REQUESTS, **which))["data"]["replayPeople"]
    assert [each["node"]["user"] for each in desk["edges"]] == told
    query = (
        'query($id: ID!) @purpose(id: "compliance.security") { accesses(user: $id, client: "privacy-desk", first: 1)'
        " { edges { node { purpose users releases { edges { node { user released } } } } } } }"
    )
    (shown,) = (await send(office, "auditor", query, {"id": users[0]}))["data"]["accesses"]["edges"]
    assert (shown["node"]["purpose"], shown["node"]["users"]) == ("compliance.requests", 2)
    assert {
        each["node"]["user"]: each["node"]["released"] for each in shown["node"]["releases"]["edges"]
    } == {user: ["User.accesses"] for user in users}


async def test_accesses_after_the_replay_add_nobody_to_a_line(office: World) -> None:
    _, job, users = await replayed(office, *WIDER)
    place, line = line_of(job, "User.phone")
    other = office.demo.users["unoffered-employer-a"]
    async with office.house.store.transaction() as transaction:
        applied = "UPDATE applications SET stage = 'APPLIED' WHERE user_id = :user"
        await transaction.execute(applied, {"user": other})
    assert (await send(office, "employer-a", PHONE, {"id": other}))["data"]["user"]["phone"] is None
    told = (await people(office, "auditor", SECURITY, job=job["id"], line=place))["data"]["replayPeople"]
    assert {each["node"]["user"] for each in told["edges"]} == set(users)
    assert line["people"] is None, "few"


async def test_nobody_else_is_told_the_people_of_a_line(office: World) -> None:
    draft, job, _ = await replayed(office, *WIDER)
    place, _ = line_of(job, "User.phone")
    which = {"job": job["id"], "line": place}
    for client in (ADMIN, APPROVER, "frontend"):
        answer = await people(office, client, SECURITY, **which)
        assert refusal(answer)[:2] in {(403, "OPERATION_FORBIDDEN"), (403, "PURPOSE_NOT_ALLOWED")}, client
    assert refusal(await people(office, "auditor", REQUESTS, **which))[0] == 403
    plain = SECURITY.replace('@purpose(id: "compliance.security")', "")
    assert refusal(await people(office, "auditor", plain, **which))[1] == "PURPOSE_MISSING"
    for wrong, why in (
        ({"line": 99}, (400, "BAD_INPUT", "LINE_UNKNOWN")),
        ({"line": -1}, (400, "BAD_INPUT", "LINE_UNKNOWN")),
        ({"job": "nothing"}, (400, "BAD_INPUT", "JOB_UNKNOWN")),
    ):
        assert refusal(await people(office, "auditor", SECURITY, **{**which, **wrong})) == why
    impact = await job_of(office, "assessDraft", draft=draft["id"], hash=draft["hash"], kind="IMPACT")
    answer = await people(office, "auditor", SECURITY, **{**which, "job": impact["id"]})
    assert refusal(answer) == (400, "BAD_INPUT", "REPLAY_MISSING")
    await edited(office, draft, *NARROWER)
    answer = await people(office, "auditor", SECURITY, **which)
    assert refusal(answer) == (409, "BAD_INPUT", "REPLAY_OUTDATED")


async def test_a_job_is_given_up_and_one_that_ended_stays(office: World) -> None:
    draft = await drafted(office, *NARROWER)
    which = {"draft": draft["id"], "hash": draft["hash"], "kind": "IMPACT"}
    job = await job_of(office, "assessDraft", **which)
    assert (await ended(office, job["id"]))["state"] == "DONE"
    stays = await job_of(office, "cancelJob", job=job["id"])
    assert (stays["state"], stays["impact"]["widens"]) == ("DONE", False)
    async with office.house.store.transaction() as transaction:
        await transaction.execute(CARRIED, {"id": job["id"]})
    assert (await look(office, job["id"]))["state"] == "RUNNING"
    given_up = await job_of(office, "cancelJob", "auditor", job=job["id"])
    assert (given_up["state"], given_up["impact"]) == ("CANCELLED", None)
    assert (await job_of(office, "assessDraft", **which))["id"] != job["id"]
    assert await reason(office, "cancelJob", job="nothing") == (400, "BAD_INPUT", "JOB_UNKNOWN")


async def test_one_asker_has_few_open_jobs_and_is_told_how_to_go_on(office: World) -> None:
    async with office.house.store.transaction() as transaction:
        for place in range(5):
            row = {"id": f"open {place}", "by": ADMIN, "at": office.house.clock()}
            await transaction.execute(OPEN_JOB, row)
    answer = await send(office, ADMIN, document("gatherEvidence", "job { id }"), {"i": {"days": 7}})
    (error,) = answer["errors"]
    told = error["extensions"]
    assert (answer["status"], told["code"], told["limit"], told["most"]) == (429, "RATE_LIMITED", "jobs", 5)
    assert "give one up with `cancelJob`" in error["message"]
    for place in range(5):
        assert (await job_of(office, "cancelJob", job=f"open {place}"))["state"] == "CANCELLED"
    asked = await job_of(office, "gatherEvidence", days=7)
    assert (await job_of(office, "gatherEvidence", "auditor", days=7))["id"] == asked["id"]
    await ended(office, asked["id"])


@pytest.mark.parametrize("kind", [JobKind.IMPACT, JobKind.REPLAY])
async def test_a_job_of_a_draft_that_changed_meanwhile_fails(office: World, kind: JobKind) -> None:
    draft = await drafted(office, *WIDER)
    changed = await edited(office, draft, *NARROWER)
    which = {"draft": draft["id"], "hash": draft["hash"], "kind": kind.value}
    assert await reason(office, "assessDraft", **which) == (409, "BAD_INPUT", "HASH_CHANGED")
    async with office.house.store.transaction() as transaction:  # asked for before it was changed
        now = office.house.clock()
        name = await box.put(
            transaction,
            kind,
            by=ADMIN,
            now=now,
            draft=draft["id"],
            base=draft["base"],
            hash=draft["hash"],
            days=1,
        )
    job = await ended(office, name)
    assert (job["state"], job["trouble"], job["impact"], job["replay"]) == ("FAILED", "CHANGED", None, None)
    assert changed["hash"] != draft["hash"]


BROKEN = {
    "no JSON": "{",
    "nothing": "",
    "another shape": "[1, 2]",
    "no lines": '{"since": "2026-11-22T00:00:00+00:00"}',
    "lines of something else": """{"since": "2026-11-22T00:00:00+00:00", "until": "2026-11-22T00:00:00+00:00",
      "accesses": 1, "changed": 1, "undecided": 0, "last": 7, "lines": [{"client": "employer-a"}]}""",
    "a number that is none": """{"since": "2026-11-22T00:00:00+00:00", "until": "2026-11-22T00:00:00+00:00",
      "accesses": "many", "changed": 1, "undecided": 0, "last": 7, "lines": []}""",
}
READY = """
INSERT INTO policy_jobs (id, kind, draft, base, hash, days, state, done, total, asked_by, asked_at, tries, result)
VALUES (:id, :kind, 'd', 'b', 'h', 1, 'DONE', 1, 1, 'policy-admin', '2026-11-22 03:00:00+00:00', 1, :result)
"""


@pytest.mark.parametrize("kind", JobKind)
async def test_a_result_that_cannot_be_read_back_is_told_as_a_job_that_failed(
    office: World, kind: JobKind
) -> None:
    names = await kept(office.house.store, kind, *BROKEN.values())
    query = """{ policyJobs(draft: "d") { id state trouble en: why(lang: "en") ja: why
      impact { widens } replay { changed } evidence { accesses } } }"""
    answer = await send(office, ADMIN, query)
    assert "errors" not in answer, answer
    assert {each["id"] for each in answer["data"]["policyJobs"]} == set(names)
    for each in answer["data"]["policyJobs"]:
        assert (each["state"], each["trouble"]) == ("FAILED", "UNREADABLE"), each
        assert each["en"] == "what this found is kept in a form that cannot be read back: ask for it again"
        assert each["ja"] == "記録された結果を読み出せません。改めて依頼してください。"
        assert (each["impact"], each["replay"], each["evidence"]) == (None, None, None)
    if kind is JobKind.REPLAY:
        for name in names:
            people_of = await people(office, "auditor", SECURITY, job=name, line=0)
            assert [error["extensions"]["reason"] for error in people_of["errors"]] == ["REPLAY_MISSING"]
    if kind is JobKind.EVIDENCE:
        for name in names:
            told = await reason(office, "proposeLeastPrivilege", job=name, note="A")
            assert told[1:] == ("BAD_INPUT", "EVIDENCE_MISSING")


async def kept(store: Store, kind: JobKind, *results: str) -> list[str]:
    """Jobs of a draft of their own that found these; their ids."""
    names = [f"{kind[:6]} kept {place}" for place in range(len(results))]
    async with store.transaction() as transaction:
        await transaction.execute("DELETE FROM policy_jobs WHERE draft = 'd'", {})
        for name, result in zip(names, results, strict=True):
            await transaction.execute(READY, {"id": name, "kind": kind.value, "result": result})
    return names


@pytest.mark.parametrize("kind", JobKind)
async def test_what_a_job_found_is_not_read_where_nobody_asks_for_it(
    office: World, monkeypatch: pytest.MonkeyPatch, kind: JobKind
) -> None:
    names = await kept(office.house.store, kind, "{", "{")
    read = AsyncMock(side_effect=box.read_result)
    monkeypatch.setattr(job_views, "read_result", read)
    parts = "id state trouble why done total askedBy asked: askedAt endedAt"
    every = " ".join(f'a{place}: policyJob(id: "{names[0]}") {{ {parts} }}' for place in range(49))
    answer = await send(office, ADMIN, f'{{ policyJobs(draft: "d", first: 100) {{ {parts} }} {every} }}')
    assert "errors" not in answer, answer
    assert {each["id"] for each in answer["data"]["policyJobs"]} == set(names)
    assert {each["state"] for each in answer["data"]["policyJobs"]} == {"DONE"}
    assert answer["data"]["a48"]["state"] == "DONE"
    others = " ".join(f"{other.lower()} {{ __typename }}" for other in JobKind if other is not kind)
    await send(office, ADMIN, f'{{ policyJobs(draft: "d") {{ {others} }} }}')
    read.assert_not_awaited()
    await send(office, ADMIN, f'{{ policyJob(id: "{names[0]}") {{ {kind.lower()} {{ __typename }} }} }}')
    read.assert_awaited_once()


async def test_what_jobs_found_is_paid_for_by_its_length_and_read_once_each(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {
        "direction": Direction.WIDENS.value,
        "kind": "rules",
        "ja": "あ",
        "en": "a" * 1_000_000,
        "decisions": 3,
    }
    found = orjson.dumps({"old": "a", "new": "b", "changes": [change], "categories": []}).decode()
    (name,) = await kept(office.house.store, JobKind.IMPACT, found)
    read = AsyncMock(side_effect=box.read_result)
    monkeypatch.setattr(job_views, "read_result", read)
    parts = " ".join(f"p{place}: impact {{ widens widened }}" for place in range(50))
    answer = await send(office, ADMIN, f'{{ policyJob(id: "{name}") {{ {parts} state }} }}')
    assert answer["data"]["policyJob"]["p49"] == {"widens": True, "widened": 3}
    assert read.await_count == 1
    every = " ".join(f'a{place}: policyJob(id: "{name}") {{ impact {{ widens }} }}' for place in range(50))
    refused = await send(office, ADMIN, f"{{ {every} }}")
    (error,) = refused["errors"]
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("LIMIT_EXCEEDED", "cost")
    assert not refused.get("data")
    assert read.await_count < 1 + 50


async def test_wrong_input_is_refused_with_its_reason(office: World) -> None:
    draft = await drafted(office, *NARROWER)
    which = {"draft": draft["id"], "hash": draft["hash"]}
    assert (await reason(office, "assessDraft", **which, kind="EVIDENCE"))[2] == "JOB_KIND"
    assert (await reason(office, "assessDraft", **which, kind="REPLAY", days=367))[2] == "DAYS_OUTSIDE"
    assert (await reason(office, "gatherEvidence", days=0))[2] == "DAYS_OUTSIDE"
    unknown = {**which, "draft": "nothing"}
    assert (await reason(office, "assessDraft", **unknown, kind="IMPACT"))[2] == "DRAFT_UNKNOWN"


async def test_nobody_but_staff_looks_at_jobs_or_asks_for_them(office: World) -> None:
    draft = await drafted(office, *NARROWER)
    which = {"draft": draft["id"], "hash": draft["hash"], "kind": "IMPACT"}
    job = await job_of(office, "assessDraft", **which)
    for client in ("employer-a", "frontend"):
        for query in ("{ policyJobs { id } }", f'{{ policyJob(id: "{job["id"]}") {{ id }} }}'):
            answer = await send(office, client, query)
            assert answer["errors"][0]["extensions"]["code"] == "OPERATION_FORBIDDEN"
            assert not answer.get("data")
        for name, said in (
            ("assessDraft", which),
            ("gatherEvidence", {}),
            ("cancelJob", {"job": job["id"]}),
            ("proposeLeastPrivilege", {"job": job["id"], "note": "A"}),
        ):
            assert await reason(office, name, client, **said) == (
                403,
                "OPERATION_FORBIDDEN",
                "ROLE_NOT_ALLOWED",
            )
    for client in (APPROVER, "auditor", "privacy-desk"):
        assert (await look(office, job["id"], client))["id"] == job["id"]


async def test_no_job_holds_anything_of_anybody(office: World) -> None:
    query = (
        'query @purpose(id: "service.account") { users(first: 100) { edges { node'
        " { id email phone birthDate name { kanji kana roman } address { town } } } } }"
    )
    shown = (await send(office, "frontend", query))["data"]["users"]["edges"]
    await replayed(office, *WIDER)
    await ended(office, (await job_of(office, "gatherEvidence", days=7))["id"])
    answer = await send(office, ADMIN, f"{{ policyJobs(first: 100) {{ {JOB} }} }}")
    assert {each["kind"] for each in answer["data"]["policyJobs"]} >= {"REPLAY", "EVIDENCE"}
    stored = await office.house.store.fetch("SELECT result FROM policy_jobs WHERE result IS NOT NULL", {})
    told = orjson.dumps(answer).decode() + "".join(row[0] for row in stored)
    refs = [str(row[0]) for row in await office.house.store.fetch("SELECT ref FROM users", {})]
    ids = [row[0] for row in await office.house.store.fetch("SELECT id FROM users", {})]
    canaries = {*ids, *refs, *(text for edge in shown for text in texts(edge["node"]))}
    assert len(canaries) > 300
    assert "employer-a" in told
    assert [each for each in canaries if each in told] == []


def texts(value: Any) -> list[str]:
    """Every text in it that is long enough to be found only as itself."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    return [value] if isinstance(value, str) and len(value.encode()) > 6 else []
