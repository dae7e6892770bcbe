"""The fields every server is asked for, and the columns they are kept in: the one place that names them."""

from typing import NamedTuple


class Field(NamedTuple):
    """One field of the schema, its column and the column's type in SQL."""

    path: str
    column: str
    kind: str


TABLE = "users"

FIELDS = (
    Field("User.id", "id", "text PRIMARY KEY"),
    Field("User.name.roman", "name_roman", "text"),
    Field("User.name.kanji", "name_kanji", "text"),
    Field("User.name.kana", "name_kana", "text"),
    Field("User.email", "email", "text"),
    Field("User.phone", "phone", "text"),
    Field("User.birthDate", "birth_date", "date"),
    Field("User.address.postalCode", "postal_code", "text"),
    Field("User.address.prefecture", "prefecture", "text"),
    Field("User.address.city", "city", "text"),
    Field("User.address.town", "town", "text"),
    Field("User.registeredAt", "registered_at", "timestamptz"),
)

UNASKED = (Field("User.address.block", "block", "text"),)
"""Columns of the table that no scenario asks for: a table is wider than a question."""

COLUMN = {field.path: field.column for field in FIELDS + UNASKED}

SELECTION = """
  id
  name { roman kanji kana }
  email
  phone
  birthDate
  address { postalCode prefecture city town }
  registeredAt
"""
"""The twelve fields as GraphQL, the same text for every GraphQL server."""


def columns() -> str:
    """The twelve columns as SQL, in the order of `FIELDS`."""
    return ", ".join(field.column for field in FIELDS)
