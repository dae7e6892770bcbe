"""The scripts of the proof: where nobody answers they say so in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proof import wire


@pytest.mark.parametrize("script", ["load", "received"])
def test_where_there_is_nothing_to_ask_it_is_told_in_one_sentence(script: str, tmp_path: Path) -> None:
    words = [str(tmp_path / "received.txt")] if script == "received" else []
    command = [sys.executable, "-m", f"tests.proof.{script}", *words, "--url", "http://127.0.0.1:9"]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "MOKUTEKI_VAR": str(tmp_path)},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("nothing was ")
    assert done.stderr.count("\n") == 1


async def test_nobody_who_listens_is_waited_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.1)
    with pytest.raises(TimeoutError):
        await wire.Wire.reach("127.0.0.1", 9, wire.PATIENCE)
