"""The officers of the simulated county: who they are, what they may do, and to whom they report.

Duties are separated as the table of powers wants it: who takes a case in does not survey it, who
surveys gives no opinion, who decides neither pays nor publishes.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aidledger.domain.events.powers import Custodian
from aidledger.services.keys.founding import Officer
from aidledger.services.simulation.places import (
    APPROVER,
    AUDIT,
    AUDITOR,
    BANK,
    BANK_CLERK,
    CLERK,
    COMPLAINTS,
    COUNTY,
    DEPARTMENTS,
    DEPUTY,
    DIRECTOR,
    FINANCE,
    FINANCE_HEAD,
    FUND_KEEPER,
    HEAD,
    INVESTIGATOR,
    PAYMASTER,
    PUBLISHER,
    RECORDS,
    REVIEWER,
    SECOND_SURVEYOR,
    SECURITY,
    SPOT_CHECKER,
    SUPERVISOR,
    SURVEYOR,
    SYSTEM,
    WATCH,
    Township,
    deciders,
    department,
    townships,
)


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One officer with the title of the appointment."""

    officer: Officer
    title: str


_TOWNSHIP: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (CLERK, "clerk", ("township_intake",)),
    (SURVEYOR, "surveyor", ("township_investigator",)),
    (SECOND_SURVEYOR, "surveyor", ("township_investigator",)),
    (HEAD, "head", ("township_reviewer", "township_head")),
    (SUPERVISOR, "carer_supervisor", ("care_supervisor",)),
    (PUBLISHER, "publisher", ("disclosure_publisher",)),
)
"""Number, title and roles of a township's officers."""
_DEPUTY: Final = (DEPUTY, "deputy_head", ("township_head",))
_COUNTY: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (REVIEWER, "reviewer", ("county_examiner",)),
    (SPOT_CHECKER, "spot_checker", ("county_examiner",)),
    (PAYMASTER, "paymaster", ("county_examiner",)),
    (COMPLAINTS, "complaints", ("complaint_intake",)),
    (RECORDS, "records", ("records_keeper",)),
    (INVESTIGATOR, "investigator", ("complaint_investigator",)),
    (DIRECTOR, "director", ()),
)
_ADMINISTRATORS: Final[tuple[tuple[str, str], ...]] = (
    (SECURITY, "sec_admin"),
    (SYSTEM, "sys_admin"),
    (WATCH, "audit_admin"),
)
_OTHERS: Final[tuple[tuple[str, str, str, tuple[str, ...]], ...]] = (
    (FINANCE, APPROVER, "approver", ("finance_payer",)),
    (FINANCE, FUND_KEEPER, "fund_keeper", ("finance_reconciler",)),
    (FINANCE, FINANCE_HEAD, "director", ()),
    (BANK, BANK_CLERK, "bank_clerk", ("bank_agent",)),
    (AUDIT, AUDITOR, "auditor", ("auditor",)),
)
DEPARTMENT: Final = "department_clerk"
"""The title of a department's officer."""
NEEDED: Final = 2
"""How many of the custodians act together."""
CUSTODIANS: Final = tuple(
    Custodian(actor=f"{office}-{number}", office=office)
    for office, number in ((COUNTY, DIRECTOR), (FINANCE, FINANCE_HEAD), (AUDIT, AUDITOR))
)


def posts(cases: int, *, deputies: bool = False) -> tuple[Post, ...]:
    """Return every officer but the administrators, for a county of so many cases.

    ``deputies``: each township has one, who decides what others looked into.
    """
    director = f"{COUNTY}-{DIRECTOR}"
    staff = [
        _post(f"{COUNTY}-{number}", COUNTY, title, roles, under=director)
        for number, title, roles in _COUNTY
    ]
    staff += [
        _post(actor, COUNTY, "decider", ("county_approver",), under=director)
        for actor in deciders(cases)
    ]
    staff += [
        _post(f"{office}-{number}", office, title, roles)
        for office, number, title, roles in _OTHERS
    ]
    for town in townships():
        head = f"{town.code}-{HEAD}"
        staff += [
            _post(actor, town.code, title, roles, under=director if actor == head else head)
            for actor, title, roles in _of_township(town, deputies=deputies)
        ]
    staff += [
        _post(f"{department(kind)}-u1", department(kind), DEPARTMENT, ("department_clerk", *more))
        for kind, _, more in DEPARTMENTS
    ]
    return tuple(staff)


def administrators() -> tuple[Post, ...]:
    """Return who runs the system, hands out its roles, and watches it: three persons, no other role."""
    return tuple(
        _post(f"{COUNTY}-{number}", COUNTY, role, (role,)) for number, role in _ADMINISTRATORS
    )


def security() -> Officer:
    """Return the security administrator, who registers officers and grants them their roles."""
    return administrators()[0].officer


def _of_township(town: Township, *, deputies: bool) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return actor, title and roles of a township's officers."""
    officers = (*_TOWNSHIP, _DEPUTY) if deputies else _TOWNSHIP
    return [(f"{town.code}-{number}", title, roles) for number, title, roles in officers]


def _post(
    actor: str, office: str, title: str, roles: tuple[str, ...], *, under: str | None = None
) -> Post:
    """Return one post; nobody is their own superior."""
    place = office if office.isdigit() else COUNTY
    superior = None if under == actor else under
    officer = Officer(actor=actor, office=office, place=place, roles=roles, superior=superior)
    return Post(officer=officer, title=title)
