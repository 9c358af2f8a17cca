"""How cost grows from ten thousand entries on: one county, ever larger, through the whole of a night.

Each size is measured in this process, once, smallest first: what a database does with visits and
payments, and what is done with the sealed archive of a simulated county. Work that would take too long
at the next size is left out there. What is shown is a line over both axes in powers of ten, and the
exponent that fits it: 1.00 is cost in proportion to the entries. Fitted is what the processor spent: the
clock of a shared machine says as much of what else ran.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from aidledger.archive.manifest import SEGMENT_ENTRIES
from aidledger.audit.rule import load_rules
from aidledger.audit.running import run_rules
from aidledger.replay.generations import Generations
from aidledger.replay.models import load_models
from aidledger.services.archives.archiving import seal
from aidledger.services.initialising import create_ledger
from aidledger.services.ladder.archivecheck import verify_archive
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import open_session
from aidledger.store.opening import open_ledger
from benchmarks.archived import AS_OF
from benchmarks.enlarged import Enlarged, archive_bytes, enlarged
from benchmarks.filling import append, draft
from benchmarks.measuring import peak_mib
from benchmarks.servers import ORIGIN

SIZES = (10_000, 100_000, 1_000_000)
LARGE = 10_000_000
SEGMENTS = 4
"""At least so many, where the log is small: a segment of it is shorter then."""
WORKERS = 2
MOST_SECONDS = 900.0
"""No work is begun that would take longer, by what it took at the size before."""
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 800, 420, 70, 44, 230, 48
_COLOURS = ("#1f5a99", "#b3541e", "#2f7d4f", "#7a3b8f", "#8a6d00", "#555555")


class Cost(NamedTuple):
    """What one piece of work cost: of the processor, or of the disk; and by the clock, if it took any."""

    spent: float
    clock_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """What one kind of work cost at each size."""

    title: str
    unit: str
    sizes: tuple[int, ...]
    costs: tuple[Cost, ...]

    @property
    def exponent(self) -> float:
        """The slope that fits cost over size in logarithms, by least squares."""
        spent = [cost.spent for cost in self.costs]
        xs, ys = ([math.log(one) for one in many] for many in (self.sizes, spent))
        x, y = sum(xs) / len(xs), sum(ys) / len(ys)
        above = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
        return above / sum((a - x) ** 2 for a in xs)

    @property
    def last(self) -> float:
        """The slope between the two largest sizes, where fixed costs weigh least."""
        return Line(self.title, self.unit, self.sizes[-2:], self.costs[-2:]).exponent


class _Growing:
    """What each kind of work has cost so far, at the sizes at which it was done."""

    def __init__(self, most_seconds: float, say: Callable[[str], None]) -> None:
        self.costs: dict[tuple[str, str], dict[int, Cost]] = {}
        self._most, self._say = most_seconds, say

    def timed(self, title: str, size: int, do: Callable[[], object]) -> bool:
        """Do some work and keep what it took, its processes too; False where it would take too long."""
        known = self.costs.setdefault((title, "s"), {})
        if known:
            before = max(known)
            expected = known[before].clock_s * size / before
            if expected > self._most:
                self._say(f"{title}: left out, about {expected:,.0f} s")
                return False
        began, spent = time.perf_counter(), _processor_s()
        do()
        known[size] = Cost(_processor_s() - spent, time.perf_counter() - began)
        self._say(f"{title}: {known[size].spent:,.1f} s, by the clock {known[size].clock_s:,.1f}")
        return True


def _processor_s() -> float:
    """Return what this process and those it has waited for have spent of the processor."""
    return sum(os.times()[:4])


def grown(
    folder: Path,
    data: Path,
    sizes: Sequence[int],
    say: Callable[[str], None],
    most_seconds: float = MOST_SECONDS,
) -> list[Line]:
    """Measure every kind of work at each size; return a line of each.

    Args:
        folder: for what is thrown away.
        data: where the archives of counties are kept for the next time.
        sizes: ascending.
        say: told how far it is.
        most_seconds: what no single work may take.

    """
    growing = _Growing(most_seconds, say)
    for size in sizes:
        say(f"==> {size:,} entries")
        _in_database(growing, folder / f"{size}.sqlite", size)
        _in_archive(growing, enlarged(data, size, say), folder / f"{size}.models", size)
    return [
        Line(title, unit, tuple(costs), tuple(costs.values()))
        for (title, unit), costs in growing.costs.items()
    ]


def _in_database(growing: _Growing, path: Path, size: int) -> None:
    """Append visits and payments, verify them, seal them; the file is gone afterwards."""

    def fill() -> None:
        create_ledger(str(path), origin=ORIGIN)
        with closing(open_ledger(str(path))) as store:
            append(store, size, partial(draft, count=size))

    if not growing.timed("append", size, fill):
        return
    growing.timed("verify the database", size, lambda: verify(str(path), jobs=WORKERS))
    length = min(SEGMENT_ENTRIES, 2 ** int(math.log2(size / SEGMENTS)))
    with open_session(str(path)) as session:
        sealing = partial(seal, session, str(path), actor="c0", office="520123")
        growing.timed("seal", size, lambda: sealing(entries=length, jobs=WORKERS))
    for made in path.parent.glob(f"{path.name}*"):
        shutil.rmtree(made) if made.is_dir() else made.unlink()


def _in_archive(growing: _Growing, county: Enlarged, folder: Path, size: int) -> None:
    """Verify a county's archive, rebuild every model from it, run every rule."""
    archive, made = str(county.archive), Generations(folder)
    growing.timed(
        "verify the archive",
        size,
        lambda: verify_archive(archive, columns=False, jobs=WORKERS),
    )
    models = load_models()

    def build() -> None:
        head = county.made.entries, county.made.root
        made.rebuild(county, models, as_of=AS_OF, head=head)

    def audit() -> None:
        current = made.current()
        if current is not None:
            with made.opened(current) as connection:
                run_rules(connection, load_rules(models).values())

    if growing.timed("rebuild every model", size, build):
        growing.timed("run every rule", size, audit)
    shutil.rmtree(folder, ignore_errors=True)
    records, rest = archive_bytes(county.archive)
    for title, count in (("archive: records", records), ("archive: columns", rest)):
        growing.costs.setdefault((title, "MiB"), {})[size] = Cost(count / 2**20)


def chart(lines: Sequence[Line]) -> str:
    """Return an SVG picture of lines over powers of ten, readable without script or colour alone."""
    shown = [line for line in lines if line.unit == "s"]
    sizes = sorted({size for line in shown for size in line.sizes})
    low_x, high_x = math.log10(sizes[0]), math.log10(sizes[-1])
    every = [math.log10(cost.spent) for line in shown for cost in line.costs]
    low_y, high_y = math.floor(min(every)), math.ceil(max(every))

    def x(size: float) -> float:
        return _LEFT + (math.log10(size) - low_x) / (high_x - low_x) * (_WIDTH - _LEFT - _RIGHT)

    def y(cost: float) -> float:
        return _TOP + (high_y - math.log10(cost)) / (high_y - low_y) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
            ' font-family="sans-serif" font-size="13">'
        ),
        "<title>How cost grows</title>",
        "<desc>Seconds over entries, in powers of ten; the numbers stand in the table.</desc>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="16">Seconds of the processor, by entries</text>',
    ]
    for power in range(low_y, high_y + 1):
        at = y(10.0**power)
        parts += [
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>',
            f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>',
        ]
    for size in sizes:
        parts.append(
            f'<text x="{x(size):.1f}" y="{_HEIGHT - 20}" text-anchor="middle">{size:,}</text>'
        )
    ends = sorted(shown, key=lambda line: -line.costs[-1].spent)
    label = 0.0
    for line in ends:
        colour = _COLOURS[shown.index(line) % len(_COLOURS)]
        points = [(x(a), y(b.spent)) for a, b in zip(line.sizes, line.costs, strict=True)]
        joined = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(
            f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points]
        label = max(points[-1][1] + 4, label + 20)
        parts += [
            (
                f'<line x1="{points[-1][0]:.1f}" y1="{points[-1][1]:.1f}" x2="{_WIDTH - _RIGHT + 18}"'
                f' y2="{label - 4:.1f}" stroke="{colour}" stroke-width="0.7"/>'
            ),
            (
                f'<text x="{_WIDTH - _RIGHT + 22}" y="{label:.1f}" fill="{colour}">{line.title}'
                f" ({line.exponent:.2f})</text>"
            ),
        ]
    return "\n".join([*parts, "</svg>", ""])


def rows(lines: Sequence[Line]) -> str:
    """Return the table of the page, with the fitted exponents and the most memory."""
    sizes = sorted({size for line in lines for size in line.sizes})
    head = [
        f"| work on the whole log | {' | '.join(f'{one:,}' for one in sizes)} | exponent | of the last |"
    ]
    head.append("| --- |" + " --- |" * (len(sizes) + 2))
    for line in lines:
        costs = dict(zip(line.sizes, line.costs, strict=True))
        cells = " | ".join(_cell(costs.get(size), line.unit) for size in sizes)
        fitted = f"{line.exponent:.2f} | {line.last:.2f}" if len(costs) > 1 else " | "
        head.append(f"| {line.title} | {cells} | {fitted} |")
    head += ["", f"Most memory of the measuring process: {peak_mib():,.0f} MiB."]
    return "\n".join(head)


def _cell(cost: Cost | None, unit: str) -> str:
    """Return what was spent, and what the clock said where work was done."""
    if cost is None:
        return "not run"
    by_clock = f" ({cost.clock_s:,.2f})" if cost.clock_s else ""
    return f"{cost.spent:,.2f} {unit}{by_clock}"


def page(lines: Sequence[Line]) -> str:
    """Return the page of the documents."""
    return HEAD + rows(lines) + "\n"


HEAD = """# How cost grows

Written by `scripts/bench --growth docs`, one run of each size on the machine of [BENCHMARKS](BENCHMARKS.md), with what
else ran on it. Appended, verified and sealed are visits and payments of cases of thirty entries each, in a SQLite file;
the archive is that of a simulated county, recorded as often as the size needs, with as many entries as stand above or one
per cent more or less. Two processes verify and seal. Work that would take more than a quarter of an hour by the clock is not run.
Seconds are what the processor spent, all processes together, and in brackets what the clock said. The exponent is the slope of what
was spent over entries in logarithms: 1.00 is cost in proportion. To begin processes and to plan statements costs the same however
little there is: the slope between the two largest sizes stands beside it.

![Seconds of the processor for the whole log, by its entries](growth.svg)

"""
