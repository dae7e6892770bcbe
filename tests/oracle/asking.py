"""Random askers and random operations over everything a person has, in every way that GraphQL can say it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphql import GraphQLSchema, parse, validate
from hypothesis import assume
from hypothesis import strategies as st

from policies.edition import Edition
from tests.oracle.answer import Oracle, Question
from tests.oracle.asker import Asker
from tests.oracle.page import FILTERED
from tests.oracle.people import Register

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]

ORDERS = ("ID_ASC", "ID_DESC", "REGISTERED_AT_ASC", "REGISTERED_AT_DESC")
CONSENT = (
    *("id", "purpose", "recipient", "state", "givenAt", "withdrawnAt", "expiresAt"),
    *("noticeVersion", "language", "method", "__typename"),
)
NOTICE = ("source", "policyVersion", "language", "purposes", "shownAt", "acquiredAt", "__typename")
CHANGE = ("field", "was", "became", "at", "by", "client", "purpose", "__typename")
OBJECTS = {
    "name": ("Name", ("roman", "kanji", "kana")),
    "address": ("Address", ("postalCode", "prefecture", "city", "town", "block", "building")),
    "residenceCard": (
        "ResidenceCard",
        (
            *("number", "status", "workRestriction", "otherActivity", "periodOfStay"),
            *("stayExpiresOn", "validUntil", "nationality", "sex", "issuedOn"),
        ),
    ),
}
LEAVES = (
    *("id", "registeredAt", "email", "phone", "birthDate", "initials", "emailMasked", "phoneMasked"),
    *("ageBand", "workEligibility", "version"),
)
OFTEN = {"service.application": 4, "service.eligibility": 4, "compliance.authority": 4, "service.support": 2}
"""The purposes under which people differ most."""

STRANGE = ("", "nobody", "'; --", "it's", "日本", "%", "a" * 60)


@dataclass(frozen=True, repr=False)
class Pool:
    """What there is to ask about and to ask with."""

    schema: GraphQLSchema
    edition: Edition
    register: Register
    usable: tuple[tuple[str, str, str, str], ...]
    values: dict[str, tuple[Any, ...]]

    def __repr__(self) -> str:
        return "Pool"

    @classmethod
    def of(cls, oracle: Oracle, edition: Edition) -> "Pool":
        """The pool of one edition; `usable` are client, role, recipient and purpose."""
        register, rulebook = oracle.register, oracle.rulebook
        asking = [
            (client, role, recipient)
            for client, row in register.clients.items()
            for role, recipients in ((row["role"], row["recipients"]), ("user", ["person"]))
            for recipient in recipients
            if role != "user" or client == "frontend"
        ]
        leaves = [name for name, row in rulebook.purposes.items() if not row[4]]
        columns = {"phone": "phone", "email": "email", "nationality": "card_nationality"}
        values = {
            key: tuple(sorted({p.row[column] for p in register.people if p.row[column]}))
            for key, column in {**columns, "prefecture": "prefecture"}.items()
        }
        values["ids"] = tuple(person.id for person in register.people)
        values["ageBand"] = ("UNDER_18", "18-24", "25-29", "30-34", "35-39", "40-49", "50-59", "60+")
        values["registeredAt"] = tuple(sorted(person.registered_at.isoformat() for person in register.people))
        return cls(
            schema=oracle.schema,
            edition=edition,
            register=register,
            usable=tuple(
                (*who, purpose)
                for who in asking
                for purpose in leaves
                if rulebook.usable(who[1], purpose, who[2])
                for _ in range(OFTEN.get(purpose, 1))
            ),
            values=values,
        )


@dataclass(frozen=True)
class Turn:
    """One sending of a document."""

    asker: Asker
    question: Question


@dataclass
class _Text:
    """A document in the making."""

    draw: Draw
    pool: Pool
    types: dict[str, str] = field(default_factory=dict)
    strategies: dict[str, st.SearchStrategy[Any]] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)
    own: bool = False
    count: int = 0

    def one(self, choices: Sequence[T]) -> T:
        found: T = self.draw(st.sampled_from(list(choices)))
        return found

    def chance(self, times: int) -> bool:
        """True once in so many times."""
        return bool(self.draw(st.integers(0, times - 1)) == times - 1)

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def variable(self, kind: str, values: st.SearchStrategy[Any]) -> str:
        """A variable of this type, by its name with the sign."""
        name = self.fresh("v")
        self.types[name], self.strategies[name] = kind, values
        return f"${name}"

    def condition(self) -> str:
        """Sometimes a directive."""
        if not self.chance(9):
            return ""
        given = self.one(("true", "false", "$"))
        given = self.variable("Boolean!", st.booleans()) if given == "$" else given
        return f" @{self.one(('include', 'skip'))}(if: {given})"

    def key(self, name: str) -> str:
        """Sometimes an alias, at times one that is another field's name."""
        if not self.chance(5):
            return name
        return f"{self.one((f'{name}_a', f'{name}_b', '_', 'id', 'phone', 'edges', 'node'))}: {name}"

    def block(self, kind: str, parts: Sequence[Callable[[], str]], most: int, depth: int) -> str:
        """A selection set with parts of these kinds, loose or in fragments."""
        chosen = [self.draw(st.integers(0, len(parts) - 1)) for _ in range(self.draw(st.integers(1, most)))]
        said = []
        for place in chosen:
            part = parts[place]()
            said.append(self.wrapped(kind, part) if depth and self.chance(7) else part)
        return "{ " + " ".join(said) + " }"

    def wrapped(self, kind: str, part: str) -> str:
        """A part inside an inline fragment, or in a named one that may be spread again."""
        match self.one(("bare", "inline", "new", "old")):
            case "bare":
                return f"...{self.condition()} {{ {part} }}"
            case "inline":
                return f"... on {kind}{self.condition()} {{ {part} }}"
            case "old" if self.named.get(kind):
                return f"...{self.one(self.named[kind])}{self.condition()} {part}"
            case _:
                name = self.fresh("F")
                self.fragments[name] = f"fragment {name} on {kind} {{ {part} }}"
                self.named.setdefault(kind, []).append(name)
                return f"...{name}{self.condition()}"

    def leaf(self, names: Sequence[str]) -> Callable[[], str]:
        return lambda: self.key(self.one(names)) + self.condition()

    def user(self) -> str:
        """A selection on a user."""
        leaf = self.leaf((*LEAVES, "__typename"))
        parts = (leaf, leaf, leaf, self.part, self.part, self.answers, self.register)
        return self.block("User", parts, 7, 1)

    def part(self) -> str:
        """A nested object."""
        name = self.one(tuple(OBJECTS))
        kind, fields = OBJECTS[name]
        inside = self.block(kind, (self.leaf((*fields, "__typename")),), 4, 1)
        return f"{self.key(name)}{self.condition()} {inside}"

    def answers(self) -> str:
        """Answers of the form: all, or some keys."""
        keys = st.lists(st.sampled_from([*self.pool.edition.questions, "unknown"]), max_size=4)
        match self.one(("all", "literal", "variable")):
            case "literal":
                listed = " ".join(f'"{key}"' for key in self.draw(keys))
                said = f"{self.fresh('answers')}: answers(keys: [{listed}])"
            case "variable":
                said = f"{self.fresh('answers')}: answers(keys: {self.variable('[ID!]', keys | st.none())})"
            case _:
                said = self.fresh("answers") + ": answers"
        parts = (self.leaf(("key", "value", "__typename")), self.label)
        return f"{said}{self.condition()} {self.block('Answer', parts, 3, 0)}"

    def label(self) -> str:
        match self.one(("plain", "en", "variable")):
            case "en":
                return 'label_en: label(lang: "en")'
            case "variable":
                lang = self.variable("ID!", st.sampled_from(("en", "ja", "fr")))
                return f"{self.fresh('label')}: label(lang: {lang})"
            case _:
                return "label"

    def register(self) -> str:
        if self.chance(3):
            return f"{self.fresh('accesses')}: accesses {{ __typename pageInfo {{ hasPreviousPage }} }}"
        name, kind, leaves = self.one(
            (
                ("consents", "Consent", CONSENT),
                ("notices", "Notice", NOTICE),
                ("history", "FieldChange", CHANGE),
            )
        )
        return f"{self.key(name)}{self.condition()} {self.block(kind, (self.leaf(leaves),), 4, 0)}"

    def root(self) -> str:
        """One door."""
        own = ("me", "me", "me") if self.own or self.chance(20) else ()
        match self.one((*["users"] * 8, "user", "user", "type", *own)):
            case "type":
                return "__typename"
            case "me":
                return (
                    f"{self.fresh('me') + ': ' if self.chance(2) else ''}me{self.condition()} {self.user()}"
                )
            case "user":
                ids = st.sampled_from([*self.pool.values["ids"], *STRANGE])
                given = self.draw(ids) if self.chance(3) else None
                said = _quoted(given) if given is not None else self.variable("ID!", ids)
                return f"{self.fresh('user')}: user(id: {said}){self.condition()} {self.user()}"
            case _:
                return self.users()

    def users(self) -> str:
        """A list, with whatever narrows, sorts and pages it."""
        said = [self.first(), self.after(), self.filter(), self.order()]
        arguments = ", ".join(part for part in said if part)
        arguments = f"({arguments})" if arguments else ""
        parts = (*[self.edges] * 5, self.page_info, self.page_info, lambda: self.key("__typename"))
        inside = self.block("UserConnection", parts, 3, 1)
        key = "users" if not arguments and self.chance(2) else f"{self.fresh('users')}: users"
        return f"{key}{arguments}{self.condition()} {inside}"

    def edges(self) -> str:
        node = lambda: f"{self.key('node')}{self.condition()} {self.user()}"  # noqa: E731 - one of the parts
        inside = self.block("UserEdge", (*[node] * 6, self.leaf(("cursor", "__typename"))), 3, 1)
        return f"{self.key('edges')}{self.condition()} {inside}"

    def page_info(self) -> str:
        names = ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor", "endCursor", "__typename")
        return f"{self.key('pageInfo')} {self.block('PageInfo', (self.leaf(names),), 4, 1)}"

    def first(self) -> str:
        match self.one(("none", "literal", "variable", "variable", "strange")):
            case "literal":
                return f"first: {self.one((0, 1, 2, 3, 7, 30, 1000))}"
            case "variable":
                sizes = st.sampled_from((1, 2, 3, 5, 8, 40, None))
                return f"first: {self.variable('Int', sizes)}"
            case "strange" if self.chance(4):
                return f"first: {self.one((-1, 1001, 'null'))}"
            case _:
                return ""

    def after(self) -> str:
        if not self.chance(3):
            return ""
        self.types["after"], self.strategies["after"] = "String", st.sampled_from((None, None, "nowhere"))
        return "after: $after"

    def order(self) -> str:
        match self.one((*["none"] * 5, "literal", "variable")):
            case "literal":
                return f"orderBy: {self.one(ORDERS)}"
            case "variable":
                return f"orderBy: {self.variable('UserOrder', st.sampled_from((*ORDERS, None)))}"
            case _:
                return ""

    def filter(self) -> str:
        match self.one((*["none"] * 6, "literal", "variable", "null")):
            case "literal":
                return f"filter: {_said(self.draw(self.filters()))}"
            case "variable":
                return f"filter: {self.variable('UserFilter', self.filters())}"
            case "null" if self.chance(3):
                return "filter: null"
            case _:
                return ""

    def filters(self) -> st.SearchStrategy[Any]:
        """Filters as values, most of them sensible."""
        keys = [*FILTERED, *["ids", "ids", "ageBand", "workEligibility"] * 3, "prefecture"]
        chosen = st.lists(st.sampled_from(keys), min_size=0, max_size=2, unique=True)
        return chosen.flatmap(
            lambda names: st.fixed_dictionaries({name: self.operand(name) for name in names})
        )

    def operand(self, name: str) -> st.SearchStrategy[Any]:
        if name == "workEligibility":
            known: st.SearchStrategy[Any] = st.sampled_from(
                [Bare("ELIGIBLE"), Bare("NOT_ELIGIBLE"), Bare("NEEDS_CHECK")]
            )
        elif name == "registeredAt":
            known = st.sampled_from(self.pool.values[name])
        else:
            known = st.sampled_from((*self.pool.values[name], *self.pool.values[name], *STRANGE))
        several = st.lists(known, max_size=5)
        if name == "ids":
            return st.one_of(several, st.lists(known, max_size=20), several)
        tests = {"eq": known, "in": several}
        if name == "registeredAt":
            tests |= {"gte": known, "lt": known}
        sensible = [st.fixed_dictionaries({sign: operand}) for sign, operand in tests.items()]
        both = st.fixed_dictionaries({}, optional=tests)
        return st.one_of(*sensible, *sensible, both)


class Bare(str):
    """A word that GraphQL writes without quotes."""

    __slots__ = ()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _said(value: Any) -> str:
    """A value as GraphQL writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_said(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_said, value)) + "]"
    return str(value) if isinstance(value, Bare) else _quoted(value)


@st.composite
def turns(draw: Draw, pool: Pool) -> list[Turn]:
    """One document, sent once or more by one asker or several, with other variables each time."""
    text = _Text(draw, pool)
    askers = [_asking(draw, text) for _ in range(text.one((1, 1, 1, 2, 3)))]
    text.own = any(asker.role == "user" for asker, *_ in askers)
    roots = [text.root() for _ in range(text.one((1, 1, 1, 2, 3)))]
    declared = {_directive(asking) for asking in askers}
    directive = min(declared) if text.chance(2 if len(declared) == 1 else 6) else ""
    variables = ", ".join(f"${name}: {kind}" for name, kind in text.types.items())
    header = f"query Q{f'({variables})' if variables else ''}{directive}"
    body = " ".join((f"{header} {{ {' '.join(roots)} }}", *text.fragments.values()))
    several = text.chance(6)
    if several:
        body += " query Other { __typename }"
    assume(not validate(pool.schema, parse(body)))
    return [
        Turn(
            asker,
            Question(
                query=body,
                variables={name: draw(values) for name, values in text.strategies.items()},
                operation="Q" if several else None,
                purpose=purpose,
                recipient=recipient,
            ),
        )
        for asker, purpose, recipient, _ in askers
        for _ in range(text.one((1, 1, 2)))
    ]


Asking = tuple[Asker, str | None, str | None, bool]


def _asking(draw: Draw, text: _Text) -> Asking:
    """Somebody with a purpose; for the most part one that they may use."""
    pool = text.pool
    client, role, recipient, purpose = text.one(pool.usable)
    declared: str | None = purpose
    said: str | None = recipient
    if text.chance(25):
        declared = text.one((*pool.edition.purposes, "none", "unknown", "", None))
    if text.chance(25):
        said = text.one((*pool.register.recipients, "nobody", None))
    recipients = tuple(pool.register.clients[client]["recipients"])
    leaves = [name for name, each in pool.edition.purposes.items() if not each.abstract]
    asker = Asker(
        client=client,
        role=role,
        recipients=("person",) if role == "user" else recipients,
        user=text.one((*pool.values["ids"], "nobody")) if role == "user" else None,
        purposes=frozenset({text.one((purpose, purpose, *leaves)), text.one(leaves)})
        if text.chance(8)
        else None,
        categories=frozenset(
            draw(st.lists(st.sampled_from(list(pool.edition.categories)), min_size=1, max_size=4))
        )
        if text.chance(5)
        else None,
    )
    return asker, declared, said, text.chance(15)


def _directive(asking: Asking) -> str:
    """What `@purpose` says; it goes before the headers of every turn."""
    _, purpose, recipient, strict = asking
    if purpose is None:
        return ""
    to = f', recipient: "{recipient}"' if recipient is not None else ""
    return f' @purpose(id: "{purpose}"{to}{", strict: true" if strict else ""})'
