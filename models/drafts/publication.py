"""The publication: a draft becomes the edition in force, at once for everybody, or not at all."""

from models.database.store import Transaction
from models.drafts.barred import Barred
from models.drafts.draft import DraftState
from models.drafts.entitled import APPROVING, Entitled
from models.drafts.record import Approval, DraftRecord, newest_edition, read_approvals
from models.drafts.register import REGISTER
from models.drafts.worked import Worked
from models.publish import Publication
from models.publish import publish as put_in_force
from models.register import Keeper, keep_change

_PUBLISHED = """
UPDATE drafts SET state = 'PUBLISHED', version = version + 1, number = :number, trouble = NULL, lease = NULL,
  leased_until = NULL
WHERE id = :id
"""


async def publishable(
    transaction: Transaction, found: DraftRecord, worked: Worked, may_still: Entitled
) -> Approval | None:
    """The approval under which a draft may be published now, if it needs one, by one of who may approve still.

    Raises:
        Barred: it may not be; why.
    """
    if (found.base, found.hash, found.hash) != (worked.base, worked.hash, worked.examined.hash):
        raise Barred("HASH_CHANGED", "hash")
    newest, _ = await newest_edition(transaction)
    if newest != found.base:
        raise Barred("STALE_BASE")
    if found.hash == found.base:
        raise Barred("DRAFT_UNCHANGED")
    examined = worked.examined
    if examined.wrong:
        raise Barred("FINDINGS_OPEN", findings=[each.id for each in examined.wrong])
    known = [each.id for each in examined.overridable]
    for approval in await read_approvals(transaction, found.id):
        counts = approval.counts_for(found) and may_still(approval.approver.client, APPROVING)
        if counts and all(approval.overrides.get(each) for each in known):
            return approval
    if examined.needs_approval:
        raise Barred("APPROVAL_MISSING", findings=known)
    return None


async def publish(  # noqa: PLR0913 - what a publication is made of
    transaction: Transaction,
    found: DraftRecord,
    worked: Worked,
    may_still: Entitled,
    *,
    keeper: Keeper,
    note: str,
) -> int:
    """Put a draft in force; the number of its edition. The caller has its turn, and read the draft in it.

    Raises:
        Barred: it may not be published; why.
    """
    approval = await publishable(transaction, found, worked, may_still)
    number = await put_in_force(
        transaction,
        Publication(
            id=found.hash,
            canonical=worked.canonical,
            at=keeper.at,
            by=keeper.by,
            approved_by=None if approval is None else approval.approver.by,
            note=note,
            base=found.base,
            draft=found.id,
            drafted_by=tuple(dict.fromkeys(each.by for each in found.authors)),
        ),
    )
    await transaction.execute(_PUBLISHED, {"id": found.id, "number": number})
    became = {"state": DraftState.PUBLISHED.value, "number": number, "edition": found.hash, "note": note}
    await keep_change(
        transaction, keeper, REGISTER, found.id, "PUBLISHED", {"state": found.state.value}, became
    )
    return number
