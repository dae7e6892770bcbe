"""`mokuteki transmission`: a notice from draft to end, and what is wrong with one told in one line."""

import pytest
from typer.core import TyperOption
from typer.main import get_command

from api.cli.main import app
from api.cli.transmission import OPTIONS
from tests.cli.conftest import Mokuteki

pytestmark = pytest.mark.usefixtures("at_home")

DRAFT = ("transmission", "draft", "ad-network", "--from", "2026-01-01")
MATTERS = (
    *("--item", "Event.url", "--item", "Event.order", "--recipient-ja", "架空広告"),
    *("--items-ja", "閲覧したページのURLと順序", "--purpose-ja", "広告の表示"),
    *("--opt-out-url", "https://ads.example/opt-out"),
)


def states(mokuteki: Mokuteki, notice: str) -> list[list[str]]:
    """The cells of the row of a notice."""
    ran = mokuteki("transmission", "list", "--recipient", "ad-network")
    assert ran.code == 0
    rows = (line.strip("│").split("│") for line in ran.out.splitlines() if notice in line)
    return [[cell.strip() for cell in row] for row in rows]


def test_a_notice_is_drafted_published_and_ended(mokuteki: Mokuteki) -> None:
    ran = mokuteki(*DRAFT, *MATTERS, "--operator", "yamada")
    notice = ran.out.strip()
    assert (ran.code, len(notice)) == (0, 26)
    ((_, recipient, state, first, until, published, items),) = states(mokuteki, notice)
    assert (recipient, state, first, until, published) == ("ad-network", "DRAFT", "2026-01-01", "", "")
    assert items == "Event.url Event.order"
    assert mokuteki("transmission", "publish", notice, "--operator", "yamada").code == 0
    ((_, _, state, _, _, published, _),) = states(mokuteki, notice)
    assert (state, published.endswith(" JST")) == ("HOLDS", True)
    assert "published before and stays as it is" in mokuteki("transmission", "publish", notice).err
    assert mokuteki("transmission", "end", notice).err == f"`{notice}` is ended\n"
    assert [row[2] for row in states(mokuteki, notice)] == ["ENDED"]


def test_what_a_draft_lacks_is_told_when_it_is_to_be_published(mokuteki: Mokuteki) -> None:
    notice = mokuteki(*DRAFT, "--item", "Event.url").out.strip()
    ran = mokuteki("transmission", "publish", notice)
    assert ran.code == 1
    assert [option in ran.err for option in ("`--items-ja`", "`--recipient-ja`", "`--opt-out-url`")] == [
        True
    ] * 3
    assert [row[2] for row in states(mokuteki, notice)] == ["INCOMPLETE"]


def test_every_mistake_of_a_draft_is_told_with_its_option_and_nothing_is_kept(mokuteki: Mokuteki) -> None:
    before = mokuteki("transmission", "list").out
    ran = mokuteki(
        *("transmission", "draft", "employer-a", "--from", "2026-01-01", "--until", "2025-01-01"),
        *("--item", "User.email", "--policy-url", "http://ads.example"),
    )
    assert (ran.code, ran.out) == (1, "")
    for place in ("`employer-a`", "`--until`", "`--item User.email`", "`--policy-url`"):
        assert f"{place}: " in ran.err, place
    assert mokuteki("transmission", "list").out == before
    assert "`--from` is no day" in mokuteki("transmission", "draft", "ad-network", "--from", "soon").err
    assert mokuteki("transmission", "end", "nothing").code == 1
    assert "no recipient is named" in mokuteki("transmission", "list", "--recipient", "nobody").err


def test_every_part_has_its_option() -> None:
    draft = get_command(app).commands["transmission"].commands["draft"]  # type: ignore[attr-defined]
    options = {name for each in draft.params if isinstance(each, TyperOption) for name in each.opts}
    assert options == {*OPTIONS.values(), "--operator"}
