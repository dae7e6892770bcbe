"""The text of an edition: where it is kept, and how it becomes an edition again."""

import hashlib
from enum import StrEnum

from policies.edition import Edition
from policies.mistake import PolicyError, mistake


class Kept(StrEnum):
    """The tables that hold editions in their canonical form."""

    PUBLISHED = "editions"
    PREPARED = "editions_prepared"


def edition_of(name: str, text: str) -> Edition:
    """The edition of this id from its text, checked.

    Raises:
        PolicyError: it is the text of another edition, or one with mistakes.
    """
    if hashlib.sha256(text.encode()).hexdigest() != name:
        raise PolicyError([mistake("EDITION_OTHER", "edition", id=name)])
    return Edition.from_canonical(text)
