"""The arguments: what each asks for is told where it is declared, and here for those that several fields share."""

from typing import Annotated

import strawberry
from strawberry.types.arguments import StrawberryArgumentAnnotation


def told(text: str) -> StrawberryArgumentAnnotation:
    """The description of an argument, for its annotation."""
    return strawberry.argument(description=text)


First = Annotated[int | None, told("How many at most; no more than 1000")]
After = Annotated[str | None, told("Go on behind this cursor; it holds for the same question alone")]
Skip = Annotated[int | None, told("How many of them come before the first that is told; 0 if left out")]
Most = Annotated[int | None, told("How many at most; all if left out")]
PERSON_NOW = "The person as they stand now, released like any read; null where they may not be read"
Lang = Annotated[strawberry.ID, told("`ja` or `en`")]
