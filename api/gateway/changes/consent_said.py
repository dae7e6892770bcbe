"""What is said of a consent: the notice shown, for which data, by whom, and what was told of a country abroad."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from api.gateway.changes.act import Act, Subject
from api.gateway.refusal import Code, Refusal, Refusals
from models.consents.consent import ConsentMethod
from models.formats.wrong import Sentence
from models.registry import KnownRecipient
from policies.vocabulary import PERSON

LANGUAGES = ("ja", "en")
LONGEST_NOTICE = 20
LONGEST_TEXT = 20_000
LONGEST_NAME = 200
LONGEST_REASON = 500
LONGEST_MATTER = 4_000
DEEMED = "DEEMED"
"""Agreement by silence (Clause 11), which is none."""

MATTERS = {
    "country": "country",
    "regime": "regime",
    "measures": "measures",
    "country_unnamed_because": "countryUnnamedBecause",
    "instead_of_country": "insteadOfCountry",
    "measures_untold_because": "measuresUntoldBecause",
}
"""What may be told of a country abroad, as the input and as the record name it."""

NEEDED: Final[Mapping[str, Sentence]] = {
    "country": Sentence("the country (`country`)", "国名（`country`）"),
    "regime": Sentence(
        "its regime for personal information (`regime`)", "その国の個人情報保護制度（`regime`）"
    ),
    "measures": Sentence("the recipient's measures (`measures`)", "提供先の保護措置（`measures`）"),
}
"""What must be told before a consent to a transfer abroad, in words."""

_KEEP = """
INSERT INTO notice_texts (hash, text, language, first_at) VALUES (:hash, :text, :language, :now)
ON CONFLICT (hash) DO NOTHING
"""
_KEPT = "SELECT 1 FROM notice_texts WHERE hash = :hash"
_ASKED = "SELECT 1 FROM consents WHERE user_id = :user AND purpose = :purpose"


class Said:
    """The parts of one input that were read; whatever is wrong with them is told at once."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._wrong: list[Refusal] = []

    def settle(self) -> None:
        """See that nothing was wrong.

        Raises:
            Refusals: `BAD_INPUT` for each mistake.
        """
        if self._wrong:
            raise self.refusal()

    def refusal(self) -> Refusals:
        """All that was wrong."""
        return Refusals(self._wrong)

    async def person(self, guard: str, scope: str) -> Subject | None:
        """Whose consent it is; None where nobody is here by that name.

        Raises:
            Refusal: `OPERATION_FORBIDDEN` where no rule allows it.
        """
        try:
            return await self._act.subject(str(self._act.said["user"]), guard, scope=scope)
        except Refusal as refusal:
            if refusal.code is not Code.BAD_INPUT:
                raise
            self._wrong.append(refusal)
            return None

    def purpose(self) -> str | None:
        """To what; None where it is none."""
        named = str(self._act.said["purpose"])
        found = self._act.context.force.edition.purposes.get(named)
        if found is None or found.abstract:
            self._mistake("purpose", "PURPOSE_NOT_DECLARABLE")
            return None
        return named

    def announced(self) -> None:
        """See that the purpose is announced: before its day, nobody can have been shown it (APPI Art 21)."""
        found = self._act.context.force.edition.purposes.get(str(self._act.said["purpose"]))
        if found is not None and not found.abstract and not found.announced(self._act.running.today):
            self._mistake("purpose", "PURPOSE_UNANNOUNCED")

    async def ended_purpose(self, person: Subject | None) -> str | None:
        """The same where a consent ends: also what this person was asked for once and nobody can declare any more."""
        named = str(self._act.said["purpose"])
        if person and await self._act.transaction.fetch(_ASKED, {"user": person.id, "purpose": named}):
            return named
        return self.purpose()

    def recipient(self) -> KnownRecipient | None:
        """To whom; None where nobody is registered so."""
        found = self._act.context.force.registry.recipients.get(str(self._act.said["recipient"]))
        if found is None:
            self._mistake("recipient", "RECIPIENT_UNKNOWN")
        return found

    def _mistake(self, name: str, reason: str, *, most: int = 0) -> None:
        self._wrong.append(self._act.wrong(name, reason, most=most))

    def text(self, name: str, most: int, *, missing: str) -> str:
        """A text of the input without the space around it; blank where it was left out."""
        given = self._act.said.get(name)
        found = "" if given is None else str(given).strip()
        if given is not None and not found:
            self._mistake(name, missing)
        if len(found) > most:
            self._mistake(name, "TEXT_TOO_LONG", most=most)
        return found

    def notice(self) -> dict[str, Any]:
        """The version, the language and the hash of the text that was shown."""
        said = self._act.said
        version, language = str(said["noticeVersion"]).strip(), str(said["language"])
        if not 0 < len(version) <= LONGEST_NOTICE:
            self._mistake("noticeVersion", "NOTICE_UNNAMED")
        if language not in LANGUAGES:
            self._mistake("language", "LANGUAGE_UNKNOWN")
        text = self.text("noticeText", LONGEST_TEXT, missing="NOTICE_BLANK")
        kept = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""
        return {"version": version, "language": language, "hash": kept, "text": text}

    def method(self) -> str:
        """The act by which the person answered; silence is none."""
        found = self._act.said["method"]
        name = str(getattr(found, "value", found))
        if name == DEEMED:
            self._mistake("method", "CONSENT_DEEMED")
            return ConsentMethod.NONE.value
        return ConsentMethod(name).value

    def expiry(self) -> datetime | None:
        """Until when it holds."""
        found: datetime | None = self._act.said.get("expiresAt")
        if found is not None and found <= self._act.running.at:
            self._mistake("expiresAt", "EXPIRY_OVER")
        return found

    def categories(self) -> str:
        """The categories that alone it opens, as they are kept; blank for everything."""
        given = self._act.said.get("categories")
        if given is None:
            return ""
        known = set(self._act.context.force.edition.categories.within(PERSON))
        if not given:
            self._mistake("categories", "LIST_EMPTY")
        for place, name in enumerate(given):
            if name not in known:
                self._mistake(f"categories.{place}", "CATEGORY_UNKNOWN")
        return " ".join(sorted(set(map(str, given))))

    def abroad(self, recipient: KnownRecipient | None) -> dict[str, str] | None:
        """What was told of a country abroad; None for nothing."""
        given = self._act.said.get("foreignInformation")
        if given is None:
            return None
        told = dict(self._matters(given))
        country = told.get("country")
        if country is not None and recipient is not None and country != recipient.country:
            self._mistake("foreignInformation.country", "COUNTRY_OF_ANOTHER")
        if recipient is not None and recipient.abroad and told.get("countryUnnamedBecause"):
            self._mistake("foreignInformation.countryUnnamedBecause", "COUNTRY_KNOWN")
        return told

    def _matters(self, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name in MATTERS.values():
            if given.get(name) is None:
                continue
            text = str(given[name]).strip()
            if not text:
                self._mistake(f"foreignInformation.{name}", "MATTER_BLANK")
            if len(text) > LONGEST_MATTER:
                self._mistake(f"foreignInformation.{name}", "TEXT_TOO_LONG", most=LONGEST_MATTER)
            yield name, text.upper() if name == "country" else text


def untold(told: Mapping[str, str] | None) -> tuple[str, ...]:
    """What of this a person must still be told before consenting to a transfer abroad (APPI Art 28(2), Rule 17).

    The country and its regime, or why it cannot be named (17(3)); the recipient's measures, or why they cannot be
    told (17(4)).
    """
    said = {name for name, text in (told or {}).items() if text}
    if "countryUnnamedBecause" in said:
        said |= {"country", "regime"}
    if "measuresUntoldBecause" in said:
        said.add("measures")
    return tuple(name for name in NEEDED if name not in said)


async def keep_notice(act: Act, notice: Mapping[str, Any]) -> None:
    """Keep a text that was shown, once, by its hash."""
    if notice["hash"] and not await act.transaction.fetch(_KEPT, {"hash": notice["hash"]}):
        await act.transaction.execute(_KEEP, {**notice, "now": act.running.at})


def as_json(told: Mapping[str, str] | None) -> str | None:
    """What was told, as its column takes it."""
    return None if told is None else orjson.dumps(told).decode()
