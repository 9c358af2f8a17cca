"""Which objects an event is about, for process mining: by its stream, its tokens and what its fields name.

Types of objects are the kinds of streams (``case``, ``carer``, ``fund``…), and beside them ``person`` and
``account`` (tokens), ``household``, ``payment`` (one case, one month), ``officer`` and ``office``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from aidledger.domain.events.catalog import EVENTS

STREAMS: Final[dict[str, str]] = {
    kind: {"run": "pay_run", "audit": "audit_finding", "resident": "person"}.get(kind, kind)
    for one in EVENTS.values()
    for kind in one.stream.split("|")
}
"""Kinds of streams with the type of object that each is; residents are persons."""
TOKENS: Final = {
    "account": "account",
    "applicant": "person",
    "guardian": "person",
    "person": "person",
}
"""Fields that hold a token: of whom or of what."""
NAMED: Final = ("carer", "case", "fund", "meeting", "replaces", "run", "subject_case", "to_fund")
"""Fields that name a stream."""
BODIES: Final = {
    **dict.fromkeys(("actor", "data_actor", "kin_actor", "to_actor"), "officer"),
    **dict.fromkeys(("office", "data_office", "from_office", "to_office"), "office"),
}
"""Fields that name who acts, or where."""
OF_PAYMENT: Final = (
    *("CashHandedOver", "PaymentIssued", "PaymentRecovered", "PaymentReissued"),
    *("PaymentReturned", "PaymentRostered"),
)
OF_HOUSEHOLD: Final = (
    *("HouseholdDeclared", "HouseholdMemberChanged", "HouseholdSurveyed", "IncomeAssessed"),
    *("PropertyAssessed", "RelocationRecorded", "ResidenceEvidenced"),
)
CHANGES: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "ApplicationSubmitted": (
        *(("case", name, name) for name in ("programme", "area", "township", "village")),
    ),
    "EntitlementSet": (("case", "monthly_fen", "monthly_fen"),),
    "AbilityAssessed": (("case", "ability", "level"),),
    "SupportFormSet": (("case", "form", "form"),),
    "PayRunOpened": (("pay_run", "month", "month"), ("pay_run", "kind", "kind")),
    "PayRunApproved": (("pay_run", "total_fen", "total_fen"), ("pay_run", "lines", "lines")),
    "PaymentRostered": (("payment", "rostered_fen", "amount_fen"),),
    "PaymentIssued": (("payment", "issued_fen", "amount_fen"),),
    "PaymentReturned": (("payment", "returned_fen", "amount_fen"),),
    "PaymentRecovered": (("payment", "recovered_fen", "amount_fen"),),
}
"""What an event says of an object from then on: type of object, its attribute, the event's field."""


class Related(NamedTuple):
    """An object that an event is about, and as what."""

    type: str
    id: str
    qualifier: str


def objects_of(event: str, row: Mapping[str, Any]) -> list[Related]:
    """Return the objects of one event, given the row of its view: each once, as what it comes first.

    What else it is to the event its attributes say: readers of the format keep one relation of a pair.
    """
    found: dict[str, Related] = {}
    for one in _all_of(event, row):
        found.setdefault(one.id, one)
    return list(found.values())


def _all_of(event: str, row: Mapping[str, Any]) -> Iterator[Related]:
    stream = str(row["stream"])
    own = _of_stream(stream, "stream")
    if own is not None:
        yield own
    for name, kind in TOKENS.items():
        if row.get(name) is not None:
            yield Related(kind, row[name], name)
    for name in NAMED:
        if row.get(name) is not None:
            named = _of_stream(str(row[name]), name)
            if named is not None:
                yield named
    for name, kind in BODIES.items():
        if row.get(name) is not None:
            yield Related(kind, f"{kind}/{row[name]}", name)
    of_case = stream.partition("/")[2] if stream.startswith("case/") else ""
    if of_case and event in OF_PAYMENT:
        yield Related("payment", f"payment/{of_case}/{row['month']}", "payment")
    if of_case and event in OF_HOUSEHOLD:
        yield Related("household", f"household/{of_case}", "household")


def _of_stream(name: str, qualifier: str) -> Related | None:
    kind, _, rest = name.partition("/")
    if kind not in STREAMS or not rest:
        return None
    return Related(STREAMS[kind], rest if STREAMS[kind] == "person" else name, qualifier)


def links_of(event: str, related: list[Related]) -> Iterator[tuple[str, str, str]]:
    """Yield (object, other object, as what) that an event shows to belong together."""
    by = {one.qualifier: one.id for one in related}
    pairs: tuple[tuple[str, str, str], ...] = ()
    if event == "ApplicationSubmitted":
        pairs = (("stream", "applicant", "applicant"),)
    elif event == "PayRunOpened":
        pairs = (("stream", "fund", "fund"),)
    elif event in OF_PAYMENT:
        pairs = (("payment", "stream", "case"), ("payment", "run", "run"))
    elif event in OF_HOUSEHOLD:
        pairs = (("household", "stream", "case"), ("household", "person", "member"))
    for one, other, qualifier in pairs:
        if one in by and other in by:
            yield by[one], by[other], qualifier
