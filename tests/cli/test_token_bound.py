"""A token at hand is bound to nothing: a client whose tokens must be bound gets none from the command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Mokuteki

MUST = "are bound to its key or certificate"


@pytest.fixture(autouse=True)
def _home(at_home: Path) -> None:
    assert at_home.is_dir()


def test_a_client_that_is_registered_for_a_key_gets_no_token_at_hand(mokuteki: Mokuteki) -> None:
    for binding in ("dpop", "certificate"):
        assert mokuteki("client", "update", "employer-b", "--binding", binding).code == 0
        ran = mokuteki("token", "employer-b")
        assert (ran.code, ran.out) == (1, "")
        assert f"the tokens of `employer-b` {MUST}" in ran.err.replace("\n", " ")
        assert "mokuteki client update employer-b --binding exempt" in ran.err.replace("\n", " ")
    for binding in ("exempt", "default"):
        assert mokuteki("client", "update", "employer-b", "--binding", binding).code == 0
        assert mokuteki("token", "employer-b").code == 0


def test_in_production_nor_does_one_that_reads_what_the_law_guards_most(
    mokuteki: Mokuteki, at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("secret", "data"):
        key = (at_home / f"{name}.key").read_text(encoding="ascii").strip()
        monkeypatch.setenv(f"MOKUTEKI_{name.upper()}_KEY", key)
    assert mokuteki("token", "employer-a").code == 0
    monkeypatch.setenv("MOKUTEKI_ENVIRONMENT", "production")
    for client in ("employer-a", "frontend"):
        ran = mokuteki("token", client)
        assert (ran.code, ran.out) == (1, "")
        assert f"the tokens of `{client}` {MUST}" in ran.err.replace("\n", " ")
    assert mokuteki("token", "ad-network").code == 0
