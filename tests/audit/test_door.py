"""What is no rule, or no worked case, is refused with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.audit.rulefiles import CASES, FILE, HEADER, QUERY, written

from aidledger.audit.bench import bench
from aidledger.audit.cases import Cases, Outcome, Shipped
from aidledger.audit.header import RuleError
from aidledger.audit.rule import Rule, joined, load_rules
from aidledger.replay.models import load_models
from aidledger.services.acts.adoption import shipped

LINES = len(HEADER.splitlines())


def read(folder: Path) -> dict[str, Rule]:
    return load_rules(load_models(), folder)


def tried(folder: Path) -> list[Outcome]:
    rules = read(folder)
    cases = Cases(Shipped(packs=shipped("packs"), calendars={}))
    with bench(load_models(), rules.values()) as laid:
        return [one for rule in rules.values() for one in cases.tried(laid, rule, folder)]


def test_a_rule_is_read_with_its_long_lines_thresholds_and_needs(tmp_path: Path) -> None:
    rule = read(written(tmp_path))["X01"]

    assert "一笔发放超过阈值，应当核对。" == rule.explain_zh
    assert "One payment is above the threshold and has to be looked at." == rule.explain_en
    assert (("most", 100_000),) == rule.thresholds
    assert "amount_fen > 100000" in rule.query
    assert ("kind", ("regular", "arrears")) == (rule.needs[0].column, rule.needs[0].words)
    assert frozenset({"payment_issued"}) == rule.tables


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("-- id: X01", "-- id: x-1", 1, "a capital letter"),
        ("-- id: X01", "-- id: X02", 1, "x02_ to begin the name"),
        ("-- severity: low", "-- severity: grave", 10, "one of critical, high"),
        ("-- basis: own check\n", "", 1, "`-- basis: …`"),
        ("-- basis: own check", "-- basis: own check\n-- basis: another", 12, "one line basis"),
        ("-- basis", "-- bases", 11, "a key of the header"),
        ("most = 100000", "most = many", 12, "name = whole number"),
        ("most = 100000", "most = 100000, least = 1", 12, "$least in the SELECT"),
        ("{amount_fen} yuan", "{yuan} yuan", 16, "as the other language has it"),
        ("; 没有发放", "", 17, "table[ where"),
        ("needs: payment_issued", "needs: payments", 17, "an event view or a model"),
        ("FROM payment_issued", "FROM payments", LINES + 2, "an event view or a model"),
        ("> $most", "> $more", LINES + 3, "a threshold of the header"),
        ("SELECT stream", "SELECT strea m,", LINES + 1, "one SELECT"),
        ("WHERE amount_fen", "WHERE WHERE amount_fen", LINES + 3, "one SELECT"),
        ("month AS period", "now() AS period", LINES + 1, "the same answer every time"),
        ("FROM payment_issued", "FROM read_csv('x')", LINES + 1, "the same answer every time"),
        ("> $most\n", "> $most; DELETE FROM entry\n", LINES + 1, "one SELECT"),
    ],
)
def test_a_file_that_is_no_rule_is_refused_at_its_line(
    old: str, new: str, line: int, said: str, tmp_path: Path
) -> None:
    text = HEADER + QUERY
    assert old in text
    written(tmp_path, text.replace(old, new, 1), "")

    with pytest.raises(RuleError) as caught:
        read(tmp_path)

    assert (FILE, line) == (caught.value.file, caught.value.line)
    assert said in caught.value.expected


def test_bytes_that_are_no_text_and_a_folder_that_is_not_there_are_refused(tmp_path: Path) -> None:
    (written(tmp_path) / FILE).write_bytes(HEADER.encode() + b"\n\xff")

    with pytest.raises(RuleError) as caught:
        read(tmp_path)
    with pytest.raises(RuleError):
        read(tmp_path / "nowhere")

    assert LINES + 2 == caught.value.line


def test_no_two_rules_have_one_id(tmp_path: Path) -> None:
    written(written(tmp_path), file="x01_again.sql")
    one = read(written(tmp_path / "one"))

    with pytest.raises(RuleError):
        read(tmp_path)
    with pytest.raises(RuleError):
        joined(one, one)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("stream AS subject", "position AS subject", "subject VARCHAR"),
        ("[position] AS positions", "position AS positions", "positions BIGINT[]"),
        ("month AS period, ", "", "period VARCHAR"),
        ("amount_fen, month", "amount_fen * 1.0 AS amount_fen, month", "amount_fen BIGINT"),
        (", month, kind", ", month", "kind, which the message names"),
        (", month, kind", ", month, kind, amount_fen / 3 AS share", "share as a text"),
        ("[position] AS", "CAST([] AS BIGINT[]) AS", "sorted positions"),
        ("[position] AS", "[position, position] AS", "sorted positions"),
        ("stream AS subject", "NULLIF(stream, 'case/1') AS subject", "a subject"),
        ("amount_fen, month", "-amount_fen AS amount_fen, month", "an amount_fen from 0 on"),
        (", month, kind", ", month, kind, 'grave' AS severity", "a severity of"),
        (", month, kind", ", month, kinds AS kind", "SQL that runs"),
    ],
)
def test_a_rule_that_gives_what_no_rule_gives_is_refused(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    assert old in QUERY
    written(tmp_path, query=QUERY.replace(old, new, 1))

    with pytest.raises(RuleError) as caught:
        tried(tmp_path)

    assert said in caught.value.expected
    assert LINES < caught.value.line


def test_cases_that_hold_hold(tmp_path: Path) -> None:
    assert ["", ""] == [one.wrong for one in tried(written(tmp_path))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("amount_fen = 100001 }]", "amount_fen = 100002 }]"),
        ("positions = [0]", "positions = [1]"),
        ("100000, month", "100001, month"),
        ("amount_fen = 100001, ", "amount_fen = 1, "),
        ('name_en = "exactly"', 'name_en = "exactly"\nnot_run = true'),
        ('finds = [{ subject = "case/1"', 'finds = [{ subject = "case/2"'),
        ("amount_fen = 100001 }]", "amount_fen = 100001 }, { period = '2022-03' }]"),
    ],
)
def test_a_case_that_says_otherwise_does_not_hold(old: str, new: str, tmp_path: Path) -> None:
    assert old in CASES
    outcomes = tried(written(tmp_path, cases=CASES.replace(old, new, 1)))

    assert 1 == sum(bool(one.wrong) for one in outcomes)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('type = "PaymentIssued"', 'type = "PaymentMade"', 1, "the type of event 0"),
        ("amount_fen = 100001,", "amount = 100001,", 1, "to have fields of account, amount_fen"),
        ("amount_fen = 100001,", "amount_fen = -1,", 1, "as PaymentIssued is"),
        ('on = "2022-03-10"', 'on = "March"', 1, "on = a day"),
        ('on = "2022-03-10"', 'on = "2022-03-10", recorded = "soon"', 1, "recorded = a day"),
        ('name_en = "above"', 'name_en = "above"\npacks = ["cn-none"]', 1, "a pack that comes"),
        ('name_en = "above"', 'name_en = "above"\nas_of = "then"', 1, "a day such as"),
        ('name_en = "above"', 'name = "above"', 3, "no such field"),
        ("[[case]]", "[[cases]]", 1, "no such field"),
        ("finds = [", "finds = ", 5, "TOML"),
    ],
)
def test_a_case_that_is_none_is_refused_at_its_line(
    old: str, new: str, line: int, said: str, tmp_path: Path
) -> None:
    assert old in CASES
    written(tmp_path, cases=CASES.replace(old, new, 1))

    with pytest.raises(RuleError) as caught:
        tried(tmp_path)

    assert "x01_large_payment.toml" == caught.value.file
    assert (line, True) == (caught.value.line, said in caught.value.expected), caught.value.expected


def test_a_rule_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError):
        tried(written(tmp_path, cases=None))
