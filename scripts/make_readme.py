#!/usr/bin/env python3
"""Writes into the READMEs and docs/TIME.md what their commands print; ``--check`` says whether that still holds.

In a ```console block each line that begins with ``$ `` is typed into a shell, in order, in one empty
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
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "docs/TIME.md")
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```\n)", re.DOTALL)
_SHOWN_LINES = 28
_PROGRAM = f'aidledger() {{ {shlex.quote(sys.executable)} -m aidledger "$@"; }}'
_END = r"printf '\000%d\000' $?"


def printed(commands: list[str], folder: Path) -> list[str]:
    """Type command lines into one shell; return what each prints, long output cut and said so."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    for name in ("AIDLEDGER", "AIDLEDGER_KEYS", "AIDLEDGER_LANG"):
        environment.pop(name, None)
    script = [_PROGRAM, *(line for command in commands for line in (command, _END))]
    done = subprocess.run(
        ["sh", "-c", "\n".join(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    parts = done.stdout.split("\0")
    for command, status in zip(commands, parts[1::2], strict=True):
        if status not in {"0", "1", "4"}:
            raise SystemExit(f"{command}: exit status {status}\n{done.stderr}")
    return [_cut(part) for part in parts[: 2 * len(commands) : 2]]


def _cut(output: str) -> str:
    """Return the first lines of an output, and how many more there are."""
    lines = [line.rstrip() for line in output.splitlines()]
    if len(lines) > _SHOWN_LINES:
        lines = [*lines[:_SHOWN_LINES], f"… ({len(lines) - _SHOWN_LINES} lines more)"]
    return "".join(f"{line}\n" for line in lines)


def refreshed(text: str) -> str:
    """Return the page with the outputs of its commands as they are today."""

    def block(match: re.Match[str]) -> str:
        commands = [line[2:] for line in match.group().splitlines() if line.startswith("$ ")]
        with tempfile.TemporaryDirectory() as folder:
            outputs = printed(commands, Path(folder))
        return "\n".join(f"$ {one}\n{out}" for one, out in zip(commands, outputs, strict=True))

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
