"""The explorer, in a real browser: it works from our own files alone and writes the purpose."""

import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from graphql import GraphQLError, GraphQLResolveInfo, build_schema, graphql_sync, parse
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.explorer.example import Example
from api.explorer.examples import EXAMPLES
from api.explorer.page import FAVOURING, Explorer, TokenBound, explorer
from api.explorer.shelf import FILES, ROOM
from api.explorer.words import TEXTS
from policies.edition import Edition
from policies.vocabulary import STAGES, Action, Effect, Fact, standing

SDL = """
directive @purpose(id: ID!, recipient: ID, strict: Boolean = false) on QUERY | MUTATION
type Query { users(first: Int = 20, after: String): UserConnection! me: User user(id: ID!): User
  explain(purpose: ID!, role: ID!, recipient: ID!, field: String!, facts: [ID!]): Explanation! }
type Explanation { allowed: Boolean! reason: String rule: ID clause: String nearest: [NearMiss!]! }
type NearMiss { rule: ID! failed: String! missing: [ID!]! text(lang: ID! = "ja"): String! }
type UserConnection { edges: [UserEdge!]! pageInfo: PageInfo! }
type UserEdge { node: User! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type User { id: ID! name: Name ageBand: String email: String phone: String workEligibility: String
  address: Address residenceCard: ResidenceCard }
type Name { roman: String kanji: String kana: String }
type Address { prefecture: String }
type ResidenceCard { number: String status: String validUntil: String }
"""
SCHEMA = build_schema(SDL)
PURPOSES = [
    {"id": "service", "ja": "サービスの提供", "en": "Service", "abstract": True},
    {"id": "service.account", "ja": "登録情報の管理", "en": "Account care", "abstract": False},
    {"id": "service.matching", "ja": "求人の推薦", "en": "Matching jobs", "abstract": False},
    {"id": "service.application", "ja": "応募", "en": "Application", "abstract": False},
    {"id": "compliance.security", "ja": "不正防止と監査", "en": "Security and audit", "abstract": False},
]
CLIENTS: list[dict[str, Any]] = [
    {"name": "frontend", "role": "frontend", "recipients": ["internal"], "users": {"plain": "u-plain"}},
    {"name": "employer-a", "role": "employer", "recipients": ["employer-a"]},
    {"name": "privacy-desk", "role": "privacy_officer", "recipients": ["internal", "person"]},
    {"name": "bound", "role": "employer", "recipients": ["employer-a"]},
]


class Refused:
    """A person of the stub: everything may be read but the phone number."""

    def __init__(self, number: int) -> None:
        self.id = f"u-{number}"
        self.ageBand = "25-29"
        self.email = None
        self.workEligibility = "ELIGIBLE"
        self.name = {"kanji": "見本 花子", "roman": "MIHON HANAKO"}
        self.address = {"prefecture": "東京都"}
        self.residenceCard = {"status": "技術・人文知識・国際業務"}

    def phone(self, info: GraphQLResolveInfo[Any]) -> str:
        more = {
            "code": "FIELD_FORBIDDEN",
            "purpose": "service.matching",
            "field": "User.phone",
            "rule": "R-012",
        }
        more |= {"reason": "FIELD_NOT_NECESSARY", "clause": "3(1)", "requestId": "A-01KTEST"}
        raise GraphQLError(
            "`User.phone` is not needed for `service.matching`", nodes=info.field_nodes, extensions=more
        )


class Root:
    def users(
        self, _info: GraphQLResolveInfo[Any], first: int = 20, after: str | None = None
    ) -> dict[str, Any]:
        edges = [{"node": Refused(number)} for number in range(min(first, 5))]
        return {"edges": edges, "pageInfo": {"hasNextPage": False, "endCursor": after}}

    def explain(self, _info: GraphQLResolveInfo[Any], **asked: Any) -> dict[str, Any]:
        reason = f"asked about {asked['field']} of somebody {'+'.join(asked['facts'])}"
        return {"allowed": False, "reason": reason, "nearest": []}


async def clients() -> list[dict[str, Any]]:
    return CLIENTS


async def token(client: str, user: str | None) -> dict[str, Any] | None:
    if client not in {one["name"] for one in CLIENTS}:
        return None
    if client == "bound":
        raise TokenBound
    return {"access_token": f"token-of-{client}-{user}", "expires_in": 600}


async def answer(request: Request) -> Response:
    if not request.headers.get("authorization", "").startswith("Bearer token-of-"):
        return JSONResponse({"errors": [{"message": "no token"}]}, status_code=401)
    asked = await request.json()
    result = graphql_sync(
        SCHEMA,
        asked["query"],
        Root(),
        variable_values=asked.get("variables"),
        operation_name=asked.get("operationName"),
    )
    return JSONResponse(result.formatted)


def stub(*, development: bool) -> Starlette:
    made: Explorer = explorer(
        examples=EXAMPLES, development=development, purposes=lambda: PURPOSES, clients=clients, token=token
    )

    async def schema(_: Request) -> Response:
        return PlainTextResponse(SDL)

    return Starlette(
        routes=[
            Route("/graphql", made.page, methods=["GET"]),
            Route("/graphql", answer, methods=["POST"]),
            Route("/schema.graphql", schema),
            *made.routes,
        ]
    )


@pytest.fixture(scope="session")
def explorer_url() -> Iterator[str]:
    """Where the explorer is served for the tests of this file."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(stub(development=True), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    patience = monotonic() + 20
    while not server.started and monotonic() < patience:
        sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    listening.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An open explorer, and all that the browser said while it was open."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def written(self) -> str:
        return str(
            await self.page.locator(".graphiql-query-editor .CodeMirror").evaluate(
                "e => e.CodeMirror.getValue()"
            )
        )


@pytest.fixture
async def visit(chrome: Browser, explorer_url: str) -> AsyncIterator[Visit]:
    context = await chrome.new_context(locale="en-GB", viewport={"width": 1280, "height": 860})
    made = Visit(page=await context.new_page())
    made.page.on("request", lambda request: made.hosts.add(urlsplit(request.url).netloc))
    made.page.on(
        "console",
        lambda said: made.complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    await made.page.goto(f"{explorer_url}/graphql")
    await made.page.wait_for_selector("html[data-ready=yes]")
    yield made
    await context.close()


async def test_the_explorer_opens_with_a_first_query_and_a_header(visit: Visit) -> None:
    await expect(visit.page.get_by_role("heading", name="Explorer", level=1)).to_be_visible()
    await expect(visit.page.locator(".graphiql-container")).to_be_visible()
    for label in ("As whom", "For what purpose", "Example"):
        await expect(visit.page.get_by_label(label, exact=True)).to_be_visible()
    assert '@purpose(id: "service.matching")' in await visit.written()


async def test_an_example_fills_the_editor_and_running_it_shows_an_answer(visit: Visit) -> None:
    await visit.page.get_by_label("Example", exact=True).select_option("applicants")
    assert "query Applicants" in await visit.written()
    await expect(visit.page.get_by_label("As whom", exact=True)).to_have_value("employer-a")
    await expect(visit.page.get_by_label("For what purpose", exact=True)).to_have_value("service.application")
    await visit.run()
    await expect(visit.page.get_by_role("region", name="Result Window")).to_contain_text('"users"')


async def test_a_refusal_is_told_with_its_rule_and_a_way_to_ask_why(visit: Visit) -> None:
    await visit.page.get_by_label("Example", exact=True).select_option("wrong-purpose")
    await visit.run()
    decided = visit.page.get_by_role("region", name="What was decided")
    await expect(decided).to_contain_text("User.phone")
    await expect(decided).to_contain_text("FIELD_FORBIDDEN")
    await decided.get_by_role("button", name="Why?").first.click()
    await expect(visit.page.locator(".graphiql-query-editor")).to_contain_text("explain")
    assert 'field: "User.phone"' in await visit.written()


async def test_why_is_asked_at_once_and_the_refusals_stay_in_sight(visit: Visit) -> None:
    await visit.page.get_by_label("Example", exact=True).select_option("wrong-purpose")
    await visit.run()
    decided = visit.page.get_by_role("region", name="What was decided")
    await decided.get_by_role("button", name="Why?").first.click()
    result = visit.page.get_by_role("region", name="Result Window")
    assumed = "noticed+consented+hired+screened+lawful"
    await expect(result).to_contain_text(f'"reason": "asked about User.phone of somebody {assumed}"')
    await expect(decided).to_contain_text("FIELD_FORBIDDEN")


async def test_a_client_whose_tokens_are_bound_is_told_that_the_page_cannot_ask_for_it(visit: Visit) -> None:
    await visit.page.get_by_label("As whom", exact=True).select_option("bound")
    await visit.run()
    sentence = TEXTS["token_bound"]["en"]
    await expect(visit.page.get_by_role("region", name="Result Window")).to_contain_text(sentence)
    await expect(visit.page.locator("#state")).to_have_text(sentence)
    await visit.page.get_by_label("As whom", exact=True).select_option("employer-a")
    await expect(visit.page.locator("#state")).to_contain_text("Asking as employer-a")


async def test_choosing_a_purpose_writes_it_into_the_operation(visit: Visit) -> None:
    await visit.page.get_by_label("For what purpose", exact=True).select_option("service.account")
    assert (await visit.written()).startswith('query Recommend @purpose(id: "service.account") {')
    await visit.page.get_by_label("All or nothing (strict)").check()
    assert '@purpose(id: "service.account", strict: true)' in await visit.written()
    await visit.page.get_by_label("For what purpose", exact=True).select_option("")
    assert (await visit.written()).startswith("query Recommend {")


async def test_a_client_of_two_recipients_says_to_whom(visit: Visit) -> None:
    await visit.page.get_by_label("As whom", exact=True).select_option("privacy-desk")
    await visit.page.get_by_label("To whom").select_option("person")
    assert '@purpose(id: "service.matching", recipient: "person")' in await visit.written()


async def test_the_language_changes_in_place_and_is_kept(visit: Visit) -> None:
    await visit.page.get_by_role("link", name="日本語").click()
    await expect(visit.page.get_by_role("heading", name="エクスプローラー", level=1)).to_be_visible()
    await visit.page.reload()
    await expect(visit.page.get_by_label("何のために", exact=True)).to_be_visible()
    assert await visit.page.evaluate("document.documentElement.lang") == "ja"


async def test_the_gateway_is_asked_to_answer_in_the_language_of_the_page(visit: Visit) -> None:
    await visit.page.get_by_label("Example", exact=True).select_option("applicants")
    await visit.page.get_by_role("link", name="日本語").click()
    async with visit.page.expect_request(
        lambda asked: asked.method == "POST" and "graphql" in asked.url
    ) as sent:
        await visit.run()
    assert (await (await sent.value).all_headers())["accept-language"] == "ja"


async def test_nothing_leaves_for_another_host_and_nothing_breaks_the_content_policy(
    visit: Visit, explorer_url: str
) -> None:
    await visit.page.get_by_label("Example", exact=True).select_option("applicants")
    await visit.run()
    await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
    await visit.page.get_by_role("button", name="Open short keys dialog").click()
    await expect(visit.page.get_by_role("dialog")).to_be_visible()
    await visit.page.keyboard.press("Escape")
    await visit.page.locator(".graphiql-query-editor .CodeMirror").click()
    await visit.page.keyboard.press("Control+Space")
    await expect(visit.page.locator(".CodeMirror-hints")).to_be_visible()
    assert visit.hosts == {urlsplit(explorer_url).netloc}
    assert visit.complaints == []


async def test_every_control_is_reached_by_the_keyboard(visit: Visit) -> None:
    reached = set()
    for _ in range(12):
        await visit.page.keyboard.press("Tab")
        reached.add(await visit.page.evaluate("document.activeElement.id"))
    assert {"language", "client", "user", "purpose", "example", "strict"} <= reached


async def test_a_phone_shows_it_without_scrolling_sideways(visit: Visit) -> None:
    await visit.page.set_viewport_size({"width": 390, "height": 844})
    assert await visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    await expect(visit.page.get_by_role("region", name="Result Window")).to_be_visible()


async def test_the_page_allows_no_script_but_our_files(explorer_url: str) -> None:
    async with httpx.AsyncClient(base_url=explorer_url) as http:
        page = await http.get("/graphql", headers={"Accept": "text/html"})
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" in policy
        assert "unsafe" not in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        for address in re.findall(r'(?:src|href)="(/explorer/assets/[^"]+)"', page.text):
            asset = await http.get(address)
            assert asset.status_code == 200
            assert "immutable" in asset.headers["cache-control"]
        assert (await http.get("/explorer/assets/README.md")).status_code == 404


def test_the_vendored_files_are_those_the_readme_names() -> None:
    named = re.findall(r"`([\w.-]+)` \| `([0-9a-f]{64})`", (ROOM / "README.md").read_text(encoding="utf-8"))
    assert dict(named) == {name: sha256((ROOM / name).read_bytes()).hexdigest() for name, _ in named}
    assert {name for name in FILES if ".min." in name} == set(dict(named))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_an_example_is_one_operation_that_parses_and_is_told_in_both_languages(example: Example) -> None:
    assert len(parse(example.operation).definitions) == 1
    assert all((example.title_ja, example.title_en, example.note_ja, example.note_en))
    assert f"role_{example.role}" in TEXTS
    assert ("$id" in example.operation) <= (example.person is not None)


@pytest.mark.parametrize(
    ("address", "headers", "spoken"),
    [
        ("/graphql", {}, "ja"),
        ("/graphql", {"Accept-Language": "fr, en;q=0.8, ja;q=0.5"}, "en"),
        ("/graphql", {"Accept-Language": "en", "Cookie": "language=ja"}, "ja"),
        ("/graphql?lang=en", {"Cookie": "language=ja"}, "en"),
        ("/graphql?lang=<script>", {}, "ja"),
    ],
)
async def test_the_page_speaks_the_readers_language(
    explorer_url: str, address: str, headers: dict[str, str], spoken: str
) -> None:
    async with httpx.AsyncClient(base_url=explorer_url) as http:
        page = await http.get(address, headers=headers)
    assert page.headers["content-language"] == spoken
    assert f'<html lang="{spoken}"' in page.text


ASKED = {"X-Mokuteki-Explorer": "1", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        (ASKED, '{"client": "frontend", "user": null}', 200),
        (ASKED, '{"client": "frontend", "user": "u-plain"}', 200),
        (ASKED, '{"client": "nobody"}', 404),
        (ASKED, '{"client": "bound"}', 409),
        (ASKED, '{"client": ["frontend"]}', 400),
        (ASKED, "not json", 400),
        (ASKED, '{"client": "' + "x" * 5000 + '"}', 413),
        (ASKED | {"Content-Type": "text/plain"}, '{"client": "frontend"}', 415),
        ({"Content-Type": "application/json"}, '{"client": "frontend"}', 403),
        (ASKED | {"Host": "rebound.example"}, '{"client": "frontend"}', 403),
        (ASKED | {"Host": "["}, '{"client": "frontend"}', 403),
        (ASKED | {"Origin": "https://other.example"}, '{"client": "frontend"}', 403),
        (ASKED | {"Sec-Fetch-Site": "cross-site"}, '{"client": "frontend"}', 403),
    ],
)
async def test_only_our_own_page_on_this_machine_gets_a_token(
    explorer_url: str, headers: dict[str, str], content: str, status: int
) -> None:
    async with httpx.AsyncClient(base_url=explorer_url) as http:
        got = await http.post("/explorer/token", headers=headers, content=content)
    assert got.status_code == status
    assert ("access_token" in got.json()) == (status == 200)
    assert got.headers["cache-control"] == "no-store"


async def test_another_machine_gets_neither_clients_nor_a_token() -> None:
    there = httpx.ASGITransport(app=stub(development=True), client=("192.0.2.7", 4000))
    async with httpx.AsyncClient(transport=there, base_url="http://localhost") as http:
        assert (await http.get("/explorer/clients.json", headers=ASKED)).status_code == 403
        assert (
            await http.post("/explorer/token", headers=ASKED, json={"client": "frontend"})
        ).status_code == 403


def test_what_is_assumed_of_a_person_is_all_that_a_rule_may_ask_of_somebody_else(edition: Edition) -> None:
    allowing = [
        rule for rule in edition.rules if rule.effect is Effect.ALLOW and rule.action != Action.TRANSMIT
    ]
    needed = {need.fact for rule in allowing for need in rule.needs}
    assert standing(*FAVOURING, Fact.SELF) >= needed
    assert set(FAVOURING) <= {*needed, *STAGES}


async def test_the_front_door_leads_to_the_explorer_in_development_alone() -> None:
    for development, told in ((True, (307, "/graphql")), (False, (404, None))):
        here = httpx.ASGITransport(app=stub(development=development))
        async with httpx.AsyncClient(transport=here, base_url="http://localhost") as http:
            answer = await http.get("/")
        assert (answer.status_code, answer.headers.get("location")) == told


async def test_in_production_a_token_is_pasted_and_none_is_given() -> None:
    here = httpx.ASGITransport(app=stub(development=False))
    async with httpx.AsyncClient(transport=here, base_url="http://localhost") as http:
        assert (
            await http.post("/explorer/token", headers=ASKED, json={"client": "frontend"})
        ).status_code == 404
        assert (await http.get("/explorer/clients.json", headers=ASKED)).status_code == 404
        assert (await http.get("/explorer/purposes.json")).json() == PURPOSES
        assert 'data-mode="production"' in (await http.get("/graphql")).text
