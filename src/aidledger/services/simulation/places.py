"""The county 520123 on paper: townships of three sizes, their villages, offices and officers.

The code of the county is that of a real place; every name below it is invented.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from aidledger.domain.events import registry
from aidledger.domain.events.base import Event, OfficeKind

COUNTY: Final = "520123"
FINANCE: Final = f"{COUNTY}-fin"
BANK: Final = f"{COUNTY}-bank"
AUDIT: Final = f"{COUNTY}-aud"
DEPARTMENTS: Final[tuple[tuple[OfficeKind, str, tuple[str, ...]], ...]] = (
    ("agriculture", "农业农村局", ()),
    ("disabled_federation", "残疾人联合会", ()),
    ("education", "教育局", ()),
    ("emergency_management", "应急管理局", ()),
    ("health", "卫生健康局", ("medical_clerk",)),
    ("housing", "住房和城乡建设局", ("housing_clerk",)),
    ("human_resources", "人力资源和社会保障局", ("employment_clerk",)),
    ("justice", "司法局", ()),
    ("medical_insurance", "医疗保障局", ("medical_clerk",)),
    ("next_generation", "关心下一代工作委员会", ()),
    ("public_security", "公安局", ()),
    ("red_cross", "红十字会", ()),
    ("trade_union", "总工会", ()),
    ("veterans", "退役军人事务局", ()),
    ("womens_federation", "妇女联合会", ()),
    ("youth_league", "共青团委员会", ()),
)
"""Kind, name and the roles of its officer beside that of every department."""
INSTITUTIONS: Final = (f"{COUNTY}-home1", f"{COUNTY}-home2")
COMPLAINT_PHONE: Final = "12345"
"""The number printed on every notice: an office's, and public."""

_TOWNSHIPS: Final[tuple[tuple[str, Literal["rural", "urban"], int, int], ...]] = (
    ("青溪镇", "rural", 18_400, 6),
    ("云岫街道", "urban", 61_200, 8),
    ("竹隐镇", "rural", 33_700, 7),
    ("松垄乡", "rural", 9_600, 4),
    ("荷塘镇", "rural", 47_100, 8),
    ("鹿鸣乡", "rural", 14_900, 5),
)
"""Name, kind, population (one or more in each bracket of S3: below 20,000, to 50,000, above)."""
_VILLAGES: Final = ("上河", "梨坪", "石桥", "泉边", "双杉", "枫岭", "白鹭", "岩下")
CASES_A_DECIDER: Final = 250
CASES_A_VISITOR: Final = 1_000
_VISITORS: Final = 2
"""In each village of a small county; one more for each so many cases of a large one."""
_SPARE_DECIDERS: Final = 20
"""The number of the first decider beside the one that every county has."""

CLERK, SURVEYOR, SECOND_SURVEYOR, HEAD, SUPERVISOR, PUBLISHER = (f"u{n}" for n in range(1, 7))
DEPUTY: Final = "u7"
"""The officers of a township by what they do; a deputy only where the township decides."""
REVIEWER, SPOT_CHECKER, DECIDER, PAYMASTER, COMPLAINTS, RECORDS = (f"u{n}" for n in range(1, 7))
INVESTIGATOR, SECURITY, DIRECTOR, SYSTEM, WATCH = (f"u{n}" for n in range(7, 12))
"""The officers of the county's civil affairs office, its administrators among them."""
APPROVER, FUND_KEEPER, FINANCE_HEAD = "u1", "u2", "u3"
BANK_CLERK: Final = "u1"
AUDITOR: Final = "u1"
DEPARTMENT_CLERK: Final = "u1"


class Village(msgspec.Struct, frozen=True, kw_only=True):
    """A village or community; ``population`` in persons."""

    code: str
    name: str
    population: int


class Township(msgspec.Struct, frozen=True, kw_only=True):
    """A township or street, which is also the office that takes applications."""

    code: str
    name: str
    area: Literal["rural", "urban"]
    population: int
    villages: tuple[Village, ...]


def townships() -> tuple[Township, ...]:
    """Return the townships with their villages; the populations of these add up."""
    found = []
    for number, (name, area, population, count) in enumerate(_TOWNSHIPS, start=1):
        code = f"{COUNTY}{number:03d}"
        each, rest = divmod(population, count)
        suffix = "社区" if area == "urban" else "村"
        villages = tuple(
            Village(
                code=f"{code}{200 + place:03d}",
                name=f"{_VILLAGES[place]}{suffix}",
                population=each + (rest if place == 0 else 0),
            )
            for place in range(count)
        )
        found.append(
            Township(code=code, name=name, area=area, population=population, villages=villages)
        )
    return tuple(found)


def place_events() -> list[Event]:
    """Return the registration of the county, its townships and villages."""
    towns = townships()
    events: list[Event] = [
        registry.PlaceRegistered(
            area="rural",
            kind="county",
            name="示例县",
            place=COUNTY,
            population=sum(town.population for town in towns),
        )
    ]
    for town in towns:
        events.append(
            registry.PlaceRegistered(
                area=town.area,
                kind="township",
                name=town.name,
                parent=COUNTY,
                place=town.code,
                population=town.population,
            )
        )
        events.extend(
            registry.PlaceRegistered(
                area=town.area,
                kind="village",
                name=village.name,
                parent=town.code,
                place=village.code,
                population=village.population,
            )
            for village in town.villages
        )
    return events


def office_events() -> list[Event]:
    """Return the registration of every office."""
    towns = townships()
    events: list[Event] = [
        registry.OfficeRegistered(
            kind="civil_affairs", name="示例县民政局", office=COUNTY, place=COUNTY
        ),
        registry.OfficeRegistered(
            kind="finance", name="示例县财政局", office=FINANCE, place=COUNTY
        ),
        registry.OfficeRegistered(kind="bank", name="示例代发银行", office=BANK, place=COUNTY),
        registry.OfficeRegistered(kind="audit", name="示例县审计局", office=AUDIT, place=COUNTY),
    ]
    events += [
        registry.OfficeRegistered(
            kind="institution", name=f"示例县第{number}供养院", office=office, place=COUNTY
        )
        for number, office in zip("一二", INSTITUTIONS, strict=True)
    ]
    events += [
        registry.OfficeRegistered(
            kind="township", name=f"{town.name}政府", office=town.code, place=town.code
        )
        for town in towns
    ]
    events += [
        registry.OfficeRegistered(
            kind=kind, name=f"示例县{name}", office=department(kind), place=COUNTY
        )
        for kind, name, _ in DEPARTMENTS
    ]
    return events


def department(kind: OfficeKind) -> str:
    """Return the code of a department's office."""
    return f"{COUNTY}-{kind.replace('_', '')}"


def deciders(cases: int) -> tuple[str, ...]:
    """Return who decides on so many cases: one officer can't read more than so much in an hour."""
    spare = range(_SPARE_DECIDERS, _SPARE_DECIDERS + cases // CASES_A_DECIDER)
    return (f"{COUNTY}-{DECIDER}", *(f"{COUNTY}-u{number}" for number in spare))


def visitors(cases: int) -> int:
    """Return how many people visit in each village: nobody can be in thirty homes on a day."""
    return _VISITORS + cases // CASES_A_VISITOR
