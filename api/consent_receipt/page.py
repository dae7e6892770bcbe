"""The page of a receipt: what its JSON says, in Japanese or English, to be read and printed; it loads nothing."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from models.consents.consent import ConsentMethod, ConsentState
from models.consents.receipt.receipt import RECIPIENT
from models.formats.nationality import country_name

Json = Mapping[str, Any]
HERE = Path(__file__).parent
PAGE = Template((HERE / "receipt.html").read_text(encoding="utf-8"))
JAPAN = ZoneInfo("Asia/Tokyo")
MATTERS = (
    *("country", "countryUnnamedBecause", "insteadOfCountry", "regime"),
    *("measures", "measuresUntoldBecause"),
)
EXPIRY = "expiry"


def _read_words() -> Mapping[str, Mapping[str, str]]:
    with (HERE / "words.csv").open(encoding="utf-8", newline="") as file:
        return {row["word"]: row for row in csv.DictReader(file)}


WORDS = _read_words()


def refusal_page(told: str, language: str, nonce: str) -> str:
    """A page that tells why there is no receipt, by a word of `words.csv` or in a sentence."""
    told = WORDS[told][language] if told in WORDS else told
    return _page(language, nonce, WORDS["refused"][language], [f"<p>{escape(told)}</p>"])


def receipt_page(receipt: Json, language: str, nonce: str) -> str:
    """A receipt as HTML. `nonce` lets its one style element in."""
    return _page(language, nonce, WORDS["title"][language], _Written(receipt, language).parts())


def _page(language: str, nonce: str, title: str, parts: Iterable[str]) -> str:
    body = "\n".join((f"<h1>{escape(title)}</h1>", *parts))
    return PAGE.substitute(lang=language, nonce=nonce, title=escape(title), body=body)


class _Written:
    """One receipt in one language."""

    def __init__(self, receipt: Json, language: str) -> None:
        self._receipt = receipt
        self._language = language
        self._processing: Json = receipt["pii_processing"]
        self._status: Json = receipt["consent_status"]

    def parts(self) -> Iterator[str]:
        """The page from top to bottom."""
        permits = " permits" if self._status["permits"] else ""
        yield f"<p>{self._word('intro')}</p>"
        yield f'<p><span class="status{permits}">{self._of(self._status)}</span></p>'
        yield self._list(self._matter())
        yield self._heading("notice")
        yield self._list(self._notice())
        if self._receipt["transfer_abroad"] is not None:
            yield self._heading("abroad")
            yield from self._abroad(self._receipt["transfer_abroad"])
        if self._status["permits"]:
            yield self._heading("withdrawal")
            yield f"<p>{self._of(self._processing['withdrawal_method'])}</p>"
        yield self._heading("events")
        yield self._events()
        colon = "：" if self._language == "ja" else ": "
        yield (
            f"<footer>{self._word('number')}{colon}{escape(self._receipt['receipt_id'])}<br>"
            f"{self._word('created')}{colon}{self._time(self._receipt['created'])}</footer>"
        )

    def _matter(self) -> Iterator[tuple[str, str]]:
        processing = self._processing
        yield "purpose", self._of(processing["purpose"])
        for party in self._receipt["parties"]:
            yield str(party["role"]), self._party(party)
        if not processing["recipients"]:
            yield RECIPIENT, self._word("own")
        yield "information", self._information()
        if processing["given_at"]:
            yield "given_at", self._time(processing["given_at"])
        if processing["withdrawn_at"]:
            taken_back = self._status["state"] == ConsentState.WITHDRAWN
            yield "taken_back_at" if taken_back else "ended_at", self._time(processing["withdrawn_at"])
        end = processing["expires_at"]
        if end or self._status["permits"]:
            yield "expires_at", self._time(end) if end else self._word("endless")
        if processing["collection_method"]["method"] != ConsentMethod.NONE:
            yield "method", self._of(processing["collection_method"])
        if self._receipt["guardian"]:
            yield "guardian", escape(self._receipt["guardian"]["name"])
        if processing["reason"]:
            yield "reason", escape(processing["reason"])

    def _party(self, party: Json) -> str:
        parts = (party["party_name"], party["party_address"], party["party_representative"])
        country = party["country"]
        abroad = (country_name(country, self._language),) if country and country != "JP" else ()
        return "<br>".join(escape(part) for part in (*parts, *abroad) if part)

    def _information(self) -> str:
        items = "".join(f"<li>{self._of(each)}</li>" for each in self._processing["pii_information"])
        narrowed = self._word("narrowed") if self._processing["narrowed"] else ""
        return f"<ul>{items}</ul>{narrowed}"

    def _notice(self) -> Iterator[tuple[str, str]]:
        notice = self._processing["privacy_notice"]
        yield "version", escape(notice["version"])
        yield "language", self._word(notice["language"])
        if notice["text"]:
            yield "text", f"<blockquote>{escape(notice['text'])}</blockquote>"
        if notice["sha256"]:
            yield "sha256", escape(notice["sha256"])

    def _abroad(self, told: Json) -> Iterator[str]:
        if not told["informed"] and self._status["permits"]:
            yield f"<p>{self._word('uninformed')}</p>"
        known = [(name, str(told[name])) for name in MATTERS if told[name]]
        if known:
            yield self._list(
                (name, escape(country_name(text, self._language) if name == "country" else text))
                for name, text in known
            )

    def _events(self) -> str:
        heads = "".join(f"<th>{self._word(word)}</th>" for word in ("when", "what", "who"))
        rows = "".join(
            f"<tr><td>{self._time(each['event_time'])}</td><td>{self._of(each)}</td>"
            f"<td>{self._who(each)}</td></tr>"
            for each in self._receipt["events"]
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def _who(self, event: Json) -> str:
        by = event["entity_id"]
        if by == self._receipt["pii_principal_id"]:
            return self._word("guardian" if event["guardian"] else "person")
        return self._word("expiry" if by == EXPIRY else "company")

    def _list(self, entries: Iterable[tuple[str, str]]) -> str:
        return "<dl>" + "".join(f"<dt>{self._word(w)}</dt><dd>{t}</dd>" for w, t in entries) + "</dl>"

    def _heading(self, word: str) -> str:
        return f"<h2>{self._word(word)}</h2>"

    def _word(self, word: str) -> str:
        return escape(WORDS[word][self._language])

    def _of(self, texts: Json) -> str:
        return escape(str(texts[self._language]))

    def _time(self, text: str) -> str:
        at = datetime.fromisoformat(text).astimezone(JAPAN)
        if self._language == "ja":
            return f"{at.year}年{at.month}月{at.day}日 {at.hour}時{at.minute:02}分（日本時間）"
        return f"{at.day} {at:%B} {at.year}, {at:%H:%M} (Japan time)"
