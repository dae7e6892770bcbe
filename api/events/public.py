"""The public notice: what leaves a browser for whom, for people and for machines (Telecommunications Business Act 27-12).

In Japanese and plain words, large enough to be read without zooming, with English beside it (Rules 22-2-28).
"""

import csv
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.house import House
from models.database.store import Reader, StoreUnavailable
from models.day import today_in_japan
from models.events.choice import companies
from models.formats.nationality import country_name
from models.grounds.record import Ground, GroundRecord, read_grounds_of
from models.grounds.state import GroundState
from models.inforce import Force, PolicyUnavailable

HERE = Path(__file__).parent
PAGE = Template((HERE / "transmissions.html").read_text(encoding="utf-8"))
PATH = "/privacy/transmissions"
SHORT = "public, max-age=60"
OPT_OUT = ("exists", "stops", "how", "limits")
"""Of the seven matters of an opt-out (Rules 22-2-31), those beside what is sent, to whom and what for."""

Notice = dict[str, Any]

with (HERE / "words.csv").open(encoding="utf-8", newline="") as _file:
    WORDS: Mapping[str, Mapping[str, str]] = {row["word"]: row for row in csv.DictReader(_file)}


class PublicNotice:
    """Tells everybody what is announced today."""

    def __init__(self, house: House) -> None:
        self._house = house

    @property
    def routes(self) -> list[Route]:
        """The page, and the same for machines."""
        return [
            Route(PATH, self._page, methods=["GET"]),
            Route(f"{PATH}.json", self._json, methods=["GET"]),
        ]

    async def _notices(self) -> list[Notice] | None:
        house = self._house
        try:
            return await read_notices(house.store, await house.inforce.current(), house.clock())
        except (StoreUnavailable, PolicyUnavailable):
            return None

    async def _json(self, _: Request) -> Response:
        found = await self._notices()
        if found is None:
            return Response(b'{"error":"unavailable"}', 503, media_type="application/json")
        body = orjson.dumps({"prevails": "ja", "companies": found})
        headers = {"Cache-Control": SHORT, "Access-Control-Allow-Origin": "*"}
        return Response(body, headers=headers, media_type="application/json")

    async def _page(self, _: Request) -> Response:
        found = await self._notices()
        if found is None:
            return HTMLResponse(_whole(["<p>503</p>"], ""), 503)
        nonce = secrets.token_urlsafe(12)
        safe = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'"
        )
        headers = {
            "Cache-Control": SHORT,
            "Content-Security-Policy": safe,
            "X-Content-Type-Options": "nosniff",
        }
        return HTMLResponse(_whole(list(_parts(found)), nonce), headers=headers)


async def read_notices(reader: Reader, force: Force, now: datetime) -> list[Notice]:
    """What is announced today of every open company, by its id."""
    known = {each.id: each for each in companies(force) if each.closed is None}
    records = await read_grounds_of(reader, Ground.TRANSMISSION, today_in_japan(now))
    holding = [
        each for each in records if each.state is GroundState.HOLDS and each.parts["recipient"] in known
    ]
    told = [_told(each, known[each.parts["recipient"]].country) for each in holding]
    return sorted(told, key=lambda each: str(each["recipient"]))


def _told(record: GroundRecord, country: str) -> Notice:
    parts = record.parts
    own = {"stops": parts["optOutJa"], "limits": parts["limitsJa"]}
    return {
        "recipient": parts["recipient"],
        "country": country,
        "items": parts["items"],
        "who": {"ja": parts["recipientJa"], "en": parts["recipientEn"]},
        "sent": {"ja": parts["itemsJa"], "en": parts["itemsEn"]},
        "purpose": {"ja": parts["purposeJa"], "en": parts["purposeEn"]},
        "policyUrl": parts["policyUrl"] or None,
        "optOut": {
            "url": parts["optOutUrl"],
            "ours": "/events/opt-out",
            **{name: _own(name, own.get(name, "")) for name in OPT_OUT},
        },
    }


def _own(name: str, ja: str) -> dict[str, str]:
    """What the notice itself says in Japanese, else what is so for every company."""
    return {"ja": ja, "en": ""} if ja else {"ja": WORDS[name]["ja"], "en": WORDS[name]["en"]}


def _country(code: str) -> Mapping[str, str]:
    return {language: country_name(code, language) for language in ("ja", "en")}


def _whole(parts: Sequence[str], nonce: str) -> str:
    return PAGE.substitute(lang="ja", title=escape(WORDS["title"]["ja"]), nonce=nonce, body="\n".join(parts))


def _parts(notices: Sequence[Notice]) -> Iterator[str]:
    yield f"<h1>{_both(WORDS['title'])}</h1>"
    yield f"<p>{_both(WORDS['intro'])}</p>"
    if not notices:
        yield f"<p>{_both(WORDS['none'])}</p>"
    for each in notices:
        opt_out = each["optOut"]
        entries = [(name, _both(each[name])) for name in ("who", "sent", "purpose")]
        entries.insert(1, ("country", _both(_country(each["country"]))))
        if each["policyUrl"]:
            entries.append(("policy", _link(each["policyUrl"])))
        entries.append(("optOut", "<br>".join(_both(opt_out[name]) for name in OPT_OUT)))
        entries.append(("link", _link(opt_out["url"])))
        listed = "".join(f"<dt>{_both(WORDS[word])}</dt><dd>{text}</dd>" for word, text in entries)
        yield f"<section><h2>{escape(each['who']['ja'])}</h2><dl>{listed}</dl></section>"
    yield f"<p>{_both(WORDS['prevails'])}</p>"


def _both(texts: Mapping[str, str]) -> str:
    english = f' <span lang="en">{escape(texts["en"])}</span>' if texts["en"] else ""
    return escape(texts["ja"]) + english


def _link(url: str) -> str:
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{escape(url)}</a>'
