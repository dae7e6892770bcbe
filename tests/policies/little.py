"""Little editions drawn by chance, and editions that differ from them in a few rows."""

from collections.abc import Callable
from random import Random
from typing import Final

from policies.edition import Edition, PolicyError
from policies.vocabulary import STAGES, Action, Fact, Role
from tests.policies.world import edition

Tables = dict[str, list[list[str]]]

WIDER: Final = ("w1", "w2")
GROUPS: Final = ("top", "mid", "internal", "person", "ga", "gb")
CATEGORIES: Final = ("c1", "c2", "c3")
FIELDS: Final = ("User.id", "User.fa", "User.fb", "User.fc")
GUARDS: Final = ("Query.qa", "Mutation.ma")
LEAVES: Final = ("p.a", "p.b", "q.a")
FACTS: Final = (*STAGES, Fact.NOTICED, Fact.HELD, Fact.ABROAD, Fact.SELF)
DAY: Final = "2019-05-29"


def some(dice: Random, names: tuple[str, ...], most: int = 2) -> str:
    return "+".join(dice.sample(names, dice.randint(0, min(most, len(names)))))


def role_row(dice: Random, role: str) -> list[str]:
    own = some(dice, WIDER)
    wider = own if role == Role.USER else "+".join(filter(None, ("others", own)))
    return [role, wider, "role", role, role]


def group_row(dice: Random, group: str) -> list[str]:
    above = {"top": (), "mid": ("top",)}.get(group, ("top", "mid"))
    return [group, some(dice, above), "yes" if group in {"internal", "person"} else "", group, group]


def category_row(dice: Random, category: str) -> list[str]:
    above = CATEGORIES[: CATEGORIES.index(category)]
    return [category, dice.choice(("person", "record", *above)), category, category]


def guard_row(dice: Random, guard: str) -> list[str]:
    return [guard, dice.choice(("doors", "root")), guard, guard]


def field_row(dice: Random, field: str) -> list[str]:
    return [field, dice.choice(("person", "unsorted", *CATEGORIES))]


def purpose_row(number: int, leaf: str) -> list[str]:
    return [leaf, leaf[0], "", str(number), "", DAY, leaf, leaf, leaf, leaf]


def needs(dice: Random, *, allow: bool) -> str:
    facts = [str(fact) for fact in dice.sample(FACTS, dice.choice((0, 1, 1, 2, 3)))]
    bang = "" if allow else "!"
    return "+".join(dice.choice(("", bang)) + fact for fact in facts) or "-"


def rule_row(dice: Random, name: str) -> list[str]:
    allow = dice.random() < 0.65
    few = tuple(map(str, (Role.USER, Role.EMPLOYER, Role.FRONTEND)))
    return [
        name,
        "allow" if allow else "deny",
        dice.choices((*few, *WIDER, "others", "any"), (8, 8, 8, 4, 4, 1, 1))[0],
        dice.choices((str(Action.READ), str(Action.INVOKE), "any"), (16, 4, 1))[0],
        dice.choice((*LEAVES, *LEAVES, "p", "q", "none", "any")),
        dice.choice((*FIELDS, *GUARDS, *CATEGORIES, *CATEGORIES, "person", "record", "root", "any")),
        dice.choice((*GROUPS, *GROUPS, "any")),
        needs(dice, allow=allow),
        *("clause", "注", "note"),
    ]


def twinned(dice: Random, rules: list[list[str]]) -> list[list[str]]:
    """The rules, and with some a second one for the same role, purpose and recipients."""
    twins = [[f"t{row[0]}", *rule_row(dice, row[0])[1:]] for row in rules if dice.random() < 0.4]
    for twin in twins:
        (one,) = (row for row in rules if twin[0] == f"t{row[0]}")
        twin[2], twin[4], twin[6] = one[2], one[4], one[6]
    return [*rules, *twins]


def drawn(dice: Random) -> Tables:
    """The tables of a little edition, which may hold mistakes."""
    return {
        "roles": [
            *([name, "", "wider", name, name] for name in ("others", *WIDER)),
            *(role_row(dice, role) for role in Role),
        ],
        "groups": [group_row(dice, group) for group in GROUPS],
        "categories": [
            ["root", "", "根", "root"],
            *([name, "root", name, name] for name in ("record", "doors")),
            *(
                [name, above, name, name]
                for name, above in (("person", "record"), ("form-text", "person"), ("unsorted", "record"))
            ),
            *(category_row(dice, category) for category in CATEGORIES),
        ],
        "guards": [guard_row(dice, guard) for guard in GUARDS],
        "fields": [field_row(dice, field) for field in FIELDS],
        "questions": [],
        "purposes": [
            *(
                [name, "", "", str(10 + place), "yes", "", name, name, "", ""]
                for place, name in enumerate("pq")
            ),
            *(purpose_row(number, leaf) for number, leaf in enumerate(LEAVES)),
        ],
        "rules": twinned(dice, [rule_row(dice, f"r{number}") for number in range(dice.randint(2, 5))]),
    }


def edited(dice: Random, tables: Tables) -> Tables:
    """The same tables with one to three rows changed, added, moved or removed."""
    copy = {table: [list(row) for row in rows] for table, rows in tables.items()}
    for _ in range(dice.randint(1, 3)):
        dice.choice(EDITS)(dice, copy)
    return copy


def replaced(
    table: str, redrawn: Callable[[Random, str], list[str]], names: tuple[str, ...]
) -> Callable[[Random, Tables], None]:
    def edit(dice: Random, tables: Tables) -> None:
        name = dice.choice(names)
        others = [row for row in tables[table] if row[0] != name]
        drawn_again = [] if table in {"fields", "guards"} and dice.random() < 0.2 else [redrawn(dice, name)]
        tables[table] = [*others, *drawn_again]

    return edit


def a_rule_changed(dice: Random, tables: Tables) -> None:
    if tables["rules"]:
        row = dice.choice(tables["rules"])
        column = dice.randint(2, 7)
        fresh = rule_row(dice, row[0])
        row[column] = fresh[column] if column < 7 else needs(dice, allow=row[1] == "allow")


def a_rule_flipped(dice: Random, tables: Tables) -> None:
    if tables["rules"]:
        row = dice.choice(tables["rules"])
        row[1] = {"allow": "deny", "deny": "allow"}[row[1]]


def a_rule_removed(dice: Random, tables: Tables) -> None:
    if tables["rules"]:
        tables["rules"].remove(dice.choice(tables["rules"]))


def a_rule_added(dice: Random, tables: Tables) -> None:
    tables["rules"].append(rule_row(dice, f"n{dice.randint(0, 10**6)}"))


def the_rules_shuffled(dice: Random, tables: Tables) -> None:
    dice.shuffle(tables["rules"])


def a_purpose_gone(dice: Random, tables: Tables) -> None:
    tables["purposes"] = [row for row in tables["purposes"] if row[0] != dice.choice(LEAVES)]


def a_group_gone(_dice: Random, tables: Tables) -> None:
    tables["groups"] = [row for row in tables["groups"] if row[0] != "gb"]


EDITS: Final = (
    *(a_rule_changed,) * 5,
    *(a_rule_flipped, a_rule_removed, a_rule_added, the_rules_shuffled, a_purpose_gone, a_group_gone),
    replaced("roles", role_row, (Role.USER, Role.EMPLOYER, Role.FRONTEND)),
    replaced("groups", group_row, GROUPS),
    replaced("categories", category_row, CATEGORIES),
    replaced("guards", guard_row, GUARDS),
    replaced("fields", field_row, FIELDS),
)


def loaded(dice: Random, make: Callable[[], Tables]) -> tuple[Tables, Edition]:
    """The first tables made that load."""
    while True:
        tables = make()
        try:
            return tables, Edition.from_tables(tables, edition().model)
        except PolicyError:
            dice.random()


def pair(seed: int) -> tuple[tuple[Tables, Edition], tuple[Tables, Edition]]:
    """Two little editions that differ in a few rows, or are one after the other; the same for the same seed."""
    dice = Random(seed)  # noqa: S311 - chance here keeps no secret
    old = loaded(dice, lambda: drawn(dice))
    new = loaded(dice, lambda: edited(dice, old[0]))
    return (new, old) if dice.random() < 0.5 else (old, new)
