"""The environment: variables as they are set, each read as its kind, or refused with one sentence."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from api.gateway.limits import Declared
from api.variables import FOR_TESTS, PREFIX, SETTINGS

NAMES = frozenset(setting.name for setting in SETTINGS)
BARE = {setting.name: setting.bare for setting in SETTINGS if setting.bare}
Choice = TypeVar("Choice", bound=StrEnum)


class SettingError(Exception):
    """A setting that cannot be used: one sentence with the variable and the remedy, never its value."""


class Environment(StrEnum):
    """What the installation is for: trying things out, or people's real registrations."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """See that every variable of ours is a setting.

    Raises:
        SettingError: with the nearest name.
    """
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name.startswith(FOR_TESTS) or name in NAMES:
            continue
        nearest = get_close_matches(name, sorted(NAMES), n=1, cutoff=0.0)[0]
        raise SettingError(
            f"`{name}` is not a setting: the nearest is `{nearest}`; correct the name or unset it"
        )


def said(environ: Mapping[str, str], name: str) -> str:
    """The variable without surrounding blanks, its bare name second; empty if it is not set."""
    return environ.get(name, "").strip() or environ.get(BARE.get(name, name), "").strip()


def choice(environ: Mapping[str, str], name: str, choices: type[Choice], default: Choice) -> Choice:
    """One of a few words.

    Raises:
        SettingError: it is none of them.
    """
    try:
        return choices(said(environ, name).lower() or default)
    except ValueError:
        known = ", ".join(f"`{choice}`" for choice in choices)
        raise SettingError(f"`{name}` is none of its choices: set it to one of {known}") from None


def whole(environ: Mapping[str, str], name: str, default: int, bounds: range) -> int:
    """A whole number within bounds.

    Raises:
        SettingError: it is none.
    """
    text = said(environ, name)
    if not text:
        return default
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) in bounds:
        return int(text)
    least, most = bounds[0], bounds[-1]
    raise SettingError(f"`{name}` is not such a number: set it to a whole number from {least} to {most}")


def numbers(
    environ: Mapping[str, str], declared: Iterable[Declared], name_of: Callable[[str], str]
) -> dict[str, int]:
    """Numbers that are declared elsewhere, by their names there.

    Raises:
        SettingError: one is none.
    """
    return {
        each.name: whole(environ, name_of(each.name), each.default, range(each.least, each.most + 1))
        for each in declared
    }
