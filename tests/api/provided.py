"""A partner's own reading of what it received: operations it makes up, and the answers parsed without any help of ours.

It knows the schema, what it asked, and JSON. A value that is there was received. One that is null was received too,
as the word that there is none, unless an error stands at its place; and where that error stands for a whole list, the
partner asks again about the one person.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import strategies as st

ALONE = (
    "email",
    "phone",
    "birthDate",
    "initials",
    "emailMasked",
    "phoneMasked",
    "ageBand",
    "workEligibility",
)
NESTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "name": ("Name", ("roman", "kanji", "kana")),
    "address": ("Address", ("postalCode", "prefecture", "city", "town", "block", "building")),
    "residenceCard": ("ResidenceCard", ("number", "status", "stayExpiresOn", "nationality")),
}
ANSWERS = ("education", "japaneseLevel", "selfIntroduction")
PARTNERS = (
    ("employer-a", "service.application"),
    ("employer-a", "service.eligibility"),
    ("employer-b", "service.application"),
    ("support-org", "service.support"),
)


@dataclass(frozen=True)
class Leaf:
    """One asked field: its name to the rules, and where in an answer about a person it stands."""

    path: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Door:
    """One root field of an operation, about one person or a list of `first`."""

    key: str
    who: tuple[int, ...]
    first: int | None
    leaves: tuple[Leaf, ...]
    id_key: str | None
    text: str
    more: bool = False

    def errors_at(self, leaf: Leaf) -> list[str]:
        inside = [] if self.first is None else ["edges", "@", "node"]
        return [self.key, *inside, *leaf.keys]


@dataclass(frozen=True)
class Operation:
    """What a partner sends: its doors, and the fragments they spread."""

    client: str
    purpose: str
    doors: tuple[Door, ...]
    fragments: tuple[str, ...] = ()

    def text(self, people: Sequence[str]) -> str:
        """The document; `people` are those that the doors name by number."""
        doors = " ".join(door.text.format(*(f'"{people[one]}"' for one in door.who)) for door in self.doors)
        return f'query @purpose(id: "{self.purpose}") {{ {doors} }} {" ".join(self.fragments)}'


@st.composite
def operations(draw: Any, people: int) -> Operation:
    """Any reading of a partner, with aliases, fragments, nesting, and fields left out by a directive."""
    made = _Making(draw, people)
    client, purpose = draw(st.sampled_from(PARTNERS))
    doors = tuple(made.door() for _ in range(draw(st.integers(1, 3))))
    return Operation(client, purpose, doors, tuple(made.fragments))


class _Making:
    def __init__(self, draw: Any, people: int) -> None:
        self.draw, self.people = draw, people
        self.fragments: list[str] = []
        self.numbers = count()

    def door(self) -> Door:
        key, single = self.alias(), self.draw(st.booleans())
        whom = st.integers(0, self.people - 1)
        texts, leaves, id_key = self.person(always_id=not single)
        inside = " ".join(texts)
        if single:
            return Door(
                key, (self.draw(whom),), None, leaves, id_key, f"{key}: user(id: {{}}) {{{{ {inside} }}}}"
            )
        who = tuple(self.draw(st.lists(whom, max_size=6, unique=True)))
        first, more = self.draw(st.integers(0, 8)), self.draw(st.booleans())
        named = f", filter: {{{{ids: [{', '.join(['{}'] * len(who))}]}}}}" if who else ""
        page = "pageInfo {{ hasNextPage endCursor }}" if more else ""
        text = f"{key}: users(first: {first}{named}) {{{{ edges {{{{ node {{{{ {inside} }}}} }}}} {page} }}}}"
        return Door(key, who, first, leaves, id_key, text, more)

    def person(self, *, always_id: bool) -> tuple[list[str], tuple[Leaf, ...], str | None]:
        texts, leaves = ["__typename"], list[Leaf]()
        id_key = self.alias() if always_id or self.draw(st.booleans()) else None
        if id_key:
            texts.append(self.wrapped(f"{id_key}: id", "User"))
            leaves.append(Leaf("User.id", (id_key,)))
        for name in self.draw(st.lists(st.sampled_from((*ALONE, *NESTED, "answers")), max_size=6)):
            text, some = self.field(name)
            if self.draw(st.integers(0, 5)):
                leaves += some
            else:
                text = f"... on User @skip(if: true) {{{{ {text} }}}}"
            texts.append(self.wrapped(text, "User"))
        return texts, tuple(leaves), id_key

    def field(self, name: str) -> tuple[str, list[Leaf]]:
        key = self.alias()
        if name == "answers":
            asked = self.draw(st.sampled_from(ANSWERS))
            return f'{key}: answers(keys: ["{asked}"]) {{{{ key value }}}}', [
                Leaf(f"User.answers.{asked}", (key,))
            ]
        if name not in NESTED:
            return f"{key}: {name}", [Leaf(f"User.{name}", (key,))]
        kind, fields = NESTED[name]
        texts, leaves = [], []
        for child in self.draw(st.lists(st.sampled_from(fields), min_size=1, max_size=4)):
            below = self.alias()
            texts.append(self.wrapped(f"{below}: {child}", kind))
            leaves.append(Leaf(f"User.{name}.{child}", (key, below)))
        return f"{key}: {name} {{{{ {' '.join(texts)} }}}}", leaves

    def wrapped(self, text: str, kind: str) -> str:
        """As it is, in a fragment on the spot, or in one that is spread."""
        way = self.draw(st.integers(0, 3))
        if way == 1:
            return f"... on {kind} {{{{ {text} }}}}"
        if way == 2:
            name = f"F{next(self.numbers)}"
            self.fragments.append(f"fragment {name} on {kind} {{{{ {text} }}}}".format())
            return f"...{name}"
        return text

    def alias(self) -> str:
        return f"a{next(self.numbers)}"


@dataclass(frozen=True)
class Doubt:
    """A null under an error that stands for a list: the partner asks about the one person."""

    user: str
    leaf: Leaf


class Received:
    """What one answer gave of whom."""

    def __init__(self, operation: Operation, people: Sequence[str], answer: Mapping[str, Any]) -> None:
        self.items: dict[str, set[str]] = defaultdict(set)
        self.nulls = 0
        self.withheld = 0
        self.doubts: list[Doubt] = []
        self.next: list[tuple[Door, str]] = []
        self._errors = {
            tuple(error["path"]): error["extensions"]["code"] for error in answer.get("errors", ())
        }
        for door in operation.doors:
            found = answer["data"][door.key]
            for user, person in self._shown(door, found, people):
                self._person(door, user, person)
            if door.more and found["pageInfo"]["hasNextPage"]:
                self.next.append((door, found["pageInfo"]["endCursor"]))

    @staticmethod
    def _shown(door: Door, found: Any, people: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        if door.first is None:
            if found is not None:
                yield people[door.who[0]], found
            return
        for edge in found["edges"]:
            yield edge["node"][door.id_key], edge["node"]

    def _person(self, door: Door, user: str, person: Mapping[str, Any]) -> None:
        told = {leaf.path for leaf in door.leaves if self._received(door, user, leaf, person)}
        self.items[user] |= told or {"User.id"}

    def _received(self, door: Door, user: str, leaf: Leaf, person: Mapping[str, Any]) -> bool:
        value: Any = person
        for key in leaf.keys:
            value = None if value is None else value[key]
        if value not in (None, []):
            return True
        code = self._errors.get(tuple(door.errors_at(leaf)))
        if code is None:
            self.nulls += 1
            return True
        if door.first is not None and code == "FIELD_WITHHELD":
            self.doubts.append(Doubt(user, leaf))
        self.withheld += 1
        return False
