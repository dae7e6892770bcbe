"""The worked: what a draft would put in force, worked out beside any transaction before anybody agrees to it."""

from dataclasses import dataclass

from policies.drafts.examined import Examined


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out of a draft beside any transaction, and of which one.

    Attributes:
        canonical: the edition as text; its hash is the id.
    """

    base: str
    hash: str
    canonical: str
    examined: Examined
