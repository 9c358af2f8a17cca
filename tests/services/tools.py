"""Tools of other projects that lint what is shipped: found, or taken out of their Debian package."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def promtool(folder: Path) -> str:
    """Return Prometheus's promtool; its package is unpacked into a folder, and nothing installed."""
    found = shutil.which("promtool")
    if found is not None:
        return found
    place = folder / "prometheus"
    place.mkdir()
    if shutil.which("apt-get") and shutil.which("dpkg-deb"):
        fetch = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "prometheus"]
        if subprocess.run(fetch, cwd=place, capture_output=True, check=False).returncode:
            subprocess.run(["apt-get", "update"], capture_output=True, check=False)
            subprocess.run(fetch, cwd=place, capture_output=True, check=False)
        for package in place.glob("prometheus_*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, place], check=True, capture_output=True)
    unpacked = place / "usr" / "bin" / "promtool"
    if not unpacked.is_file():
        pytest.fail("promtool is needed: install the package prometheus (Debian)")
    return str(unpacked)


def systemd_analyze() -> str:
    """Return systemd-analyze; the package is installed where root may, and the failure clear if not."""
    found = shutil.which("systemd-analyze")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "--no-install-recommends", "systemd"]
        if subprocess.run(install, env=environ, capture_output=True, check=False).returncode:
            subprocess.run(["apt-get", "update"], capture_output=True, check=False)
            subprocess.run(install, env=environ, capture_output=True, check=False)
        found = shutil.which("systemd-analyze")
    if found is None:
        pytest.fail("systemd-analyze is needed: install the package systemd (Debian)")
    return found
