"""How cost grows from ten thousand entries on: one county, ever larger, through the whole of a night.

Each size is measured in this process, once, smallest first. What is shown is a line over both axes in
powers of ten, and the exponent that fits it: 1.00 is cost in proportion to the entries.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aidledger.archive.manifest import SEGMENT_ENTRIES
from aidledger.services.archivecheck import verify_archive
from aidledger.services.archiving import seal
from aidledger.services.initialising import create_ledger
from aidledger.services.rebuilding import rebuild
from aidledger.services.segments import archive_folder
from aidledger.services.session import open_session
from aidledger.services.verifying import verify
from aidledger.store.opening import open_ledger
from benchmarks.filling import append, draft
from benchmarks.measuring import peak_mib
from benchmarks.servers import ORIGIN

SIZES = (10_000, 100_000, 1_000_000)
LARGE = 10_000_000
SEGMENTS = 4
"""At least so many, where the log is small: a segment of it is shorter then."""
WORKERS = 2
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 800, 420, 70, 44, 230, 48
_COLOURS = ("#1f5a99", "#b3541e", "#2f7d4f", "#7a3b8f", "#8a6d00")


@dataclass(frozen=True, slots=True)
class Line:
    """What one kind of work cost at each size."""

    title: str
    unit: str
    sizes: tuple[int, ...]
    costs: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """The slope that fits cost over size in logarithms, by least squares."""
        xs, ys = ([math.log(one) for one in many] for many in (self.sizes, self.costs))
        x, y = sum(xs) / len(xs), sum(ys) / len(ys)
        above = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
        return above / sum((a - x) ** 2 for a in xs)


def grown(folder: Path, sizes: Sequence[int], say: Callable[[str], None]) -> list[Line]:
    """Measure every kind of work at each size; return a line of each."""
    costs: dict[tuple[str, str], list[float]] = {}
    for size in sizes:
        say(f"==> {size:,} entries")
        for kind, cost in _at(folder / f"{size}.sqlite", size).items():
            costs.setdefault(kind, []).append(cost)
    return [Line(title, unit, tuple(sizes), tuple(found)) for (title, unit), found in costs.items()]


def _at(path: Path, size: int) -> dict[tuple[str, str], float]:
    """Do a night's work on a log of one size; return seconds and bytes by kind."""
    found: dict[tuple[str, str], float] = {}

    def timed(title: str, do: Callable[[], object]) -> None:
        began = time.perf_counter()
        do()
        found[title, "s"] = time.perf_counter() - began

    create_ledger(str(path), origin=ORIGIN)
    with closing(open_ledger(str(path))) as store:
        timed("append", lambda: append(store, size, partial(draft, count=size)))
    timed("verify the database", lambda: verify(str(path), jobs=WORKERS))
    length = min(SEGMENT_ENTRIES, 2 ** int(math.log2(size / SEGMENTS)))
    with open_session(str(path)) as session:
        sealing = partial(seal, session, str(path), actor="c0", office="520123")
        timed("seal", lambda: sealing(entries=length, jobs=WORKERS))
    archive = archive_folder(str(path))
    timed("verify the archive", lambda: verify_archive(str(archive), columns=False, jobs=WORKERS))
    with closing(open_ledger(str(path), read_only=True)) as store:
        timed("rebuild every model", lambda: rebuild(store, folder=path.with_suffix(".models")))
    files = [one.stat().st_size for one in archive.rglob("*.parquet")]
    found["archive on disk", "MiB"] = sum(files) / 2**20
    return found


def chart(lines: Sequence[Line]) -> str:
    """Return an SVG picture of lines over powers of ten, readable without script or colour alone."""
    shown = [line for line in lines if line.unit == "s"]
    low_x, high_x = math.log10(shown[0].sizes[0]), math.log10(shown[0].sizes[-1])
    every = [math.log10(cost) for line in shown for cost in line.costs]
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
        "<desc>Seconds over entries, both in powers of ten; the numbers stand in the table.</desc>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="16">Seconds for the whole log, by its entries</text>',
    ]
    for power in range(low_y, high_y + 1):
        at = y(10.0**power)
        parts += [
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>',
            f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>',
        ]
    for size in shown[0].sizes:
        parts.append(
            f'<text x="{x(size):.1f}" y="{_HEIGHT - 20}" text-anchor="middle">{size:,}</text>'
        )
    ends = sorted(shown, key=lambda line: -line.costs[-1])
    label = 0.0
    for line in ends:
        colour = _COLOURS[shown.index(line) % len(_COLOURS)]
        points = [(x(a), y(b)) for a, b in zip(line.sizes, line.costs, strict=True)]
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
    sizes = lines[0].sizes
    head = [
        "| work on the whole log | " + " | ".join(f"{one:,}" for one in sizes) + " | exponent |"
    ]
    head.append("| --- |" + " --- |" * (len(sizes) + 1))
    for line in lines:
        cells = " | ".join(f"{cost:,.2f} {line.unit}" for cost in line.costs)
        head.append(f"| {line.title} | {cells} | {line.exponent:.2f} |")
    head += ["", f"Most memory of the measuring process: {peak_mib():,.0f} MiB."]
    return "\n".join(head)


def page(lines: Sequence[Line]) -> str:
    """Return the page of the documents."""
    return HEAD + rows(lines) + "\n"


HEAD = """# How cost grows

Written by `scripts/bench --growth docs`, one run of each size on the machine of [BENCHMARKS](BENCHMARKS.md), with what
else ran on it. The log is visits and payments of cases of thirty entries each, in a SQLite file; two processes verify and
seal. The exponent is the slope of cost over entries in logarithms: 1.00 is cost in proportion.

![Seconds for the whole log, by its entries](growth.svg)

"""
