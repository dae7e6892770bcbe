"""The receiver of the documentation, run as its page says."""

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.notices.receivers import PAGE, PYTHON
from tests.served import free_port

COMMAND = re.compile(r"^ISSUER=(\S+) RECIPIENT=(\S+) (\.venv/bin/uvicorn receiver:app .*)$", re.MULTILINE)


def test_the_receiver_runs_by_the_command_of_its_page(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    ((issuer, recipient, command),) = COMMAND.findall(page)
    (program,) = PYTHON.findall(page)
    (tmp_path / "receiver.py").write_text(program, encoding="utf-8")
    port = free_port()
    first, *words = shlex.split(command.replace("--port 9000", f"--port {port}"))
    process = subprocess.Popen(  # noqa: S603 - the command of the page
        [str(Path(sys.executable).with_name(Path(first).name)), *words],
        cwd=tmp_path,
        env={**os.environ, "ISSUER": f"http://127.0.0.1:{free_port()}", "RECIPIENT": recipient},
    )
    try:
        until = time.monotonic() + 30
        while not listens(port):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
    finally:
        process.terminate()
        process.wait(30)
    assert (issuer, recipient) == ("http://127.0.0.1:8000", "employer-a")


def listens(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/notices").status_code == 405
    except httpx.TransportError:
        return False
