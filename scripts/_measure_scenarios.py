"""docs/CASES.md: every scenario simulated, and what rules find of it, in the figures that were published."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from _measure_page import OF_ENTRIES
from aidledger.audit.running import RuleFinding
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.decoding import recorded_all
from aidledger.services.initialising import create_ledger
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import simulate
from aidledger.services.simulation.scenarios.catalog import SCENARIOS
from aidledger.services.simulation.scenarios.scenario import Scenario, Shown

SEED: Final = 2022
"""That of `aidledger simulate` where none is given."""
_HEAD: Final = """<!-- Written by scripts/measure_rules --scenarios; measure again instead of editing. -->
# Cases of published audits

Audit offices publish what they find. Some of these situations are rebuilt here as counties that never were: as many persons and
as much money as was published, among cases in which all is well. The rules know nothing of it; they have to find these figures,
no more and no less. People, dates, villages and accounts are invented, and so is what no source gives; it is said with each.

```sh
aidledger --ledger case.db init
aidledger --ledger case.db simulate --scenario paid-after-death
aidledger --ledger case.db audit run
```

`tests/services/test_scenarios.py` asserts the figures in every run of the tests (the largest two smaller, as it says);
`scripts/measure_rules RESULTS --scenarios docs/CASES.md` simulates each in full and writes this page. *cases* and *persons* are
those of the entries that prove the findings; *by the way* are rules that the same situation breaks as well (rules that only say
where to look first, M01 and so on, are left out).

| scenario | what was published | rule | findings | cases | persons | yuan |
| --- | --- | --- | --: | --: | --: | --: |
"""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario as it was simulated and what each rule found of it."""

    scenario: Scenario
    entries: int
    found: dict[str, Shown]
    severities: dict[str, dict[str, int]]


def held(session: Session, rule: str, findings: Iterable[RuleFinding]) -> Shown:
    """Return what one rule found: findings, the cases and persons of their entries, the sum in fen."""
    own = [one for one in findings if one.rule == rule]
    positions = {position for one in own for position in one.positions}
    rows = (row for at in sorted(positions) for row in session.store.read(at, at + 1))
    streams = {entry.stream for entry in recorded_all(rows)}
    cases = {stream for stream in streams if stream.startswith("case/")}
    persons = 0
    for stream in cases:
        events = [entry.event for entry in session.stream(stream)]
        asked = [event for event in events if isinstance(event, ApplicationSubmitted)]
        persons += asked[-1].persons if asked else 0
    return Shown(
        rule=rule,
        findings=len(own),
        cases=len(cases),
        persons=persons,
        amount_fen=sum(one.amount_fen or 0 for one in own),
    )


def made(scenario: Scenario, say: Any) -> Made:
    """Simulate a scenario in full and run every rule over it."""
    with tempfile.TemporaryDirectory(prefix="aidledger-cases-") as folder:
        location = str(Path(folder) / "case.db")
        create_ledger(location, origin=f"simulated/{scenario.name}")
        began = time.perf_counter()
        with open_session(location) as session:
            result = simulate(
                session,
                cases=scenario.cases,
                months=scenario.months,
                seed=SEED,
                scenario=scenario,
            )
        with open_session(location, read_only=True) as session:
            report = audit(session, rules_of()).report
            ran = {one.rule: one.by_severity for one in report.ran if one.findings}
            found = {rule: held(session, rule, report.findings) for rule in ran}
    say(f"{scenario.name}: {result.entries} entries, {time.perf_counter() - began:.1f} s")
    return Made(scenario=scenario, entries=result.entries, found=found, severities=ran)


def cases_page(say: Any) -> tuple[str, list[str]]:
    """Return the page and, in words, where a figure is another than the scenario's."""
    all_made = [made(scenario, say) for scenario in SCENARIOS.values()]
    wrong = [
        f"{one.scenario.name}: expected {shown}, found {one.found.get(shown.rule)}"
        for one in all_made
        for shown in one.scenario.shown
        if shown.rule not in one.found or not shown.agrees(one.found[shown.rule])
    ]
    rows = [row for one in all_made for row in _rows(one)]
    return _HEAD + "\n".join([*rows, "", *map(_section, all_made)]), wrong


def _rows(one: Made) -> list[str]:
    """Return the rows of the first table: a rule each."""
    name = one.scenario.name
    shown = [one.found[wanted.rule] for wanted in one.scenario.shown if wanted.rule in one.found]
    return [
        f"| [{name}](#{name}) | {one.scenario.published_en} | {_figures(found)} |"
        for found in shown
    ]


def _figures(found: Shown) -> str:
    """Return a rule's figures as cells."""
    rule = f"[{found.rule}](RULES.md#{found.rule.lower()})"
    sums = (found.findings, found.cases, found.persons, (found.amount_fen or 0) // 100)
    return " | ".join([rule, *(f"{number:,}" for number in sums)])


def _section(one: Made) -> str:
    """Return what is told of one scenario."""
    scenario = one.scenario
    wanted = {shown.rule for shown in scenario.shown}
    sums = all(shown.amount_fen is not None for shown in scenario.shown)
    lines = [
        f"## {scenario.name}",
        "",
        f"{scenario.title_zh}，{scenario.title_en}.",
        "",
        f"- Published: {scenario.published_zh}。{scenario.published_en}.",
        f"- Invented: {scenario.ours_zh}。{scenario.ours_en}.",
        "- "
        + (
            "The figures are those published."
            if sums
            else "No sum was published; ours follows from the county."
        ),
        f"- County: {scenario.cases:,} cases, {scenario.months} months, {one.entries:,} entries, seed {SEED}.",
    ]
    other = sorted(rule for rule in one.found.keys() - wanted if rule.startswith(OF_ENTRIES))
    if other:
        told = [f"{rule} ({_said(one.severities[rule])})" for rule in other]
        lines.append(f"- By the way: {', '.join(told)}.")
    lines += ["", "| rule | findings | cases | persons | yuan |", "| --- | --: | --: | --: | --: |"]
    lines += [f"| {_figures(one.found[rule])} |" for rule in sorted(wanted & one.found.keys())]
    return "\n".join([*lines, ""])


def _said(counted: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {severity}" for severity, number in counted.items())
