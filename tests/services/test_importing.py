from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter

from aidledger.domain.events.base import Event
from aidledger.domain.events.care import CarerDisqualified, CarerScored
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.payment import BankResultReceived, PaymentIssued, PaymentReturned
from aidledger.domain.events.registry import ControlTotal, FileImported
from aidledger.domain.identity import check_character
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.importing.running import (
    KINDS,
    import_prepared,
    imported_before,
    prepare,
    sample_file,
)
from aidledger.services.initialising import create_ledger, open_county
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.session import Session, open_session
from aidledger.store.outcome import Committed

HEADER = "case,name,identity_number,applied_on,area,township,village"
NUMBER = "110101199003077854"
ROW = f"520123-2022-000001,张三,{NUMBER},2022-01-04,rural,520123001,520123001001"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    place = str(tmp_path / "ledger.db")
    create_ledger(place, origin="example.org/county")
    with open_session(place) as opened:
        open_county(
            opened,
            county="520123",
            packs=["gz-county-2022"],
            actor="u1",
            office="520123",
            on="2022-01-01",
        )
        yield opened


def sheet(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows]).encode()


def workbook(*rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(line, column, cell)
            else:
                page.write(line, column, cell)
    book.close()
    return out.getvalue()


def problems(session: Session, content: bytes, kind: str = "applications") -> list[Problem]:
    with pytest.raises(RefusedError) as caught:
        prepare(session, kind, content, actor="u1")
    return list(caught.value.problems)


def places(found: list[Problem]) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.field) for problem in found]


def take(session: Session, content: bytes, kind: str = "applications") -> Committed:
    outcome = import_prepared(session, prepare(session, kind, content, actor="u1"))

    assert isinstance(outcome, Committed)

    return outcome


def events(session: Session, stream: str) -> list[Event]:
    return [entry.event for entry in session.stream(stream)]


def application(session: Session, number: int) -> ApplicationSubmitted:
    event = events(session, f"case/520123-2022-{number:06d}")[0]

    assert isinstance(event, ApplicationSubmitted)

    return event


@pytest.mark.parametrize(
    "content",
    [
        sheet(ROW),
        b"\xef\xbb\xbf" + sheet(ROW),
        sheet(ROW).decode().encode("gb18030"),
        sheet(ROW).replace(b"\n", b"\r\n"),
        sheet(ROW).replace(b",", b"\t"),
        sheet(ROW, header="案件编号,姓名,身份证号,申请日期,城乡,乡镇代码,村代码"),
        sheet(ROW, header="案件 编号,姓　名,身份证号,ａpplied_on,城乡,乡镇代码, 村代码 "),
        workbook(tuple(HEADER.split(",")), tuple(ROW.split(","))),
    ],
    ids=[
        "utf-8",
        "utf-8 with mark",
        "gb18030",
        "crlf",
        "tabs",
        "chinese titles",
        "as they look",
        "xlsx",
    ],
)
def test_every_usual_encoding_of_a_sheet_gives_the_same_case(
    session: Session, content: bytes
) -> None:
    take(session, content)
    case = session.states.case("case/520123-2022-000001")

    assert ("applied", "张*", "1990-03-07", "2022-01-04") == (
        case.stage,
        case.display_name,
        case.birth_on,
        case.applied_on,
    )


def test_the_file_itself_is_an_entry_with_rows_and_control_totals(session: Session) -> None:
    content = sheet(ROW, ROW.replace("000001", "000002"))
    what = prepare(session, "applications", content, actor="u1")
    import_prepared(session, what)
    (event,) = events(session, f"import/{what.file_hash[:16]}")

    assert event == FileImported(
        file=what.file_hash,
        kind="applications",
        rows=2,
        totals=(ControlTotal(column="persons", total=2),),
    )
    assert [f"import:{what.file_hash}#{line}" for line in (2, 3)] == [
        application(session, number).source for number in (1, 2)
    ]


def test_the_same_file_again_gives_the_same_receipt(session: Session) -> None:
    content = sheet(ROW)
    first = take(session, content)
    size = session.store.head().size
    again = imported_before(session, "applications", content)

    assert isinstance(again, Committed)
    assert first.receipt == again.receipt
    assert size == session.store.head().size
    assert imported_before(session, "applications", content + b"\n") is None


def test_every_bad_cell_is_named_by_line_and_field_and_nothing_is_recorded(
    session: Session,
) -> None:
    size = session.store.head().size
    content = sheet(
        "520123-2022-000003,甲,11010119900307785x,2022-13-04,rural,520123001,520123001001",
        f",乙,{NUMBER},2022/3/4,elsewhere,520123001,520123001001",
        ROW,
        ROW,
    )
    found = problems(session, content)

    assert [
        (2, "applied_on"),
        (2, "identity_number"),
        (3, "case"),
        (3, "area"),
        (5, "case"),
    ] == places(found)
    assert size == session.store.head().size


def test_no_problem_repeats_what_could_be_personal(session: Session) -> None:
    slipped = f"张三,{NUMBER},520123-2022-000003,13800138000,{NUMBER},张三,{NUMBER}"
    said = " ".join(
        problem.message(lang)
        for content in (sheet(slipped), slipped.encode() + b"\n" + sheet(ROW))
        for problem in problems(session, content)
        for lang in ("zh", "en")
    )

    assert not any(secret in said for secret in ("张三", NUMBER, "13800138000"))


@pytest.mark.parametrize("field", ["identity_number", "phone"])
def test_a_number_cell_has_lost_digits_and_is_refused(session: Session, field: str) -> None:
    header = [*HEADER.split(","), "phone"]
    row: list[object] = [*ROW.split(","), "13800138000"]
    row[header.index(field)] = float(str(row[header.index(field)]))
    found = problems(session, workbook(tuple(header), tuple(row)))

    assert [("numeric_cell", 2, field)] == [(p.code, p.line, p.field) for p in found]


def test_history_may_be_taken_as_it_is(session: Session) -> None:
    content = sheet(
        ROW.replace(NUMBER, "110101199003077855") + ",1990-03-07", header=HEADER + ",birth_on"
    )
    what = prepare(session, "applications", content, actor="u1", as_is=True)
    import_prepared(session, what)

    assert "check_digit" == application(session, 1).identity_problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (HEADER.encode(), "no rows"),
        (b"\x00\x01\x02\xff", "neither text nor a workbook"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (b"\xd0\xcf\x11\xe0old", "old or encrypted"),
    ],
)
def test_what_is_no_sheet_is_said_so(session: Session, content: bytes, words: str) -> None:
    with pytest.raises(ServiceError, match=words):
        prepare(session, "applications", content, actor="u1")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (HEADER + ",colour", [(1, "column 8")]),
        (HEADER + ",case", [(1, "case")]),
        (HEADER.replace(",area", ""), [(1, "area")]),
    ],
)
def test_the_header_says_which_columns_there_are(
    session: Session, header: str, expected: list[tuple[int, str]]
) -> None:
    assert expected == places(problems(session, sheet(ROW, header=header)))


def test_a_row_longer_than_its_header_is_refused(session: Session) -> None:
    assert [(2, "")] == places(problems(session, sheet(ROW + ",more")))


def test_a_quote_that_never_ends_is_refused(session: Session) -> None:
    assert ["bad_csv"] == [p.code for p in problems(session, sheet('"' + ROW))]


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_of_every_kind_has_its_columns(kind: str) -> None:
    header, row = sample_file(kind).splitlines()

    assert [column.key for column in KINDS[kind].columns] == header.split(",")
    assert len(header.split(",")) == len(row.split(","))


@pytest.mark.parametrize(
    ("said", "programme"), [("低保", "dibao"), ("", "tekun"), ("rigid", "rigid")]
)
def test_a_sheet_says_what_is_applied_for(session: Session, said: str, programme: str) -> None:
    take(session, sheet(f"{ROW},{said}", header=f"{HEADER},救助项目"))
    wrong = sheet(f"{ROW},外星救助", header=f"{HEADER},programme")

    assert programme == application(session, 1).programme
    assert (2, "programme") in places(problems(session, wrong))


def test_the_sample_of_applications_can_be_imported(session: Session) -> None:
    assert 2 == take(session, sample_file("applications").encode()).receipt.count


def carer(session: Session) -> None:
    first = "11010119700101001"
    record(
        session,
        [
            proposal_of(
                {
                    "type": "CarerRegistered",
                    "stream": "carer/520123-0001",
                    "effective_on": "2022-01-05",
                    "actor": "u1",
                    "office": "520123001",
                    "data": {"kind": "person", "township": "520123001"},
                    "personal": {"identity_number": first + check_character(first), "name": "李四"},
                }
            )
        ],
        cause="carer",
    )


def test_a_score_below_the_pass_mark_ends_in_disqualification(session: Session) -> None:
    carer(session)
    content = b"carer,month,score,told_on\n520123-0001,2022-03,12,2022-04-01\n"
    take(session, content, "scores")
    after = events(session, "carer/520123-0001")[1:]

    assert 12 == next(e.score for e in after if isinstance(e, CarerScored))
    assert any(isinstance(event, CarerDisqualified) for event in after)
    assert "2022-03-31" == session.stream("carer/520123-0001")[1].effective_on


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("520123-0001,2022-03,101", "score"),
        ("520123-0001,2022-03,8.5", "score"),
        ("520123-0001,2022-03,８８", "score"),
        ("520123-0001,2022-13,88", "month"),
        ("520123-0001,2022.1,88", "month"),  # January, or what a spreadsheet made of 2022.10
        ("520123-0001,20221,88", "month"),
        ("520123-0002,2022-03,88", "carer"),
    ],
)
def test_a_bad_score_is_named(session: Session, row: str, field: str) -> None:
    carer(session)
    content = f"carer,month,score\n{row}\n".encode()

    assert [(2, field)] == places(problems(session, content, "scores"))


BANK = "run,case,month,account,amount_yuan,result,result_on,reason\n"


def test_a_returned_line_was_sent_first_then_came_back(session: Session) -> None:
    take(session, sheet(ROW))
    rows = (
        "2022-03,520123-2022-000001,2022-03,6222020000000000001,1128.00,paid,2022-03-28,\n"
        "2022-03,520123-2022-000001,2022-04,6222020000000000001,1128.5,退回,2022-04-28,account_closed\n"
    )
    content = (BANK + rows).encode()
    what = prepare(session, "payments", content, actor="bank", as_is=True)
    import_prepared(session, what)
    after = events(session, "case/520123-2022-000001")[1:]
    (result,) = events(session, "run/2022-03")

    assert [PaymentIssued, PaymentIssued, PaymentReturned] == [type(event) for event in after]
    assert 112_800 == session.states.case("case/520123-2022-000001").paid_fen
    assert isinstance(result, BankResultReceived)
    assert (1, 112_800, 1, 112_850) == (
        result.paid_lines,
        result.paid_fen,
        result.returned_lines,
        result.returned_fen,
    )
    assert {"amount_fen_paid": 112_800, "amount_fen_returned": 112_850} == {
        total.column: total.total for total in what.totals
    }
    assert "6222020000000000001" not in str(after)


@pytest.mark.parametrize("shown", [("", ""), ("run/", "case/")])
def test_a_line_sent_before_is_not_sent_again_when_it_comes_back(
    session: Session, shown: tuple[str, str]
) -> None:
    """Case and run are named with or without the names of their streams, as every list shows them."""
    take(session, sheet(ROW))
    row = "{}2022-03,{}520123-2022-000001,2022-03,6222020000000000001,1128.00,{}\n"
    for ending in ("paid,2022-03-28,", "returned,2022-03-30,account_closed"):
        content = (BANK + row.format(*shown, ending)).encode()
        import_prepared(session, prepare(session, "payments", content, actor="bank", as_is=True))

    assert [PaymentIssued, PaymentReturned] == [
        type(event) for event in events(session, "case/520123-2022-000001")[1:]
    ]
    assert 0 == session.states.case("case/520123-2022-000001").paid_fen


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("1128.00", "1128.005"), "amount_yuan"),
        (("1128.00", "-1128.00"), "amount_yuan"),
        (("1128.00", "１１２８"), "amount_yuan"),
        (("6222020000000000001", "12-34"), "account"),
        (("paid", "maybe"), "result"),
        (("520123-2022-000001", "520123-2022-000009"), "case"),
        (("2022-03,520123", "2022-09,520123"), "run"),
    ],
)
def test_a_bad_bank_line_is_named(session: Session, change: tuple[str, str], field: str) -> None:
    take(session, sheet(ROW))
    row = "2022-03,520123-2022-000001,2022-03,6222020000000000001,1128.00,paid,2022-03-28,\n"
    found = problems(session, (BANK + row.replace(*change)).encode(), "payments")

    assert (2, field) in places(found)
    assert {field, "run"} == {problem.field for problem in found} | {"run"}
