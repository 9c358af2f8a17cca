"""What the READMEs show is what the commands print today, in both languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_transcripts_of_the_readmes_are_what_the_commands_print() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "make_readme.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stdout + done.stderr)
