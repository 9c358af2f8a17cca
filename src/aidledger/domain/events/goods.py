"""Goods in and out of a stock, and what is found in it (S1-010, S4-116). Values are in fen."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import Code, Count, Day, Event, Fen, Source


class GoodsReceived(Event, frozen=True, kw_only=True):
    """物资入库: so many units of an item, bought or donated, and their value."""

    from_unit: Code
    item: Code
    kind: Literal["bought", "donated"]
    quantity: Count
    source: Source = "office"
    unit: Code
    value_fen: Fen


class GoodsIssued(Event, frozen=True, kw_only=True):
    """物资发放: handed to a case, or for a purpose where there is none."""

    case: Code | None = None
    item: Code
    purpose: Code
    quantity: Count
    value_fen: Fen


class GoodsReturned(Event, frozen=True, kw_only=True):
    """物资退库: what was issued came back into the stock."""

    case: Code | None = None
    item: Code
    quantity: Count
    source: Source = "office"
    value_fen: Fen


class GoodsCounted(Event, frozen=True, kw_only=True):
    """物资盘点: what lay in the stock at the end of a day."""

    counted_on: Day
    item: Code
    quantity: Count
    source: Source = "office"
