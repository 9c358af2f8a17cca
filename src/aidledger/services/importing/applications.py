"""Applications from a township's sheet: one row is one case, applied for on a day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, get_args

from aidledger.domain.events.base import Programme
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.registry import ControlTotal
from aidledger.domain.identity import UNKNOWN_PERSON, check_identity_number
from aidledger.domain.policy.words import programme_words
from aidledger.domain.proposal import Proposal
from aidledger.domain.values import parse_day
from aidledger.services.acts.who import Who
from aidledger.services.importing.cells import Cells, shown, source_of
from aidledger.services.importing.kinds import Column, Given, Kind, Taken
from aidledger.services.importing.table import Row
from aidledger.services.problems import Problem
from aidledger.services.session import Session

_CASE: Final = re.compile(r"[0-9]{6}-[0-9]{4}-[0-9]{4,8}")
_AREAS: Final = {"rural": ("农村",), "urban": ("城市", "城镇")}
_ROUTES: Final = {
    "self": ("本人申请", "本人"),
    "proxy": ("代为申请", "代办"),
    "ex_officio": ("依职权", "主动发现"),
}
_ALSO: Final = {
    "tekun": ("特困", "特困人员"),
    "dibao": ("最低生活保障",),
    "unattended": ("事实无人抚养",),
}
"""What sheets call a programme beside its name."""
_CHANNELS: Final = {"paper": ("书面", "窗口"), "online": ("网上", "线上"), "phone": ("电话",)}
_PROGRAMMES: Final = {
    code: (programme_words(code)[0], *_ALSO.get(code, ())) for code in get_args(Programme)
}
_MAX_PERSONS: Final = 20

COLUMNS: Final = (
    Column(key="case", title_zh="案件编号", sample="520123-2022-000001"),
    Column(key="name", title_zh="姓名", sample="张三"),
    Column(key="identity_number", title_zh="身份证号", sample="110101199003077854"),
    Column(key="applied_on", title_zh="申请日期", sample="2022-01-04", required=False),
    Column(key="birth_on", title_zh="出生日期", sample="1990-03-07", required=False),
    Column(key="programme", title_zh="救助项目", sample="tekun", required=False),
    Column(key="area", title_zh="城乡", sample="rural"),
    Column(key="township", title_zh="乡镇代码", sample="520123001"),
    Column(key="village", title_zh="村代码", sample="520123001001"),
    Column(key="route", title_zh="申请方式", sample="self", required=False),
    Column(key="channel", title_zh="渠道", sample="paper", required=False),
    Column(key="persons", title_zh="人数", sample="1", required=False),
    Column(key="address", title_zh="住址", sample="", required=False),
    Column(key="phone", title_zh="电话", sample="", required=False),
    Column(key="proxy_name", title_zh="代办人", sample="", required=False),
)


def take(session: Session, rows: Sequence[Row], given: Given) -> Taken:
    """Return an application for each row; a case number may stand in one row only."""
    problems: list[Problem] = []
    proposals: list[Proposal] = []
    seen: dict[str, int] = {}
    persons = 0
    states = session.states
    for row in rows:
        before = len(problems)
        cells = Cells(row, problems)
        proposal = _application(cells, given)
        case = proposal.stream.partition("/")[2]
        if case in seen:
            cells.fault("case", "a number of its own", f"the number of line {seen[case]}")
        elif case and states.version(proposal.stream) and states.case(proposal.stream).applied_on:
            cells.fault("case", "a new case", "a case with an application: " + case, "known_case")
        seen.setdefault(case, row.line)
        if len(problems) == before:
            proposals.append(proposal)
            persons += getattr(proposal.event, "persons", 0)
    return Taken(
        proposals=proposals,
        totals=[ControlTotal(column="persons", total=persons)],
        problems=problems,
    )


def _application(cells: Cells, given: Given) -> Proposal:
    """Read one row; faults are kept with the row's line."""
    case = cells.text("case")
    if case and not _CASE.fullmatch(case):
        cells.fault("case", "a case number such as 520123-2022-000017", shown(case))
    applied_on = cells.day("applied_on", default=given.effective_on)
    number = cells.digits("identity_number")
    birth_on = cells.day("birth_on", default="-")
    if number:
        birth_on = _birth(cells, number, birth_on, applied_on, as_is=given.as_is)
    elif birth_on == "-":
        birth_on = ""
    personal = {"identity_number": number}
    personal["name"] = cells.text("name", longest=100)
    personal["phone"] = cells.digits("phone", required=False)
    personal["address"] = cells.text("address", required=False)
    personal["proxy_name"] = cells.text("proxy_name", required=False, longest=100)
    township = cells.code("township")
    event = ApplicationSubmitted(
        applicant=UNKNOWN_PERSON,
        area=cells.choice("area", _AREAS),  # type: ignore[arg-type]  # a fault is kept when empty
        birth_on=birth_on,
        channel=cells.choice("channel", _CHANNELS, "paper"),  # type: ignore[arg-type]
        persons=cells.count("persons", highest=_MAX_PERSONS, default=1),
        programme=cells.choice("programme", _PROGRAMMES, "tekun"),  # type: ignore[arg-type]
        route=cells.choice("route", _ROUTES, "self"),  # type: ignore[arg-type]
        source=source_of(given.file_hash, cells.line),
        township=township,
        village=cells.code("village"),
    )
    by = Who(actor=given.actor, office=given.office or township, on=applied_on)
    return by.says(f"case/{case}", event, personal={k: v for k, v in personal.items() if v})


def _birth(cells: Cells, number: str, birth_on: str, applied_on: str, *, as_is: bool) -> str:
    """Return the day of birth: the column's, or what the identity number says."""
    on = parse_day(applied_on) if applied_on else None
    check = check_identity_number(number, on=on)
    stated = "" if birth_on == "-" else birth_on
    if not check.ok and not as_is:
        cells.fault(
            "identity_number",
            "a number whose length, date and check digit agree (GB 11643)",
            str(check.problem),
            "identity_number",
        )
        return stated
    known = check.birth_on.isoformat() if check.birth_on else ""
    if stated and known and stated != known and not as_is:
        cells.fault("birth_on", "the day in the identity number", "another day")
    if not stated and not known and birth_on == "-":
        cells.fault("birth_on", "a day, since the identity number has none", "an empty cell")
    return stated or known


KIND: Final = Kind(name="applications", columns=COLUMNS, take=take)
