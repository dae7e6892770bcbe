"""The explorer on a gateway that serves: what a newcomer sees who opens the address that `make serve` prints."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Browser, expect

from api.app import build_app
from api.environment import Environment
from api.explorer.example import Example
from api.explorer.examples import EXAMPLES
from models.clients.client import Client
from tests.served import free_port, serving
from tests.world import World


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    with serving(tmp_path_factory.mktemp("served"), port):
        yield f"http://127.0.0.1:{port}"


async def test_a_newcomer_runs_the_first_example_and_nothing_leaves_this_machine(
    chrome: Browser, served: str
) -> None:
    context = await chrome.new_context(locale="en-GB", viewport={"width": 1280, "height": 860})
    page = await context.new_page()
    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await page.goto(served)
    assert urlsplit(page.url).path == "/graphql"
    await page.wait_for_selector("html[data-ready=yes]")
    await page.get_by_label("Example", exact=True).select_option("matching")
    await page.get_by_role("button", name="Execute query").click()
    result = page.get_by_role("region", name="Result Window")
    await expect(result).to_contain_text('"ageBand"')
    await expect(result).to_contain_text('"JP-')
    await page.get_by_label("Example", exact=True).select_option("wrong-purpose")
    await page.get_by_role("button", name="Execute query").click()
    await page.get_by_role("button", name="Why?").click()
    await expect(result).to_contain_text('"allowed": false')
    await expect(result).to_contain_text("`account` would allow it, but it serves another purpose")
    assert hosts == {urlsplit(served).netloc}
    assert complaints == []
    await context.close()


async def test_in_production_there_is_no_front_door_and_no_explorer(a_world: World) -> None:
    production = replace(a_world.house.settings, environment=Environment.PRODUCTION)
    app = build_app(replace(a_world.house, settings=production))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
        assert (await http.get("/")).status_code == 404
        assert (await http.get("/graphql", headers={"Accept": "text/html"})).status_code == 406
    assert (await a_world.http.get("/")).headers["location"] == "/graphql"


@pytest.mark.parametrize(
    ("binding", "status"), [("DEFAULT", 200), ("EXEMPT", 200), ("DPOP", 409), ("CERTIFICATE", 409)]
)
async def test_the_page_gets_no_token_that_would_open_nothing(
    a_world: World, binding: str, status: int
) -> None:
    await Client.filter(id="analytics").update(binding=binding)
    headers = {"X-Mokuteki-Explorer": "1", "Host": "127.0.0.1"}
    response = await a_world.http.post("/explorer/token", json={"client": "analytics"}, headers=headers)
    await Client.filter(id="analytics").update(binding="DEFAULT")
    assert response.status_code == status


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
async def test_an_example_gets_data_from_the_gateway(a_world: World, example: Example) -> None:
    person = a_world.demo.users[example.person] if example.person else None
    client = next(
        each.client_id
        for each in a_world.demo.clients.values()
        if each.client_id == example.client
        or (example.client is None and each.role in (example.role, "frontend"))
    )
    answer = await a_world.ask(
        client,
        example.plain()["operation"],
        {"id": person} if person and "$id" in example.operation else {},
        user=person if example.role == "user" else None,
    )
    if example.key == "strict":
        assert a_world.codes(answer) == ["FIELD_FORBIDDEN"]
        assert "data" not in answer
        return
    assert all(value is not None for value in answer["data"].values()), answer
