"""Programs that tests need from Debian's packages: looked for, and installed where root may."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


def needed(package: str, found: Callable[[], Path | None]) -> Path:
    """Return the place that `found` gives; install the package if need be, fail clearly if not."""
    place = found()
    if place is None and os.geteuid() == 0 and shutil.which("apt-get"):
        apt = ["apt-get", "-o", "DPkg::Lock::Timeout=120"]
        install = [*apt, "install", "-y", "--no-install-recommends", package]
        if not _quietly(install):
            _quietly([*apt, "update"])
            _quietly(install)
        place = found()
    if place is None:
        pytest.fail(f"{package} is needed: install it (Debian: apt-get install {package})")
    return place


def _quietly(command: list[str]) -> bool:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return not subprocess.run(command, check=False, capture_output=True, env=environ).returncode
