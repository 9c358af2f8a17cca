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


def chinese_font() -> None:
    """See to it that some family with the Chinese characters is there, as users install one."""
    import typst  # noqa: PLC0415 - of the extra pdf

    from aidledger.services.typesetting.pdf import CHINESE  # noqa: PLC0415 - of tests that set text

    def found() -> Path | None:
        families = typst.Fonts().families()
        return Path(families[0]) if {*CHINESE} & {*families} else None

    needed("fonts-wqy-microhei", found)
