"""The formats of records of provision: JSON Lines in the shape of the schema, and CSV for people in both languages."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from api.cli.ledger_format import Format, Record, json_lines, line
from models.formats.wrong import Sentence, read_sentences
from models.personal import Personal

COLUMNS = {
    "id": "記録番号 Record",
    "user": "本人 Person",
    "providedOn": "提供日 Provided on",
    "recipient": "提供先 Recipient",
    "recipientName": "提供先の氏名・名称 Name of the recipient",
    "recipientAddress": "提供先の住所 Address of the recipient",
    "recipientRepresentative": "提供先の代表者 Representative of the recipient",
    "items": "提供した項目 Items",
    "basis": "提供の根拠 Basis",
    "consentedAt": "本人の同意 Consented at",
    "method": "記録の方法 Method",
    "contract": "記録に代わる契約書 Contract in place of the record",
    "firstProvidedOn": "最初の提供日 First provided on",
    "lastProvidedOn": "最後の提供日 Last provided on",
    "retainUntil": "保存期限 Retain until",
    "purgeable": "保存期間満了 Term over",
    "confirmation": "同意取得の確認 Confirmation",
    "confirmedOn": "確認日 Confirmed on",
    "foreignInformed": "外国の情報提供の確認 Foreign information confirmed",
}
"""Each part of a record, in the order of the columns, and what stands above it."""


WORDS: Final[Mapping[str, Sentence]] = read_sentences(Path(__file__).with_name("provision_words.csv"))
"""What each ground and each method is called."""


def texts(
    format: Format,  # noqa: A002 - as the option is named
    records: Iterable[Record],
    fields: Mapping[str, Personal],
) -> Iterator[str]:
    """The records in a format; `fields` are those that there are now, of whose names CSV tells."""
    return json_lines(records) if format is Format.JSONL else comma_separated(records, fields)


def comma_separated(records: Iterable[Record], fields: Mapping[str, Personal]) -> Iterator[str]:
    """A header, then a row for each record; what is known by a code has its names beside it."""
    yield line(COLUMNS.values())
    for record in records:
        yield line(_plain(name, record[name], fields) for name in COLUMNS)


def _plain(name: str, value: Any, fields: Mapping[str, Personal]) -> object:  # noqa: ANN401 - any value of JSON
    if isinstance(value, bool):
        return "はい yes" if value else "いいえ no"
    if name == "items":
        return " | ".join(_named(path, fields.get(path)) for path in value)
    return _named(value, WORDS.get(value)) if name in {"basis", "method"} else value


def _named(code: str, words: Personal | Sentence | None) -> str:
    """A code with its names; a field of a form that is no longer asked has none any more."""
    return code if words is None else f"{code} {words.ja} {words.en}"
