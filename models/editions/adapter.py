"""The adapter: stock pycasbin reads a published edition and the register of recipients through Tortoise."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from casbin.persist.adapters.asyncio import AsyncAdapter  # type: ignore[import-untyped]  # ships no types

from models.day import today_in_japan
from models.edition import PublishedEdition
from models.editions.published import choose
from models.recipients.recipient import Recipient
from models.registry import closed_on
from policies.casbin_rows import CasbinRows, refuse
from policies.edition import Edition


class TortoiseAdapter(AsyncAdapter):  # type: ignore[misc]  # pycasbin ships no types
    """An adapter for `casbin.AsyncEnforcer`; Tortoise must be open, as `models.database.opening.opened` leaves it.

    Each loading reads anew: the edition in force, or the one named by its number or the beginning of its id, and the
    recipients to which something may go now. Nothing is ever saved through it.
    """

    def __init__(
        self, edition: str | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._asked = edition
        self._clock = clock

    async def load_policy(self, model: Any) -> None:  # noqa: ANN401 - pycasbin ships no types
        """Fill a model whose rows were cleared.

        Raises:
            NoSuchEdition: none is published, or none is named so.
        """
        (await self.rows()).load_policy(model)

    async def rows(self) -> CasbinRows:
        """The same as an adapter for `casbin.Enforcer`, which reads nothing any more.

        Raises:
            NoSuchEdition: none is published, or none is named so.
        """
        known = await PublishedEdition.all().order_by("-number").values_list("number", "id")
        published = await PublishedEdition.get(number=choose(known, self._asked).number)
        return CasbinRows(Edition.from_canonical(published.canonical), await self._recipients())

    async def _recipients(self) -> dict[str, str]:
        today = today_in_japan(self._clock())
        return {
            each.id: each.kind
            for each in await Recipient.all().order_by("id")
            if closed_on(each.status, each.contract_from, each.contract_until, today) is None
        }

    save_policy = add_policy = add_policies = add_policies_ex = refuse
    update_policy = update_policies = update_filtered_policies = refuse
    remove_policy = remove_policies = remove_filtered_policy = refuse
