"""The sentence of a row: what changes beside decisions, and why it counts, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from policies.table import COLUMNS

LISTED: Final = 8
"""So many rows are listed by name; of more, only the number is told."""


LABELLED: Final = frozenset({"categories", "roles", "groups"})
LABELS: Final = frozenset({"ja", "en"})
"""By what these are called, who agrees to a draft knows whom and what it opens."""


class Noun(NamedTuple):
    """A row of a table in words: Japanese, and English for one and for several."""

    ja: str
    one: str
    many: str


NOUNS: Final[Mapping[str, Noun]] = {
    "purposes": Noun("利用目的", "purpose", "purposes"),
    "categories": Noun("区分", "category", "categories"),
    "guards": Noun("操作の項目", "guarded field", "guarded fields"),
    "roles": Noun("役割", "role", "roles"),
    "groups": Noun("提供先のグループ", "group of recipients", "groups of recipients"),
    "questions": Noun("登録フォームの質問", "question of the form", "questions of the form"),
    "rules": Noun("規則", "rule", "rules"),
    "decisions": Noun("判断表の行", "row of the decision table", "rows of the decision table"),
    "fields": Noun("個人情報の項目", "field", "fields"),
}

_MOVED: Final = (
    "区分を名指す同意・案件記録・スコープの及ぶ項目が変わり得る",
    "consents, case files and scopes that name categories may reach other fields",
)

WHY: Final[Mapping[str, tuple[str, str]]] = {
    "purposes": (
        "本人に示した内容、同意及び利用停止の及ぶ範囲が変わり得る",
        "what people were shown, agreed to or had suspended may count for something else",
    ),
    "categories": _MOVED,
    "guards": _MOVED,
    "fields": _MOVED,
    "roles": ("別の役割としても扱われ得る", "it may count as other roles"),
    "groups": (
        "グループを名指す利用停止・オプトアウト・根拠の及ぶ提供先が変わり得る",
        "holds, opt-outs and grounds that name groups may reach other recipients",
    ),
    "questions": ("本人から取得する内容が変わり得る", "something else may be taken in from people"),
}
"""Why a changed row counts as widening, whatever the decisions are."""

WHY_NEW: Final[Mapping[str, tuple[str, str]]] = {
    "purposes": ("この利用目的が宣言され得る", "operations may declare it"),
    "groups": ("提供先そのものとして扱われ得る", "it may be asked for as a recipient itself"),
}
"""Why a new row counts, where it is for another reason."""

CALLED: Final = ("承認する人が読む呼び名が変わる", "who agrees to a draft reads these words")
DECLARED: Final = ("宣言できるかどうかが変わる", "whether it may be declared changes")
"""Why the day of announcement counts."""

MODEL: Final = (
    "`casbin_model.conf`の文面が変わる（判断の形そのものが変わり得る）",
    "The text of `casbin_model.conf` changes: decisions themselves may take another shape",
)

_EVENTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "added": ("が加わる", "is new", "are new"),
    "removed": ("がなくなる", "is removed", "are removed"),
    "reworded": ("の注記又は表示名が変わる", "has another note or label", "have other notes or labels"),
    "latent": ("が変わる", "changes", "change"),
    "expected": ("の期待する答えが変わる", "expects another answer", "expect other answers"),
}

_NOTHING_TOLD: Final = ("（ほかに示す判断では名が挙がらない）", "; no decision told here names {}")


def added(table: str, key: str, cells: Sequence[str]) -> tuple[str, str]:
    """A new row that counts, in Japanese and English."""
    noun = NOUNS[table]
    told = dict(zip(COLUMNS[table], cells, strict=True))
    ja, en = (told.get(name) or told.get(f"label_{name}", "") for name in ("ja", "en"))
    day = told.get("announced_on")
    since = (f"{day}公表、", f", announced on {day}") if day else ("", "")
    why = WHY_NEW.get(table, WHY[table])
    return (
        f"{noun.ja}`{key}`「{ja}」が新たに加わる（{since[0]}{why[0]}）",
        f'The {noun.one} `{key}` "{en}" is new{since[1]}: {why[1]}',
    )


def removed(table: str, key: str) -> tuple[str, str]:
    """A row that goes and counts, in Japanese and English."""
    noun = NOUNS[table]
    return f"{noun.ja}`{key}`がなくなる", f"The {noun.one} `{key}` is removed"


def altered(
    table: str, key: str, columns: Sequence[str], old: Sequence[str], new: Sequence[str]
) -> tuple[str, str]:
    """A row that changes and counts, in Japanese and English, with its cells."""
    noun, why = NOUNS[table], WHY[table]
    if tuple(columns) == ("announced_on",):
        why = DECLARED
    elif table in LABELLED and LABELS.issuperset(columns):
        why = CALLED
    places = [(column, COLUMNS[table].index(column)) for column in columns]
    told = [(column, _cell(old[place]), _cell(new[place])) for column, place in places]
    ja = "、".join(f"{column} {was} → {now}" for column, was, now in told)
    en = ", ".join(f"{column} {was} → {now}" for column, was, now in told)
    return (
        f"{noun.ja}`{key}`が変わる：{ja}（{why[0]}）",
        f"The {noun.one} `{key}` changes, {en}: {why[1]}",
    )


def _cell(text: str) -> str:
    return f"`{text}`" if text else "∅"


def several(table: str, event: str, keys: Sequence[str], count: int) -> tuple[str, str]:
    """Rows to which the same happens and that change nothing anybody gets, in Japanese and English."""
    noun = NOUNS[table]
    ja, one, many = _EVENTS[event]
    unnamed = table == "rules" and event != "reworded"
    rest_ja = _NOTHING_TOLD[0] if unnamed else ""
    rest_en = _NOTHING_TOLD[1].format("it" if count == 1 else "them") if unnamed else ""
    listed = [f"`{key}`" for key in keys] if len(keys) <= LISTED else []
    names_ja = f"（{'、'.join(listed)}）" if listed else ""
    names_en = f" ({', '.join(listed)})" if listed else ""
    verb = one if count == 1 else many
    subject = noun.one if count == 1 else noun.many
    return f"{noun.ja}{count}件{names_ja}{ja}{rest_ja}", f"{count} {subject}{names_en} {verb}{rest_en}"


def reordered(table: str) -> tuple[str, str]:
    """Rows in another order, in Japanese and English; of rules it changes only which is named."""
    noun = NOUNS[table]
    ja, en = f"{noun.ja}の並び順が変わる", f"The {noun.many} stand in another order"
    if table == "rules":
        return (
            f"{ja}（判断は変わらず、理由として示す規則だけが変わり得る）",
            f"{en}: no decision changes, but another rule may be named as its reason",
        )
    return ja, en
