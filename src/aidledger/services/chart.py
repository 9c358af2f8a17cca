"""A small bar chart of gains and losses as SVG: text and rectangles, no script, nothing from outside."""

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


class Bar(NamedTuple):
    """One row: its label, its value in fen (losses below 0), and the value as people read it."""

    label: str
    fen: int
    text: str


def svg_chart(title: str, subtitle: str, bars: Sequence[Bar]) -> str:
    """Return the chart as an SVG document; gains go to the right of the axis, losses to the left.

    Colour is not alone in telling them apart: the side and the sign do.
    """
    width = _LABELS + _BARS + _VALUES
    height = _TOP + _ROW * max(1, len(bars)) + 16
    least, most = min([0, *(b.fen for b in bars)]), max([0, *(b.fen for b in bars)])
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
        length = abs(bar.fen) * scale
        left = axis if bar.fen >= 0 else axis - length
        colour = _GAIN if bar.fen >= 0 else _LOSS
        lines += [
            f'<text x="{_LABELS - 8}" y="{y + 15}" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect x="{left:.1f}" y="{y + 3}" width="{max(length, 1):.1f}"',
            f' height="{_ROW - 6}" fill="{colour}"/>',
            f'<text x="{width - 12}" y="{y + 15}" text-anchor="end">{escape(bar.text)}</text>',
        ]
    end = _TOP + _ROW * max(1, len(bars))
    lines += [
        f'<line x1="{axis:.1f}" y1="{_TOP}" x2="{axis:.1f}" y2="{end}" stroke="#222222"/>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
