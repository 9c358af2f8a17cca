"""Adopts what the package ships: policy packs and calendars become entries, their text evidence."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.resources import files

from aidledger.domain.packwords import check_words
from aidledger.domain.policy.adopting import calendar_adopted, pack_adopted
from aidledger.domain.policy.pack import PackLibrary, check_periods
from aidledger.domain.policy.year import load_year_table
from aidledger.domain.proposal import Proposal
from aidledger.services.acts.who import Who
from aidledger.services.problems import ServiceError
from aidledger.store.draft import Evidence


def shipped(folder: str) -> dict[str, bytes]:
    """Return the data files of ``policies/packs`` or ``policies/calendars`` by name, no suffix."""
    root = files("aidledger").joinpath("policies", folder)
    return {
        item.name.removesuffix(".toml"): item.read_bytes()
        for item in sorted(root.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".toml")
    }


def no_pack(name: str) -> ServiceError:
    """Return the error of a pack that is neither adopted nor shipped, with the name that may be meant."""
    if "/" in name or name.endswith(".toml"):
        return ServiceError(
            f"{name}: expected the name of a pack that is shipped or adopted, found a file",
            hint="aidledger policy test tries a file; aidledger policy list lists the packs",
            exit_code=2,
        )
    near = get_close_matches(name, shipped("packs"), n=1)
    return ServiceError(
        f"{name}: expected a policy pack, found none",
        hint=f"did you mean {near[0]}" if near else "aidledger policy list lists them",
        exit_code=2,
    )


def adopt_packs(
    packs: Iterable[str], *, county: str, actor: str, office: str, on: str
) -> tuple[list[Proposal], list[Evidence]]:
    """Return the adoption of shipped packs, and their files as evidence.

    Raises:
        ServiceError: there is no such pack.
        PackError: a pack is faulty, or two of one place hold on the same day.

    """
    by = Who(actor=actor, office=office, on=on)
    library_files = shipped("packs")
    library = PackLibrary(library_files)
    proposals: list[Proposal] = []
    evidence: dict[str, Evidence] = {}
    names = list(packs)
    for name in names:
        if name not in library_files:
            raise no_pack(name)
    resolved = [library.resolve(name) for name in names]
    check_periods(resolved, library_files)
    for pack in resolved:
        check_words(pack, library_files)
        event = pack_adopted(pack, library_files)
        for link in event.chain:
            name, _, digest = link.rpartition("@")
            evidence[digest] = Evidence(
                hash=digest, media_type="application/toml", content=library_files[name]
            )
        proposals.append(by.says(f"policy/{county}", event))
    return proposals, list(evidence.values())


def adopt_calendars(*, county: str, actor: str, office: str, on: str) -> list[Proposal]:
    """Return the adoption of every shipped calendar known by a day."""
    by = Who(actor=actor, office=office, on=on)
    proposals = []
    for name, content in shipped("calendars").items():
        table = load_year_table(content, file=f"{name}.toml")
        if table.known_since.isoformat() > on:
            continue
        proposals.append(by.says(f"policy/{county}", calendar_adopted(table)))
    return proposals
