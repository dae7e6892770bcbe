"""The checks of the fields: each lies in a category, and each personal one where refusals reach it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from policies.banned import BANS, banned
from policies.check.names import KEY, PATH, misnamed, textless, unlisted
from policies.check.near import Known
from policies.form import ANSWERS, FormQuestion, Kind
from policies.mistake import Mistake, mistake
from policies.table import Row
from policies.tree import Node, Tree
from policies.vocabulary import FREE_TEXT, PERSON, UNSORTED

LISTS: Final = ("choices", "choices_ja", "choices_en")
ASKED: Final = ("key", "label_ja", "label_en")
DAYS: Final = ("asked_from", "asked_until")
YES: Final = ("yes", "")
BOUNDS: Final = re.compile(r"[0-9]{1,8}\|[0-9]{1,8}")
"""The least and the greatest number that a question takes."""


def personal(category: str, categories: Tree) -> bool:
    """Whether this is a category of personal data, or the one that nobody reads."""
    return category == UNSORTED or PERSON in categories.ancestors(category)


def adrift(category: str, categories: Tree) -> bool:
    """Whether a category hangs on an unknown one or in a circle, which is told where it stands."""
    above = categories.ancestors(category)
    rooted = any(not categories.parents.get(name, (name,)) for name in above)
    return bool(above) and not (rooted and all(name in categories for name in above))


def homeless(rows: Iterable[Row], categories: Tree) -> list[Mistake]:
    """Rows whose category is unknown, so that their field would escape refusals of wider ones."""
    known = Known(categories)
    return [
        row.mistake("category", "CATEGORY_UNKNOWN", category=name, near=known.near(name))
        for row in rows
        if (name := row["category"]) not in known
    ]


def guards(rows: Iterable[Row], categories: Tree) -> tuple[dict[str, Node], list[Mistake]]:
    """The fields that hold no personal data, each with its category and labels."""
    rows = tuple(rows)
    found = {row["field"]: Node(row["field"], (row["category"],), row["ja"], row["en"]) for row in rows}
    return found, [
        *misnamed(rows, "field", PATH),
        *textless(rows, ("ja", "en")),
        *homeless(rows, categories),
    ]


def declared(
    fields: Mapping[str, str], taken: Iterable[str], categories: Tree, rows: Iterable[Row] = ()
) -> list[Mistake]:
    """What is wrong with the fields of personal data; `rows` are those that list them, where a table does."""
    taken, known = frozenset(taken), Known(categories)
    places = {row["path"]: row.number for row in rows}
    mistakes = []
    for path, category in fields.items():
        place = ("fields", places.get(path, 0))
        if path in taken or path.startswith(ANSWERS) or not PATH.fullmatch(path):
            mistakes.append(mistake("FIELD_PATH", *place, "path", path, path=path))
        mistakes += (
            mistake("FIELD_BANNED", *place, "path", path, path=path, **_law(code))
            for code in dict.fromkeys(filter(None, (banned(step, longest=None) for step in path.split("."))))
        )
        if not personal(category, categories) and not adrift(category, categories):
            told = {"path": path, "category": category, "person": PERSON, "unsorted": UNSORTED}
            near = () if category in known else known.near(category)
            mistakes.append(mistake("FIELD_NOT_PERSONAL", *place, "category", path, near=near, **told))
    return mistakes


def _law(code: str) -> dict[str, str]:
    """The law that bans it, as the sentences name it."""
    return {"law_en": BANS[code].en.rstrip("."), "law_ja": BANS[code].ja.rstrip("。")}


def questions(rows: Iterable[Row], categories: Tree) -> tuple[dict[str, FormQuestion], list[Mistake]]:
    """The questions of the form and everything wrong with them."""
    rows = tuple(rows)
    mistakes = [
        *misnamed(rows, "key", KEY),
        *textless(rows, ("label_ja", "label_en")),
        *unlisted(rows, "kind", Kind),
        *unlisted(rows, "required", YES),
        *(mistake for row in rows for mistake in (*_undated(row), *_banned(row))),
        *homeless(rows, categories),
    ]
    kinds = set(Kind)
    sound = [row for row in rows if row["kind"] in kinds and not _undated(row)]
    mistakes += (mistake for row in sound for mistake in (*_misfiled(row, categories), *_mislisted(row)))
    return {row["key"]: _question(row) for row in sound}, mistakes


def _misfiled(row: Row, categories: Tree) -> list[Mistake]:
    category = row["category"]
    above = categories.ancestors(category)
    if adrift(category, categories):
        return []
    if above and not personal(category, categories):
        return [row.mistake("category", "QUESTION_NOT_PERSONAL", category=category, person=PERSON)]
    if Kind(row["kind"]).free and above and FREE_TEXT not in above and category != UNSORTED:
        return [row.mistake("category", "FREE_TEXT_MISFILED", category=category, form_text=FREE_TEXT)]
    return []


def _banned(row: Row) -> list[Mistake]:
    """A question for what may not be collected, by its name or its words."""
    codes = [(column, banned(row[column], longest=None)) for column in ASKED]
    return [
        row.mistake(column, "QUESTION_BANNED", text=row[column], **_law(code))
        for column, code in codes
        if code is not None
    ]


def _mislisted(row: Row) -> list[Mistake]:
    lists = [_split(row[column]) for column in LISTS]
    if row["kind"] == Kind.NUMBER and any(lists):
        fits = BOUNDS.fullmatch(row["choices"]) and not any(lists[1:]) and int(lists[0][0]) < int(lists[0][1])
        return [] if fits else [row.mistake("choices", "BOUNDS_WRONG")]
    if not Kind(row["kind"]).listed:
        return [row.mistake("choices", "CHOICES_UNWANTED")] if any(lists) else []
    if not lists[0] or len(set(lists[0])) != len(lists[0]):
        return [row.mistake("choices", "CHOICES_MISSING")]
    if len({len(each) for each in lists}) > 1:
        return [row.mistake("choices", "CHOICES_UNEVEN")]
    return []


def _undated(row: Row) -> list[Mistake]:
    wrong = [
        row.mistake(column, "DAY_MALFORMED", day=row[column])
        for column in DAYS
        if row[column] and _day(row[column]) is None
    ]
    first, last = (_day(row[column]) for column in DAYS)
    if first and last and last < first:
        wrong.append(row.mistake("asked_until", "DAYS_REVERSED"))
    return wrong


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _question(row: Row) -> FormQuestion:
    choices, choices_ja, choices_en = (_split(row[column]) for column in LISTS)
    return FormQuestion(
        key=row["key"],
        kind=Kind(row["kind"]),
        category=row["category"],
        choices=choices,
        choices_ja=choices_ja,
        choices_en=choices_en,
        label_ja=row["label_ja"],
        label_en=row["label_en"],
        help_ja=row["help_ja"],
        help_en=row["help_en"],
        required=bool(row["required"]),
        asked_from=_day(row["asked_from"]),
        asked_until=_day(row["asked_until"]),
    )
