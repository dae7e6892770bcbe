"""The example: one ready operation, with who would ask it and why, in the words of the reader."""

from dataclasses import dataclass
from textwrap import dedent
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One operation with who would ask it, and why.

    `person` is a situation of the demonstration data; that user's id fills the variable `id`. For the role
    `user` it is the one who is signed in, so that the token is theirs.
    """

    key: str
    role: str
    title_ja: str
    title_en: str
    note_ja: str
    note_en: str
    operation: str
    person: str | None = None
    client: str | None = None

    def plain(self) -> dict[str, Any]:
        """The example as the browser takes it."""
        return {
            "key": self.key,
            "role": self.role,
            "client": self.client,
            "person": self.person,
            "operation": dedent(self.operation).strip() + "\n",
            "title": {"ja": self.title_ja, "en": self.title_en},
            "note": {"ja": self.note_ja, "en": self.note_en},
        }
