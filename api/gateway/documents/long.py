"""The long list: as it is kept, and told item by item, as far as it is asked for, and paid for before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from api.gateway.documents.bill import Bill
from api.gateway.documents.selection import TYPENAME, Selected


@dataclass(frozen=True, slots=True)
class Long:
    """A list that may be long.

    Attributes:
        items: as they are kept; each is looked up only when it is told.
        view: an item as the interface tells it: a record, or a finished value.
        width: how many values an item holds of which no part can be chosen.
    """

    items: Sequence[Any]
    view: Callable[[Any], Any]
    width: int = 1

    def places(self, first: int | None = None, skip: int | None = None) -> range:
        """Where the items of one page stand: `first` of them, or all, after the first `skip`."""
        start = max(skip or 0, 0)
        end = len(self.items) if first is None else min(start + max(first, 0), len(self.items))
        return range(start, end)


async def tell(
    selected: Sequence[Selected], type_name: str, value: Mapping[str, Any] | None, bill: Bill
) -> dict[str, Any] | None:
    """As `walk`, of a record whose lists may be long.

    Raises:
        Refusal: `LIMIT_EXCEEDED` where these are too long for all the names they are asked under.
    """
    if value is None:
        return None
    answer: dict[str, Any] = {}
    for each in selected:
        if each.name == TYPENAME:
            answer[each.key] = type_name
            continue
        part = value[each.name]
        if callable(part):
            part = part(**each.arguments)
        if isawaitable(part):
            part = await part
        if isinstance(part, Long):
            answer[each.key] = await tell_list(each, part, bill)
        elif isinstance(part, list):
            answer[each.key] = await tell_list(each, Long(part, _as_it_is), bill)
        else:
            answer[each.key] = await _below(each, part, bill)
        await bill.tell()
    return answer


async def tell_list(each: Selected, part: Long, bill: Bill) -> list[Any]:
    """One page of a long list, under one name.

    Raises:
        Refusal: as `tell`.
    """
    places = part.places(each.arguments.get("first"), each.arguments.get("skip"))
    bill.add(len(places), max(part.width, sum(child.values for child in each.children)))
    told = []
    for place in places:
        told.append(await _below(each, part.view(part.items[place]), bill))
        await bill.tell(part.width)
    return told


def _as_it_is(item: Any) -> Any:  # noqa: ANN401 - whatever stands in a list
    return item


async def _below(each: Selected, part: Any, bill: Bill) -> Any:  # noqa: ANN401 - a record, or a value
    return await tell(each.children, each.type_name, part, bill) if isinstance(part, Mapping) else part
