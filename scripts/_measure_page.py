"""docs/RULES-MEASURED.md from the figures of simulated counties, and where rules fall short in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from aidledger.services.audits.auditing import rules_of
from aidledger.services.simulation.irregularities.uncarried import UNCARRIED

OWN_SEEDS: Final = range(1, 1_000)
"""Seeds that rules were tried on while they were written; all others were drawn for one measurement."""
PRECISION_PERCENT: Final = 99
OF_ENTRIES: Final = "F"
"""The ids of the rules that are planted for begin so. Others only point, or read registers beside a ledger."""
OF_STATEMENTS: Final = ("M07", "M08")
"""Rules that are planted for in counties with statements of a bank."""
GRAVE: Final = ("critical", "high")
_COLUMNS: Final = "planted | found | recall | findings | true | precision"
SEVERITIES: Final = (*GRAVE, "medium", "low")
_HEAD: Final = """<!-- Written by scripts/measure_rules from docs/rules-measured.jsonl; measure again instead of editing. -->
# Rules, measured

What the [audit rules](RULES.md) find in simulated counties, and what they find where nothing is wrong. Each county is one seed;
its figures are a line of [rules-measured.jsonl](rules-measured.jsonl), and anybody can make it again:

```sh
scripts/measure_rules docs/rules-measured.jsonl --planted 1-10 --cases 200     # counties with planted irregularities
scripts/measure_rules docs/rules-measured.jsonl --planted 11 --cases 100 --statements
scripts/measure_rules docs/rules-measured.jsonl --clean 2001-2020 --cases 10000 --jobs 2
scripts/measure_rules docs/rules-measured.jsonl --page docs/RULES-MEASURED.md  # this page, from all lines
```

A county that is in the file is not measured again, so a run that was broken off goes on. Exit status 1: a rule fell short.
"""
_PLANTED: Final = """## What was planted is found

`aidledger simulate --irregularities FILE` breaks each rule on purpose among cases in which all is well, and writes down at which
positions. The rules know nothing of that file. The columns:

- **planted**: irregularities of the rule. **found**: those of which *every* entry is among the positions of findings of the rule.
- **findings**: what the rule found in all. **true**: those that have an entry that was planted for the rule, or one by which
  another planted irregularity breaks the rule by the way (the file names these as `side_effects`).
- **recall** is found of planted, **precision** is true of findings, both in per cent.

Rules that only say where to look first (M01 to M06), and those that read registers beside the ledger (R01 and so on), have
nothing planted for them and are not in the table. For M07 and M08 a county has statements of its bank (`--statements`), some of
them wrong; where `"statements": true` is not in a county's line it has none, and these two rules are not run in it.

*Own seeds* (below 1000) were looked at while rules were written. *Unseen seeds* were drawn once and asked for this table
after the rules were written; where they showed a fault, others were drawn for the next one.
"""
_ABSENT: Final = """Not in the table, because no entry can carry it:

{rules}

`tests/services/test_uncarried.py` shows how each of them is found all the same: by `aidledger verify`, and by taking the
decision again. Of F088 one kind more is planted that no SQL can find: another amount on a line changes only the hash of the
file; the list of that day, made again (`aidledger list --at`), shows it.
"""
_CLEAN: Final = """## Where nothing is wrong

Clean counties over twelve months. No finding of severity critical or high is wanted; medium and low ones are listed as they
are. `not run`: rules that lack data in such a county (nobody declared relatives, nothing was compared with a certain
register); not run is not clean, and the counties above hold these rules to what they find.
"""


def page(measured: Sequence[dict[str, Any]]) -> str:
    """Return the page."""
    planted = [one for one in measured if one["kind"] == "planted"]
    clean = [one for one in measured if one["kind"] == "clean"]
    absent = "\n".join(f"- {one.rule}: {one.note_en}." for one in UNCARRIED)
    parts = [_HEAD, _PLANTED, *_rules_table(planted), "", _ABSENT.format(rules=absent)]
    return "\n".join([*parts, _CLEAN, *_clean_table(clean)]) + "\n"


def shortfalls(measured: Iterable[dict[str, Any]]) -> list[str]:
    """Return, in words, every place where rules found too little or too much."""
    found = []
    for one in measured:
        name = f"{one['kind']} county, seed {one['seed']}, {one['cases']} cases"
        if one["kind"] == "clean":
            grave = {
                rule: counted
                for rule, counted in one["found"].items()
                if any(severity in counted for severity in GRAVE)
            }
            found += [f"{name}: {rule} found {counted}" for rule, counted in grave.items()]
        else:
            found += [f"{name}: not found: {missed}" for missed in one["missed"]]
    for own in (True, False):
        counts = _counted([one for one in measured if _is_own(one) == own])
        found += [
            f"{'own' if own else 'unseen'} seeds: {rule}: {counted['true']} true of {counted['findings']}"
            for rule, counted in counts.items()
            if _is_scored(rule)
            if 100 * counted["true"] < PRECISION_PERCENT * counted["findings"]
        ]
    return found


def _is_scored(rule: str) -> bool:
    """Whether irregularities are planted for a rule."""
    return rule.startswith(OF_ENTRIES) or rule in OF_STATEMENTS


def _is_own(one: dict[str, Any]) -> bool:
    """Whether the county is of a seed that rules were tried on."""
    return one["seed"] in OWN_SEEDS


def _counted(counties: Iterable[dict[str, Any]]) -> dict[str, Counter[str]]:
    """Return the figures of each rule over all planted counties."""
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    for one in counties:
        for rule, counted in one.get("rules", {}).items():
            rules[rule].update(counted)
    return rules


def _rules_table(planted: list[dict[str, Any]]) -> list[str]:
    """Return the table of recall and precision, rule by rule."""
    own = [one for one in planted if _is_own(one)]
    unseen = [one for one in planted if not _is_own(one)]
    lines = [
        f"Own seeds: {_said(own)}. Unseen seeds: {_said(unseen)}.",
        "",
        f"| rule | title | own: {_COLUMNS} | unseen: {_COLUMNS} |",
        "| --- | --- |" + " --: |" * 12,
    ]
    sides = (_counted(own), _counted(unseen))
    sums: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for rule in rules_of().values():
        silent = not any(side[rule.id]["planted"] or side[rule.id]["findings"] for side in sides)
        if silent or not _is_scored(rule.id):
            continue
        for total, side in zip(sums, sides, strict=True):
            total.update(side[rule.id])
        cells = [*_cells(sides[0][rule.id]), *_cells(sides[1][rule.id])]
        lines.append(
            f"| [{rule.id}](RULES.md#{rule.id.lower()}) | {rule.title_en} | {_row(cells)} |"
        )
    return [*lines, f"| **all** | | {_row([*_cells(sums[0]), *_cells(sums[1])])} |"]


def _said(counties: list[dict[str, Any]]) -> str:
    """Say which counties these are."""
    if not counties:
        return "none yet"
    seeds = sorted(one["seed"] for one in counties)
    entries = sum(one["entries"] for one in counties)
    cases = " or ".join(str(number) for number in sorted({one["cases"] for one in counties}))
    return f"{len(counties)} counties ({_ranges(seeds)}) of {cases} cases, {entries:,} entries"


def _ranges(seeds: list[int]) -> str:
    """Return seeds as ``1-3, 7``."""
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][1] + 1:
            runs[-1][1] = seed
        else:
            runs.append([seed, seed])
    return ", ".join(f"{first}-{last}" if first < last else f"{first}" for first, last in runs)


def _cells(counted: Counter[str]) -> list[str]:
    """Return planted, found, recall, findings, true, precision."""
    recall = _percent(counted["found"], counted["planted"])
    precision = _percent(counted["true"], counted["findings"])
    names = ("planted", "found"), ("findings", "true")
    left, right = ([f"{counted[name]:,}" for name in pair] for pair in names)
    return [*left, recall, *right, precision]


def _percent(part: int, whole: int) -> str:
    """Return a share in per cent, cut to tenths: 99.96 is not 100."""
    if not whole:
        return ""
    tenths = part * 1_000 // whole
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def _clean_table(clean: list[dict[str, Any]]) -> list[str]:
    """Return the table of clean counties, the largest first."""
    lines = [
        "| seed | cases | entries | critical | high | medium | low | rules not run | simulated s | rules s |",
        "|" + " --: |" * 10,
    ]
    total: Counter[str] = Counter()
    for one in sorted(clean, key=lambda one: (-one["cases"], one["seed"])):
        counts: Counter[str] = Counter()
        for counted in one["found"].values():
            counts.update(counted)
        total.update(counts, entries=one["entries"], cases=one["cases"])
        cells = [str(one["seed"]), f"{one['cases']:,}", f"{one['entries']:,}"]
        cells += [str(counts[severity]) for severity in SEVERITIES]
        cells += [str(len(one["not_run"])), str(one["simulated_s"]), str(one["audited_s"])]
        lines.append(f"| {_row(cells)} |")
    cells = [f"{len(clean)} counties", f"{total['cases']:,}", f"{total['entries']:,}"]
    cells += [str(total[severity]) for severity in SEVERITIES]
    return [*lines, f"| {_row([*cells, '', '', ''])} |"]


def _row(cells: Iterable[str]) -> str:
    return " | ".join(cells)
