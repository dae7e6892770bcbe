"""`mokuteki client`: the record of a client from the command line, its secret once, its mistakes in one line."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from joserfc.jwk import ECKey
from typer.core import TyperOption
from typer.main import get_command

from api.cli.client_change import OPTIONS
from api.cli.main import app
from api.settings import Settings
from models.clients.client import Client, ClientSecret
from models.clients.secret import hash_secret
from models.database.opening import opened
from models.register import RegisterChange
from tests.api.oauth import told as claims
from tests.cli.conftest import Mokuteki

Found = TypeVar("Found")

pytestmark = pytest.mark.usefixtures("at_home")

ADD = ("client", "add")
BAKER = ("--role", "employer", "--recipient", "employer-b")
KEY = ECKey.generate_key("P-256", private=True)


def at(work: Callable[[], Awaitable[Found]]) -> Found:
    """What the records of this installation answer."""

    async def found() -> Found:
        given = Settings.read(os.environ)
        async with opened(given.database_url, pool_size=2, master=given.data_key):
            return await work()

    return asyncio.run(found())


def client(name: str) -> Client:
    return at(lambda: Client.get(id=name))


def changes(name: str) -> list[RegisterChange]:
    return at(lambda: RegisterChange.filter(record=name).order_by("at").all())


def secrets(name: str) -> list[ClientSecret]:
    return at(lambda: ClientSecret.filter(client_id=name).order_by("created_at").all())


def jwks(file: Path, *, private: bool = False) -> str:
    file.write_text(json.dumps({"keys": [KEY.as_dict(private=private)]}), encoding="utf-8")
    return str(file)


def done(mokuteki: Mokuteki, *words: str) -> str:
    """The output of a command that ends well."""
    ran = mokuteki(*words)
    assert ran.code == 0, ran.err
    return ran.out


def told(mokuteki: Mokuteki, *words: str) -> str:
    """The one sentence of a command that does not."""
    ran = mokuteki(*words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mokuteki: ")
    assert ran.err.count("\n") == 1
    return ran.err


def test_a_client_is_registered_with_every_part_by_an_operator(mokuteki: Mokuteki, tmp_path: Path) -> None:
    out = done(
        mokuteki,
        *(*ADD, "mill", *BAKER, "--owner", "架空ベータ介護", "--contact", "api@beta.example"),
        *("--authentication", "private_key", "--jwks", jwks(tmp_path / "jwks.json"), "--binding", "dpop"),
        *("--network", "203.0.113.0/24", "--network", "2001:db8::/32", "--expires", "2099-03-31"),
        *("--requests-per-minute", "60", "--people-per-hour", "100", "--people-per-day", "1000"),
        *("--scope", "purpose:service.application", "--operator", "yamada"),
    )
    assert out == ""
    row = client("mill")
    assert (row.owner, row.contact) == ("架空ベータ介護", "api@beta.example")
    assert (row.authentication, row.binding) == ("PRIVATE_KEY", "DPOP")
    assert row.networks == ["203.0.113.0/24", "2001:db8::/32"]
    assert row.expires_at == datetime(2099, 3, 31, 14, 59, 59, tzinfo=UTC)
    assert (row.requests_per_minute, row.people_per_hour, row.people_per_day) == (60, 100, 1000)
    (change,) = changes("mill")
    assert (change.what, change.by, change.request_id) == ("ADDED", "cli:yamada", None)


def test_whoever_names_nobody_is_named_by_their_login(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "sato")
    done(mokuteki, *ADD, "login", *BAKER)
    assert changes("login")[0].by == "cli:sato"
    monkeypatch.setenv("LOGNAME", "a b")
    assert "`--operator` is no name" in told(mokuteki, "client", "revoke", "login")
    assert client("login").active


def test_every_mistake_is_told_in_one_line_by_its_option(mokuteki: Mokuteki, tmp_path: Path) -> None:
    err = told(
        mokuteki,
        *(*ADD, "x", "--role", "employer", "--recipient", "internal", "--recipient", "tea"),
        *(
            "--contact",
            "nobody",
            "--network",
            "10.0.0.1/8",
            "--expires",
            "2020-01-01",
            "--people-per-day",
            "0",
        ),
        *("--authentication", "private_key", "--jwks", jwks(tmp_path / "jwks.json", private=True)),
    )
    for each in (
        "`--recipient internal`: No rule lets a client of the role `employer`",
        "`--recipient tea`: This is no active recipient",
        "`--contact`: Write one e-mail address",
        "`--network 10.0.0.1/8`: Write a network in CIDR notation",
        "`--expires`: Name a time that is still to come",
        "`--people-per-day`: Give a whole number from 1",
        "`--jwks` (keys.0): This is a private or a shared key",
    ):
        assert each in err
    assert str(KEY.as_dict(private=True)["d"]) not in err


def test_a_client_is_changed_part_by_part_and_emptied(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "changing", *BAKER, "--network", "10.0.0.0/8", "--people-per-day", "5")
    words = (
        "client",
        "update",
        "changing",
        "--owner",
        "B",
        "--clear",
        "networks",
        "--clear",
        "people-per-day",
    )
    done(mokuteki, *words, "--operator", "sato")
    row = client("changing")
    assert (row.owner, row.networks, row.people_per_day) == ("B", None, None)
    last = changes("changing")[-1]
    assert (last.what, last.by) == ("CHANGED", "cli:sato")
    assert last.was == {"owner": "", "networks": ["10.0.0.0/8"], "peoplePerDay": 5}
    assert "name what to change" in told(mokuteki, "client", "update", "changing")
    both = ("--network", "10.0.0.0/8", "--clear", "networks")
    assert "given and emptied at once" in told(mokuteki, "client", "update", "changing", *both)
    assert "`nobody`: No client is named so" in told(mokuteki, "client", "update", "nobody", "--owner", "B")


def test_a_secret_is_rotated_with_overlap_at_once_and_dropped(mokuteki: Mokuteki) -> None:
    first = done(mokuteki, *ADD, "rotating", *BAKER).strip()
    second = done(mokuteki, "client", "rotate", "rotating").strip()
    old, new = secrets("rotating")
    assert (old.hash, new.hash) == (hash_secret(first), hash_secret(second))
    assert old.expires_at is not None
    assert (old.expires_at - new.created_at).days == 7
    done(mokuteki, "client", "update", "rotating", "--drop-secret", old.id)
    assert [each.id for each in secrets("rotating")] == [new.id]
    third = done(mokuteki, "client", "rotate", "rotating", "--now").strip()
    assert [each.hash for each in secrets("rotating")] == [hash_secret(third)]
    assert "`--overlap`: Give a whole number of days" in told(
        mokuteki, "client", "rotate", "rotating", "--overlap", "91"
    )
    page = done(mokuteki, "client", "show", "rotating") + done(mokuteki, "client", "list")
    assert not any(each in page for each in (first, second, third))
    assert not any(each.hash in page for each in secrets("rotating"))


def test_a_client_is_stopped_and_restored_and_the_page_tells_of_it(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "stopping", *BAKER, "--owner", "架空", "--operator", "yamada")
    before = done(mokuteki, "token", "stopping")
    done(mokuteki, "client", "revoke", "stopping", "--operator", "sato")
    assert "no active client is named `stopping`" in told(mokuteki, "token", "stopping")
    assert "term" not in claims(before)
    page = done(mokuteki, "client", "show", "stopping")
    assert "stopping (stopped)" in page
    assert "revoked by cli:sato: active" in page
    assert "added by cli:yamada" in page
    done(mokuteki, "client", "restore", "stopping")
    assert claims(done(mokuteki, "token", "stopping"))["term"] == 1
    assert "no client is named `nobody`" in told(mokuteki, "client", "show", "nobody")


def test_a_client_is_listed_and_shown_however_far_the_end_that_is_kept_of_it(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "eternal", *BAKER)
    at(lambda: Client.filter(id="eternal").update(expires_at=datetime.max.replace(tzinfo=UTC)))
    assert "9999-12-31" in done(mokuteki, "client", "list")
    assert "9999-12-31" in done(mokuteki, "client", "show", "eternal")


def test_the_list_tells_owner_expiry_and_last_use_on_one_line(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "listed", *BAKER, "--owner", "架空ベータ介護", "--expires", "2099-03-31")
    at(lambda: Client.filter(id="listed").update(last_used_at=datetime(2026, 11, 22, 3, tzinfo=UTC)))
    lines = done(mokuteki, "client", "list").splitlines()
    (line,) = [each for each in lines if " listed " in each]
    cells = [cell.strip() for cell in line.split("│")[1:-1]]
    assert cells[:5] == ["listed", "employer", "employer-b", "", "any"]
    assert cells[5:] == ["架空ベータ介護", "2099-03-31", "2026-11-22 12:00 JST", "yes"]


def test_a_client_that_has_ended_gets_no_token(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "ended", *BAKER)
    at(lambda: Client.filter(id="ended").update(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert "`ended` has ended" in told(mokuteki, "token", "ended")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--expires", "soon"), "`--expires` is no day or time"),
        (("--expires", ""), "`--expires` is no day or time"),
        (("--jwks", "none.json"), "`none.json` cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(mokuteki: Mokuteki, words: tuple[str, ...], what: str) -> None:
    assert what in told(mokuteki, *ADD, "unread", *BAKER, *words)


def test_a_token_is_narrowed_to_categories_and_recipients(mokuteki: Mokuteki, at_home: Path) -> None:
    words = ("token", "privacy-desk", "--category", "contact", "--recipient", "person")
    assert done(mokuteki, *words)
    assert "no category" in told(mokuteki, "token", "frontend", "--category", "tea")
    assert "none of the recipients" in told(mokuteki, "token", "frontend", "--recipient", "employer-a")
    user = json.loads((at_home / "demo.json").read_text(encoding="utf-8"))["users"]["plain"]
    own = ("token", "frontend", "--user", user, "--recipient")
    assert done(mokuteki, *own, "person")
    assert "none of the recipients" in told(mokuteki, *own, "internal")


def options(command: str) -> dict[str, tuple[bool, str]]:
    """Each option of a command, whether it may be given again, and its help."""
    group = getattr(get_command(app), "commands", {})["client"]
    taken = [each for each in group.commands[command].params if isinstance(each, TyperOption)]
    return {each.opts[0]: (each.multiple, each.help or "") for each in taken}


def test_a_client_is_registered_and_changed_by_the_same_options() -> None:
    added, changed = options("add"), options("update")
    assert changed == {each: changed[each] for each in ("--clear", "--drop-secret")} | {
        each: said for each, said in added.items() if each != "--role"
    }
    assert set(OPTIONS.values()) - {"--overlap"} <= {*added, *changed}
    assert all(said for _, said in (*added.values(), *changed.values()))


def test_documents_are_a_change_of_the_record_too(mokuteki: Mokuteki, tmp_path: Path) -> None:
    done(mokuteki, *ADD, "held", *BAKER)
    file = tmp_path / "one.graphql"
    file.write_text("{ purposes { id } }", encoding="utf-8")
    done(mokuteki, "client", "documents", "held", str(file), "--operator", "sato")
    last = changes("held")[-1]
    assert (last.what, last.by, last.was) == ("CHANGED", "cli:sato", {"documents": None})
    assert "`nobody`: No client is named so" in told(mokuteki, "client", "documents", "nobody", str(file))
