"""The drafting: what changes of drafts need worked out, beside any transaction, in the workshop and kept for a while."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from api.gateway.documents.walk import asks
from api.gateway.drafting.kept import Kept
from api.gateway.drafting.mistakes import Made, fit
from api.gateway.drafting.said import kept_edit, wish, word
from api.gateway.refusal import Refusal
from api.gateway.running import Outdated, Running, Step
from api.workshop import Workshop
from models.database.store import Reader, Store
from models.day import today_in_japan
from models.drafts.barred import Barred
from models.drafts.draft import DraftState
from models.drafts.held import held_to_records
from models.drafts.record import DraftRecord, read_canonical, read_draft, read_edits, sketch_of
from models.drafts.worked import Worked
from models.jobs.box import read_job, whole
from models.jobs.job import JobKind, JobState
from policies.drafts import drafting as policy
from policies.drafts.drafting import Choice, Sketch, Terms
from policies.drafts.edits import Conflict
from policies.drafts.examined import Examined, examine

EXAMINED: Final = ("check", "widens", "needsApproval")
"""What is told of a draft only once it was examined."""


class Drafting:
    """Works out drafts for one process, in its workshop."""

    def __init__(self, store: Store, workshop: Workshop, terms: Terms, clock: Callable[[], datetime]) -> None:
        self._store = store
        self.workshop = workshop
        self._terms = terms
        self._clock = clock
        self._kept = Kept()

    async def work_out(self, running: Running, step: Step) -> Any:  # noqa: ANN401 - what the change takes
        """What a change of a draft needs, or why it may not be, to be told once it is known to be new."""
        name = step.root.selected.name
        work = _WORKS.get(name)
        if work is None:
            return None
        try:
            made = await work(self, running, step.arguments["input"])
        except Refusal as refusal:
            return refusal
        except Barred as barred:
            return barred
        if isinstance(made, Made):
            await self._foresee(running, step, made)
        return made

    async def examined(self, reader: Reader, draft: DraftRecord) -> Examined:
        """What is found in a draft.

        Raises:
            Outdated: it was changed while it was read.
        """
        today = today_in_japan(self._clock())
        key = ("examined", draft.base, draft.hash, today)
        found: Examined = await self._kept.once(key, lambda: self._examine(reader, draft, today))
        if found.hash != draft.hash:
            self._kept.forget(key)
            raise Outdated
        return await held_to_records(reader, found)

    async def conflicts(self, reader: Reader, draft: DraftRecord, onto: str) -> tuple[Conflict, ...]:
        """The rows that a draft and the edition in force both changed, each in its way."""
        key = ("conflicts", draft.base, draft.hash, onto)
        found: tuple[Conflict, ...] = await self._kept.once(key, lambda: self._contest(reader, draft, onto))
        return found

    async def worked(self, draft: DraftRecord) -> Worked:
        """What a draft would put in force.

        Raises:
            Barred: code could not serve under it any more, or the draft changed while it was read.
        """
        standing = await self._sketch(self._store, draft)
        hash_, canonical, serves = await self.workshop.run(policy.finish, standing, self._terms)
        if hash_ != draft.hash:
            raise Barred("HASH_CHANGED", "hash")
        if not serves:
            raise Barred("DRAFT_OUTGROWN")
        return Worked(draft.base, hash_, canonical, await self.examined(self._store, draft))

    async def begin(self, running: Running, said: Mapping[str, Any]) -> Made:
        """A new draft."""
        base = str(said.get("from") or running.force.edition.id)
        text = await self._canonical(self._store, base, "from")
        return fit(Made(base, await self.workshop.run(policy.begin, text, self._terms)))

    async def turn_back(self, running: Running, said: Mapping[str, Any]) -> Made:
        """A draft that makes an earlier edition."""
        base, earlier = running.force.edition.id, str(said["to"])
        texts = [await self._canonical(self._store, each, "to") for each in (base, earlier)]
        made = fit(Made(base, await self.workshop.run(policy.turn_back, *texts, self._terms)))
        if made.drafted.hash == base:
            raise Barred("IN_FORCE_ALREADY", "to")
        return made

    async def propose(self, running: Running, said: Mapping[str, Any]) -> Made:
        """A draft that removes what the ledger showed no use of."""
        job = await read_job(self._store, str(said["job"]))
        if job is None:
            raise Barred("JOB_UNKNOWN", "job")
        if job.kind is JobKind.EVIDENCE:
            job = await whole(self._store, job)
        if job.kind is not JobKind.EVIDENCE or job.state is not JobState.DONE:
            raise Barred("EVIDENCE_MISSING", "job")
        if job.base != running.force.edition.id:
            raise Barred("EVIDENCE_OUTDATED", "job")
        edits = tuple(kept_edit(each) for each in job.result["edits"])
        if not edits:
            raise Barred("NOTHING_UNUSED", "job")
        text = await self._canonical(self._store, job.base, "job")
        return fit(Made(job.base, await self.workshop.run(policy.propose, text, edits, self._terms)))

    async def edit(self, _running: Running, said: Mapping[str, Any]) -> Made:
        """Rows of a draft."""
        draft, standing = await self._current(said)
        if not said["edits"]:
            raise Barred("LIST_EMPTY", "edits")
        wishes = [wish(each) for each in said["edits"]]
        drafted = await self.workshop.run(policy.edit, standing, tuple(wishes), self._terms)
        places = {(each.table, each.key): place for place, each in reversed(list(enumerate(wishes)))}
        return fit(Made(draft.base, drafted), places, "edits")

    async def take(self, _running: Running, said: Mapping[str, Any]) -> Made:
        """Whole tables of a draft."""
        draft, standing = await self._current(said)
        if not said.get("tables") and said.get("model") is None:
            raise Barred("LIST_EMPTY", "tables")
        sheets = tuple((str(each["table"]), str(each["csv"])) for each in said.get("tables") or ())
        if len({table for table, _ in sheets}) < len(sheets):
            raise Barred("TABLE_TWICE", "tables")
        drafted = await self.workshop.run(policy.take, standing, sheets, said.get("model"), self._terms)
        places = {(table, ""): place for place, (table, _) in enumerate(sheets)}
        return fit(Made(draft.base, drafted), places, "tables")

    async def align(self, _running: Running, said: Mapping[str, Any]) -> Made:
        """The decision table of a draft, as its rules answer."""
        draft, standing = await self._current(said)
        return fit(Made(draft.base, await self.workshop.run(policy.align, standing, self._terms)))

    async def move(self, running: Running, said: Mapping[str, Any]) -> Made:
        """A draft on the edition in force."""
        _, standing = await self._current(said)
        onto = running.force.edition.id
        choices = tuple(
            Choice(str(each["table"]), str(each["key"]), word(each["take"]) == "MINE")
            for each in said.get("resolutions") or ()
        )
        text = await self._canonical(self._store, onto, "draft")
        drafted = await self.workshop.run(policy.move, standing, text, choices, self._terms)
        places = {(each.table, each.key): place for place, each in enumerate(choices)}
        return fit(Made(onto, drafted), places, "resolutions")

    async def whole(self, _running: Running, said: Mapping[str, Any]) -> Worked:
        """All of a draft, of the hash that was named."""
        draft = await self._draft(str(said["draft"]))
        if draft.hash != said["hash"]:
            raise Barred("HASH_CHANGED", "hash")
        return await self.worked(draft)

    async def _draft(self, name: str) -> DraftRecord:
        draft = await read_draft(self._store, name)
        if draft is None:
            raise Barred("DRAFT_UNKNOWN")
        return draft

    async def _current(self, said: Mapping[str, Any]) -> tuple[DraftRecord, Sketch]:
        """A draft that can be changed, of the version that was named; held to it again when it is changed."""
        draft = await self._draft(str(said["draft"]))
        if draft.state is DraftState.SCHEDULED:
            raise Barred("DRAFT_SCHEDULED")
        if draft.state is not DraftState.OPEN:
            raise Barred("DRAFT_CLOSED")
        if draft.version != said["ifVersion"]:
            raise Barred("STALE_VERSION", "ifVersion")
        return draft, await self._sketch(self._store, draft)

    async def _sketch(self, reader: Reader, draft: DraftRecord) -> Sketch:
        base = await self._canonical(reader, draft.base, "draft")
        return sketch_of(base, draft, await read_edits(reader, draft.id))

    async def _canonical(self, reader: Reader, edition: str, argument: str) -> str:
        found = await read_canonical(reader, edition)
        if found is None:
            raise Barred("EDITION_UNKNOWN", argument)
        return found

    async def _examine(self, reader: Reader, draft: DraftRecord, today: date) -> Examined:
        return await self.workshop.run(examine, await self._sketch(reader, draft), today)

    async def _contest(self, reader: Reader, draft: DraftRecord, onto: str) -> tuple[Conflict, ...]:
        text = await self._canonical(reader, onto, "draft")
        return await self.workshop.run(policy.contested, await self._sketch(reader, draft), text)

    async def _foresee(self, running: Running, step: Step, made: Made) -> None:
        """Work out what the answer will tell of the draft, before the transaction that makes it."""
        selected, drafted, newest = step.root.selected, made.drafted, running.force.edition.id
        today = today_in_japan(self._clock())

        async def standing() -> Sketch:
            return Sketch(
                await self._canonical(self._store, made.base, "draft"), drafted.edits, drafted.model
            )

        async def find() -> Examined:
            return await self.workshop.run(examine, await standing(), today)

        async def contest() -> tuple[Conflict, ...]:
            text = await self._canonical(self._store, newest, "draft")
            return await self.workshop.run(policy.contested, await standing(), text)

        if any(asks(selected, name) for name in EXAMINED):
            await self._kept.once(("examined", made.base, drafted.hash, today), find)
        if made.base != newest and asks(selected, "conflicts"):
            await self._kept.once(("conflicts", made.base, drafted.hash, newest), contest)


_WORKS: Final[Mapping[str, Callable[[Drafting, Running, Mapping[str, Any]], Awaitable[Any]]]] = (
    MappingProxyType(
        {
            "createDraft": Drafting.begin,
            "rollBackEdition": Drafting.turn_back,
            "proposeLeastPrivilege": Drafting.propose,
            "editDraft": Drafting.edit,
            "importDraft": Drafting.take,
            "alignDecisions": Drafting.align,
            "rebaseDraft": Drafting.move,
            "approveDraft": Drafting.whole,
            "publishEdition": Drafting.whole,
        }
    )
)
