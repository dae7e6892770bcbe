"""`mokuteki recipient`: the record of a recipient from the command line, its mistakes in one line, its page."""

import asyncio
import os
from datetime import date

import pytest
from typer.core import TyperOption
from typer.main import get_command

from api.cli.main import app
from api.cli.recipient_options import OPTIONS, Clearable
from api.settings import Settings
from models.database.opening import opened
from models.recipients.recipient import Recipient
from models.recipients.record import RecipientRecord, read_recipients
from tests.cli.conftest import Mokuteki
from tests.cli.test_client import done, told

pytestmark = pytest.mark.usefixtures("at_home")

ADD = ("recipient", "add")
BAKERY = ("--kind", "employer", "--name", "架空パン株式会社")


def record(recipient: str) -> RecipientRecord:
    async def read() -> RecipientRecord:
        given = Settings.read(os.environ)
        async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
            (found,) = await read_recipients(store, recipient)
            return found

    return asyncio.run(read())


def test_a_recipient_is_registered_with_every_part_by_an_operator(mokuteki: Mokuteki) -> None:
    out = done(
        mokuteki,
        *(*ADD, "bakery", *BAKERY, "--former-name", "旧パン", "--former-name", "旧旧パン"),
        *("--address", "1 Musterweg", "--representative", "Erika Muster", "--country", "Germany"),
        *("--route", "equivalent", "--state-organ", "--identifying", "--contract", "C-1"),
        *("--from", "2026-04-01", "--until", "2099-03-31", "--contact", "privacy@bakery.example"),
        *("--events-url", "http://127.0.0.1:9000/events"),
        *("--notice-url", "http://127.0.0.1:9000/notices", "--method", "bulk", "--operator", "yamada"),
    )
    assert out == ""
    found = record("bakery")
    assert found.parts == {
        "kind": "employer",
        "name": "架空パン株式会社",
        "formerNames": ["旧パン", "旧旧パン"],
        "address": "1 Musterweg",
        "representative": "Erika Muster",
        "country": "DE",
        "foreignRoute": "EQUIVALENT",
        "stateOrgan": True,
        "identifying": True,
        "contract": "C-1",
        "contractFrom": date(2026, 4, 1),
        "contractUntil": date(2099, 3, 31),
        "contact": "privacy@bakery.example",
        "noticeUrl": "http://127.0.0.1:9000/notices",
        "eventsUrl": "http://127.0.0.1:9000/events",
        "provisionMethod": "BULK",
    }
    (change,) = found.changes
    assert (change.what, change.by, change.request_id) == ("ADDED", "cli:yamada", None)


def test_every_mistake_is_told_in_one_line_by_its_option(mokuteki: Mokuteki) -> None:
    err = told(
        mokuteki,
        *(*ADD, "Bakery", "--kind", "internal", "--name", " ", "--former-name", "A", "--former-name", " "),
        *("--country", "Atlantis", "--from", "2026-04-02", "--until", "2026-04-01"),
        *("--notice-url", "ftp://bakery.example"),
    )
    for each in (
        "`Bakery`: Name a recipient in 1 to 60",
        "`--kind`: Name one of these kinds: third_party, employer,",
        "`--name`: Write something here",
        "`--former-name  `: Write something here",
        "`--country`: Write the country",
        "`--until`: The contract would end before it begins",
        "`--notice-url`: Give an `https` address",
    ):
        assert each in err
    assert "Atlantis" not in err


def test_in_production_notices_go_nowhere_in_clear(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Settings.read(os.environ)
    for name, value in (
        ("ENVIRONMENT", "production"),
        ("SECRET_KEY", given.secret_key),
        ("DATA_KEY_FILE", str(given.var / "data.key")),
        ("ISSUER", "https://gateway.example"),
    ):
        monkeypatch.setenv(f"MOKUTEKI_{name}", value)
    err = told(mokuteki, *ADD, "clear", *BAKERY, "--notice-url", "http://127.0.0.1:9000/notices")
    assert "`--notice-url`: Give an `https` address" in err


def test_a_recipient_is_changed_part_by_part_and_emptied(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "changing", *BAKERY, "--address", "A", "--until", "2027-03-31")
    words = ("recipient", "update", "changing", "--name", "新パン", "--clear", "address", "--clear", "until")
    done(mokuteki, *words, "--operator", "sato")
    found = record("changing")
    assert (found.parts["name"], found.parts["formerNames"]) == ("新パン", ["架空パン株式会社"])
    assert (found.parts["address"], found.parts["contractUntil"]) == ("", None)
    assert (found.changes[0].what, found.changes[0].by) == ("CHANGED", "cli:sato")
    assert found.changes[0].was["contractUntil"] == "2027-03-31"
    assert "name what to change" in told(mokuteki, "recipient", "update", "changing")
    both = ("--address", "A", "--clear", "address")
    assert "given and emptied at once" in told(mokuteki, "recipient", "update", "changing", *both)
    assert "`--from` is no day" in told(mokuteki, "recipient", "update", "changing", "--from", "soon")
    nobody = told(mokuteki, "recipient", "update", "nobody", "--name", "B")
    assert "`nobody`: No recipient is named so" in nobody


def test_a_recipient_waits_is_opened_stopped_and_the_page_tells_of_it(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "turning", *BAKERY, "--pending", "--operator", "yamada")
    client = ("client", "add", "turner", "--role", "employer", "--recipient", "turning")
    assert "This is no active recipient" in told(mokuteki, *client)
    done(mokuteki, "recipient", "reopen", "turning")
    done(mokuteki, *client)
    done(mokuteki, "recipient", "stop", "turning", "--operator", "sato")
    page = done(mokuteki, "recipient", "show", "turning")
    for each in (
        "turning (stopped)",
        " JST stopped by",
        "representative     missing",
        "stopped by cli:sato: status",
        "added by cli:yamada: status, kind, name",
    ):
        assert each in page
    assert "no recipient is named `nobody`" in told(mokuteki, "recipient", "show", "nobody")
    assert "`person`: The company itself" in told(mokuteki, "recipient", "stop", "person")


def test_the_list_tells_on_one_line_what_is_missing_and_what_is_closed(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "listed", *BAKERY, "--address", "A", "--contract", "C-2", "--until", "2020-03-31")
    lines = done(mokuteki, "recipient", "list").splitlines()
    (line,) = [each for each in lines if " listed " in each]
    cells = [cell.strip() for cell in line.split("│")[1:-1]]
    assert cells == [
        *("listed", "employer", "架空パン株式会社", "JP", "C-2", "2020-03-31", "representative", "lapsed")
    ]
    (line,) = [each for each in lines if " internal " in each][:1]
    assert line.split("│")[-2].strip() == "yes"


def test_a_third_party_that_cannot_be_put_on_record_is_told_as_incomplete(mokuteki: Mokuteki) -> None:
    done(mokuteki, *ADD, "half", *BAKERY)
    done(mokuteki, *ADD, "office", "--kind", "authority", "--name", "架空庁", "--state-organ")
    done(mokuteki, *ADD, "worker", "--kind", "entrustee", "--name", "架空便")

    def open_() -> dict[str, str]:
        lines = done(mokuteki, "recipient", "list").splitlines()
        rows = [[cell.strip() for cell in each.split("│")[1:-1]] for each in lines if each.startswith("│")]
        return {row[0]: row[-1] for row in rows}

    told_ = open_()
    assert (told_["half"], told_["office"], told_["worker"]) == ("incomplete", "yes", "yes")
    assert "half (incomplete)" in done(mokuteki, "recipient", "show", "half")
    done(mokuteki, "recipient", "update", "half", "--address", "A", "--representative", "B")
    assert open_()["half"] == "yes"


def test_an_installation_without_demonstration_registers_the_company_first(mokuteki: Mokuteki) -> None:
    async def forget() -> None:
        given = Settings.read(os.environ)
        async with opened(given.database_url, pool_size=2, master=given.data_key):
            await Recipient.filter(id="internal").delete()

    asyncio.run(forget())
    desk = ("client", "add", "desk", "--role", "privacy_officer", "--recipient", "internal")
    assert "This is no active recipient" in told(mokuteki, *desk)
    done(mokuteki, *ADD, "internal", "--kind", "internal", "--name", "株式会社JapanWork")
    done(mokuteki, *desk)


def options(command: str) -> dict[str, tuple[bool, str]]:
    """Each option of a command, whether it may be given again, and its help."""
    group = getattr(get_command(app), "commands", {})["recipient"]
    taken = [each for each in group.commands[command].params if isinstance(each, TyperOption)]
    return {each.opts[0]: (each.multiple, each.help or "") for each in taken}


def test_a_recipient_is_registered_and_changed_by_the_same_options() -> None:
    added, changed = options("add"), options("update")
    assert set(added) - {"--pending"} == set(changed) - {"--clear"}
    assert set(OPTIONS.values()) == set(added) - {"--operator"}
    assert {each.part for each in Clearable} <= set(OPTIONS)
    assert all(said for _, said in (*added.values(), *changed.values()))
