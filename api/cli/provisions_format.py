"""The formats of records of provision: JSON Lines in the shape of the schema, and CSV for people in both languages."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from api.cli.ledger_format import Format, Record, json_lines, line

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


def comma_separated(records: Iterable[Record]) -> Iterator[str]:
    """A header, then a row for each record."""
    yield line(COLUMNS.values())
    for record in records:
        yield line(_plain(record[name]) for name in COLUMNS)


FORMATS: Mapping[Format, Callable[[Iterable[Record]], Iterator[str]]] = {
    Format.JSONL: json_lines,
    Format.CSV: comma_separated,
}


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return "はい yes" if value else "いいえ no"
    return value
