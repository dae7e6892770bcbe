"""What tests need of the system: Debian's packages, put in place where that is allowed, one turn at a time."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def install(*packages: str) -> bool:
    """Install these packages, and tell whether they are; only root can, and only where there is apt."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["update"], ["install", "-y", "--no-install-recommends", *packages])
    with (Path(tempfile.gettempdir()) / "apt-for-tests.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # apt serves one at a time, and test workers run side by side
        return all(
            subprocess.run([apt, *step], env=environment, capture_output=True, check=False).returncode == 0  # noqa: S603 - fixed words
            for step in steps
        )
