"""Registers with planted rows against a simulated county: each is found, and nobody else."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pytest
from tests.counties import county
from tests.services.registerfiles import number

from aidledger.domain.registers.kinds import KINDS
from aidledger.services.acts.proposals import read_proposals
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.clock import SetClock
from aidledger.services.decoding import recorded_all
from aidledger.services.questions.querying import query
from aidledger.services.registers.importing import Wanted, import_register
from aidledger.services.registers.listing import Days, comparisons, named
from aidledger.services.session import Session, open_session

DATED: Final = date(2022, 11, 30)
ASKED: Final = date(2023, 2, 15)
STRANGERS: Final = 400
EACH: Final = 3
RULES: Final = tuple(f"R{at:02d}" for at in range(1, 14))

#: Of each kind: the rules that its planted rows break, the cells of such a row beside the number, and
#: those of a row that names somebody and breaks nothing.
PLANTED: Final[dict[str, tuple[tuple[str, ...], dict[str, str], dict[str, str]]]] = {
    "deaths": (("R01", "R02"), {"死亡日期": "2022-05-10"}, {}),
    "prison": (
        ("R03",),
        {"入监日期": "2022-04-10", "释放日期": "2022-08-20"},
        {"入监日期": "2020-04-10", "释放日期": "2021-08-20"},
    ),
    "payroll": (("R04",), {"参加工作时间": "2022年4月10日"}, {"停薪日期": "2021-12-31"}),
    "pension": (
        ("R05",),
        {"险种": "企业职工基本养老保险", "月待遇": "2,600.00", "领取起始日期": "2022/4/10"},
        {"险种": "城乡居民基本养老保险", "月待遇": "128", "领取起始日期": "2020/4/10"},
    ),
    "vehicles": (("R06",), {"车辆类型": "小型轿车"}, {"车辆类型": "普通二轮摩托车"}),
    "real_estate": (("R07",), {"用途": "成套住宅"}, {"用途": "商业"}),
    "companies": (("R08",), {"职务": "法定代表人"}, {"职务": "合作社社员"}),
    "deposits": (("R09",), {"余额": "900000.00"}, {"余额": "12.50"}),
    "housing_fund": (
        ("R10",),
        {"缴存状态": "正常", "开户日期": "2022-04-10", "月缴存额": "600"},
        {"缴存状态": "封存", "开户日期": "2020-04-10", "月缴存额": "600"},
    ),
    "other_county": (
        ("R11",),
        {"救助类别": "城市低保", "区划代码": "520121000000", "起始日期": "2022-04-10"},
        {"救助类别": "临时救助", "区划代码": "520121000000", "起始日期": "2022-04-10"},
    ),
}
LIMITED: Final = frozenset({"vehicles", "real_estate", "companies", "deposits"})
"""Kinds that a limit of the allowance's pack is for."""


class Compared(NamedTuple):
    """A county with its registers: which cases were planted for each rule, and a session to ask."""

    session: Session
    planted: dict[str, set[str]]
    numbers: dict[str, str]


def numbers_of(session: Session, types: tuple[str, str]) -> dict[str, str]:
    """Return the number that the vault holds for each case: of a type of event, its sealed field."""
    assert session.vault is not None
    kind, field = types
    entries = [e for e in recorded_all(session.store.read_types((kind,))) if field in e.sealed]
    opened = session.vault.open_many([e.sealed[field] for e in entries])
    return {e.stream: opened[e.sealed[field]] for e in entries}


def chosen(session: Session) -> dict[str, list[str]]:
    """Return the cases in support, by programme; those of one person that were paid all year."""
    sql = """
        SELECT DISTINCT case_people.programme, case_people."case"
        FROM case_people LEFT JOIN net_payments AS paid
          ON paid."case" = case_people."case" AND paid.month BETWEEN '2022-05' AND '2022-12'
        WHERE case_people.supported
        GROUP BY case_people.programme, case_people."case", case_people.person
        HAVING COUNT(DISTINCT paid.month) = 8 OR case_people.programme <> 'tekun' ORDER BY ALL
    """
    found: dict[str, list[str]] = {}
    for programme, case in query(session, sql).rows:
        found.setdefault(programme, []).append(case)
    return found


def register(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write a register as an office does: in GB18030, under a title, in no order."""
    random.Random(7).shuffle(rows)
    titles = sorted({title for row in rows for title in row})
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write("某局导出\n")
        writer = csv.DictWriter(file, titles, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    folder = tmp_path_factory.mktemp("compared")
    source = Path(county(tmp_path_factory, planted=False).location)
    for file in source.parent.glob(f"{source.name}*"):
        if file.is_file():
            shutil.copy2(file, folder / file.name)
    clock = SetClock(datetime(2022, 12, 31, 2, tzinfo=UTC))
    with open_session(str(folder / source.name), clock=clock) as session:
        numbers = numbers_of(session, ("ApplicationSubmitted", "identity_number"))
        paid = chosen(session)
        order = random.Random(11)
        planted: dict[str, set[str]] = {rule: set() for rule in RULES}
        for kind, (rules, cells, lawful) in PLANTED.items():
            some = order.sample(paid["dibao" if kind in LIMITED else "tekun"], 2 * EACH)
            cases, lawful_cases = some[:EACH], some[EACH:]
            for rule in rules:
                planted[rule] |= set(cases)
            rows = [cells | {"身份证号": numbers[case]} for case in cases]
            if kind == "real_estate":  # two that differ in what is not read
                rows += [row | {"坐落": f"{at}号"} for at, row in enumerate(rows)]
            rows += [lawful | {"身份证号": numbers[case]} for case in lawful_cases if lawful]
            rows += [cells | {"身份证号": number(at)} for at in range(STRANGERS)]
            imported(session, register(folder / f"{kind}.csv", rows), kind)
        planted["R12"], planted["R13"] = bank(session, folder, paid["tekun"])
        yield Compared(session, planted, numbers)


def bank(session: Session, folder: Path, cases: list[str]) -> tuple[set[str], set[str]]:
    """Import the bank's results of a month: some came back, some went to an account of somebody else."""
    accounts = numbers_of(session, ("AccountBound", "account_number"))
    numbers = numbers_of(session, ("ApplicationSubmitted", "identity_number"))
    sql = "SELECT \"case\", issued_fen FROM net_payments WHERE month = '2022-10' ORDER BY position"
    lines = [(case, fen) for case, fen in query(session, sql).rows if case in accounts]
    back, others = set(cases[:EACH]), set(cases[EACH : 2 * EACH])
    rows = [
        {
            "账号": accounts[case],
            "金额": f"{fen // 100}.{fen % 100:02d}",
            "日期": "2022-10-12",
            "结果": "退汇" if case in back else "交易成功",
            "开户人身份证号": number(3) if case in others else numbers[case],
        }
        for case, fen in lines
    ]
    imported(session, register(folder / "bank.csv", rows), "bank_results")
    return back, others


def imported(session: Session, path: Path, kind: str) -> None:
    wanted = Wanted(kind, path.stem, DATED, "520123-u1", "520123")
    assert import_register(session, path, wanted).event.kept.rows


@pytest.fixture(scope="module")
def found(compared: Compared) -> dict[str, Any]:
    report = audit(compared.session, rules_of(names=RULES), as_of=ASKED).report
    assert () == report.not_run
    told: dict[str, Any] = {rule: [] for rule in RULES}
    for one in report.findings:
        told[one.rule].append(one)
    return told


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_whom_the_registers_name_and_nobody_else(
    rule: str, compared: Compared, found: dict[str, Any]
) -> None:
    """Recall and precision of 100 %: strangers, lawful rows and all others are left alone."""
    cases = {one.subject for one in found[rule]}

    assert EACH == len(compared.planted[rule])
    assert compared.planted[rule] == cases
    # one finding a case; of what came back from the bank one a line
    assert len(cases) == len(found[rule]) or rule == "R12"


def test_what_is_found_is_proven_by_the_register_and_its_payments(
    compared: Compared, found: dict[str, Any]
) -> None:
    entry = {
        row[1]: row[0]
        for row in query(compared.session, "SELECT position, kind FROM registers", as_of=ASKED).rows
    }
    sql = "SELECT \"case\", position, amount_fen FROM net_payments WHERE month > '2022-05'"
    paid = query(compared.session, sql, as_of=ASKED).rows
    for one in found["R01"]:
        own = [(position, fen) for case, position, fen in paid if case == one.subject]

        assert sorted([entry["deaths"], *(position for position, _ in own)]) == list(one.positions)
        assert sum(fen for _, fen in own) == one.amount_fen


def test_the_cases_that_are_named_can_be_recorded_as_compared(compared: Compared) -> None:
    hits = {kind: named(compared.session, kind, Days(ASKED)) for kind in ("deaths", "vehicles")}
    lines = comparisons(hits, ASKED.isoformat())
    who = {"actor": "u1", "office": "520123"}
    proposals = read_proposals([msgspec.json.encode(line | who) for line in lines])

    assert compared.planted["R01"] == {one.case for one in hits["deaths"]}
    assert 2 * EACH == len(hits["vehicles"])
    assert {one.stream for one in proposals} == {one.case for rows in hits.values() for one in rows}


def test_each_kind_has_a_rule_that_reads_its_table() -> None:
    tables = {name for rule in rules_of(names=RULES).values() for name in rule.kept()}

    assert {kind.table for kind in KINDS.values()} == tables
