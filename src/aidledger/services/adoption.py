"""Adopts what the package ships: policy packs and calendars become entries, their text evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from msgspec import UNSET

from aidledger.domain.events.base import Event
from aidledger.domain.events.registry import CalendarAdopted, PackAdopted, Parameter
from aidledger.domain.packwords import check_words
from aidledger.domain.policy.compiling import Limit
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack, check_periods
from aidledger.domain.policy.year import load_year_table
from aidledger.domain.proposal import Proposal
from aidledger.services.policy_book import parameter_text
from aidledger.store.draft import Evidence


def shipped(folder: str) -> dict[str, bytes]:
    """Return the data files of ``policies/packs`` or ``policies/calendars`` by name, no suffix."""
    root = files("aidledger").joinpath("policies", folder)
    return {
        item.name.removesuffix(".toml"): item.read_bytes()
        for item in sorted(root.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".toml")
    }


def adopt_packs(
    packs: Iterable[str], *, county: str, actor: str, office: str, on: str
) -> tuple[list[Proposal], list[Evidence]]:
    """Return the adoption of shipped packs, and their files as evidence.

    Raises:
        PackError: a pack is unknown or faulty, or two of one place hold on the same day.

    """
    library_files = shipped("packs")
    library = PackLibrary(library_files)
    proposals: list[Proposal] = []
    evidence: dict[str, Evidence] = {}
    resolved = [library.resolve(name) for name in packs]
    check_periods(resolved, library_files)
    for pack in resolved:
        check_words(pack, library_files)
        chain = []
        for link, _ in pack.chain:
            content = library_files[link]
            digest = hashlib.sha256(content).hexdigest()
            evidence[digest] = Evidence(hash=digest, media_type="application/toml", content=content)
            chain.append(f"{link}@{digest}")
        event = PackAdopted(
            chain=tuple(chain),
            in_force_from=pack.in_force_from,
            in_force_to=pack.in_force_to,
            known_since=pack.known_since,
            pack=pack.id,
            pack_hash=pack.hash,
            parameters=tuple(_parameters(pack)),
            programmes=pack.programmes or UNSET,
            status=pack.status,
        )
        proposals.append(
            _proposal("PackAdopted", event, county=county, actor=actor, office=office, on=on)
        )
    return proposals, list(evidence.values())


def adopt_calendars(*, county: str, actor: str, office: str, on: str) -> list[Proposal]:
    """Return the adoption of every shipped calendar known by a day."""
    proposals = []
    for name, content in shipped("calendars").items():
        table = load_year_table(content, file=f"{name}.toml")
        if table.known_since.isoformat() > on:
            continue
        event = CalendarAdopted(
            calendar_hash=table.hash,
            known_since=table.known_since.isoformat(),
            notice=table.notice,
            off_days=tuple(sorted(day.isoformat() for day in table.off_days)),
            work_days=tuple(sorted(day.isoformat() for day in table.work_days)),
            year=table.year,
        )
        proposals.append(
            _proposal("CalendarAdopted", event, county=county, actor=actor, office=office, on=on)
        )
    return proposals


def _proposal(
    name: str, event: Event, *, county: str, actor: str, office: str, on: str
) -> Proposal:
    """Return a proposal on the county's policy stream."""
    return Proposal(
        type=name,
        stream=f"policy/{county}",
        event=event,
        effective_on=on,
        actor=actor,
        office=office,
    )


def _parameters(pack: ResolvedPack) -> Iterable[Parameter]:
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
