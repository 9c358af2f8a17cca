"""Who may act: genesis, keys, roles, delegations, kinship and reporting lines (design 5).

All of them hold by position in the log, from the entry after theirs; none acts backwards.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from aidledger.domain.events.base import Code, Count, Digest, Event, Fen, Text, Token

PublicKey = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64}|[0-9a-f]{2624})\Z")]
"""A raw public key in lower-case hex: 32 bytes of Ed25519, 1312 bytes of ML-DSA-44."""
Algorithm = Literal["ed25519", "ml_dsa_44"]


class Custodian(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the few who together hand out the first powers."""

    actor: Code
    office: Code


class WitnessKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key whose cosignature counts towards the quorum, and the office that holds it."""

    algorithm: Algorithm
    key: PublicKey
    name: Text
    office: Code | None = None


class GenesisDeclared(Event, frozen=True, kw_only=True):
    """创世声明: what the ledger is to be trusted by; powers are judged from the next entry on.

    ``policy`` is the SHA-256 of the witness policy file, ``powers`` and ``powers_hash`` name the
    table of powers. ``custodians_needed`` of the custodians act together.
    """

    custodians: tuple[Custodian, ...]
    custodians_needed: Count
    log_key: PublicKey | None = None
    origin: Text
    policy: Digest | None = None
    powers: Code
    powers_hash: Digest
    quorum: Count = 0
    witnesses: tuple[WitnessKey, ...] = ()


class PowersAdopted(Event, frozen=True, kw_only=True):
    """采用权限表: another table of powers, once enough custodians have confirmed it."""

    powers: Code
    powers_hash: Digest


class CustodianConfirmed(Event, frozen=True, kw_only=True):
    """保管人确认: a second custodian stands by what another one recorded at a position."""

    position: Count


class KeyRegistered(Event, frozen=True, kw_only=True):
    """密钥登记: a key of an actor; ``registrar`` has checked whose it is, and is somebody else."""

    algorithm: Algorithm
    assurance: Literal["server", "file", "token"]
    key: Code
    owner: Code
    public_key: PublicKey
    registrar: Code


class KeyRevoked(Event, frozen=True, kw_only=True):
    """密钥吊销: the key says nothing from ``from_position`` on, be that before this entry."""

    from_position: Count
    key: Code
    reason: Literal["compromised", "lost", "replaced", "left_office"]


class RoleGranted(Event, frozen=True, kw_only=True):
    """授予角色: an actor's role at an office, for a place and all below it."""

    actor: Code
    office: Code
    place: Code
    programme: Code | None = None
    role: Code


class RoleEnded(Event, frozen=True, kw_only=True):
    """收回角色: the role as it was granted ends with this entry."""

    actor: Code
    office: Code
    place: Code
    programme: Code | None = None
    reason: Text
    role: Code


class DelegationGiven(Event, frozen=True, kw_only=True):
    """授权下放: an office lets another exercise one of its powers, up to an amount in fen."""

    delegation: Code
    from_office: Code
    limit_fen: Fen | None = None
    place: Code
    power: Code
    programme: Code | None = None
    to_actor: Code | None = None
    to_office: Code


class DelegationEnded(Event, frozen=True, kw_only=True):
    """收回授权: the delegation ends with this entry."""

    delegation: Code
    reason: Text


class ActorIdentified(Event, frozen=True, kw_only=True):
    """人员身份登记: which person an actor is; two actors may be one person."""

    actor: Code
    person: Token


class KinshipDeclared(Event, frozen=True, kw_only=True):
    """亲属关系申报: an actor's relative, by token where it is no officer."""

    actor: Code
    degree: Literal["spouse", "lineal", "collateral", "affinity", "household"]
    kin_actor: Code | None = None
    person: Token | None = None


class StaffAccountDeclared(Event, frozen=True, kw_only=True):
    """经办人员账户申报: an officer's own or a relative's account; its number is sealed (F069)."""

    account: Token
    actor: Code
    holder: Literal["self", "relative"]


class SuperiorNamed(Event, frozen=True, kw_only=True):
    """直接上级: to whom an actor reports from now on; nobody where it is empty."""

    actor: Code
    superior: Code | None = None
