"""Measure a comparison: a register of so many rows, imported and held against so many people.

Writes a CSV file, takes it in as `compare import` does, and runs rule R01 as `audit run` does; prints
seconds for each step, of the clock and of the processor.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from aidledger.audit.caselog import Log
from aidledger.audit.laying import laid_out
from aidledger.audit.running import run_rules
from aidledger.domain.identity import check_character
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.domain.registers.kinds import KINDS
from aidledger.ledger.commitment import person_token
from aidledger.replay.intake.engine import intake
from aidledger.replay.intake.taking import ROWS, take
from aidledger.replay.models import load_models, needed
from aidledger.services.audits.auditing import rules_of
from aidledger.services.registers.reading import read_into
from aidledger.services.tables.place import keep

PEPPER: Final = b"measured" * 4
KIND: Final = KINDS["deaths"]
DATED: Final = date(2022, 6, 30)


def number(index: int) -> str:
    """Return the identity number of a person."""
    born = date(1930, 1, 1) + timedelta(days=index // 900)
    digits = f"520123{born:%Y%m%d}{index % 900 + 50:03d}"
    return digits + check_character(digits)


def register(path: Path, rows: int) -> None:
    """Write a register of deaths."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["序号", "姓名", "公民身份号码", "死亡日期", "住址"])
        for at in range(rows):
            row = (at, f"张{at % 900}", number(at * 3), f"2022-01-{at % 28 + 1:02d}", "某村")
            writer.writerow(row)


class Rolls(Log):
    """A ledger of people in support, each paid once, and the entry about the register."""

    def fill(self, people: int, root: str, rows: int) -> None:
        """Write one person's entries, and those of all others like them."""
        first = person_token(PEPPER, number(0))
        who = {"applicant": first, "programme": "tekun"}
        paid = {"month": "2022-06", "amount_fen": 100_000, "run": "run/2022-06"}
        for kind, on, data in (
            ("ApplicationSubmitted", "2022-01-04", who),
            ("ApplicationApproved", "2022-01-20", {}),
            ("PaymentIssued", "2022-06-10", paid),
        ):
            self.take({"type": kind, "stream": "case/0", "on": on, **data}, 0)
        kept = {"name": KIND.table, "root": root, "rows": rows}
        about = {"kind": KIND.name, "from_unit": "gongan", "kept": kept}
        stream, day = "register/deaths", str(DATED)
        self.take({"type": "RegisterImported", "stream": stream, "on": day, **about}, 0)
        *entries, (_, last) = self._rows
        self._rows = [
            (0, record.replace(b"case/0", b"case/%d" % at).replace(first.encode(), token))
            for _, record in entries
            for at in range(people)
            for token in [person_token(PEPPER, number(at * 7)).encode()]
        ]
        self._rows = [(at, record) for at, (_, record) in enumerate([*self._rows, (0, last)])]


@contextmanager
def told(what: str) -> Iterator[None]:
    """Print how long something took."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    took, used = time.perf_counter() - clock, time.process_time() - processor
    print(f"{what:40} {took:6.1f} s, processor {used:6.1f} s", flush=True)


def main(arguments: list[str]) -> int:
    """Measure; 0 when the rule found whom the register names."""
    parser = argparse.ArgumentParser(prog="measure_registers")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "deaths.csv"
        register(path, chosen.rows)
        with intake() as connection:
            with told(f"read {chosen.rows:,} rows"):
                header = read_into(connection, path, KIND, {}).header
            with told("check, make tokens"):
                take(connection, KIND, header.factors, dated=DATED, pepper=PEPPER)
            with told("root, file"):
                kept = keep(folder, connection, ROWS, KEPT_TABLES[KIND.table])
        log = Rolls("measured", 1)
        log.fill(chosen.people, kept.root, kept.rows)
        rules = rules_of(names=["R01"])
        models = needed(load_models(), sorted(rules["R01"].models_in(load_models())))
        with told("load the ledger, build models"), laid_out(log, models):
            pass
        with (
            told("the same, with the table and the rule"),
            laid_out(log, models, kept=[KIND.table], folder=folder) as laid,
            told("  of which the rule"),
        ):
            report = run_rules(laid.connection, rules.values(), laid.lost)
    named = len(
        {at for at in range(chosen.people) if at * 7 % 3 == 0 and at * 7 // 3 < chosen.rows}
    )
    print(f"{report.ran[0].findings:,} found, {named:,} named")
    return 0 if report.ran[0].findings == named else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
