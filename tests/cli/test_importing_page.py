"""What IMPORTING shows in a terminal is what the commands print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.shell import aidledger

PAGE = Path(__file__).resolve().parents[2] / "docs/IMPORTING.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
HASH = re.compile(r"\b[0-9a-f]{60,64}(?:\n +[0-9a-f]{1,4}$)?", re.MULTILINE)


def typed() -> Iterator[tuple[str, str]]:
    """Yield each command of the page, and what stands below it."""
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, below = part.partition("\n")
            yield line, below


def test_the_transcript_is_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    differing = []
    for line, below in typed():
        words = shlex.split(line)
        if words[0] == "cat":
            Path(words[1]).write_text(below, encoding="utf-8")
            continue
        ran = aidledger("--lang", "en", *words[1:])
        if HASH.sub("<hash>", below) != HASH.sub("<hash>", ran.out + ran.err):
            differing.append((line, ran.out + ran.err))

    assert [] == differing
