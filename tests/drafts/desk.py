"""The desk of the rules as tests play it: staff who draft, approve and publish, and the documents they send."""

import time
from collections.abc import Mapping
from typing import Any

from api.tokens.access_token import Holder
from models.clients.client import Client
from tests.world import World

ADMIN = "policy-admin"
APPROVER = "policy-approver"
DRAFT = """
id state version base hash note createdBy changedBy authors widens needsApproval outdated publishAt trouble edition
edits { table key was { column value } became { column value } after by }
check { id severity accepted code table key text(lang: "en") }
approvals { by base hash note overrides { finding reason } withdrawnAt superseded counts }
conflicts { table key mine { column value } theirs { column value } }
"""


def changing(name: str, fields: str = DRAFT) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation Do($i: {kind}!) {{ {name}(input: $i) {{ draft {{ {fields} }} }} }}"


async def send(  # noqa: PLR0913 - who asks what, and how
    world: World,
    client: str,
    query: str,
    said: Mapping[str, Any] | None = None,
    staff: str | None = None,
    *,
    language: str = "en",
) -> Any:
    """Ask as a client, or as a member of staff who uses it."""
    holder = Holder(client=await Client.get(name=client), staff=staff)
    token = world.house.tokens.mint(holder, now=time.time())
    response = await world.http.post(
        "/graphql",
        json={"query": query, "variables": dict(said or {})},
        headers={
            "Authorization": f"Bearer {token}",
            "Accept": "application/graphql-response+json",
            "Accept-Language": language,
        },
    )
    return response.json() | {"status": response.status_code}


async def do(
    world: World, name: str, client: str = ADMIN, *, staff: str | None = None, **said: Any
) -> dict[str, Any]:
    """Change a draft and answer with it."""
    answer = await send(world, client, changing(name), {"i": said}, staff)
    assert "errors" not in answer, answer
    draft: dict[str, Any] = answer["data"][name]["draft"]
    return draft


async def refused(
    world: World, name: str, client: str = ADMIN, *, staff: str | None = None, **said: Any
) -> list[dict[str, Any]]:
    """What stands against a change: the extensions of each error."""
    answer = await send(world, client, changing(name), {"i": said}, staff)
    assert "errors" in answer, answer
    assert not answer.get("data"), answer
    return [each["extensions"] | {"status": answer["status"]} for each in answer["errors"]]


async def reasons(world: World, name: str, client: str = ADMIN, **said: Any) -> list[str]:
    return [each["reason"] for each in await refused(world, name, client, **said)]


def row(table: str, key: str, **cells: str) -> dict[str, Any]:
    """One edit of a row."""
    return {
        "table": table,
        "key": key,
        "row": [{"column": column, "value": value} for column, value in cells.items()],
    }


async def read(world: World, draft: str, client: str = ADMIN) -> dict[str, Any]:
    answer = await send(world, client, f"query($id: ID!) {{ draft(id: $id) {{ {DRAFT} }} }}", {"id": draft})
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["draft"]
    return found


async def drafted(world: World, *edits: dict[str, Any], **who: Any) -> dict[str, Any]:
    """A new draft of the edition in force with these edits."""
    draft = await do(world, "createDraft", note="A draft", **who)
    if not edits:
        return draft
    return await do(world, "editDraft", draft=draft["id"], ifVersion=1, edits=list(edits), **who)


def agreed(draft: dict[str, Any], note: str = "Read and agreed") -> dict[str, Any]:
    """What an approver says who read the draft's check: each finding that may stand does, for a reason."""
    return {
        "draft": draft["id"],
        "hash": draft["hash"],
        "note": note,
        "overrides": [
            {"finding": each["id"], "reason": f"Needed: {each['text']}"}
            for each in draft["check"]
            if each["severity"] == "OVERRIDABLE" and not each["accepted"]
        ],
    }


def mistaken(message: str, language: str = "en") -> str:
    """The mistake in the words of a refusal, which begin with what it keeps a draft from."""
    begun = {"en": "the draft would not load: ", "ja": "この改定案は読み込めません。"}[language]
    assert message.startswith(begun), message
    return message.removeprefix(begun)
