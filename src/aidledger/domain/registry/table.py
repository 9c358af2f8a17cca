"""The table of powers: who may do which act, and which duties two persons must share; hashed TOML.

A *power* is a group of acts with the roles that may do them. A *duty* keeps persons apart; what it
tests is one of a few kinds (``duties.py``), whom and when is data. No number stands in code: each
is a parameter here, and a policy pack in force may set it anew under the same name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import msgspec

from aidledger.domain.events.base import OfficeKind
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.errors import pack_error
from aidledger.domain.policy.lines import located
from aidledger.domain.policy.reading import convert, read_toml
from aidledger.domain.policy.schema import (
    EventName,
    Key,
    PackId,
    ParameterValue,
    Provenance,
    Title,
    Words,
)

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{1,40}\Z")]
RuleName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{1,40}\Z")]
Assurance = Literal["server", "file", "token"]
ASSURANCES: Final[tuple[Assurance, ...]] = ("server", "file", "token")
"""From the weakest holder of a key to the strongest."""
CUSTODIAN: Final = "custodian"
"""The one role that nobody is granted: genesis names who has it."""
Kind = Literal[
    "apart",
    "two_persons",
    "not_kin_of",
    "not_kin_of_applicant",
    "not_carer",
    "not_under",
    "same_chain",
    "needs",
    "not_for_oneself",
    "new_key",
    "person_once",
    "custodians",
    "admins_apart",
    "account_asked",
    "account_confirmed",
    "rate",
    "second_look",
    "completed",
]
Subject = Literal["own", "run", "place", "file", "replaced", "subject_case"]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all tables of the file."""


class RoleTable(_Strict, frozen=True, kw_only=True):
    """A role; ``offices`` are the kinds of office at which it counts, all where there are none.

    ``admin`` roles run the system or its grants: who has one has no other role.
    """

    id: Name
    text_zh: Words
    text_en: Words
    offices: tuple[OfficeKind, ...] = ()
    admin: bool = False


class PowerTable(_Strict, frozen=True, kw_only=True):
    """A power: its acts, who may do them, where, and how sure the ledger must be of the actor.

    ``roles`` may do it at home; ``anyone`` with any role may, anywhere. ``offices_parameter`` names the list
    of office kinds whose offices hold the power (a policy matter), ``offices`` where no list is
    known. ``delegable_to`` are roles that may do it at an office it was delegated to; ``amount`` is
    the sum that a delegation may limit. ``follows``: acts of the same actor on the same stream that
    bring it about by rule.
    """

    id: Name
    acts: Annotated[tuple[EventName, ...], msgspec.Meta(min_length=1)]
    roles: tuple[Name, ...] = ()
    anyone: bool = False
    scope: Literal["own_or_below", "own", "anywhere"] = "own_or_below"
    offices: tuple[OfficeKind, ...] = ()
    offices_parameter: Key | None = None
    delegable_to: tuple[Name, ...] = ()
    amount: Literal["proposed_fen", "total_fen", "amount_fen"] | None = None
    step_up: bool = False
    follows: tuple[EventName, ...] = ()
    citation: Words
    text_zh: Words
    text_en: Words


class DutyTable(_Strict, frozen=True, kw_only=True):
    """A duty: on which acts or powers, what kind of test, against whom.

    ``of`` are the powers whose holders on the ``subject`` are kept apart from the actor, or, with
    ``who = "named"``, from the person whom the act names; ``both_ways`` keeps the holders of ``of``
    from the acts of ``on`` too. ``since`` and ``exempt`` belong to ``needs``. ``pack_parameter``: the number that
    only the pack in force gives; where it gives none the duty asks for nothing.
    """

    id: RuleName
    rule: Annotated[str, msgspec.Meta(pattern=r"^S([1-9]|1[0-6])\Z")]
    kind: Kind
    on: tuple[str, ...] = ()
    of: tuple[Name, ...] = ()
    except_for: tuple[Name, ...] = ()
    subject: Subject = "own"
    who: Literal["actor", "named"] = "actor"
    both_ways: bool = False
    since: Name | None = None
    exempt: Key | None = None
    parameters: tuple[Key, ...] = ()
    pack_parameter: Key | None = None
    citation: Words
    text_zh: Words
    text_en: Words


class PowersFile(_Strict, frozen=True, kw_only=True):
    """A whole file."""

    id: PackId
    version: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    title: Title
    parameters: dict[Key, ParameterValue] = {}
    provenance: dict[Key, Provenance] = {}
    role: Annotated[tuple[RoleTable, ...], msgspec.Meta(min_length=1)]
    power: Annotated[tuple[PowerTable, ...], msgspec.Meta(min_length=1)]
    duty: tuple[DutyTable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """A table ready for use; ``duties`` has the duties that an act can break, in their order."""

    id: str
    version: int
    hash: str
    title: Title
    parameters: Mapping[str, Any]
    provenance: Mapping[str, Provenance]
    roles: Mapping[str, RoleTable]
    powers: tuple[PowerTable, ...]
    all_duties: tuple[DutyTable, ...]
    by_act: Mapping[str, PowerTable]
    acts_of: Mapping[str, tuple[str, ...]]
    duties: Mapping[str, tuple[DutyTable, ...]]


def powers_hash(content: bytes) -> str:
    """Return the hex SHA-256 of the file: genesis pins it, and it lies among the evidence under it."""
    return hashlib.sha256(content).hexdigest()


def load_powers(content: bytes, *, file: str) -> Powers:
    """Read a table of powers.

    Raises:
        PackError: naming file, line and field: shape, a name twice, an unknown act, role or power, a
            parameter without a source or of another type than its duty needs.
    """
    with located({file: content}):
        table = convert(read_toml(content, file=file), PowersFile, file=file)
        _check_names(table, file)
        _check_parameters(table, file)
    by_act = {act: power for power in table.power for act in power.acts}
    return Powers(
        id=table.id,
        version=table.version,
        hash=powers_hash(content),
        title=table.title,
        parameters=MappingProxyType(table.parameters),
        provenance=MappingProxyType(table.provenance),
        roles=MappingProxyType({role.id: role for role in table.role}),
        powers=table.power,
        all_duties=table.duty,
        by_act=MappingProxyType(by_act),
        acts_of=MappingProxyType({power.id: power.acts for power in table.power}),
        duties=MappingProxyType(
            {
                act: tuple(d for d in table.duty if concerns(d, act, by_act[act].id))
                for act in by_act
            }
        ),
    )


def concerns(duty: DutyTable, act: str, power: str) -> bool:
    """Whether a duty can be broken by an act of a power; with no ``on`` every act can."""
    if power in duty.except_for:
        return False
    on = (*duty.on, *duty.of) if duty.both_ways else duty.on
    return not on or act in on or power in on


def _check_names(table: PowersFile, file: str) -> None:
    """Check that every name means something, and once."""
    roles, powers = {role.id for role in table.role}, {power.id for power in table.power}
    acts = [act for power in table.power for act in power.acts]
    for field, names in (
        ("role", [role.id for role in table.role]),
        ("power", [power.id for power in table.power]),
        ("duty", [duty.id for duty in table.duty]),
        ("power.acts", acts),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise pack_error(file, field, "each name once", ", ".join(twice))
    for power in table.power:
        for role in (*power.roles, *power.delegable_to):
            if role not in roles and role != CUSTODIAN:
                raise pack_error(file, f"power.{power.id}", "a role of the table", role)
        if not (power.roles or power.anyone):
            raise pack_error(file, f"power.{power.id}.roles", "a role, or anyone", "nobody")
        for act in (*power.acts, *power.follows):
            if act not in EVENTS:
                raise pack_error(file, f"power.{power.id}.acts", "an event type", act)
    for duty in table.duty:
        for name in (*duty.on, *duty.of, *duty.except_for, *filter(None, [duty.since])):
            if name not in powers and name not in acts:
                raise pack_error(file, f"duty.{duty.id}", "a power or act of the table", name)


_WHOLE: Final = frozenset(
    {
        "account_cooling_working_days",
        "approvals_per_hour",
        "custodians_least",
        "custodians_needed_least",
        "second_look_after",
        "second_look_permille",
        "survey_investigators_min",
    }
)
"""Parameters that are whole numbers; all others are lists."""


def _check_parameters(table: PowersFile, file: str) -> None:
    """Check that each parameter has a source, and each that a rule reads is there."""
    unsourced = sorted(set(table.parameters) - set(table.provenance))
    if unsourced:
        raise pack_error(file, f"provenance.{unsourced[0]}", "the source", "nothing")
    for name in ("assurance_ordinary", "assurance_step_up"):
        if table.parameters.get(name) not in ASSURANCES:
            raise pack_error(
                file, f"parameters.{name}", f"one of {', '.join(ASSURANCES)}", "something else"
            )
    read = {key for duty in table.duty for key in (*duty.parameters, *filter(None, [duty.exempt]))}
    read |= {power.offices_parameter for power in table.power if power.offices_parameter}
    for key in sorted(read):
        value = table.parameters.get(key)
        wanted = int if key in _WHOLE else list
        if type(value) is not wanted:
            kind = "a whole number" if wanted is int else "a list"
            raise pack_error(file, f"parameters.{key}", kind, repr(value))
