"""The canary: marked people, everything asked of them by everybody, and no marker where the matrix has none."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import httpx
import pytest
import structlog

from api.app import build_app
from api.house import open_house
from models.database.opening import migrate, opened
from models.demo.load import load
from models.publish import publish_shipped
from models.user import User
from policies.edition import Edition
from policies.judging.clearance import Clearance, Lens, Opening
from tests.api.markers import (
    CASE_ITEMS,
    UNMARKED,
    Marker,
    columns,
    dumped,
    mark,
    row_text,
    seen_in,
    talkative,
    texts_of,
)
from tests.oracle.asker import Asker, standpoint
from tests.oracle.law import standing
from tests.oracle.people import Person, Register, read_register
from tests.oracle.rulebook import Rulebook
from tests.policies.test_matrix import GROUPS, PURPOSES, line_of, needed, personal_fields, released
from tests.world import TODAY, World, settings

PEOPLE = 16
ABSTRACT = ("service", "compliance", "promotion", "insight")
EVERYTHING = """
fragment everything on User {
  id registeredAt email emailMasked phone phoneMasked birthDate ageBand initials workEligibility
  name { roman kanji kana } address { postalCode prefecture city town block building }
  residenceCard {
    number status workRestriction otherActivity periodOfStay stayExpiresOn validUntil issuedOn nationality sex
  }
  answers { key value label }
  consents {
    id purpose recipient state givenAt withdrawnAt expiresAt noticeVersion language method
  }
  notices { source policyVersion language purposes shownAt acquiredAt } version
  history { field was became at by client purpose }
  accesses(first: 2) { edges { cursor node { id releases { edges { node { user released withheld } } } } } }
  ...renamed
}
fragment renamed on User {
  ageBand2: phone initials2: email id2: registeredAt emailMasked2: birthDate
  ageBand3: name { roman: kanji kanji: kana kana: roman }
  address2: residenceCard { prefecture: number city: nationality town: sex }
  residenceCard2: address { number: town sex: building }
  consents2: answers { id: value }
}
"""
FILTERS = {
    "ids": ("User.id", "id"),
    "email": ("User.email", "email"),
    "phone": ("User.phone", "phone"),
    "prefecture": ("User.address.prefecture", "prefecture"),
    "nationality": ("User.residenceCard.nationality", "card_nationality"),
    "ageBand": ("User.ageBand", None),
    "workEligibility": ("User.workEligibility", None),
    "registeredAt": ("User.registeredAt", "registered_at"),
}


@dataclass(eq=False)
class Canary:
    """A world of marked people, and the log it writes."""

    world: World
    register: Register
    rulebook: Rulebook
    markers: list[Marker]
    log: StringIO
    known: dict[str, list[Marker]] = field(default_factory=dict)

    def may_see(self, asker: Asker, purpose: str, recipient: str) -> set[Marker]:
        """The markers that the matrix lets somebody see, by plain reading."""
        if purpose not in PURPOSES or recipient not in asker.recipients:
            return set()
        seen_from = standpoint(asker, purpose, recipient, self.rulebook, self.register, datetime.now(UTC))
        seen: set[Marker] = set()
        for person in self.register.people:
            facts = standing(person, seen_from.matter)
            fields = self._fields(asker, purpose, GROUPS[recipient], facts)
            if "User.id" in fields:
                seen |= {each for each in self.markers if each.user == person.id and each.fields & fields}
        return seen

    @staticmethod
    def _fields(asker: Asker, purpose: str, group: str, facts: Any) -> set[str]:
        fields = {path for path in personal_fields() if released(path, purpose, asker.role, group, facts)}
        if purpose != "compliance.authority":
            return fields
        return {path for path in fields if path == "User.id" or {path, line_of(path)[1]} & set(CASE_ITEMS)}

    def found(self, response: httpx.Response) -> set[Marker]:
        """The markers in an answer: in its body and in its headers."""
        return seen_in(f"{response.text}\n{dumped(dict(response.headers))}", self.markers)

    def logged(self) -> set[Marker]:
        """The markers in everything that was logged so far."""
        return seen_in(self.log.getvalue(), self.markers)

    async def ask(
        self, asker: Asker, query: str, purpose: str | None, recipient: str | None
    ) -> httpx.Response:
        """Send a document."""
        headers = {"Purpose": purpose, "Recipient": recipient}
        return await self.world.send(
            asker.client,
            query,
            user=asker.user,
            headers={name: value for name, value in headers.items() if value is not None},
        )

    def askers(self) -> Iterator[Asker]:
        """Every client, and a user for each situation."""
        for client in self.register.clients.values():
            yield Asker(client["id"], client["role"], tuple(client["recipients"]))
        for user in self.world.demo.users.values():
            yield Asker("frontend", "user", ("person",), user)


@pytest.fixture(scope="module")
def log() -> Iterator[StringIO]:
    with talkative() as stream:
        yield stream


@pytest.fixture(scope="module")
async def canary(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory, log: StringIO
) -> AsyncIterator[Canary]:
    most = {"MOKUTEKI_LOG_LEVEL": "debug", "MOKUTEKI_LIMIT_COST": "100000000"}
    given = settings(database_url, tmp_path_factory.mktemp("var"), **most)
    await migrate(given.database_url)
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        await publish_shipped(store, edition, datetime.now(UTC))
        demo = await load(edition, count=PEOPLE, today=TODAY)
        markers = await mark(edition)
        register = await read_register()
    log.truncate(0)
    log.seek(0)
    async with (
        open_house(given) as house,
        httpx.AsyncClient(transport=httpx.ASGITransport(build_app(house)), base_url="http://gateway") as http,
    ):
        kinds = {name: row["kind"] for name, row in register.recipients.items()}
        yield Canary(World(house, demo, http), register, Rulebook(edition, kinds), markers, log)


def test_every_column_of_a_user_is_marked(edition: Edition) -> None:
    marked = {"id", "ref", *columns(0, edition)[0]}
    assert set(User._meta.fields_map) - marked == UNMARKED  # noqa: SLF001 - the only list of columns


def test_no_marker_can_be_taken_for_another(canary: Canary) -> None:
    texts = sorted({(each.text, each.user) for each in canary.markers}, key=lambda each: len(each[0]))
    taken = [
        (short, long)
        for place, (short, _) in enumerate(texts)
        for long, _ in texts[place + 1 :]
        if short in long
    ]
    assert taken == []


async def test_everybody_is_shown_the_markers_of_the_matrix_and_no_other(canary: Canary) -> None:
    users = " ".join(
        f'u{place}: user(id: "{user}") {{ ...everything }}'
        for place, user in enumerate(canary.world.demo.users.values())
    )
    page = "users(first: 1000) { pageInfo { startCursor endCursor } edges { cursor node { ...everything } } }"
    wrong: list[Any] = []
    shown = 0
    for asker in canary.askers():
        for purpose in (*PURPOSES, *ABSTRACT, "none", "unknown", None):
            for recipient in (*asker.recipients, "employer-b", None):
                to = recipient or asker.recipients[0]
                allowed = canary.may_see(asker, purpose, to) if purpose else set()
                for body, expected in (
                    (f"{{ {page} {users} }} {EVERYTHING}", allowed),
                    (f"{{ me {{ ...everything }} }} {EVERYTHING}", allowed if asker.user else set()),
                ):
                    found = canary.found(await canary.ask(asker, body, purpose, recipient))
                    shown += len(found)
                    if found != expected:
                        wrong.append((asker, purpose, recipient, found ^ expected))
    assert wrong == []
    assert shown > 5_000
    structlog.get_logger().info("server.started")
    assert "server.started" in canary.log.getvalue(), "nobody listens to the log"
    assert canary.logged() == set()


async def test_one_field_too_many_makes_the_canary_sing(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Clearance.lens

    def leaking(clearance: Clearance, paths: tuple[str, ...]) -> Lens:
        lens = honest(clearance, paths)
        openings = {key: Opening({**each.rules, "User.phone": None}) for key, each in lens.openings.items()}
        return Lens(lens.facts, openings, lens.narrow)

    frontend = Asker("frontend", "frontend", ("internal",))
    query = "{ users(first: 1000) { edges { node { id nickname: phone } } } }"
    monkeypatch.setattr(Clearance, "lens", leaking)
    found = canary.found(await canary.ask(frontend, query, "service.matching", None))
    surplus = found - canary.may_see(frontend, "service.matching", "internal")
    assert {path for each in surplus for path in each.fields} == {"User.phone"}


@pytest.mark.parametrize("key", FILTERS)
async def test_a_filter_on_what_may_not_be_read_is_refused_and_tells_nothing(
    canary: Canary, key: str
) -> None:
    path, column = FILTERS[key]
    person = next(each for each in canary.register.people if each.id == canary.world.demo.users["busy"])
    operand = {"ids": [person.id], "ageBand": {"eq": "60+"}, "workEligibility": {"eq": "ELIGIBLE"}}.get(
        key, {"eq": str(person.row[column or "id"]).replace(" ", "T")}
    )
    query = "query($f: UserFilter) { users(filter: $f) { edges { node { id } } } }"
    wrong: list[Any] = []
    for asker in canary.askers():
        for purpose in PURPOSES:
            for recipient in asker.recipients:
                response = await canary.world.send(
                    asker.client,
                    query,
                    {"f": {key: operand}},
                    user=asker.user,
                    headers={"Purpose": purpose, "Recipient": recipient},
                )
                found = canary.found(response)
                ids = {each for each in canary.may_see(asker, purpose, recipient) if each.text == each.user}
                refused = "data" not in response.json()
                readable = needed(path, purpose, asker.role, GROUPS[recipient]) is not None
                if not found <= ids or (refused and found) or not (readable or refused):
                    wrong.append((asker, purpose, recipient, found))
    assert wrong == []
    assert canary.logged() == set()


async def test_a_cursor_spells_nobody_and_nothing(canary: Canary) -> None:
    desk = Asker("privacy-desk", "privacy_officer", ("internal", "person"))
    query = """{ users(first: 50, orderBy: REGISTERED_AT_DESC) {
      pageInfo { startCursor endCursor } edges { cursor node { accesses { edges { cursor } } } }
    } }"""
    body = (await canary.ask(desk, query, "compliance.requests", None)).json()
    assert "errors" not in body
    spelled = [
        urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("latin-1") for text in texts_of(body["data"])
    ]
    assert len(spelled) > PEOPLE
    assert seen_in("\n".join((*spelled, dumped(body))), canary.markers) == set()


async def test_the_ledger_as_it_is_shown_holds_no_marker_but_ids(canary: Canary) -> None:
    query = """{
      accesses(first: 1000) { edges { cursor node {
        id client role purpose recipient operation outcome code users
        releases(first: 1000) { edges { node {
          user released withheld arguments basis provision { id recipientName items basis retainUntil }
        } } }
      } } }
      provisions(first: 1000) { edges { node { id user items basis recipientName } } }
    }"""
    ids = {each for each in canary.markers if each.text == each.user}
    for client in ("auditor", "privacy-desk"):
        asker = Asker(client, "", ())
        response = await canary.ask(asker, query, "compliance.security", None)
        if client == "auditor":
            assert "errors" not in response.json()
        assert canary.found(response) <= ids


async def test_no_table_of_the_ledger_and_no_metric_holds_a_marker(canary: Canary) -> None:
    store = canary.world.house.store
    employer = Asker("employer-a", "employer", ("employer-a",))
    await canary.ask(
        employer,
        f"{{ users {{ edges {{ node {{ ...everything }} }} }} }} {EVERYTHING}",
        "service.application",
        None,
    )
    given = {
        each for each in canary.markers if each.fields == {"User.consents"} and each.text.startswith("20")
    }
    ids = {each for each in canary.markers if each.text == each.user}
    refs = {each for each in canary.markers if each.text.isdigit() and not each.fields}
    kept = {"accesses": ids, "provisions": given | refs, "access_people": refs, "access_tail": set[Marker]()}
    for table, expected in kept.items():
        rows = await store.fetch(f"SELECT * FROM {table}", {})
        assert rows or table in {"access_people", "access_tail"}
        assert seen_in("\n".join(map(row_text, rows)), canary.markers) <= expected
    metrics = await canary.world.http.get("/metrics")
    assert "mokuteki_operations" in metrics.text
    assert seen_in(metrics.text, canary.markers) == set()


ACCOUNT = '@purpose(id: "service.account")'
WRONG = {
    "a variable of another type": (
        "query($n: Int) { users(first: $n) { edges { node { id } } } }",
        "variable",
    ),
    "a variable that is a list": ("query($n: Boolean!) { __typename @skip(if: $n) }", "list"),
    "a variable inside an input": (
        "query($n: UserFilter) { users(filter: $n) { edges { node { id } } } }",
        "filter",
    ),
    "an enum of a filter": ("query($n: UserFilter) { users(filter: $n) { edges { node { id } } } }", "enum"),
    "a literal of another type": ('{ users(first: "%s") { edges { node { id } } } }', "literal"),
    "a literal for an enum": ('{ users(orderBy: "%s") { edges { node { id } } } }', "literal"),
    "a literal in a filter": ('{ users(filter: {email: "%s"}) { edges { node { id } } } }', "literal"),
    "an unknown key of a filter": ('{ users(filter: {name: "%s"}) { edges { node { id } } } }', "literal"),
    "a cursor that is none": ('{ users(after: "%s") { edges { node { id } } } }', "literal"),
    "an id that is none": ('{ user(id: "x%s") { id phone } }', "literal"),
    "a text without an end": ('{ user(id: "%s) { id } }', "literal"),
    "a comment and no document": ("# %s", "literal"),
    "the name of no operation": ("query A { __typename } query B { __typename }", "operation"),
    "a purpose": ('query @purpose(id: "%s") { user(id: "x") { id } }', "literal"),
    "a recipient": (
        'query @purpose(id: "service.account", recipient: "%s") { user(id: "x") { id } }',
        "literal",
    ),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_wrong_with_a_request_is_told_without_a_word_of_it(canary: Canary, what: str) -> None:
    query, kind = WRONG[what]
    person = next(each for each in canary.register.people if each.id == canary.world.demo.users["plain"])
    for value in _values(person):
        operand: dict[str, Any] = {
            "variable": value,
            "list": [value],
            "filter": {"email": {"eq": [{"x": value}]}},
            "enum": {"workEligibility": {"eq": value}},
        }
        variables = {"n": operand[kind]} if kind in operand else {}
        response = await canary.world.send(
            "frontend",
            query.replace("%s", value),
            variables,
            headers={} if "purpose" in query else {"Purpose": "service.account"},
            operation=value if kind == "operation" else None,
        )
        assert canary.found(response) == set()
    assert canary.logged() == set()


def _values(person: Person) -> list[str]:
    names = ("email", "phone", "card_number", "name_kana", "card_sex", "id")
    return [*(str(person.row[name]) for name in names), str(person.row["birth_date"])]


async def test_a_body_that_is_no_request_is_not_repeated(canary: Canary) -> None:
    person = canary.register.people[0]
    token = await canary.world.token("frontend")
    for value in _values(person):
        for body in (f'"{value}"', f'{{"query": {{"x": "{value}"}}}}', value, f'{{"query": "{value}'):
            response = await canary.world.http.post(
                "/graphql",
                content=body.encode(),
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            assert response.status_code == 400
            assert canary.found(response) == set()
        forged = await canary.world.http.post(
            "/graphql",
            json={"query": "{ __typename }"},
            headers={b"Authorization": f"Bearer {value}".encode()},
        )
        assert forged.status_code == 401
        assert canary.found(forged) == set()
    assert canary.logged() == set()
