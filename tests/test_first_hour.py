"""A partner's first hour: the page's files and commands, as they stand, in an empty folder beside a served gateway."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from api.settings import CHECKOUT
from models.inforce import LEASE
from tests.debian import install
from tests.node import command
from tests.served import environment, free_port, serving

PAGE = CHECKOUT / "docs" / "first-hour.md"
BLOCK = re.compile(r"^```(?P<language>\w+)(?: (?P<name>\S+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:8000"
ANY = "…"
OPERATOR = "operator"
HANDED_OVER = "bakery.secret"
PATIENCE = 900
MISSING = "the page needs `curl` and `jq`: install these packages and run it again"


END = f"cd {CHECKOUT} && {sys.executable} -m api signing rotate --now"
"""Ends every token before its time."""

ASKED = "{ edition { number } }"
LONG_LIVED = {
    "outlives.py": f"""
import os, subprocess, time
from gateway import ask, connected

with connected(scope="purpose:service.application") as session:
    ask(session, "{ASKED}")
    subprocess.run(os.environ["END"], shell=True, check=True)
    until = time.monotonic() + {2 * LEASE}
    while time.monotonic() < until:
        ask(session, "{ASKED}")
    print("outlived it")
""",
    "outlives.ts": f"""
import {{ execSync }} from 'node:child_process'
import {{ connected }} from './gateway'

const client = connected('purpose:service.application')
await client.request('{ASKED}')
execSync(process.env.END!)
const until = performance.now() + {2000 * LEASE}
while (performance.now() < until) await client.request('{ASKED}')
console.log('outlived it')
""",
}
"""Programs that go on asking while every token is brought to its end."""


class Command(NamedTuple):
    """One block of commands, who runs it, and what the page says that it prints."""

    text: str
    operator: bool
    kind: str
    shown: str


OUTLIVED = [
    Command(each, False, "text", "outlived it") for each in ("python outlives.py", "npx tsx outlives.ts")
]


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def files() -> dict[str, str]:
    """The files of the page by their name."""
    named = [each for each in BLOCK.finditer(text()) if each["name"] not in (None, OPERATOR)]
    return {each["name"]: each["text"] for each in named}


def commands() -> list[Command]:
    """The commands of the page in their order, each with the block of output that follows it."""
    found = [each for each in BLOCK.finditer(text()) if each["name"] in (None, OPERATOR)]
    made = []
    for each, following in zip(found, [*found[1:], None], strict=True):
        if each["language"] == "sh":
            told = following if following and following["language"] != "sh" else None
            kind, shown = (told["language"], told["text"]) if told else ("text", "")
            made.append(Command(each["text"], each["name"] == OPERATOR, kind, shown))
    return made


def script(work: Sequence[Command], told: Path, checkout: Path, empty: Path) -> str:
    """All commands in one session, as in one terminal; what each prints, and its exit code, go to files."""
    lines = []
    for number, each in enumerate(work):
        lines.append(f"exec > {told / str(number)}.out 2> {told / str(number)}.err")
        lines.append(f"cd {checkout if each.operator else empty}")
        lines.append(f"{each.text.rstrip()}\necho $? > {told / str(number)}.code")
        if each.operator:
            lines.append(f"mv {HANDED_OVER} {empty}")
    return "\n".join(lines)


def tools() -> None:
    """See that there is what the page asks its reader to have."""
    command("npm")
    lacking = [name for name in ("curl", "jq") if shutil.which(name) is None]
    assert not lacking or install(*lacking), MISSING


def alike(shown: object, told: object) -> bool:
    """Whether this is what the page shows; a value that is another each time stands there as `…`."""
    if isinstance(shown, Mapping) and isinstance(told, Mapping):
        return shown.keys() == told.keys() and all(alike(shown[name], told[name]) for name in shown)
    if isinstance(shown, list) and isinstance(told, list):
        return len(shown) == len(told) and all(map(alike, shown, told))
    return shown in (told, ANY)


def differs(each: Command, told: Path, address: str) -> str | None:
    """What a command did that the page does not show."""
    said, error, code = (told.with_suffix(kind).read_text("utf-8") for kind in (".out", ".err", ".code"))
    shown = each.shown.replace(ADDRESS, address)
    if code != "0\n":
        return f"{each.text}ended with {code}{said}{error}"
    if each.kind == "json":
        same = alike(json.loads(shown), json.loads(said))
    else:
        same = re.fullmatch(re.escape(shown.strip()).replace(ANY, ".+"), said.strip()) is not None
    return None if same else f"{each.text}{said}"


def test_the_page_runs_as_it_stands_and_its_programs_outlive_their_tokens(tmp_path: Path) -> None:
    tools()
    var, empty, told, checkout = (tmp_path / name for name in ("var", "empty", "told", "checkout"))
    for each in (var, empty, told, checkout):
        each.mkdir()
    (checkout / ".venv").symlink_to(sys.prefix)
    port = free_port()
    work = [*commands(), *OUTLIVED]
    with serving(var, port) as http:
        address = str(http.base_url).removesuffix("/")
        for name, content in {**files(), **LONG_LIVED}.items():
            (empty / name).write_text(content.replace(ADDRESS, address), encoding="utf-8")
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        subprocess.run(  # noqa: S603 - the commands of the page
            ["/bin/bash", "-c", script(work, told, checkout, empty).replace(ADDRESS, address)],
            env={**environment(var, port), "PATH": path, "npm_config_prefer_offline": "true", "END": END},
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=PATIENCE,
        )
    found = [differs(each, told / str(number), address) for number, each in enumerate(work)]
    wrong = "\n".join(each for each in found if each is not None)
    assert not wrong, wrong


def test_every_file_is_named_before_it() -> None:
    page = text()
    for name in files():
        introduced = page.partition(f" {name}\n")[0].rpartition("```\n")[2]
        assert f"`{name}`" in introduced, name


def test_the_page_shows_all_three_ways_to_ask() -> None:
    assert {"applicants.graphql", "first.py", "first.ts"} <= files().keys()
    assert len(commands()) > 10
