"""The flow as nodes and links: levels of government, funds, programmes and purposes, townships."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from aidledger.services.funds.flowing import Flow

_LEVELS: Final = ("central", "province", "city", "county")
_TOWNSHIPS: Final = 20
"""So many townships have a node of their own; what the others got is one."""


class Place(NamedTuple):
    """A node: what kind of thing, and which; ``("township", "")`` is all those without a node."""

    kind: str
    name: str


class Graph(NamedTuple):
    """The columns of nodes from left to right, and what flows between them, in fen."""

    columns: tuple[tuple[Place, ...], ...]
    links: dict[tuple[Place, Place], int]


def graph_of(flow: Flow) -> Graph:
    """Return the flow between places; what came back in the same months is taken off what went out."""
    links: Counter[tuple[Place, Place]] = Counter()
    for name, fen in flow.brought_fen.items():
        links[Place("brought", ""), Place("fund", name)] += fen
    in_transit: Counter[str] = Counter()
    left = Counter(flow.brought_fen)
    for way in flow.ways:
        fund = Place("fund", way.fund)
        fen = way.amount_fen
        match way.way:
            case "received":
                links[Place("level", way.item), fund] += fen
            case "donated" | "moved_in" | "recovered":
                links[Place(way.way, ""), fund] += fen
            case "spent":
                links[fund, Place("purpose", way.item)] += fen
            case "moved_out":
                links[fund, Place("moved_out", "")] += fen
            case "handed" | "given_back":
                sign = 1 if way.way == "handed" else -1
                programme = Place("programme", way.programme)
                links[fund, programme] += sign * fen
                links[programme, Place("township", way.item)] += sign * fen
                in_transit[way.fund] -= sign * fen
            case "paid" | "returned":
                in_transit[way.fund] += fen if way.way == "paid" else -fen
            case _:
                pass
        left[way.fund] += _sign(way.way) * fen
    for name in sorted(in_transit.keys() | left.keys()):
        links[Place("fund", name), Place("transit", "")] += in_transit[name]
        links[Place("fund", name), Place("left", "")] += left[name]
    _gather(links)
    kept = {pair: fen for pair, fen in sorted(links.items()) if fen > 0}
    return Graph(_columns(kept), kept)


def _sign(way: str) -> int:
    """Return whether a way leads into a fund (1), out of it (-1), or beyond it (0)."""
    if way in ("received", "donated", "moved_in", "returned", "recovered"):
        return 1
    return -1 if way in ("paid", "spent", "moved_out") else 0


def _gather(links: Counter[tuple[Place, Place]]) -> None:
    """Make one node of the townships beyond the first by what they got."""
    got: Counter[str] = Counter()
    for (_, target), fen in links.items():
        if target.kind == "township":
            got[target.name] += fen
    ranked = sorted(got, key=lambda name: (-got[name], name))
    rest = set(ranked[_TOWNSHIPS:])
    for source, target in [pair for pair in links if pair[1].name in rest]:
        if target.kind == "township":
            links[source, Place("others", "")] += links.pop((source, target))


def _columns(links: dict[tuple[Place, Place], int]) -> tuple[tuple[Place, ...], ...]:
    """Return the nodes that something flows through, by column."""
    there = {place for pair in links for place in pair}
    kinds = (
        ("level", "brought", "donated", "moved_in", "recovered"),
        ("fund",),
        ("programme", "purpose", "transit", "moved_out", "left"),
        ("township", "others"),
    )
    return tuple(
        tuple(
            sorted(
                (place for place in there if place.kind in column),
                key=lambda place: (
                    column.index(place.kind),
                    _LEVELS.index(place.name) if place.name in _LEVELS else len(_LEVELS),
                    place.name,
                ),
            )
        )
        for column in kinds
    )
