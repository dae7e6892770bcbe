"""The register of transmission notices: drafted with what is known, published once nothing is missing, ended."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from models.events.choice import COMPANIES
from models.grounds.parts import MOST, Entered
from models.grounds.record import Ground, Parts
from models.grounds.register import LONGEST_LINE, LONGEST_NAME, GroundRegister, Said, in_order
from models.grounds.state import in_japanese
from models.register import refuse

EVENT: Final = "event"
"""The category of all fields of events."""

_SHOWN: Final = re.compile(r"[!-~]+")
_TEXTS: Final[Mapping[str, int]] = {
    "recipientJa": LONGEST_NAME,
    "itemsJa": LONGEST_LINE,
    "purposeJa": LONGEST_LINE,
    "recipientEn": LONGEST_NAME,
    "itemsEn": LONGEST_LINE,
    "purposeEn": LONGEST_LINE,
    "optOutJa": LONGEST_LINE,
    "limitsJa": LONGEST_LINE,
}
_URLS: Final = ("policyUrl", "optOutUrl")


async def draft_notice(register: GroundRegister, said: Said) -> str:
    """Record what is known of a transmission; a part may be blank until it is published."""
    entered = register.entered(said)
    parts: dict[str, Any] = {
        "recipient": _company(entered),
        "items": _items(entered),
        "from": said["from"],
        "until": said.get("until"),
        **{name: entered.line(name, longest, missing="") for name, longest in _TEXTS.items()},
        **{name: _url(entered, name) for name in _URLS},
    }
    in_order(entered, parts, "until", "from")
    return await register.add(Ground.TRANSMISSION, entered, parts)


async def publish_notice(register: GroundRegister, said: Said) -> str:
    """Publish a draft, from now on; each of the three matters that is missing is told, and a missing opt-out."""
    entered = register.entered(said)
    before = await register.running(Ground.TRANSMISSION, said)
    if before["publishedAt"] is not None:
        refuse("id", "TRANSMISSION_PUBLISHED")
    for path, code in _missing(before):
        entered.wrong(path, code)
    return await register.change(
        Ground.TRANSMISSION, entered, before, {"publishedAt": register.keeper.at}, "PUBLISHED"
    )


def _missing(parts: Parts) -> list[tuple[str, str]]:
    """What the law asks of an announcement and this one lacks (Telecommunications Business Act, Rules 22-2-29)."""
    sent = parts["items"] and in_japanese(parts["itemsJa"])
    found = (
        (sent, "itemsJa" if parts["items"] else "items", "TRANSMISSION_ITEMS"),
        (parts["recipientJa"].strip(), "recipientJa", "TRANSMISSION_WHO"),
        (in_japanese(parts["purposeJa"]), "purposeJa", "TRANSMISSION_PURPOSE"),
        (parts["optOutUrl"].strip(), "optOutUrl", "TRANSMISSION_OPT_OUT"),
    )
    return [(path, code) for there, path, code in found if not there]


def _company(entered: Entered) -> str:
    found = entered.recipient("recipient", entered.said["recipient"])
    if found is None:
        return ""
    if not any(group in COMPANIES for group in entered.force.edition.groups.ancestors(found.kind)):
        entered.wrong("recipient", "TRANSMISSION_RECIPIENT")
    return found.id


def _items(entered: Entered) -> list[str]:
    named = [str(each) for each in entered.said.get("items") or ()]
    if len(named) > MOST:
        entered.wrong("items", "LIST_LONG", most=MOST)
        return []
    for place, each in enumerate(named):
        if EVENT not in entered.force.edition.field_ancestors(each):
            entered.wrong(f"items.{place}", "EVENT_ITEM")
    return list(dict.fromkeys(named))


def _url(entered: Entered, name: str) -> str:
    """An address that a page may link to."""
    given = str(entered.said.get(name) or "").strip()
    if given and not _linked(given):
        entered.wrong(name, "TRANSMISSION_URL")
    return given


def _linked(url: str) -> bool:
    if len(url) > LONGEST_LINE or not _SHOWN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
