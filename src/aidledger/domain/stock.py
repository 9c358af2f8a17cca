"""A stock of goods as the entries make it: how many of each item lie in it by the book (S4-116)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from aidledger.domain.events import goods
from aidledger.domain.events.base import Event
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing

_EMPTY: Final[Mapping[str, int]] = MappingProxyType({})


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one stock: units and value in fen by item."""

    stream: str
    version: int = 0
    units: Mapping[str, int] = _EMPTY
    value_fen: Mapping[str, int] = _EMPTY


def evolve_stock(stock: Stock, at: Recorded) -> Stock:
    """Return the stock after one more entry; a count says what is there and moves nothing."""
    stock = msgspec.structs.replace(stock, version=at.version)
    match at.event:
        case goods.GoodsReceived() | goods.GoodsReturned() as event:
            return _moved(stock, event.item, event.quantity, event.value_fen)
        case goods.GoodsIssued() as event:
            return _moved(stock, event.item, -event.quantity, -event.value_fen)
        case _:
            return stock


def fold_stock(stream: str, entries: Iterable[Recorded], *, as_of: str = END_OF_TIME) -> Stock:
    """Fold a stock's entries in log order, leaving out what is effective after ``as_of``."""
    stock = Stock(stream=stream)
    for entry in standing(entries, as_of=as_of):
        stock = evolve_stock(stock, entry)
    return stock


def stock_facts(stock: Stock | None, event: Event) -> dict[str, Any]:
    """Return what the book has of the item that an act is about: ``units`` and ``value_fen``."""
    item = getattr(event, "item", "")
    if stock is None:
        return {}
    return {"units": stock.units.get(item, 0), "value_fen": stock.value_fen.get(item, 0)}


def _moved(stock: Stock, item: str, units: int, fen: int) -> Stock:
    """Return the stock with so many units of an item more, or fewer."""
    return msgspec.structs.replace(
        stock,
        units=_added(stock.units, item, units),
        value_fen=_added(stock.value_fen, item, fen),
    )


def _added(numbers: Mapping[str, int], item: str, number: int) -> Mapping[str, int]:
    return MappingProxyType({**numbers, item: numbers.get(item, 0) + number})
