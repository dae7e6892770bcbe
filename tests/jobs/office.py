"""What staff ask of jobs, as tests send it, and how a test waits for one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from models.jobs.job import JobState
from tests.drafts.desk import ADMIN, changing, send
from tests.world import World

IMPACT = """
impact {
  widens widened narrowed
  changes {
    direction kind keys roles actions purposes fields recipients given when wholly decisions refused before after
    ja: text en: text(lang: "en")
  }
  cells { role recipient purpose category widens narrows }
}
"""
REPLAY = """
replay {
  since until accesses changed undecided
  lines {
    client role purpose recipient step field change sure accesses people exact days { day accesses }
  }
}
"""
EVIDENCE = """
evidence {
  edition since until accesses used { rule accesses } unused { rule since days removable } undeclared
  overAsking { client role purpose recipient accesses fields withheld share inVain { field accesses } }
  alwaysWithheld { field accesses } unusedScopes { client word }
}
"""
JOB = f"""
id kind draft hash days state done total askedBy askedAt startedAt endedAt trouble {IMPACT} {REPLAY} {EVIDENCE}
"""
DRAFT = "id state version base hash note edits { table key was { column value } became { column value } }"
ENDED = {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


def document(name: str, fields: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation Do($i: {kind}!) {{ {name}(input: $i) {{ {fields} }} }}"


async def job_of(world: World, name: str, client: str = ADMIN, **said: Any) -> dict[str, Any]:
    """The job that a mutation asks for, or gives up."""
    answer = await send(world, client, document(name, f"job {{ {JOB} }}"), {"i": said})
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"][name]["job"]
    return found


async def reason(world: World, name: str, client: str = ADMIN, **said: Any) -> tuple[int, str, str | None]:
    """Why a mutation of jobs is refused: status, code and reason."""
    answer = await send(world, client, document(name, "job { id }"), {"i": said})
    (error,) = answer["errors"]
    assert not answer.get("data"), answer
    told = error["extensions"]
    return answer["status"], told["code"], told.get("reason")


async def look(world: World, name: str, client: str = ADMIN) -> dict[str, Any]:
    """The job as it stands."""
    query = f"query($id: ID!) {{ policyJob(id: $id) {{ {JOB} }} }}"
    answer = await send(world, client, query, {"id": name})
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["policyJob"]
    return found


async def ended(world: World, name: str) -> dict[str, Any]:
    """The job once it ended."""
    async with asyncio.timeout(120):
        async for found in looks(world, name):
            if found["state"] in ENDED:
                return found
    raise AssertionError


async def looks(world: World, name: str) -> AsyncIterator[dict[str, Any]]:
    """The job, again and again."""
    while True:
        yield await look(world, name)
        await asyncio.sleep(0.05)


async def drafted(world: World, *edits: dict[str, Any]) -> dict[str, Any]:
    """A new draft of the edition in force with these edits."""
    answer = await send(world, ADMIN, changing("createDraft", DRAFT), {"i": {"note": "A draft"}})
    made: dict[str, Any] = answer["data"]["createDraft"]["draft"]
    return await edited(world, made, *edits)


async def edited(world: World, draft: dict[str, Any], *edits: dict[str, Any]) -> dict[str, Any]:
    """The draft with these edits too."""
    said = {"draft": draft["id"], "ifVersion": draft["version"], "edits": list(edits)}
    answer = await send(world, ADMIN, changing("editDraft", DRAFT), {"i": said})
    assert "errors" not in answer, answer
    made: dict[str, Any] = answer["data"]["editDraft"]["draft"]
    return made
