"""The statuses of residence that a residence card can name, in both languages."""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from models.formats.fold import plain
from models.formats.spelling import arabic
from models.formats.wrong import Wrong

_TYPED: Final = 120
_JOINS: Final = re.compile(r"[\s・/,、.\-第]")


class Status(StrEnum):
    """A status of residence (ICRRA, appended tables 1 and 2) by its official English name; `ja` is on the card.

    Diplomats, officials and temporary visitors hold no card (ICRRA 19-3), so theirs are not here. The levels
    (i) to (iii) may be told without their letter.
    """

    ja: str

    def __new__(cls, en: str, ja: str) -> Self:
        """The English name is the value that is kept."""
        status = str.__new__(cls, en)
        status._value_ = en
        status.ja = ja
        return status

    PROFESSOR = "Professor", "教授"
    ARTIST = "Artist", "芸術"
    RELIGIOUS = "Religious Activities", "宗教"
    JOURNALIST = "Journalist", "報道"
    PROFESSIONAL = "Highly Skilled Professional (i)", "高度専門職1号"
    PROFESSIONAL_1A = "Highly Skilled Professional (i)(a)", "高度専門職1号イ"
    PROFESSIONAL_1B = "Highly Skilled Professional (i)(b)", "高度専門職1号ロ"
    PROFESSIONAL_1C = "Highly Skilled Professional (i)(c)", "高度専門職1号ハ"
    PROFESSIONAL_2 = "Highly Skilled Professional (ii)", "高度専門職2号"
    BUSINESS = "Business Manager", "経営・管理"
    LEGAL = "Legal/Accounting Services", "法律・会計業務"
    MEDICAL = "Medical Services", "医療"
    RESEARCHER = "Researcher", "研究"
    INSTRUCTOR = "Instructor", "教育"
    ENGINEER = "Engineer/Specialist in Humanities/International Services", "技術・人文知識・国際業務"
    TRANSFEREE = "Intra-company Transferee", "企業内転勤"
    NURSING = "Nursing Care", "介護"
    ENTERTAINER = "Entertainer", "興行"
    SKILLED_LABOR = "Skilled Labor", "技能"
    SKILLED_1 = "Specified Skilled Worker (i)", "特定技能1号"
    SKILLED_2 = "Specified Skilled Worker (ii)", "特定技能2号"
    TRAINEE_1 = "Technical Intern Training (i)", "技能実習1号"
    TRAINEE_1A = "Technical Intern Training (i)(a)", "技能実習1号イ"
    TRAINEE_1B = "Technical Intern Training (i)(b)", "技能実習1号ロ"
    TRAINEE_2 = "Technical Intern Training (ii)", "技能実習2号"
    TRAINEE_2A = "Technical Intern Training (ii)(a)", "技能実習2号イ"
    TRAINEE_2B = "Technical Intern Training (ii)(b)", "技能実習2号ロ"
    TRAINEE_3 = "Technical Intern Training (iii)", "技能実習3号"
    TRAINEE_3A = "Technical Intern Training (iii)(a)", "技能実習3号イ"
    TRAINEE_3B = "Technical Intern Training (iii)(b)", "技能実習3号ロ"
    CULTURAL = "Cultural Activities", "文化活動"
    STUDENT = "Student", "留学"
    TRAINING = "Trainee", "研修"
    DEPENDENT = "Dependent", "家族滞在"
    DESIGNATED = "Designated Activities", "特定活動"
    PERMANENT = "Permanent Resident", "永住者"
    SPOUSE = "Spouse or Child of Japanese National", "日本人の配偶者等"
    SPOUSE_OF_PERMANENT = "Spouse or Child of Permanent Resident", "永住者の配偶者等"
    LONG_TERM = "Long-Term Resident", "定住者"


def status(text: str) -> str:
    """A status of residence by its official English name, from its name in either language.

    Raises:
        Wrong: `CARD_STATUS`; `TEXT_…`.
    """
    found = _BY_NAME.get(_key(plain(text, _TYPED)))
    if found is None:
        raise Wrong("CARD_STATUS")
    return found.value


def _key(name: str) -> str:
    return _JOINS.sub("", arabic(name)).casefold()


_BY_NAME: Final[Mapping[str, Status]] = MappingProxyType(
    {_key(name): each for each in Status for name in (each.value, each.ja)}
)
