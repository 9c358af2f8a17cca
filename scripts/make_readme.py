#!/usr/bin/env python3
"""Writes into the READMEs what their commands print; ``--check`` says whether that still holds.

In a ```console block each line that begins with ``$ aidledger`` is run, in order, in one empty
folder, at 80 columns; what it prints on standard output stands below it.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```\n)", re.DOTALL)
_SHOWN_LINES = 26


def printed(command: str, folder: Path) -> str:
    """Run one command line and return what it prints, long output cut and said so."""
    arguments = shlex.split(command)[1:]
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    for name in ("AIDLEDGER", "AIDLEDGER_LANG"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "aidledger", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 4):
        raise SystemExit(f"{command}: exit status {done.returncode}\n{done.stderr}")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    if len(lines) > _SHOWN_LINES:
        lines = [*lines[:_SHOWN_LINES], f"… ({len(lines) - _SHOWN_LINES} lines more)"]
    return "\n".join(lines)


def refreshed(text: str) -> str:
    """Return the page with the outputs of its commands as they are today."""

    def block(match: re.Match[str]) -> str:
        commands = [line for line in match.group().splitlines() if line.startswith("$ aidledger")]
        with tempfile.TemporaryDirectory() as folder:
            parts = [f"{c}\n{printed(c[2:], Path(folder))}" for c in commands]
        return "\n\n".join(parts) + "\n"

    return _BLOCK.sub(block, text)


def main() -> int:
    """Rewrite the pages, or with ``--check`` compare them."""
    stale = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        wanted = refreshed(text)
        if wanted != text:
            stale.append(page.name)
            if "--check" not in sys.argv[1:]:
                page.write_text(wanted, encoding="utf-8")
    for name in stale:
        print(f"{name}: the transcript is not what the commands print")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    raise SystemExit(main())
