"""The given: the options of a command that several commands share, read once, as the parts of a record."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

Said = dict[str, Any]
"""What was given of a record, by the names of the interface."""


def entered(**given: Any) -> Said:  # noqa: ANN401 - the options as Typer read them
    """Those of the parts that were given at all."""
    return {part: value for part, value in given.items() if value is not None and value != []}


def taking(parts: Callable[..., Said]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command with the options of `parts` in the place of its parameter `said`, which is given what they say."""
    of_parts = signature(parts).parameters

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def taker(**given: Any) -> None:  # noqa: ANN401 - the options as Typer read them
            said = parts(**{name: given.pop(name) for name in of_parts})
            command(**given, said=said)

        own = signature(command)
        taken: list[Parameter] = []
        for each in own.parameters.values():
            taken += of_parts.values() if each.name == "said" else [each.replace(kind=Parameter.KEYWORD_ONLY)]
        taker.__signature__ = own.replace(parameters=taken)  # type: ignore[attr-defined] # what Typer reads
        taker.__annotations__ = {each.name: each.annotation for each in taken}
        return taker

    return decorate
