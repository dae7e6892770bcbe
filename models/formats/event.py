"""The event: what a browser tells of one thing done in it, read by a closed list of keys; nothing else is taken."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from models.derived import BANDS
from models.formats.given import unknown
from models.formats.personal_text import looks_personal
from models.formats.wrong import Mistake, Wrong

LONGEST_URL: Final = 500
LONGEST_CONTENT: Final = 60
MOST_ORDER: Final = 9_999
MOST_PARTS: Final = 100
"""How many values are looked at in one event; one with more is refused whole."""

CONSENT: Final = "locationConsent"
"""That the person let the device tell its location; no field, and never passed on."""

TERMINALS: Final = ("PC", "SMARTPHONE", "TABLET", "OTHER")
BROWSERS: Final = ("CHROME", "EDGE", "FIREFOX", "SAFARI", "OTHER")
GENDERS: Final = ("FEMALE", "MALE", "OTHER")
OCCUPATIONS: Final = ("STUDENT", "EMPLOYED", "SELF_EMPLOYED", "SEEKING", "OTHER")
AREAS: Final = tuple(f"JP-{number:02}" for number in range(1, 48))

_CONTENT: Final = re.compile(r"[a-z][a-z0-9]*(?:[:._-][a-z0-9]+){0,5}")
_RANDOM: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_PERSONAL_KEYS: Final = re.compile(
    "mail|tel|phone|name|addr|birth|user|uid|member|card|passport|zairyu|氏名|名前|住所|電話|生年",
    re.IGNORECASE,
)
"""What a query calls that which tells of a person."""

_LATITUDE, _LONGITUDE = 90, 180


@dataclass(slots=True)
class Event:
    """What was read of one event.

    Attributes:
        fields: each value by its field, such as `Event.url`; to be kept only if there is no mistake.
        located: the person let the device tell its location.
        mistakes: all that is wrong with it; never with a value.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    located: bool = False
    mistakes: list[Mistake] = field(default_factory=list)


def read_event(given: object) -> Event:
    """An event: `{url, content, order, terminal, browser, cookieId, location, locationConsent, ageBand, …}`.

    Only `url` is needed. Whatever looks personal is `PI_IN_PAYLOAD`, in a key or a value, wherever it stands.
    """
    event = Event()
    if not isinstance(given, Mapping):
        event.mistakes.append(Wrong("OBJECT_EXPECTED", fields=_NAMES).at(""))
        return event
    for name, value in given.items():
        _read(event, str(name), value)
    if "url" not in given:
        event.mistakes.append(Wrong("REQUIRED").at("url"))
    return event


def _read(event: Event, name: str, value: object) -> None:
    if looks_personal(name) or (value is not None and _personal(name, value)):
        event.mistakes.append(Wrong("PI_IN_PAYLOAD").at(name if name in KEYS else ""))
    elif name == CONSENT:
        event.located = value is True
        if not isinstance(value, bool):
            event.mistakes.append(Wrong("EVENT_CONSENT").at(name))
    elif name not in KEYS:
        event.mistakes.append(unknown("", name, (*KEYS, CONSENT)))
    elif value is not None:
        try:
            event.fields[f"Event.{name}"] = _READERS[name](value)
        except Wrong as wrong:
            event.mistakes.append(wrong.at(name))


def _personal(name: str, value: object) -> bool:
    """A random number of the right shape tells of nobody; of all else, every text and number is looked at."""
    if name == "cookieId" and isinstance(value, str) and _RANDOM.fullmatch(value):
        return False
    if name == "url" and isinstance(value, str) and _query_tells(value):
        return True
    found = list(_texts(value, MOST_PARTS + 1))
    return len(found) > MOST_PARTS or any(map(looks_personal, found))


def _query_tells(url: str) -> bool:
    _, _, asked = url.replace("#", "?").partition("?")
    return any(
        _PERSONAL_KEYS.search(key) for key, _ in parse_qsl(asked.replace("?", "&"), keep_blank_values=True)
    )


def _texts(value: object, most: int) -> Iterator[str]:
    waiting: list[object] = [value]
    while waiting and most:
        each = waiting.pop()
        most -= 1
        if isinstance(each, Mapping):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
        elif each is not None:
            yield str(each)
    yield from ("" for _ in waiting)


def _url(value: object) -> str:
    wrong = Wrong("EVENT_URL", longest=LONGEST_URL)
    if not isinstance(value, str) or len(value) > LONGEST_URL or not value.isprintable() or " " in value:
        raise wrong
    if "?" in value or "#" in value:
        raise Wrong("EVENT_URL_QUERY")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("https", "http") or "@" in parts.netloc:
        raise wrong
    return value


def _content(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_CONTENT or not _CONTENT.fullmatch(value):
        raise Wrong("EVENT_CONTENT", longest=LONGEST_CONTENT)
    return value


def _order(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_ORDER:
        raise Wrong("ANSWER_NUMBER", least=0, most=MOST_ORDER)
    return value


def _random(value: object) -> str:
    if not isinstance(value, str) or not _RANDOM.fullmatch(value):
        raise Wrong("EVENT_COOKIE")
    return value


def _location(value: object) -> dict[str, float]:
    """Latitude and longitude in degrees, with at most 2 decimals: about a kilometre."""
    names = ("latitude", "longitude")
    if not isinstance(value, Mapping) or set(value) != set(names):
        raise Wrong("OBJECT_EXPECTED", fields=", ".join(names))
    return {
        name: _degrees(value[name], most) for name, most in zip(names, (_LATITUDE, _LONGITUDE), strict=True)
    }


def _degrees(value: object, most: int) -> float:
    match value:
        case bool():
            pass
        case int() | float() if abs(value) <= most and round(value, 2) == value:
            return float(value)
    raise Wrong("EVENT_LOCATION")


def _one_of(choices: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Wrong("ANSWER_CHOICE", choices=", ".join(choices))
        return value

    return read


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "url": _url,
        "content": _content,
        "order": _order,
        "terminal": _one_of(TERMINALS),
        "browser": _one_of(BROWSERS),
        "cookieId": _random,
        "location": _location,
        "ageBand": _one_of(tuple(name for name, _ in BANDS)),
        "gender": _one_of(GENDERS),
        "occupation": _one_of(OCCUPATIONS),
        "area": _one_of(AREAS),
    }
)
KEYS: Final = tuple(_READERS)
"""Every key of an event that is a field; `Event.` stands before it where rules speak of it."""

_NAMES: Final = ", ".join((*KEYS, CONSENT))
