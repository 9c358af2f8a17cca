from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = (
    "sqlalchemy",
    "duckdb",
    "eventsourcing",
    "psycopg",
    "msgspec",
    "cel",
    "rich",
    "cryptography",
)
OURS = ("aidledger.domain", "aidledger.services", "aidledger.store", "aidledger.ledger")
PROBE = """
import sys
from aidledger.interfaces.cli.main import run
try:
    sys.exit(run({words!r}))
finally:
    print("LOADED", *sorted(sys.modules), file=sys.stderr)
"""


def loaded(words: list[str], environ: dict[str, str] | None = None) -> tuple[int, set[str]]:
    ran = subprocess.run(
        [sys.executable, "-c", PROBE.format(words=words)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(environ or {})},
    )
    line = next(line for line in ran.stderr.splitlines() if line.startswith("LOADED"))
    return ran.returncode, set(line.split()[1:])


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["--lang", "zh", "--help"], ["case", "show", "--help"], ["verfy"]],
)
def test_help_and_version_import_nothing_heavy(words: list[str]) -> None:
    _, modules = loaded(words)

    assert [] == [name for name in (*HEAVY, *OURS) if name in modules]


def test_completion_imports_nothing_heavy() -> None:
    code, modules = loaded(
        [],
        {"_AIDLEDGER_COMPLETE": "bash_complete", "COMP_WORDS": "aidledger ver", "COMP_CWORD": "1"},
    )

    assert 0 == code
    assert [] == [name for name in (*HEAVY, *OURS) if name in modules]


def test_a_reader_that_leaves_early_ends_the_program_quietly() -> None:
    first = subprocess.Popen(
        [sys.executable, "-m", "aidledger", "events", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert first.stdout is not None
    assert first.stderr is not None
    first.stdout.close()
    said = first.stderr.read()
    first.stderr.close()

    assert first.wait() in (0, 141)
    assert b"" == said
