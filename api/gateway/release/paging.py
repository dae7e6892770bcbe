"""The size of a page: what was asked for, within what may be."""

from api.gateway.limits import LARGEST_PAGE
from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told


def page_size(first: int | None, usual: int) -> int:
    """How many people or records a page may hold.

    Raises:
        Refusal: `BAD_INPUT` below 0, `LIMIT_EXCEEDED` above the largest page.
    """
    size = usual if first is None else first
    if size < 0:
        raise Refusal(Code.BAD_INPUT, Told("FIRST_BELOW_ZERO", most=LARGEST_PAGE), argument="first")
    if size > LARGEST_PAGE:
        raise Refusal(Code.LIMIT_EXCEEDED, Told("LIMIT_FIRST", most=LARGEST_PAGE), argument="first")
    return size
