"""Adopts policy packs and calendars: they become entries, and the texts of packs become evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib.resources import files

from aidledger.domain.calendar import YearTable
from aidledger.domain.packwords import check_words
from aidledger.domain.policy.adopting import calendar_adopted, pack_adopted
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack, check_periods
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


def is_file(name: str) -> bool:
    """Whether a pack or calendar is named as a file of one's own, not by the id of what is shipped."""
    return "/" in name or name.endswith(".toml")


def no_pack(name: str) -> ServiceError:
    """Return the error of a pack that is neither adopted nor shipped, with the name that may be meant."""
    near = get_close_matches(name, shipped("packs"), n=1)
    return ServiceError(
        f"{name}: expected a policy pack, found none",
        hint=f"did you mean {near[0]}"
        if near
        else "aidledger policy list lists them; a file is named by its path, such as ./x.toml",
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
    texts = shipped("packs")
    resolved = resolve_shipped(packs)
    check_periods(resolved, texts)
    for pack in resolved:
        check_words(pack, texts)
    return packs_adopted(resolved, texts, Who(actor=actor, office=office, on=on), county)


def resolve_shipped(names: Iterable[str]) -> list[ResolvedPack]:
    """Return shipped packs by name.

    Raises:
        ServiceError: there is no such pack.
    """
    library = PackLibrary(shipped("packs"))
    names = list(names)
    for name in names:
        if name not in library.ids:
            raise no_pack(name)
    return [library.resolve(name) for name in names]


def packs_adopted(
    packs: Iterable[ResolvedPack], texts: Mapping[str, bytes], by: Who, county: str
) -> tuple[list[Proposal], list[Evidence]]:
    """Return the adoption of packs by a county, and the texts of their chains as evidence."""
    proposals: list[Proposal] = []
    evidence: dict[str, Evidence] = {}
    for pack in packs:
        event = pack_adopted(pack, texts)
        for link in event.chain:
            name, _, digest = link.rpartition("@")
            evidence[digest] = Evidence(
                hash=digest, media_type="application/toml", content=texts[name]
            )
        proposals.append(by.says(f"policy/{county}", event))
    return proposals, list(evidence.values())


def shipped_tables() -> list[YearTable]:
    """Return every shipped calendar."""
    return [
        load_year_table(content, file=f"{name}.toml")
        for name, content in shipped("calendars").items()
    ]


def adopt_calendars(*, county: str, actor: str, office: str, on: str) -> list[Proposal]:
    """Return the adoption of every shipped calendar known by a day."""
    by = Who(actor=actor, office=office, on=on)
    return [
        by.says(f"policy/{county}", calendar_adopted(table))
        for table in shipped_tables()
        if table.known_since.isoformat() <= on
    ]
