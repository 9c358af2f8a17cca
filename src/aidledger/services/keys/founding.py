"""What a ledger begins with so that powers can be judged: genesis, administrators, officers' roles.

Nothing here records: it returns who says what, in an order that ``authorise`` allows, for whoever
founds a ledger (a county's own set-up, the simulator) to record as one batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from aidledger.domain.events import powers
from aidledger.domain.events.base import Event
from aidledger.domain.registry.table import Powers, load_powers
from aidledger.services.acts.adoption import shipped
from aidledger.store.draft import Evidence

DEFAULT_POWERS = "cn-county"
"""The table of powers that a county adopts if it has none of its own."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One event and who says it, for which office."""

    actor: str
    office: str
    event: Event


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who acts: at an office, for a place and all below it, under some roles."""

    actor: str
    office: str
    place: str
    roles: tuple[str, ...]
    superior: str | None = None


def powers_evidence(name: str = DEFAULT_POWERS) -> tuple[Powers, Evidence]:
    """Return a shipped table of powers, and its file as evidence.

    Raises:
        KeyError: no such table is shipped.

    """
    content = shipped("powers")[name]
    digest = hashlib.sha256(content).hexdigest()
    evidence = Evidence(hash=digest, media_type="application/toml", content=content)
    return load_powers(content, file=f"{name}.toml"), evidence


def genesis(
    table: Powers,
    *,
    origin: str,
    custodians: Sequence[powers.Custodian],
    needed: int,
    administrators: Iterable[Officer],
    position: int,
    log_key: str | None = None,
    witnesses: tuple[powers.WitnessKey, ...] = (),
    quorum: int = 0,
    policy: str | None = None,
) -> list[Said]:
    """Return genesis and the administrators' grants, each confirmed by as many custodians as needed.

    Args:
        table: the table of powers to adopt.
        origin: the name of the log.
        custodians: from different offices; the first declares, those after it confirm.
        needed: how many custodians act together.
        administrators: officers whose roles only custodians grant.
        position: where the first of these events will stand in the log.
        log_key: the log's public key (hex), where it has one.
        witnesses: the keys whose cosignatures count.
        quorum: how many of them make a checkpoint accepted.
        policy: SHA-256 (hex) of the witness policy file.

    """
    first, others = custodians[0], custodians[1:needed]
    declared = powers.GenesisDeclared(
        custodians=tuple(custodians),
        custodians_needed=needed,
        log_key=log_key,
        origin=origin,
        policy=policy,
        powers=table.id,
        powers_hash=table.hash,
        quorum=quorum,
        witnesses=witnesses,
    )
    said = [Said(actor=first.actor, office=first.office, event=declared)]
    grants = [grant for officer in administrators for grant in _grants(officer)]
    said += [Said(actor=first.actor, office=first.office, event=grant) for grant in grants]
    said += [
        Said(
            actor=other.actor,
            office=other.office,
            event=powers.CustodianConfirmed(position=position + number),
        )
        for number in range(1, 1 + len(grants))
        for other in others
    ]
    return said


def roles(officers: Iterable[Officer], *, by: Officer) -> list[Said]:
    """Return the roles of officers and to whom they report, as the security administrator says."""
    events: list[Event] = []
    for officer in officers:
        events += _grants(officer)
        if officer.superior is not None:
            events.append(powers.SuperiorNamed(actor=officer.actor, superior=officer.superior))
    return [Said(actor=by.actor, office=by.office, event=event) for event in events]


def _grants(officer: Officer) -> list[powers.RoleGranted]:
    """Return the grants of an officer's roles."""
    return [
        powers.RoleGranted(
            actor=officer.actor, office=officer.office, place=officer.place, role=role
        )
        for role in officer.roles
    ]
