"""The documentation says what is so: every name is told, every link leads somewhere, every example answers as shown."""

import ast
import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from typer.main import get_command

from api.cli.main import app
from api.gateway.documents.document import check
from api.gateway.refusal import STATUS, Code
from api.gateway.told import SENTENCES
from api.metrics import Metrics
from api.schema.build import build_schema, core
from api.settings import CHECKOUT
from api.variables import SETTINGS
from models.demo.situations import Situation
from models.formats.wrong import SENTENCES as MISTAKES
from policies.edition import Edition
from policies.judging.explanation import Reason
from policies.mistake import SENTENCES as OF_A_POLICY
from policies.vocabulary import Fact, Role
from tests.cli.test_help import commands
from tests.docs_tables import (
    ABSTRACT_HEADER,
    FIELD_HEADER,
    PURPOSE_HEADER,
    abstract_rows,
    edition,
    field_rows,
    line,
    purpose_rows,
    table,
    tree,
)
from tests.world import World, world

DOCS = CHECKOUT / "docs"
README = CHECKOUT / "README.md"
PAGES = (README, *sorted(DOCS.rglob("*.md")))
SCHEMA = core(build_schema())

ASKED = re.compile(
    r"```sh\nask (?P<client>[\w-]+) '\n(?P<query>.*?)'\n```\n\n```json\n(?P<answer>.*?)\n```", re.DOTALL
)
GRAPHQL = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
LOCK = re.compile(r'^\.venv/bin/python -c "(import sqlite3;.*)"$', re.MULTILINE)
CODE = re.compile(r"```.*?```", re.DOTALL)
HIDDEN = "…"
IN_THEIR_PLACE = {"STALE_VERSION", "KEY_REUSED"}
"""Reasons with a status of their own, told with it."""


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def short(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


def untold(names: Iterable[object], page: str) -> list[str]:
    """The names that no row of a table of this page begins with."""
    told = re.findall(r"^\| `([^`]+)`", text(DOCS / page), re.MULTILINE)
    return [str(name) for name in names if str(name) not in told]


def missing_rows(page: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = text(DOCS / page).splitlines()
    return [row for row in (line(header), *map(line, rows)) if row not in lines]


def test_every_purpose_stands_in_the_docs_as_it_was_announced() -> None:
    assert missing_rows("purposes.md", PURPOSE_HEADER, purpose_rows()) == []
    assert missing_rows("purposes.md", ABSTRACT_HEADER, abstract_rows()) == []
    assert len(list(purpose_rows())) == 12


def test_every_field_stands_in_the_docs_with_category_tier_and_clause() -> None:
    assert table(FIELD_HEADER, field_rows()) in text(DOCS / "fields.md")


def test_the_tree_of_categories_stands_in_the_docs() -> None:
    assert tree() in text(DOCS / "fields.md")


def test_every_error_code_stands_in_the_docs_with_its_status() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", text(DOCS / "errors.md"), re.MULTILINE)
    assert {code: int(status) for code, status in rows} == {
        code.value: STATUS.get(code, 400) for code in Code
    }


def test_every_reason_stands_in_the_docs() -> None:
    gateway = "\n".join(text(page) for page in (CHECKOUT / "api" / "gateway").rglob("*.py"))
    raised = set(re.findall(r'(?:Why\(|reason=)"([A-Z_]+)"', gateway)) - IN_THEIR_PLACE
    assert raised
    assert untold((*Reason, *raised), "errors.md") == []


def reasons_of_changes() -> Iterator[str]:
    """The sentences of refusals that a change tells as `reason`."""
    for file in (CHECKOUT / "api" / "gateway" / "changes").rglob("*.py"):
        for node in ast.walk(ast.parse(text(file))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                missing = [each.value for each in node.keywords if each.arg == "missing"]
                given = node.args[1:2] if node.func.attr in {"wrong", "_mistake"} else missing
                texts = (str(each.value) for each in given if isinstance(each, ast.Constant))
                yield from (name for name in texts if name in SENTENCES)


def test_every_reason_of_a_change_stands_in_the_docs() -> None:
    cells = re.findall(r"^\| (`[A-Z][^|]*) \|", text(DOCS / "errors.md"), re.MULTILINE)
    told = {name for cell in cells for name in re.findall(r"`([A-Z_]+)`", cell)}
    reasons = set(reasons_of_changes())
    assert {"CONSENT_STANDS", "REASON_BLANK", "CATEGORY_UNKNOWN", "TEXT_TOO_LONG"} <= reasons
    assert reasons - told == set()


def test_every_mistake_of_what_is_entered_stands_in_the_docs_in_both_languages() -> None:
    rows = [
        (f"`{code}`", sentence.ja.replace("|", "\\|"), sentence.en.replace("|", "\\|"))
        for code, sentence in MISTAKES.items()
    ]
    assert rows
    assert missing_rows("mistakes.md", ("reason", "日本語", "in English"), rows) == []


def test_every_mistake_of_a_policy_stands_in_the_docs_in_both_languages() -> None:
    rows = [
        (
            f"`{each.code}`",
            str(each.severity),
            f"{each.ja}。{each.remedy_ja}。".replace("|", "\\|"),
            f"{each.en}; {each.remedy_en}".replace("|", "\\|"),
        )
        for each in OF_A_POLICY.values()
    ]
    assert rows
    assert missing_rows("checking.md", ("code", "severity", "日本語", "in English"), rows) == []


def test_every_fact_and_role_stands_in_the_docs_in_both_languages() -> None:
    rules = text(DOCS / "rules.md").splitlines()
    roles = edition().roles.nodes
    facts = [line((f"`{fact}`", fact.ja, fact.en)) for fact in Fact]
    assert [row for row in facts if row not in rules] == []
    assert [role for role in Role if line((f"`{role}`", roles[role].ja, roles[role].en)) not in rules] == []


def test_every_setting_stands_in_the_docs_with_its_default() -> None:
    rows = {
        line(
            (
                f"`{each.name}`" + (f" (or `{each.bare}`)" if each.bare else ""),
                each.type.replace("|", "or"),
                each.default,
                each.doc,
            )
        )
        for each in SETTINGS
    }
    assert rows - set(text(DOCS / "settings.md").splitlines()) == set()


def test_every_setting_the_docs_name_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"MOKUTEKI_[A-Z_]+", text(page))}
    assert named <= {each.name for each in SETTINGS}


def test_every_command_stands_in_the_docs_with_its_options() -> None:
    rows = re.findall(r"^\| `mokuteki ([^`]+)` \|", text(DOCS / "commands.md"), re.MULTILINE)
    told = {" ".join(word for word in row.split() if word.isalpha() and word.islower()): row for row in rows}
    every = {" ".join(path): path for path in commands(get_command(app))}
    assert set(told) == set(every)
    for name, path in every.items():
        command: Any = get_command(app)
        for word in path:
            command = command.commands[word]
        options = {option for each in command.params for option in each.opts if option.startswith("--")}
        assert {option for option in options if option not in told[name]} == set(), name


def test_every_situation_of_the_demonstration_stands_in_the_docs() -> None:
    assert untold(Situation, "commands.md") == []


def test_every_metric_stands_in_the_docs() -> None:
    metrics = Metrics(roles=(), purposes=(), recipient_kinds=(), outcomes=(), codes=())
    names = [
        f"{each.name}_total" if each.type == "counter" else each.name for each in metrics.registry.collect()
    ]
    assert untold(names, "operating.md") == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = [target for target in LINK.findall(CODE.sub("", text(page))) if "://" not in target]
    files = [page.parent / unquote(target.partition("#")[0]) for target in targets]
    assert [short(file) for file in files if not file.is_file()] == []


def test_every_page_is_linked_from_the_readme_or_the_index_of_decisions() -> None:
    index = DOCS / "decisions" / "README.md"
    linked = {
        (page.parent / target).resolve() for page in (README, index) for target in LINK.findall(text(page))
    }
    assert [short(page) for page in PAGES if page not in {README, *linked}] == []


def test_every_file_the_architecture_names_exists() -> None:
    named = re.findall(r"`((?:api|models|policies|tests)/[\w./-]*)`", text(DOCS / "architecture.md"))
    assert named
    assert [path for path in named if not (CHECKOUT / path).exists()] == []


def test_every_decision_has_a_context_a_choice_and_a_price() -> None:
    pages = list((DOCS / "decisions").glob("[0-9]*.md"))
    assert [
        page.name
        for page in pages
        if not all(f"**{part}.**" in text(page) for part in ("Context", "Choice", "Price"))
    ] == []
    assert sorted(int(page.name[:4]) for page in pages) == list(range(1, len(pages) + 1))


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_graphql_example_fits_the_schema(page: Path) -> None:
    for example in GRAPHQL.findall(text(page)):
        check(example, SCHEMA)


def shown(answer: str) -> object:
    """An answer as the README shows it: the id of a request is another each time."""
    told, hidden = re.subn(r'"requestId": ?"[^"]+"', f'"requestId": "{HIDDEN}"', answer)
    assert hidden == answer.count('"code"')
    return json.loads(told)


async def test_the_readme_gets_the_answers_it_shows(a_world: World) -> None:
    examples = list(ASKED.finditer(text(README)))
    assert [each["client"] for each in examples] == ["frontend", "employer-a", "employer-b", "auditor"]
    for each in examples:
        token = await a_world.token(each["client"])
        response = await a_world.http.get(
            "/graphql", params={"query": each["query"]}, headers={"Authorization": f"Bearer {token}"}
        )
        assert response.status_code == 200
        assert shown(response.text) == json.loads(each["answer"]), each["client"]


@pytest.fixture
async def at_home(edition: Edition, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose database stands where the README's does, seen from the folder."""
    (tmp_path / "var").mkdir()
    async with world(f"sqlite://{tmp_path / 'var' / 'mokuteki.db'}", tmp_path, edition, people=9) as made:
        yield made


async def ask(made: World) -> httpx.Response:
    query = 'query ($id: ID!) @purpose(id: "service.account") { user(id: $id) { email } }'
    return await made.send("frontend", query, {"id": made.demo.users["plain"]})


async def test_the_one_line_command_locks_the_ledger_and_unlocks_it(at_home: World, tmp_path: Path) -> None:
    (line_of_readme,) = LOCK.findall(text(README))
    assert LOCK.findall(text(DOCS / "ledger.md")) == [line_of_readme]
    lock = subprocess.Popen(  # noqa: ASYNC220, S603 - the command of the README
        [sys.executable, "-c", line_of_readme],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert lock.stdout is not None
        assert await asyncio.to_thread(lock.stdout.read, len("locked")) == "locked"
        refused = await ask(at_home)
        assert refused.status_code == 503
        assert at_home.codes(refused.json()) == ["LEDGER_UNAVAILABLE"]
        assert "data" not in refused.json()
    finally:
        lock.communicate("\n")
    assert lock.returncode == 0
    answered = await ask(at_home)
    assert answered.json()["data"]["user"]["email"]
