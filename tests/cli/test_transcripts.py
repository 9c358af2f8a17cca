"""Each transcript is a session at the prompt: what was typed, what was printed, how it ended.

``$ aidledger …`` runs in a folder of its own; ``$ write NAME`` makes a file of the lines behind
``| ``. Lines of standard error begin with ``! ``; ``[exit N]`` is there unless it is 0. What differs
from run to run (hashes, times) is masked. With AIDLEDGER_WRITE_TRANSCRIPTS=1 they are written anew,
to be read before they are kept.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from tests.cli.shell import aidledger

WRITE = "AIDLEDGER_WRITE_TRANSCRIPTS"
FOLDER = Path(__file__).parent / "transcripts"
MASKS = (
    (
        re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z \(\d{4}-\d{2}-\d{2} \+08:00\)"),
        "<time>",
    ),
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}"), "<time>"),
    (re.compile(r"(?<=as of )\d{4}-\d{2}-\d{2}$", re.MULTILINE), "<today>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}"), "+<key>"),
    (re.compile(r"\b[0-9a-f]{12}…"), "<hash>"),
    (re.compile(r"\b[pa][0-9a-f]{7}…"), "<token>"),
    (re.compile(r"(?<=recorded )[\d,]+(?= working days late)"), "<days>"),
)


def masked(text: str) -> str:
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def play(script: str) -> str:
    """Run every command of a transcript; return it with what was printed now."""
    out: list[str] = []
    lines = script.splitlines()
    for at, line in enumerate(lines):
        if not line.startswith("$ "):
            if line.startswith(("#", "| ")) or (not line and not out):
                out.append(line)
            continue
        out.append(line)
        words = shlex.split(line[2:])
        if words[0] == "write":
            body = []
            for text in lines[at + 1 :]:
                if not text.startswith("| "):
                    break
                body.append(text[2:])
            Path(words[1]).write_text("\n".join(body) + "\n", encoding="utf-8")
            continue
        stdin = b""
        if "<" in words:
            stdin = Path(words[words.index("<") + 1]).read_bytes()
            words = words[: words.index("<")]
        ran = aidledger(*words[1:], stdin=stdin, environ={"AIDLEDGER": "county.db"})
        out += masked(ran.out).splitlines()
        out += [f"! {text}" for text in masked(ran.err).splitlines()]
        if ran.code:
            out.append(f"[exit {ran.code}]")
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_the_session_goes_as_written(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = path.read_text(encoding="utf-8")
    if os.environ.get(WRITE):
        path.write_text(play(written).rstrip() + "\n", encoding="utf-8")
        return

    assert written.splitlines() == play(written).splitlines()


def test_there_are_transcripts() -> None:
    assert len(list(FOLDER.glob("*.txt"))) >= 5
