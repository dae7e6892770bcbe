"""The register of clients, changed through the interface: about no person, so without a purpose, and on record."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from api.gateway.changes.act import Act
from api.gateway.changes.once import HEADER
from api.gateway.changes.registering import check_whole, keeper, placed
from api.gateway.documents.walk import walk
from api.gateway.refusal import Code, Refusal, Why
from api.gateway.told import Told
from api.gateway.views.client import view
from models.clients.parts import NAME
from models.clients.record import ClientRecord, read_clients
from models.clients.register import ClientRegister
from models.drafts.entitled import may_ever_approve

CLAUSE = "Clause 7; APPI Art 23"
"""What four eyes on the rules serve: the security control of personal data."""

LESSENING = frozenset({"revokeClient"})
"""What takes from a client and gives nobody anything."""


class Changed(NamedTuple):
    """The client that was changed, and a new secret of its, which is told this once."""

    client: str
    secret: str | None = None


async def _add(register: ClientRegister, said: Mapping[str, Any]) -> Changed:
    return Changed(str(said["name"]), await register.add(said))


async def _update(register: ClientRegister, said: Mapping[str, Any]) -> Changed:
    await register.change(str(said["client"]), said)
    return Changed(str(said["client"]))


async def _rotate(register: ClientRegister, said: Mapping[str, Any]) -> Changed:
    client = str(said["client"])
    return Changed(client, await register.add_secret(client, overlap=said["overlapDays"]))


async def _revoke(register: ClientRegister, said: Mapping[str, Any]) -> Changed:
    await register.revoke(str(said["client"]))
    return Changed(str(said["client"]))


async def _restore(register: ClientRegister, said: Mapping[str, Any]) -> Changed:
    await register.restore(str(said["client"]))
    return Changed(str(said["client"]))


CLIENT_CHANGES: Mapping[str, Callable[[ClientRegister, Mapping[str, Any]], Awaitable[Changed]]] = (
    MappingProxyType(
        {
            "addClient": _add,
            "updateClient": _update,
            "rotateClientSecret": _rotate,
            "revokeClient": _revoke,
            "restoreClient": _restore,
        }
    )
)
"""Each mutation with what it does."""


async def change_client(
    act: Act, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Do it, unless it was done `before`; what to remember of it, and what its payload tells.

    INVARIANT: a secret is in the payload alone; what is remembered, recorded and told again never holds one.

    Raises:
        Refusal: the token or its client is narrowed, the client approves rules, or a secret was told before.
        Refusals: every mistake in the input, each with its path.
    """
    selected = act.step.root.selected
    check_whole(act)
    if before is None:
        changed = await _carry_out(act)
    elif before["told"]:
        raise Refusal(
            Code.BAD_INPUT,
            Told("SECRET_TOLD_ONCE"),
            path=[selected.key],
            argument=HEADER,
            reason="SECRET_TOLD_ONCE",
            status=409,
        )
    else:
        changed = Changed(before["client"])
    (record,) = await read_clients(act.transaction, changed.client)
    payload = {"client": view(record), "secret": changed.secret}
    kept = {"client": changed.client, "told": changed.secret is not None}
    return kept, walk(selected.children, selected.type_name, payload)


async def _check_second_person(act: Act) -> None:
    """See that whoever drafts rules makes nobody who approves them: two people would be one.

    Raises:
        Refusal: it is a client in a role that may approve.
    """
    selected, said = act.step.root.selected, act.said
    if selected.name in LESSENING:
        return
    roles = (
        [said["role"]] if "role" in said else [each.role for each in await _held(act, str(said["client"]))]
    )
    if any(may_ever_approve(act.context.force, str(role)) for role in roles):
        raise act.closed(Told("APPROVER_CLIENT"), Why("APPROVER_CLIENT", CLAUSE), act.guard)


async def _held(act: Act, client: str) -> Sequence[ClientRecord]:
    return await read_clients(act.transaction, client) if NAME.fullmatch(client) else ()


async def _carry_out(act: Act) -> Changed:
    await _check_second_person(act)
    register = ClientRegister(act.transaction, act.context.force, keeper(act))
    with placed(act):
        return await CLIENT_CHANGES[act.step.root.selected.name](register, act.said)
