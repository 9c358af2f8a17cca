"""Draws what came into the funds and went out of them as a waterfall: one row a step, as SVG.

Text, rectangles and lines, no script, no style, nothing from outside; the same steps, the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

from aidledger.services.funds.fitting import fitted

_ROW: Final = 28
_TOP: Final = 64
_LABELS: Final = 250
_BARS: Final = 400
_VALUES: Final = 150
_WIDTH: Final = _LABELS + _BARS + _VALUES
_COLOURS: Final = {"total": "#33517a", "in": "#1b7f4d", "out": "#b3261e"}
_SIZE: Final = 13


class Step(NamedTuple):
    """One row: what it is called, its amount in fen (out of the funds below 0), as people read it.

    A `total` stands from 0: it says what there is, and moves nothing.
    """

    label: str
    fen: int
    text: str
    total: bool = False


def svg_waterfall(title: str, subtitle: str, told: str, steps: Sequence[Step]) -> str:
    """Return the steps, each beginning where the one before ended.

    Args:
        title: what is shown.
        subtitle: in which unit, of when.
        told: all of it in words, for who can't see it.
        steps: in their order.

    Colour is not alone in telling in from out: the sign of the amount does.

    """
    spans: list[tuple[int, int]] = []
    at = 0
    for step in steps:
        start = 0 if step.total else at
        at = start + step.fen
        spans.append((start, at))
    least = min([0, *(min(span) for span in spans)])
    most = max([0, *(max(span) for span in spans)])
    scale = _BARS / max(1, most - least)
    height = _TOP + _ROW * max(1, len(steps)) + 18
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"',
        f' viewBox="0 0 {_WIDTH} {height}" role="img" font-family="sans-serif" font-size="{_SIZE}">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(told)}</desc>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-size="16" font-weight="bold">{escape(fitted(title, _WIDTH - 24, 16))}</text>',
        f'<text x="12" y="46" fill="#555555">{escape(fitted(subtitle, _WIDTH - 24, _SIZE))}</text>',
    ]
    for number, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        y = _TOP + number * _ROW
        left = _LABELS + (min(start, end) - least) * scale
        colour = _COLOURS["total" if step.total else "in" if step.fen >= 0 else "out"]
        label = fitted(step.label, _LABELS - 24, _SIZE)
        lines += [
            f'<text x="{_LABELS - 10}" y="{y + 18}" text-anchor="end">{escape(label)}</text>',
            (
                f'<rect x="{left:.1f}" y="{y + 4}" width="{max(abs(end - start) * scale, 1):.1f}"'
                f' height="{_ROW - 8}" fill="{colour}">'
                f"<title>{escape(f'{step.label} {step.text}')}</title></rect>"
            ),
            f'<text x="{_WIDTH - 12}" y="{y + 18}" text-anchor="end">{escape(step.text)}</text>',
        ]
        if number + 1 < len(steps):
            x = _LABELS + (end - least) * scale
            lines.append(
                f'<line x1="{x:.1f}" y1="{y + _ROW - 4}" x2="{x:.1f}" y2="{y + _ROW + 4}" stroke="#777777"/>'
            )
    axis, foot = _LABELS - least * scale, _TOP + _ROW * max(1, len(steps))
    lines += [
        f'<line x1="{axis:.1f}" y1="{_TOP}" x2="{axis:.1f}" y2="{foot}" stroke="#222222"/>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
