"""Asks for every export on a disk that is full before it is done.

    python -m tests.cli.overfilling LEDGER DISK

Prints what came of each, as one JSON object: exit status, what was said, and what lay there then.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from tests.cli.shell import on

_FEW: Final = ("--model", "case_people", "--event", "ApplicationSubmitted")
EXPORTS: Final = {
    "county.beancount": ("export", "beancount", "--output"),
    "papers.xlsx": ("export", "workpapers", "--rule", "F001"),
    "flat": ("export", "flat", *_FEW),
    "parquet": ("export", "parquet", *_FEW),
    "tables.duckdb": ("export", "duckdb", *_FEW),
    "tables.db": ("export", "sqlite", *_FEW),
    "events.json": ("export", "ocel"),
    "events.sqlite": ("export", "ocel"),
    "events.xes": ("export", "xes"),
    "events": ("export", "cloudevents"),
    "report.html": ("audit", "report", "--rule", "F001", "--output"),
    "report.xlsx": ("audit", "report", "--rule", "F001", "--output"),
    "cases.csv": ("list", "case_state", "--format", "csv", "--output"),
    "cases.xlsx": ("list", "case_state", "--format", "xlsx", "--output"),
    "bundle": ("bundle", "create", "000001", "--to"),
}
"""What is asked for, by the name that it is to have."""
_ROOM_BYTES: Final = 2_048
"""So much can be written: each begins."""
_STEP: Final = b"\0" * 4_096


def fill(disk: Path) -> None:
    """Leave hardly any room on a small disk; tell a shim that there is none."""
    (disk.parent / "full").touch()
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while file.tell() < 1 << 22:
                file.write(_STEP)
        except OSError:
            file.truncate(max(0, file.tell() - _ROOM_BYTES))


def main(ledger: str, place: str) -> None:
    """Fill the disk, ask for everything, print what came of it."""
    disk = Path(place)
    found = {}
    fill(disk)
    for name, words in EXPORTS.items():
        ran = on(Path(ledger), *words, str(disk / name))
        left = sorted(one.name for one in disk.iterdir() if one.name != "filler")
        found[name] = {"code": ran.code, "err": ran.err, "left": left}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
