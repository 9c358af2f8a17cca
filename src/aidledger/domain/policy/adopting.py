"""What an adoption says of a pack or a calendar: its hashes, its days, and its rules as SQL reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from aidledger.domain.calendar import YearTable
from aidledger.domain.events.registry import CalendarAdopted, PackAdopted, Parameter
from aidledger.domain.policy.compiling import Limit
from aidledger.domain.policy.pack import ResolvedPack


def pack_adopted(pack: ResolvedPack, files: Mapping[str, bytes]) -> PackAdopted:
    """Return the adoption of a pack; `files` are the texts of its chain by pack id."""
    chain = (f"{name}@{hashlib.sha256(files[name]).hexdigest()}" for name, _ in pack.chain)
    return PackAdopted(
        chain=tuple(chain),
        in_force_from=pack.in_force_from,
        in_force_to=pack.in_force_to,
        known_since=pack.known_since,
        pack=pack.id,
        pack_hash=pack.hash,
        parameters=tuple(_parameters(pack)),
        programmes=pack.programmes or msgspec.UNSET,
        status=pack.status,
    )


def calendar_adopted(table: YearTable) -> CalendarAdopted:
    """Return the adoption of a year's calendar."""
    return CalendarAdopted(
        calendar_hash=table.hash,
        known_since=table.known_since.isoformat(),
        notice=table.notice,
        off_days=tuple(sorted(day.isoformat() for day in table.off_days)),
        work_days=tuple(sorted(day.isoformat() for day in table.work_days)),
        year=table.year,
    )


def parameter_text(value: object) -> str:
    """Return a pack's parameter as an adoption entry holds it: text as it is, the rest as JSON."""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value, order="sorted").decode()


def _parameters(pack: ResolvedPack) -> Iterator[Parameter]:
    """Yield the pack's parameters, limits and standards as SQL reads them."""
    flat: dict[str, Any] = dict(pack.parameters)
    for limit in pack.limits:
        flat |= _limit_parameters(limit)
    for standard in pack.standards:
        flat[f"standard.{standard.code}.{standard.from_on}"] = standard.monthly_fen
    for key in sorted(flat):
        yield Parameter(key=key, value=parameter_text(flat[key]))


def _limit_parameters(limit: Limit) -> dict[str, Any]:
    """Return one limit as flat parameters ``limit.<id>.…``."""
    prefix = f"limit.{limit.id}"
    return {
        f"{prefix}.bound": limit.bound,
        f"{prefix}.citation": limit.citation,
        f"{prefix}.count_from": limit.count_from,
        f"{prefix}.days": limit.n,
        f"{prefix}.from": limit.from_event,
        f"{prefix}.repeats": limit.repeats,
        f"{prefix}.roll": limit.roll,
        f"{prefix}.severity": limit.severity,
        f"{prefix}.to": ",".join(limit.to_events),
        f"{prefix}.unit": limit.unit,
    }
