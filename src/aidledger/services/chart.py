"""Small pictures as SVG: text, rectangles and lines, no script, nothing from outside."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

_ROW: Final = 22
_LABELS: Final = 210
_BARS: Final = 420
_VALUES: Final = 110
_TOP: Final = 56
_GAIN: Final = "#1b7f4d"
_LOSS: Final = "#b3261e"
_WIDTH: Final = _LABELS + _BARS + _VALUES
_EDGE: Final = 92
_PLOT: Final = 120
_DOTS: Final = 60
"""So many points have each a dot of their own; more of them are a line."""


class Bar(NamedTuple):
    """One row: its label, its value (losses below 0), and the value as people read it."""

    label: str
    value: int
    text: str


class Point(NamedTuple):
    """One value of a trend, as people read it; `marked` where something was out of order."""

    value: float
    text: str
    marked: bool = False


def svg_chart(title: str, subtitle: str, bars: Sequence[Bar], *, colour: str = _GAIN) -> str:
    """Return the chart as an SVG document; gains go to the right of the axis, losses to the left.

    Colour is not alone in telling them apart: the side and the sign do. `colour` is that of what is
    above 0, for sums that are no gains.
    """
    width = _LABELS + _BARS + _VALUES
    height = _TOP + _ROW * max(1, len(bars)) + 16
    least, most = min([0, *(b.value for b in bars)]), max([0, *(b.value for b in bars)])
    scale = _BARS / max(1, most - least)
    axis = _LABELS - least * scale
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"',
        f' viewBox="0 0 {width} {height}" role="img" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="22" font-size="16" font-weight="bold">{escape(title)}</text>',
        f'<text x="12" y="42" fill="#555555">{escape(subtitle)}</text>',
    ]
    for number, bar in enumerate(bars):
        y = _TOP + number * _ROW
        length = abs(bar.value) * scale
        left = axis if bar.value >= 0 else axis - length
        fill = colour if bar.value >= 0 else _LOSS
        lines += [
            f'<text x="{_LABELS - 8}" y="{y + 15}" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect x="{left:.1f}" y="{y + 3}" width="{max(length, 1):.1f}"',
            f' height="{_ROW - 6}" fill="{fill}"/>',
            f'<text x="{width - 12}" y="{y + 15}" text-anchor="end">{escape(bar.text)}</text>',
        ]
    end = _TOP + _ROW * max(1, len(bars))
    lines += [
        f'<line x1="{axis:.1f}" y1="{_TOP}" x2="{axis:.1f}" y2="{end}" stroke="#222222"/>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def svg_trend(
    title: str,
    subtitle: str,
    points: Sequence[Point],
    *,
    highest: str,
    ends: tuple[str, str],
) -> str:
    """Return values in their order as a line from 0 up; what is marked has a cross, whatever its colour.

    Args:
        title: what is shown.
        subtitle: in which unit, and what a cross means.
        points: at most some thousands, the oldest first.
        highest: the largest value as people read it.
        ends: what stands below the first and the last of them.

    """
    most = max([0.0, *(point.value for point in points)]) or 1.0
    step = (_WIDTH - 2 * _EDGE) / max(1, len(points) - 1)
    places = [
        (_EDGE + at * step, _TOP + _PLOT - point.value / most * _PLOT)
        for at, point in enumerate(points)
    ]
    end = _TOP + _PLOT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{end + 28}"',
        f' viewBox="0 0 {_WIDTH} {end + 28}" role="img" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{end + 28}" fill="#ffffff"/>',
        f'<text x="12" y="22" font-size="16" font-weight="bold">{escape(title)}</text>',
        f'<text x="12" y="42" fill="#555555">{escape(subtitle)}</text>',
        f'<line x1="{_EDGE}" y1="{_TOP}" x2="{_WIDTH - _EDGE}" y2="{_TOP}" stroke="#cccccc"/>',
        f'<text x="{_EDGE - 6}" y="{_TOP + 5}" text-anchor="end">{escape(highest)}</text>',
        f'<line x1="{_EDGE}" y1="{end}" x2="{_WIDTH - _EDGE}" y2="{end}" stroke="#222222"/>',
        f'<text x="{_EDGE - 6}" y="{end + 5}" text-anchor="end">0</text>',
        f'<text x="{_EDGE}" y="{end + 20}">{escape(ends[0])}</text>',
        f'<text x="{_WIDTH - _EDGE}" y="{end + 20}" text-anchor="end">{escape(ends[1])}</text>',
    ]
    if len(points) > 1:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{_GAIN}" stroke-width="1.5"/>')
    for (x, y), point in zip(places, points, strict=True):
        if point.marked:
            cross = f"M{x - 4:.1f} {y - 4:.1f}l8 8M{x - 4:.1f} {y + 4:.1f}l8 -8"
            told = escape(point.text)
            lines.append(
                f'<path d="{cross}" stroke="{_LOSS}" stroke-width="2"><title>{told}</title></path>'
            )
        elif len(points) <= _DOTS:
            told = escape(point.text)
            lines.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_GAIN}"><title>{told}</title></circle>'
            )
    return "\n".join([*lines, "</svg>"]) + "\n"
