"""Every role, every act, every relation: what the table says is what ``authorise`` answers.

The expected answer is read from the TOML file by this test, not by the code that it tests.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import msgspec
import pytest
from tests.domain.registry.worlds import FILE, OTHER_TOWN, TABLE, TOWN

from aidledger.domain.calendar import Calendar
from aidledger.domain.events import powers as events
from aidledger.domain.events.base import Event, OfficeKind
from aidledger.domain.events.catalog import EVENTS, decode_data
from aidledger.domain.events.registry import OfficeRegistered
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.authorise import authorise, refusals
from aidledger.domain.registry.context import Act, Actor, Allowed, Context, Forbidden, Setting
from aidledger.domain.registry.enrol import enrol
from aidledger.domain.registry.history import AccountChange, Done, Involvement
from aidledger.domain.registry.registry import Registry

RAW = tomllib.loads(FILE.read_text(encoding="utf-8"))
POWERS = {power["id"]: power for power in RAW["power"]}
POWER_OF = {act: power for power in RAW["power"] for act in power["acts"]}
DUTIES = RAW["duty"]
APPLICANT = "p" + "f" * 32
KINDS: tuple[Any, ...] = get_args(OfficeKind)
KEPT_APART = sorted(
    {name for duty in DUTIES if duty["kind"] == "apart" for name in duty.get("of", ())}
)
RELATIONS = (
    "nobody",
    "elsewhere",
    "other_office",
    "self",
    "kin",
    *(f"did {p}" for p in KEPT_APART),
)
ROLES = [role["id"] for role in RAW["role"]]
NOW, X = 100, "x"
GOLDEN = {
    line["type"]: json.loads(line["record"])["data"]
    for line in map(
        json.loads,
        (Path(__file__).parents[2] / "vectors/events.jsonl").read_text("utf-8").splitlines(),
    )
}
"""One event of each type; what is special below is what makes it lawful in itself."""
SPECIAL: dict[str, dict[str, Any]] = {
    "ApplicationSubmitted": {"township": TOWN, "village": TOWN},
    "HouseholdSurveyed": {"investigators": ("a1", "a2")},
    "ComplaintRegistered": {"handler": "other"},
    "RoleGranted": {
        "actor": "new", "office": "o-township", "place": TOWN, "programme": None,
        "role": "township_intake",
    },
    "KeyRegistered": {"owner": "new", "registrar": "other"},
    "DelegationGiven": {
        "from_office": "o-civil_affairs", "place": TOWN, "power": "approve", "programme": None,
        "to_actor": None, "to_office": "o-township",
    },
    "TerminationApproved": {"ground": "death"},
}  # fmt: skip
NAMING = ("HouseholdSurveyed", "ComplaintRegistered", "DoubtAssigned", "DoubtVerified")


@lru_cache
def event_of(act: str) -> Event:
    event = decode_data(act, json.dumps(GOLDEN[act]).encode())
    return msgspec.structs.replace(event, **SPECIAL.get(act, {}))


class Everywhere(Mapping[str, Involvement]):
    """The same history whatever it is asked for: run, place, file, the case complained of."""

    def __init__(self, history: Involvement) -> None:
        self.history = history

    def __getitem__(self, name: str) -> Involvement:
        return self.history

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def office_kind(role: str) -> str:
    row = next(one for one in RAW["role"] if one["id"] == role)
    return str(row.get("offices", ["civil_affairs"])[0])


def said(position: int, event: Event) -> Recorded:
    return Recorded(
        actor="sec", effective_on="2022-03-01", event=event, office="o", position=position,
        recorded_at="2022-03-01T01:00:00.000000Z", sealed={}, stream="registry/1", version=1,
    )  # fmt: skip


@lru_cache
def registry_of(role: str, relation: str) -> Registry:
    """A registry in which somebody has one role, and perhaps a relative."""
    found = [
        events.GenesisDeclared(
            custodians=(), custodians_needed=0, origin="x", powers=TABLE.id,
            powers_hash=TABLE.hash,
        ),
        *(OfficeRegistered(kind=k, name=k, office=f"o-{k}", place=TOWN) for k in KINDS),
        *(
            events.RoleGranted(
                actor=one, office="o-township", place=TOWN, role="township_investigator"
            )
            for one in ("a1", "a2")
        ),
        events.RoleGranted(
            actor=X,
            office=f"o-{office_kind(role)}",
            place=OTHER_TOWN if relation == "elsewhere" else TOWN,
            role=role,
        ),
    ]  # fmt: skip
    if relation == "self":
        found.append(events.ActorIdentified(actor=X, person=APPLICANT))
    if relation == "kin":
        found.append(events.KinshipDeclared(actor=X, degree="spouse", person=APPLICANT))
    registry = Registry()
    for position, event in enumerate(found):
        registry = enrol(registry, said(position, event))
    return registry


@lru_cache
def history_of(act: str, role: str, relation: str) -> Involvement:
    """A history in which everything that must come before has come, by somebody else."""
    streams = EVENTS[act].stream.split("|")
    power = relation.removeprefix("did ") if relation.startswith("did ") else ""
    by = dict.fromkeys(POWERS[power]["acts"], (X,)) if power else {}
    order = (
        *("ApplicationApproved", "ExportRequested", "TerminationReported", "TerminationAudited"),
        *("DoubtVerified", "DoubtConfirmed"),
    )
    last = {
        one: Done(
            position=position,
            actor="other",
            office=f"o-{office_kind(role)}",
            recorded_on="2022-03-01",
        )
        for position, one in enumerate((*order, "RecipientHeard"), start=50)
    }
    return Involvement(
        stream=f"{streams[0]}/1",
        place=TOWN,
        programme="tekun",
        applicant=APPLICANT if "case" in streams else "",
        person=APPLICANT if "carer" in streams else "",
        change=AccountChange(
            account=GOLDEN["AccountChangeConfirmed"]["account"],
            requested_by="other",
            requested_on="2022-03-01",
        ),
        subject_case="case/1",
        by=MappingProxyType(by),
        last=MappingProxyType(last),
    )


def expected(role: str, act: str, relation: str) -> set[str]:
    """The codes that the rows of the table give."""
    if act == "GenesisDeclared":
        return {"genesis_again"}
    power = POWER_OF[act]
    codes = set(filter(None, (by_role(power, role, relation), by_hand(act, role, relation))))
    streams = EVENTS[act].stream.split("|")
    for duty in DUTIES:
        if power["id"] in duty.get("except_for", ()):
            continue
        on, of = set(duty.get("on", ())), set(duty.get("of", ()))
        code = f"duty_{duty['rule'].lower()}"
        here = not on or {act, power["id"]} & on
        did = relation.removeprefix("did ") if relation.startswith("did ") else ""
        match duty["kind"]:
            case "apart":
                named = duty.get("who") == "named" and act in NAMING
                across = duty.get("both_ways") and power["id"] in of and did in on
                if here and not named and did and (did in of or not of):
                    codes.add(code)
                if across:
                    codes.add(code)
            case "not_kin_of_applicant" if "case" in streams and relation in ("self", "kin"):
                codes.add(code)
            case "not_carer" if here and "carer" in streams and relation in ("self", "kin"):
                codes.add(code)
            case "same_chain" if here and relation == "other_office":
                codes.add(code)
            case "custodians" if act == "CustodianConfirmed":
                codes.add(code)
            case _:
                pass
    return codes


def by_role(power: dict[str, Any], role: str, relation: str) -> str:
    """The code of what a role lacks for a power."""
    if power.get("anyone"):
        return ""
    if role not in power.get("roles", ()) and role not in power.get("delegable_to", ()):
        return "power_missing"
    if relation == "other_office":
        return "power_office"
    if relation == "elsewhere" and power.get("scope") != "anywhere":
        return "power_place"
    home = power.get("offices", ())
    return "power_level" if home and office_kind(role) not in home else ""


def by_hand(act: str, role: str, relation: str) -> str:
    """The code of what can't be handed on: the only delegable powers are the county approver's."""
    lawful = role == "county_approver" and relation not in ("elsewhere", "other_office")
    return "power_delegation" if act == "DelegationGiven" and not lawful else ""


@pytest.mark.parametrize("role", ROLES)
def test_each_cell_is_answered_as_the_table_says(role: str) -> None:
    wrong = []
    for act in EVENTS:
        event = event_of(act)
        for relation in RELATIONS:
            history = history_of(act, role, relation)
            office = "o-another" if relation == "other_office" else f"o-{office_kind(role)}"
            context = Context(
                registry=registry_of(role, relation),
                powers=TABLE,
                position=NOW,
                recorded_at="2022-03-01T01:00:00.000000Z",
                setting=Setting(recorded_on="2022-03-01", calendar=Calendar(())),
                histories=Everywhere(history),
            )
            asked = (
                Actor(id=X, office=office),
                Act(type=act, event=event, stream=history.stream),
                history,
                context,
            )
            found = {one.code for one in refusals(*asked)}
            answer = authorise(*asked)
            if found != expected(role, act, relation):
                wrong.append((act, relation, found, expected(role, act, relation)))
            assert isinstance(answer, Forbidden if found else Allowed)

    assert [] == wrong


def test_every_act_is_somebodys_and_every_event_has_a_power() -> None:
    allowed = {act for act in EVENTS for role in ROLES if not expected(role, act, "nobody")}
    by_custodians = {"GenesisDeclared", "PowersAdopted", "CustodianConfirmed"}

    assert set(EVENTS) == set(POWER_OF)
    assert set(EVENTS) - by_custodians == allowed
