"""The answer: graphql-core's own executor over the published schema, with a resolver that asks for each cell."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from graphql import (
    DocumentNode,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    parse,
)

from tests.oracle.asker import IDENTITY, Asker, Standpoint, standpoint
from tests.oracle.grounds import can_be_recorded, day_in_japan, is_open
from tests.oracle.law import PERMITTING
from tests.oracle.page import Page, Places, Refused, looked_at, page
from tests.oracle.people import Person, Register
from tests.oracle.rulebook import Rulebook
from tests.oracle.values import OBJECTS, parts, value

Info = GraphQLResolveInfo[Any]
Steps = tuple[str, ...]
Error = tuple[str, Steps, str | None]
JAPAN = ZoneInfo("Asia/Tokyo")
PERSONAL = ("user", "users", "me")
REGISTERS = ("consents", "notices", "history", "accesses")
CONSENT = {
    "id": "id",
    "purpose": "purpose",
    "recipient": "recipient",
    "state": "state",
    "givenAt": "given_at",
    "withdrawnAt": "withdrawn_at",
    "expiresAt": "expires_at",
    "noticeVersion": "notice_version",
    "language": "language",
    "method": "method",
}
NOTICE = {
    "source": "source",
    "policyVersion": "policy_version",
    "language": "language",
    "shownAt": "notice_at",
    "acquiredAt": "acquired_at",
}
LABEL_JA, LABEL_EN = 6, 7


@dataclass(frozen=True)
class Answer:
    """The bytes of `data`, or None for an operation refused whole, and each error's code, path and field."""

    data: bytes | None
    errors: tuple[Error, ...]


@dataclass(frozen=True)
class Question:
    """What is sent."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None
    purpose: str | None = None
    recipient: str | None = None


@dataclass(frozen=True)
class Cell:
    """One asked field: where the person stands, where the field answers, and its name to the rules.

    `among`: it was asked as one of all answers, and by no key.
    """

    person: Steps
    path: Steps
    field: str
    among: bool = False


@dataclass(frozen=True, eq=False)
class Somebody:
    """Stands for whoever may come: every part of them can be walked into, and nothing is known of them."""


ANYBODY = Somebody()


@dataclass(frozen=True, eq=False)
class Edge:
    """One place of a page."""

    person: Person | Somebody
    cursor: str


@dataclass(frozen=True, eq=False)
class Part:
    """A nested object, an answer or a consent of a person, by its name."""

    person: Person | Somebody
    name: str
    row: Mapping[str, Any] = field(default_factory=dict)


def schema_of(sdl: str) -> GraphQLSchema:
    """The published schema, whose times are read as times."""
    made = build_schema(sdl)
    times = made.type_map["DateTime"]
    if not isinstance(times, GraphQLScalarType):
        raise TypeError("`DateTime` is no scalar")
    times.parse_value = datetime.fromisoformat  # type: ignore[method-assign, assignment]
    times.coerce_input_value = datetime.fromisoformat
    return made


@dataclass(frozen=True, eq=False)
class Oracle:
    """Answers slowly."""

    schema: GraphQLSchema
    rulebook: Rulebook
    register: Register
    now: datetime
    places: Places = field(default_factory=Places)

    def answer(self, asker: Asker, question: Question) -> Answer:
        """What the gateway must answer."""
        try:
            return self._answer(asker, question)
        except Refused as refused:
            return Answer(None, (refused.error,))

    def _answer(self, asker: Asker, question: Question) -> Answer:
        document = parse(question.query)
        declared = _declared(document, question.operation)
        recipient = declared.get("recipient") or question.recipient or asker.recipients[0]
        if recipient not in asker.recipients or recipient not in self.register.recipients:
            raise Refused("PURPOSE_NOT_ALLOWED")
        if not is_open(self.register.recipients[recipient], day_in_japan(self.now)):
            raise Refused("PURPOSE_NOT_ALLOWED")
        imagined = _Walk(self, document, question)
        plain = imagined.data()
        if not any(name in PERSONAL for _, name, _ in imagined.doors):
            return Answer(plain, ())
        purpose = self._purpose(asker, declared.get("id") or question.purpose, recipient)
        seen_from = standpoint(asker, purpose, recipient, self.rulebook, self.register, self.now)
        if not can_be_recorded(self.register.recipients[recipient], seen_from.matter.names):
            raise Refused("OPERATION_FORBIDDEN")
        _admit(imagined, seen_from)
        never = {path for path in {cell.field for cell in imagined.cells} if not seen_from.ever(path)}
        some = {cell.path for cell in imagined.cells if cell.among and cell.field not in never}
        forbidden = _told(
            "FIELD_FORBIDDEN",
            (
                each
                for each in imagined.cells
                if each.field in never and not (each.among and each.path in some)
            ),
        )
        if declared.get("strict") and forbidden:
            return Answer(None, forbidden)
        real = _Walk(self, document, question, seen_from)
        data = real.data()
        met = defaultdict(set)
        for steps, person in real.met:
            met[steps].add(person)
        withheld = _told(
            "FIELD_WITHHELD",
            (
                cell
                for cell in imagined.cells
                if cell.field not in never
                and not all(seen_from.allowed(person, cell.field) for person in met[cell.person])
            ),
        )
        if declared.get("strict") and withheld:
            return Answer(None, withheld)
        return Answer(data, _sorted((*forbidden, *withheld)))

    @property
    def today(self) -> date:
        """The day in Japan."""
        return self.now.astimezone(JAPAN).date()

    def _purpose(self, asker: Asker, asked: str | None, recipient: str) -> str:
        if not asked:
            raise Refused("PURPOSE_MISSING")
        row = self.rulebook.purposes.get(asked)
        if row is None:
            raise Refused("PURPOSE_UNKNOWN")
        if row[4]:
            raise Refused("PURPOSE_ABSTRACT")
        if not row[5]:
            raise Refused("PURPOSE_NOT_ANNOUNCED")
        in_scope = asker.purposes is None or asked in asker.purposes
        if not in_scope or not self.rulebook.usable(asker.role, asked, recipient):
            raise Refused("PURPOSE_NOT_ALLOWED")
        return asked


def _admit(imagined: "_Walk", seen_from: Standpoint) -> None:
    """Refuse a door that the rules keep shut, then arguments that tell what may not be read of everybody."""
    for key, name, _ in imagined.doors:
        if not seen_from.may_open(f"Query.{name}"):
            raise Refused("OPERATION_FORBIDDEN", (key,), f"Query.{name}")
    for key, name, arguments in imagined.doors:
        for path in looked_at(arguments) if name == "users" else ():
            if not seen_from.always(path):
                raise Refused("FILTER_FORBIDDEN", (key,), path)


def _told(code: str, cells: Iterable[Cell]) -> tuple[Error, ...]:
    return _sorted((code, cell.path, cell.field) for cell in cells)


def _sorted(errors: Iterable[Error]) -> tuple[Error, ...]:
    return tuple(sorted(errors, key=str))


def _declared(document: DocumentNode, operation: str | None) -> dict[str, Any]:
    """What `@purpose` says on the operation that runs."""
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and (
            operation is None or (node.name and node.name.value == operation)
        ):
            return {
                argument.name.value: getattr(argument.value, "value", None)
                for directive in node.directives or ()
                for argument in directive.arguments or ()
            }
    raise LookupError(operation)


class _Walk:
    """One run of the executor.

    Without a standpoint it walks through anybody, to see which `cells` are asked at all; with one it walks
    through the people there are and keeps whom it `met` where.
    """

    def __init__(
        self,
        oracle: Oracle,
        document: DocumentNode,
        question: Question,
        seen_from: Standpoint | None = None,
    ) -> None:
        self._oracle = oracle
        self._document = document
        self._question = question
        self._seen_from = seen_from
        self.doors: list[tuple[str, str, Mapping[str, Any]]] = []
        self.cells: set[Cell] = set()
        self.met: set[tuple[Steps, Person]] = set()

    def data(self) -> bytes:
        """What the executor makes of it."""
        result = execute_sync(
            self._oracle.schema,
            self._document,
            variable_values=dict(self._question.variables),
            operation_name=self._question.operation,
            field_resolver=self._resolve,
        )
        for error in result.errors or ():
            raise error.original_error or error
        return orjson.dumps(result.data)

    def _resolve(  # noqa: PLR0911 - one way for each type
        self,
        source: Any,
        info: Info,
        **arguments: Any,
    ) -> Any:
        kind, name = info.parent_type.name, info.field_name
        match kind:
            case "Query":
                return self._door(info, arguments)
            case "UserConnection":
                return self._edges(source) if name == "edges" else source
            case "UserEdge":
                return self._meet(source.person, info) if name == "node" else source.cursor
            case "PageInfo":
                return _page_info(source, name)
            case "User":
                return self._of_user(source, info, arguments)
            case "Answer":
                return self._of_answer(source, name, arguments)
            case "AccessConnection":
                return source
            case "Consent" | "FieldChange":
                return self._of_row(source.row, CONSENT.get(name, name))
            case "Notice":
                return self._of_notice(source.row, name)
            case _:
                return self._cell(source.person, f"User.{source.name}.{name}", info)

    def _of_row(self, row: Mapping[str, Any], name: str) -> Any:
        """A cell of a register; a consent whose time is over is told as such."""
        end = row.get("expires_at")
        over = name == "state" and row[name] in PERMITTING and end is not None and end <= self._oracle.now
        return "EXPIRED" if over else row[name]

    def _door(self, info: Info, arguments: dict[str, Any]) -> Any:
        self.doors.append((str(info.path.key), info.field_name, arguments))
        oracle, seen_from = self._oracle, self._seen_from
        if seen_from is None:
            return ANYBODY
        if info.field_name == "users":
            return page(oracle.register.people, seen_from, arguments, oracle.today, oracle.places)
        wanted = seen_from.asker.user if info.field_name == "me" else arguments["id"]
        found = [each for each in oracle.register.people if each.id == wanted and seen_from.exists(each)]
        return self._meet(found[0], info) if found else None

    @staticmethod
    def _edges(source: Page | Somebody) -> list[Edge]:
        if isinstance(source, Somebody):
            return [Edge(ANYBODY, "")]
        return [Edge(person, cursor) for person, cursor in zip(source.people, source.cursors, strict=True)]

    def _meet(self, person: Person | Somebody, info: Info) -> Person | Somebody:
        if isinstance(person, Person):
            self.met.add((_steps(info), person))
        return person

    def _asks(
        self, person: Person | Somebody, path: str, info: Info, depth: int, *, among: bool = False
    ) -> bool:
        """Ask for one cell; of anybody, only note that it is asked."""
        if isinstance(person, Person) and self._seen_from is not None:
            return self._seen_from.allowed(person, path)
        steps = _steps(info)
        self.cells.add(Cell(steps[:-depth], steps, path, among))
        return False

    def _cell(self, person: Person | Somebody, path: str, info: Info, depth: int = 2) -> Any:
        allowed = self._asks(person, path, info, depth)
        if isinstance(person, Somebody):
            return "-" if path == IDENTITY else None
        return value(person, path, self._oracle.today) if allowed else None

    def _of_user(  # noqa: PLR0911 - one way for each kind of field
        self, source: Person | Somebody, info: Info, arguments: dict[str, Any]
    ) -> Any:
        name = info.field_name
        if name in OBJECTS:
            return Part(source, name) if self._in_part(source, name) else None
        if name == "answers":
            return self._answers(source, arguments.get("keys"), info)
        if name not in REGISTERS:
            return self._cell(source, f"User.{name}", info, 1)
        allowed = self._asks(source, f"User.{name}", info, 1)
        if isinstance(source, Somebody):
            return source if name == "accesses" else []
        if not allowed:
            return None
        if name == "accesses":
            return source
        if name == "history":
            return self._changes(source)
        rows = sorted(source.acquisitions, key=lambda row: (row["acquired_at"], row["id"]))
        if name == "consents":
            rows = sorted(source.consents, key=lambda row: (row["purpose"], row["recipient"]))
        return [Part(source, name, row) for row in rows]

    def _changes(self, source: Person) -> list[Part]:
        """The changes of the fields that there are and that may be read now, the latest first."""
        rows = sorted(source.amendments, key=lambda row: row["id"])
        rows.sort(key=lambda row: row["at"], reverse=True)
        known, seen_from = self._oracle.rulebook.fields, self._seen_from
        return [
            Part(source, "history", row)
            for row in rows
            if seen_from is not None and row["field"] in known and seen_from.allowed(source, row["field"])
        ]

    def _of_notice(self, row: dict[str, Any], name: str) -> Any:
        if name != "purposes":
            return row[NOTICE[name]]
        purposes = self._oracle.rulebook.purposes.items()
        return [key for key, cells in purposes if not cells[4] and row["shown"] & (1 << int(cells[3]))]

    def _in_part(self, source: Person | Somebody, name: str) -> bool:
        """A nested object is there when something in it may be read, asked or not."""
        if isinstance(source, Somebody) or self._seen_from is None:
            return True
        return any(self._seen_from.allowed(source, path) for path in parts(name))

    def _answers(self, source: Person | Somebody, keys: list[str] | None, info: Info) -> list[Part] | None:
        """The answers that may be read of those asked; null where there is none."""
        known = self._oracle.rulebook.questions
        asked = known if keys is None else [key for key in dict.fromkeys(keys) if key in known]
        among = keys is None
        allowed = [key for key in asked if self._asks(source, f"User.answers.{key}", info, 1, among=among)]
        return [Part(source, key) for key in allowed] or None

    def _of_answer(self, source: Part, name: str, arguments: dict[str, Any]) -> Any:
        if name == "key":
            return source.name
        if name == "label":
            question = self._oracle.rulebook.questions[source.name]
            return question[LABEL_EN if arguments["lang"] == "en" else LABEL_JA]
        return source.person.row["answers"].get(source.name) if isinstance(source.person, Person) else None


def _steps(info: Info) -> Steps:
    """Where a field answers, with `@` for every item of a list."""
    return tuple("@" if isinstance(step, int) else step for step in info.path.as_list())


def _page_info(source: object, name: str) -> Any:
    if not isinstance(source, Page):
        return False if name.startswith("has") else None
    ends = source.cursors or (None,)
    return {
        "hasNextPage": source.more,
        "hasPreviousPage": False,
        "startCursor": ends[0],
        "endCursor": ends[-1],
    }[name]
