"""The nationalities of those who come to work, with how their names are built and why they may stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.demo.dice import Weighted
from models.demo.statuses import Status

_FAMILY_FIRST = ("family", "given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nation:
    """One nationality.

    Attributes:
        code: ISO 3166-1 alpha-2.
        names: the nationality in whose lists its names stand.
        parts: the parts of a name in the order of the residence card.
        nikkei: the share of descendants of Japanese, whose family name has kanji.
        men: the share of men.
        statuses: the statuses of residence and how frequent each is.
    """

    code: str
    names: str
    parts: tuple[str, ...]
    nikkei: float
    men: float
    statuses: Weighted[Status]


_TRAINEE = ((Status.TRAINEE_1, 8), (Status.TRAINEE_2, 22))
_DESCENT = ((Status.LONG_TERM, 35), (Status.PERMANENT, 45), (Status.SPOUSE, 14), (Status.ENGINEER, 6))
_OFFICE = ((Status.ENGINEER, 52), (Status.PERMANENT, 12), (Status.DEPENDENT, 8), (Status.STUDENT, 12))
_STUDY = ((Status.STUDENT, 32), (Status.DEPENDENT, 22), (Status.ENGINEER, 26), (Status.SKILLED_1, 14))
_SETTLED = ((Status.PERMANENT, 32), (Status.LONG_TERM, 14), (Status.SPOUSE, 18), (Status.ENGINEER, 10))
_CARE = ((Status.SKILLED_1, 34), (Status.SKILLED_2, 2), (Status.NURSING, 3), (Status.DESIGNATED, 4))
_COOK = ((Status.SKILLED_LABOR, 6), (Status.DESIGNATED, 4))
_BUSINESS = ((Status.BUSINESS, 6), (Status.PROFESSIONAL, 6), (Status.SPOUSE, 6))
_TEACHING = ((Status.INSTRUCTOR, 26), (Status.ENGINEER, 24), (Status.SPOUSE, 20), (Status.PERMANENT, 20))


def _nation(
    code: str,
    *statuses: tuple[Status, float],
    names: str = "",
    parts: tuple[str, ...] = _FAMILY_FIRST,
    nikkei: float = 0,
    men: float = 0.5,
) -> Nation:
    return Nation(
        code=code, names=names or code, parts=parts, nikkei=nikkei, men=men, statuses=Weighted(statuses)
    )


_SHARES = (
    (_nation("VN", *_TRAINEE, *_CARE, *_STUDY, men=0.56, parts=("family", "middle", "given")), 24.8),
    (_nation("CN", *_OFFICE, *_BUSINESS, *_SETTLED), 17.6),
    (_nation("PH", *_SETTLED, *_TRAINEE, *_CARE, men=0.36, parts=("family", "given", "family")), 10.6),
    (_nation("NP", *_STUDY, *_COOK, *_CARE, men=0.58), 8.2),
    (_nation("ID", *_TRAINEE, *_CARE, (Status.STUDENT, 8), men=0.64, parts=("given", "family")), 7.4),
    (_nation("BR", *_DESCENT, parts=("family", "family", "given"), nikkei=0.3, men=0.54), 5.9),
    (_nation("MM", *_CARE, *_TRAINEE, *_STUDY, parts=("given", "given", "given"), men=0.42), 5.2),
    (_nation("KR", *_OFFICE, *_BUSINESS, (Status.PERMANENT, 18)), 3.4),
    (_nation("LK", *_STUDY, *_COOK, *_CARE, men=0.66), 1.8),
    (_nation("TH", *_TRAINEE, *_SETTLED, *_CARE, men=0.42), 1.8),
    (_nation("IN", *_OFFICE, *_BUSINESS, *_COOK, men=0.7), 1.6),
    (_nation("US", *_TEACHING, *_BUSINESS, men=0.62), 1.5),
    (_nation("BD", *_STUDY, *_OFFICE, men=0.7), 1.4),
    (_nation("PE", *_DESCENT, parts=("family", "family", "given"), nikkei=0.25), 1.4),
    (_nation("KH", *_TRAINEE, *_CARE, men=0.46), 1.2),
    (_nation("TW", *_OFFICE, *_BUSINESS, (Status.DESIGNATED, 10), men=0.44), 1.2),
    (_nation("PK", *_SETTLED, *_OFFICE, *_COOK, men=0.76), 1.0),
    (_nation("MN", *_STUDY, *_OFFICE, *_TRAINEE), 0.9),
    (_nation("UZ", *_STUDY, *_OFFICE, men=0.68), 0.7),
    (_nation("GB", *_TEACHING, *_BUSINESS, names="US", men=0.66), 0.5),
)

NATIONS = Weighted(_SHARES)
"""The nationalities with their shares in percent, about as among workers from abroad."""

BY_CODE: Mapping[str, Nation] = MappingProxyType({nation.code: nation for nation, _ in _SHARES})
