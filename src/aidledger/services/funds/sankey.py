"""Draws flows between columns of nodes as ribbons, each as broad as what flows, as SVG.

Text, rectangles and paths, no script, no style, nothing from outside; the same flows, the same bytes.
A node has room for its two lines of text however little flows through it, so that no text meets another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

from aidledger.services.funds.fitting import fitted

_TOP: Final = 68
_FOOT: Final = 20
_SLOT: Final = 34
"""The least height of a node with its text."""
_GAP: Final = 8
_FLOWING: Final = 360
"""The height of all that flows."""
_NODE: Final = 14
_BETWEEN: Final = 226
_LEFT: Final = 16
_SIZE: Final = 12
_COLOURS: Final = ("#33517a", "#1b7f4d", "#8a5a00", "#6b3fa0")


class Node(NamedTuple):
    """A node: its key, what it is called, and its amount as people read it."""

    key: str
    label: str
    text: str


class Link(NamedTuple):
    """What flows from one node to one of the next column or later, in fen; above 0."""

    source: str
    target: str
    fen: int
    text: str


class _Place(NamedTuple):
    """Where a node stands: its column, its top, its height."""

    column: int
    y: float
    height: float


def svg_sankey(
    title: str,
    subtitle: str,
    told: str,
    columns: Sequence[Sequence[Node]],
    links: Sequence[Link],
) -> str:
    """Return the picture; `told` is all of it in words, for who can't see it.

    Nodes stand in the order given; ribbons leave and arrive in the order of the nodes that they join.
    """
    width = _LEFT + len(columns) * (_NODE + _BETWEEN)
    scale = _FLOWING / max(1, *(_column_fen(column, links) for column in columns), 1)
    places, foot = _places(columns, links, scale)
    height = round(foot) + _FOOT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"',
        f' viewBox="0 0 {width} {height}" role="img" font-family="sans-serif" font-size="{_SIZE}">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(told)}</desc>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-size="16" font-weight="bold">{escape(fitted(title, width - 24, 16))}</text>',
        f'<text x="12" y="46" font-size="13" fill="#555555">{escape(fitted(subtitle, width - 24, 13))}</text>',
        *_ribbons(places, links, scale),
    ]
    for number, column in enumerate(columns):
        x = _x(number)
        for node in column:
            place = places[node.key]
            label = fitted(node.label, _BETWEEN - 22, _SIZE)
            name = escape(f"{node.label} {node.text}")
            lines += [
                (
                    f'<rect x="{x}" y="{place.y:.1f}" width="{_NODE}" height="{max(place.height, 1):.1f}"'
                    f' fill="{_COLOURS[number % len(_COLOURS)]}"><title>{name}</title></rect>'
                ),
                f'<text x="{x + _NODE + 6}" y="{place.y + 12:.1f}">{escape(label)}</text>',
                (
                    f'<text x="{x + _NODE + 6}" y="{place.y + 26:.1f}" font-size="11" fill="#444444">'
                    f"{escape(node.text)}</text>"
                ),
            ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _x(column: int) -> int:
    return _LEFT + column * (_NODE + _BETWEEN)


def _through(key: str, links: Sequence[Link]) -> int:
    """Return what flows through a node: what comes in or what goes out, whichever is more."""
    into = sum(link.fen for link in links if link.target == key)
    out = sum(link.fen for link in links if link.source == key)
    return max(into, out)


def _column_fen(column: Sequence[Node], links: Sequence[Link]) -> int:
    return sum(_through(node.key, links) for node in column)


def _places(
    columns: Sequence[Sequence[Node]], links: Sequence[Link], scale: float
) -> tuple[dict[str, _Place], float]:
    """Return where each node stands, and where the lowest of them ends."""
    places: dict[str, _Place] = {}
    foot = float(_TOP + _SLOT)
    for number, column in enumerate(columns):
        y = float(_TOP)
        for node in column:
            height = _through(node.key, links) * scale
            places[node.key] = _Place(number, y, height)
            y += max(height, _SLOT) + _GAP
        foot = max(foot, y)
    return places, foot


def _ribbons(places: Mapping[str, _Place], links: Sequence[Link], scale: float) -> list[str]:
    """Return a ribbon for each link, those of a node one below the other."""
    order = {key: number for number, key in enumerate(places)}
    left = {key: place.y for key, place in places.items()}
    right = dict(left)
    lines = []
    for link in sorted(links, key=lambda one: (order[one.source], order[one.target])):
        source, target = places[link.source], places[link.target]
        x1, x2 = _x(source.column) + _NODE, _x(target.column)
        thick = max(link.fen * scale, 0.5)
        y1, y2 = right[link.source], left[link.target]
        right[link.source] += link.fen * scale
        left[link.target] += link.fen * scale
        middle = (x1 + x2) / 2
        # its two edges, not one broad line: that would bulge where it is steep
        lines.append(
            f'<path d="M{x1} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2} {y2:.1f}'
            f"V{y2 + thick:.1f}C{middle:.1f} {y2 + thick:.1f} {middle:.1f} {y1 + thick:.1f}"
            f' {x1} {y1 + thick:.1f}Z" fill="{_COLOURS[source.column % len(_COLOURS)]}"'
            f' fill-opacity="0.25"><title>{escape(link.text)}</title></path>'
        )
    return lines
