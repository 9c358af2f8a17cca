"""What the tests on care share: packs of this folder beside the shipped ones, and small acts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.replay.histories import Log, adopt_pack

from aidledger.domain.policy.adopting import parameter_text
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack
from aidledger.services.acts.adoption import shipped

CARER = "carer/520123-0001"


@lru_cache
def pack(name: str) -> ResolvedPack:
    """Return a pack: shipped, or one of this folder's."""
    local = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "packs").iterdir()}
    return PackLibrary(shipped("packs") | local).resolve(name)


def adopt(log: Log, name: str, on: str = "2022-01-01") -> int:
    """Adopt a pack with all its parameters in a hand-written log."""
    given = {key: parameter_text(value) for key, value in pack(name).parameters.items()}
    return adopt_pack(log, on, **given)


def register(log: Log, number: int = 1, on: str = "2022-01-01") -> str:
    """Register a carer; return the stream."""
    carer = f"carer/520123-{number:04d}"
    log.add(
        "CarerRegistered",
        carer,
        on,
        kind="person",
        person="p" + f"{number:032x}",
        township="520123001",
    )
    return carer


def entrust(log: Log, case: str, on: str, carer: str = CARER, **more: Any) -> int:
    """Entrust the care of a person from a day on."""
    given: dict[str, Any] = {
        "carer": carer,
        "consent": True,
        "from_on": on,
        "relation": "friend",
        "services": ["watch_over"],
    }
    return log.add("CareEntrusted", case, on, **(given | more))


def end_care(log: Log, case: str, on: str, carer: str = CARER) -> int:
    """End it; the day is the last one."""
    return log.add("CareEnded", case, on, carer=carer, ground="other", to_on=on)
