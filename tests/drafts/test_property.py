"""The property of four eyes: whatever two authors and two approvers do, nothing wider is published that nobody else read."""

import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count

import pytest

from models.database.opening import opened
from models.database.store import Store, Transaction
from models.drafts.barred import Barred
from models.drafts.publication import publish
from models.drafts.record import newest_edition, read_draft, read_edits, sketch_of
from models.drafts.register import DraftRegister, Stale, take_turn
from models.drafts.worked import Worked
from models.publish import publish_shipped
from models.register import Keeper
from policies.drafts import drafting
from policies.drafts.drafting import Sketch, Terms
from policies.drafts.examined import examine
from policies.drafts.wish import Wish
from policies.edition import Edition
from policies.table import DECISIONS

NOW = datetime(2026, 11, 23, tzinfo=UTC)
AUTHORS = ("corp:mori", "corp:hayashi")
APPROVERS = ("corp:ueda", "corp:mori")
WIDER = "application-contact"
NARROWER = "application-area"
NEEDS: Mapping[str, tuple[str, str]] = {
    WIDER: ("noticed+consented+interview", "noticed+consented"),
    NARROWER: ("noticed+consented", "noticed+consented+interview"),
}
"""What each rule needs as shipped, and as a draft would have it."""

BARRED = {"APPROVAL_MISSING", "HASH_CHANGED", "DRAFT_UNCHANGED", "STALE_BASE"}
_TURNS = count(1)


@dataclass
class Told:
    """What the test knows by itself of one draft."""

    base: str
    wider: bool = False
    authors: set[str] = field(default_factory=set)
    approvals: set[tuple[str, str, str]] = field(default_factory=set)


@pytest.fixture(scope="module")
def bare(edition: Edition) -> Edition:
    """The shipped edition without its decision table, which nobody here tries."""
    return Edition.from_tables({**edition.tables(), DECISIONS: []}, edition.model)


@pytest.fixture(scope="module")
async def store(database_url: str, bare: Edition) -> AsyncIterator[Store]:
    async with opened(database_url, pool_size=2) as made:
        await publish_shipped(made, bare, NOW)
        yield made


class Desk:
    """Drafts, approves and publishes at random, as the gateway does it."""

    def __init__(self, store: Store, bare: Edition, chance: random.Random) -> None:
        self.store = store
        self.bare = bare
        self.chance = chance
        self.terms = Terms(tuple(sorted(bare.declared.items())), ())
        self.published = 0

    async def worked(self, draft: str) -> Worked:
        found = await read_draft(self.store, draft)
        assert found is not None
        standing = sketch_of(canonical(self.bare, found.base), found, await read_edits(self.store, draft))
        hash_, text, _ = drafting.finish(standing, self.terms)
        KNOWN[hash_] = text
        return Worked(found.base, hash_, text, examine(standing, NOW.date()))

    def register(self, transaction: Transaction, by: str, client: str) -> DraftRegister:
        return DraftRegister(transaction, Keeper(by=by, at=NOW), client)

    async def edit(self, draft: str, told: Told) -> None:
        by, rule = self.chance.choice(AUTHORS), self.chance.choice([WIDER, WIDER, NARROWER])
        changed = self.chance.random() < 0.7
        found = await read_draft(self.store, draft)
        assert found is not None
        standing = sketch_of(canonical(self.bare, found.base), found, await read_edits(self.store, draft))
        note = f"Words {next(_TURNS)}" if self.chance.random() < 0.3 else "x"
        wish = Wish("rules", rule, (("needs", NEEDS[rule][changed]), ("note_en", note)))
        drafted = drafting.edit(standing, (wish,), self.terms)
        assert not drafted.flaws
        async with self.store.transaction() as transaction:
            await take_turn(transaction)
            register = self.register(transaction, by, "policy-admin")
            await register.change(draft, found.version, drafted, "EDITED", found.base)
        told.authors.add(by)

    async def approve(self, draft: str, told: Told, worked: Worked) -> None:
        """Approve what was read some while ago, perhaps, by somebody who is perhaps an author."""
        by = self.chance.choice(APPROVERS)
        try:
            async with self.store.transaction() as transaction:
                await take_turn(transaction)
                reasons = {each.id: "Needed" for each in worked.examined.overridable}
                await self.register(transaction, by, "policy-approver").approve(
                    draft, worked, "Read", reasons
                )
        except Barred as barred:
            assert barred.reason in {"HASH_CHANGED", "OWN_DRAFT", "APPROVED_BEFORE", "STALE_BASE"}  # noqa: PT017
            if barred.reason == "OWN_DRAFT":
                assert by in told.authors
            return
        assert by not in told.authors
        told.approvals.add((by, worked.base, worked.hash))

    async def take_back(self, draft: str, told: Told) -> None:
        by = self.chance.choice(APPROVERS)
        try:
            async with self.store.transaction() as transaction:
                await take_turn(transaction)
                await self.register(transaction, by, "policy-approver").withdraw_approval(draft)
        except Barred as barred:
            assert barred.reason == "APPROVAL_UNKNOWN"  # noqa: PT017
        told.approvals = {each for each in told.approvals if each[0] != by}

    async def publish(self, draft: str, told: Told, worked: Worked) -> bool:
        found = await read_draft(self.store, draft)
        assert found is not None
        newest, _ = await newest_edition(self.store)
        agreed = {by for by, base, hash_ in told.approvals if (base, hash_) == (found.base, found.hash)}
        others = agreed - told.authors
        try:
            async with self.store.transaction() as transaction:
                await take_turn(transaction)
                register = self.register(transaction, AUTHORS[0], "policy-admin")
                held = await register.open(draft)
                await publish(
                    transaction, held, worked, lambda _client, _guard: True, keeper=register.keeper, note="x"
                )
        except Barred as barred:
            if barred.reason == "APPROVAL_MISSING":
                assert not others
                assert wider(self.bare, found.base, found.hash)
            assert barred.reason in BARRED  # noqa: PT017
            return False
        assert (newest, worked.hash) == (found.base, found.hash)
        assert others or not wider(self.bare, found.base, found.hash), (
            "published wider, and nobody else agreed"
        )
        assert (await newest_edition(self.store))[0] == found.hash
        self.published += 1
        return True


KNOWN: dict[str, str] = {}


def canonical(bare: Edition, name: str) -> str:
    return bare.canonical() if name == bare.id else KNOWN[name]


@cache
def needs_of(text: str) -> dict[str, set[str]]:
    edition = Edition.from_canonical(text)
    return {rule.id: {str(need) for need in rule.needs} for rule in edition.rules}


def wider(bare: Edition, base: str, hash_: str) -> bool:
    """Whether some rule needs less than before: all that is done here to any."""
    before, after = needs_of(canonical(bare, base)), needs_of(canonical(bare, hash_))
    return any(not needs <= after[rule] for rule, needs in before.items())


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_wider_is_published_that_nobody_else_agreed_to(
    store: Store, bare: Edition, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance, not secrecy
    desk = Desk(store, bare, chance)
    base, _ = await newest_edition(store)
    standing = Sketch(canonical(bare, base))
    drafted = drafting.edit(standing, (), desk.terms)
    creator = chance.choice(AUTHORS)
    async with store.transaction() as transaction:
        draft = await desk.register(transaction, creator, "policy-admin").create(base, "x", drafted)
    told = Told(base, authors={creator})
    worked = await desk.worked(draft)
    for _ in range(40):
        match chance.randrange(6):
            case 0 | 1:
                await desk.edit(draft, told)
            case 2:
                await desk.approve(draft, told, worked)
            case 3:
                worked = await desk.worked(draft)
                await desk.approve(draft, told, worked)
            case 4:
                await desk.take_back(draft, told)
            case _:
                if chance.random() < 0.7:
                    worked = await desk.worked(draft)
                if await desk.publish(draft, told, worked):
                    return


async def test_a_change_of_an_older_version_is_never_kept(store: Store, bare: Edition) -> None:
    base, _ = await newest_edition(store)
    drafted = drafting.edit(
        Sketch(canonical(bare, base)), (), Terms(tuple(sorted(bare.declared.items())), ())
    )
    async with store.transaction() as transaction:
        register = DraftRegister(transaction, Keeper(by=AUTHORS[0], at=NOW), "policy-admin")
        draft = await register.create(base, "x", drafted)
        await register.change(draft, 1, drafted, "EDITED", base)
        with pytest.raises(Stale):
            await register.change(draft, 1, drafted, "EDITED", base)
