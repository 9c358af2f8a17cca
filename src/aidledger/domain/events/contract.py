"""Bought services: the contract, the agency's invoices and what was accepted (S3-017..S3-021)."""

from __future__ import annotations

from aidledger.domain.events.base import Code, Count, Day, Event, Fen, MonthText, Source


class ServiceContractSigned(Event, frozen=True, kw_only=True):
    """购买服务合同: which agency serves which groups, so many hours a month, from and to."""

    agency: Code
    amount_fen: Fen
    certificate: bool
    from_on: Day
    groups: tuple[Code, ...]
    hours_month: Count
    service: Code
    source: Source = "office"
    to_on: Day


class ServiceInvoiced(Event, frozen=True, kw_only=True):
    """服务账单: what the agency asks for a month, with the hours it says it gave."""

    amount_fen: Fen
    hours: Count
    invoice: Code
    month: MonthText
    source: Source = "office"


class ServiceAccepted(Event, frozen=True, kw_only=True):
    """服务验收: the hours of a month that were given, and the sum accepted for them."""

    amount_fen: Fen
    hours: Count
    month: MonthText
