"""The entering: an exchange on record, and its person counted, before the token leaves."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from api.fair.subjects import Subjects, TooManyPeople
from api.fair.window import QuotaUnavailable
from api.tokens.claims import USER_RECIPIENTS, USER_ROLE
from api.tokens.fault import Fault, unavailable
from api.tokens.grant import Asking
from api.tokens.reaching import reaching
from models.database.store import StoreUnavailable
from models.ledger.access import Outcome
from models.ledger.entry import Entry
from models.ledger.ledger import LedgerUnavailable
from models.signed_in import EXCHANGE as OPERATION
from models.signed_in import reference_of
from policies.edition import Edition

log = structlog.get_logger("tokens")


class Entering:
    """Puts exchanges on record; a token that was not entered is given to nobody."""

    def __init__(self, subjects: Subjects, edition: Callable[[], Edition]) -> None:
        self._subjects = subjects
        self._edition = edition

    async def person(self, asking: Asking, user: str) -> bool:
        """Count the person, and let them see that a token was made for them; False where nobody has this id.

        INVARIANT: the person is looked for when nothing else is left to refuse, which would tell that they exist.

        Raises:
            Fault: `temporarily_unavailable`: the client may get nobody's token, or it is not on record.
        """
        async with self._answering(asking):
            await self._subjects.check(self._entry(asking))
        async with reaching("the person cannot be looked up now: try again"):
            reference = await reference_of(user)
        if reference is None:
            return False
        async with self._answering(asking):
            await self._subjects.enter(self._entry(asking, reference))
        return True

    async def staff(self, asking: Asking, name: str) -> None:
        """Put on record that a member of staff, as their issuer knows them, was given a token.

        Raises:
            Fault: `temporarily_unavailable`: it is not on record.
        """
        async with self._answering(asking):
            await self._subjects.record(self._entry(asking, staff=name))

    def _entry(self, asking: Asking, *sought: int, staff: str | None = None) -> Entry:
        """The record of this exchange, which whoever it seeks sees; its request is the `jti` of the token."""
        return Entry(
            at=datetime.fromtimestamp(asking.now, UTC),
            request_id=asking.request_id,
            client=asking.client.id,
            role=asking.client.role if staff else USER_ROLE,
            staff=staff,
            purpose=None,
            recipient=None if staff else USER_RECIPIENTS[0],
            operation=OPERATION,
            edition=self._edition().id,
            outcome=Outcome.RELEASED,
            sought=sought,
        )

    @asynccontextmanager
    async def _answering(self, asking: Asking) -> AsyncIterator[None]:
        """Tell why there is no token.

        Raises:
            Fault: `temporarily_unavailable`: too many people (429), or it is not known how many, or not on record (503).
        """
        try:
            yield
        except TooManyPeople as over:
            sentence = (
                "the client got tokens, or was told, of as many people as it may now: wait for `Retry-After`"
            )
            headers = {"Retry-After": str(over.wait)}
            raise Fault("temporarily_unavailable", sentence, status=429, headers=headers) from None
        except (QuotaUnavailable, StoreUnavailable):
            self._subjects.outage.tell(asking.request_id)
            raise unavailable("of how many people the client was told is not known now: try again") from None
        except LedgerUnavailable:
            log.exception("tokens.unrecorded")
            raise unavailable("the exchange cannot be put on record now: try again") from None
