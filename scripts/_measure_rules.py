"""Measure the audit rules on simulated counties, each of its own seed; the page is made from the figures.

A county is simulated, the rules are run over it, and its figures are added to a file: one JSON
object a line. A run that was broken off goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Final

from _measure_page import page, shortfalls
from _measure_scenarios import cases_page
from aidledger.audit.running import RuleFinding
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate

MONTHS: Final = 12
SHOWN: Final = 20
"""So many findings that nobody planted are written down with their county."""


def main(arguments: list[str]) -> int:
    """Return 0 when all that was asked for is measured and no rule falls short."""
    parser = argparse.ArgumentParser(
        prog="measure_rules", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("results", type=Path, help="file of figures, a JSON object a line")
    parser.add_argument("--clean", type=_seeds, default=(), metavar="A-B", help="seeds: clean")
    parser.add_argument("--planted", type=_seeds, default=(), metavar="A-B", help="seeds: planted")
    parser.add_argument(
        "--statements", action="store_true", help="with a bank's statement of each account a month"
    )
    parser.add_argument("--cases", type=int, default=400, metavar="N", help="cases of each county")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the page to this file")
    parser.add_argument(
        "--scenarios", type=Path, metavar="FILE", help="write the page of cases there"
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="counties at a time")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the ledgers in this folder")
    chosen = parser.parse_args(arguments)
    known = {(one["kind"], one["seed"], one["cases"]) for one in _read(chosen.results)}
    wanted = [
        (kind, seed, chosen.cases)
        for kind in ("planted", "clean")
        for seed in getattr(chosen, kind)
        if (kind, seed, chosen.cases) not in known
    ]
    with ProcessPoolExecutor(max_workers=chosen.jobs) as pool:
        under_way = [pool.submit(_county, chosen.keep, *one, chosen.statements) for one in wanted]
        for done, one in enumerate(as_completed(under_way), start=1):
            figures = one.result()
            with chosen.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(figures, ensure_ascii=False, sort_keys=True) + "\n")
            _say(f"{done}/{len(wanted)}: {_named(figures)}")
    measured = _read(chosen.results)
    if chosen.page:
        chosen.page.write_text(page(measured), encoding="utf-8")
    short = shortfalls(measured)
    if chosen.scenarios:
        text, wrong = cases_page(_say)
        chosen.scenarios.write_text(text, encoding="utf-8")
        short += wrong
    for line in short:
        print(f"measure_rules: {line}", file=sys.stderr)
    return 1 if short else 0


def _seeds(text: str) -> tuple[int, ...]:
    """Return the seeds of ``7`` or ``1-10``."""
    first, _, last = text.partition("-")
    return tuple(range(int(first), int(last or first) + 1))


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the figures of every county so far."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _county(
    keep: Path | None, kind: str, seed: int, cases: int, statements: bool
) -> dict[str, Any]:
    """Simulate one county, run every rule over it, and return the figures."""
    with tempfile.TemporaryDirectory(prefix="aidledger-measure-") as made:
        return _measured(keep or Path(made), kind, seed, cases, statements=statements)


def _measured(
    folder: Path, kind: str, seed: int, cases: int, *, statements: bool
) -> dict[str, Any]:
    """Do so in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    location = str(folder / f"{kind}-{seed}-{cases}.db")
    listed = folder / f"{kind}-{seed}-{cases}.json" if kind == "planted" else None
    began = time.perf_counter()
    create_ledger(location, origin=f"simulated/{seed}")
    with open_session(location) as session:
        made = simulate(
            session,
            cases=cases,
            months=MONTHS,
            seed=seed,
            irregularities=listed,
            statements=statements,
        )
    simulated = time.perf_counter()
    with open_session(location, read_only=True) as session:
        report = audit(session, rules_of()).report
    figures: dict[str, Any] = {
        "kind": kind,
        "seed": seed,
        "cases": cases,
        "entries": made.entries,
        "root": made.root,
        "statements": statements,
        "simulated_s": round(simulated - began, 1),
        "audited_s": round(time.perf_counter() - simulated, 1),
        "not_run": {one.rule: one.code for one in report.not_run},
        "found": {one.rule: one.by_severity for one in report.ran if one.findings},
    }
    if listed is not None:
        figures |= _held(json.loads(listed.read_bytes()), report.findings)
    return figures


def _named(one: dict[str, Any]) -> str:
    """Say which county was measured, and how long it took."""
    times = f"simulated {one['simulated_s']} s, rules {one['audited_s']} s"
    return f"{one['kind']} {one['seed']}, {one['entries']:,} entries: {times}"


def _held(listed: dict[str, Any], findings: tuple[RuleFinding, ...]) -> dict[str, Any]:
    """Hold the findings against what was planted, rule by rule.

    Found: every planted entry is among the positions of a finding of its rule. True: a finding that
    has an entry planted for its rule, or one that breaks it by the way of another planted one.
    """
    by_rule: dict[str, list[RuleFinding]] = defaultdict(list)
    for one in findings:
        by_rule[one.rule].append(one)
    planted = [one for one in listed["irregularities"] if not one["only_in_file"]]
    known: dict[str, set[int]] = defaultdict(set)
    for one in listed["irregularities"] + listed["side_effects"]:
        known[one["rule"]] |= set(one["positions"])
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    missed: list[list[Any]] = []
    other: list[list[Any]] = []
    for one in planted:
        seen = {p for found in by_rule[one["rule"]] for p in found.positions}
        rules[one["rule"]]["planted"] += 1
        if set(one["positions"]) <= seen:
            rules[one["rule"]]["found"] += 1
        else:
            missed.append([one["rule"], one["note_en"], sorted(set(one["positions"]) - seen)])
    for rule, found in by_rule.items():
        for one in found:
            rules[rule]["findings"] += 1
            if known[rule] & set(one.positions):
                rules[rule]["true"] += 1
            elif len(other) < SHOWN:
                other.append([rule, one.subject, one.positions, one.message_en])
    absent = [[one["rule"], one["note_en"], one["reason"]] for one in listed["not_planted"]]
    return {"rules": rules, "missed": missed, "other": other, "absent": absent}


def _say(text: str) -> None:
    """Show how far it is."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
