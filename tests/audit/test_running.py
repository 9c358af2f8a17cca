"""A run of rules: one order, one root, what is not run, and what hostile entries can't hide."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from signal import SIGINT, default_int_handler, pthread_kill, signal
from threading import Timer, main_thread

import duckdb
import msgspec
import pytest
from tests.audit.rulefiles import HEADER, QUERY, written
from tests.replay.histories import Log, adopt_pack, apply_for, case_name, pay, token

from aidledger.audit import running
from aidledger.audit.laying import laid_out
from aidledger.audit.rule import Rule, load_rules
from aidledger.audit.running import Report, run_rules
from aidledger.ledger.canonical import INTEGER_LIMIT
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.replay.models import Model, load_models, needed


def ask(
    log: Log, rules: list[Rule], models: dict[str, Model] | None = None, most: int = 9
) -> Report:
    models = models or load_models()
    names = {name for rule in rules for name in rule.models_in(models)}
    with laid_out(log, needed(models, names) if names else {}) as laid:
        return run_rules(laid.connection, rules, laid.lost, most)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Rule:
    folder = written(tmp_path_factory.mktemp("rules"))
    return load_rules(load_models(), folder)["X01"]


def paid(*fen: int) -> Log:
    log = Log()
    for number, amount in enumerate(fen):
        pay(log, case_name(number), "2022-03", fen=amount)
    return log


def test_the_same_findings_come_in_one_order_under_one_root(large: Rule) -> None:
    """By subject and positions, however they were recorded; the root is over their canonical JSON."""
    amounts = [100_001 + n for n in range(30)]
    reports = []
    for seed in (1, 2):
        log, order = Log(), list(range(30))
        random.Random(seed).shuffle(order)
        for number in order:
            pay(log, case_name(number), "2022-03", fen=amounts[number])
        reports.append(ask(log, [large], most=99))
    subjects = [[one.subject for one in report.findings] for report in reports]
    again = ask(paid(*amounts), [large], most=99)
    leaves = Frontier()
    for one in again.findings:
        text = (
            f'{{"amount_fen":{one.amount_fen},"period":"2022-03","positions":[{one.positions[0]}],'
            f'"rule":"X01","severity":"low","subject":"{one.subject}",'
            '"values":{"kind":"regular","month":"2022-03"}}'
        )
        leaves.append(leaf_hash(text.encode()))

    assert sorted(subjects[0]) == subjects[0] == subjects[1]
    assert leaves.root().hex() == again.root
    assert reports[0].root != again.root  # positions are others


def test_what_is_not_kept_is_counted_summed_and_hashed(large: Rule) -> None:
    log = paid(100_001, 100_002, 100_003)
    few, all_ = ask(log, [large], most=1), ask(log, [large])

    assert (1, 3) == (len(few.findings), len(all_.findings))
    assert few.root == all_.root
    assert (3, 300_006, 2) == (few.ran[0].findings, few.ran[0].amount_fen, few.ran[0].left_out)
    assert {"low": 3} == few.ran[0].by_severity


def test_messages_have_yuan_and_words(large: Rule) -> None:
    (found,) = ask(paid(100_001), [large]).findings

    assert "2022-03 发放 1,000.01 元（常规）" == found.message_zh
    assert "1,000.01 yuan paid for 2022-03 (regular)" == found.message_en


def test_without_what_it_needs_a_rule_is_not_run(large: Rule) -> None:
    log = Log()
    apply_for(log, case_name(1))
    report = ask(log, [large])

    assert ((), ()) == (report.findings, report.ran)
    assert [("X01", "need", "没有发放", "no payment")] == [
        (one.rule, one.code, one.why_zh, one.why_en) for one in report.not_run
    ]


def test_a_need_may_ask_for_a_word_of_a_list(tmp_path: Path) -> None:
    header = HEADER.replace(
        "payment_issued where kind = 'regular' or 'arrears'",
        "data_compared where registers = 'vehicles' or 'housing'",
    )
    rule = load_rules(load_models(), written(tmp_path, header))["X01"]
    log = paid(100_001)
    log.add("DataCompared", case_name(0), "2022-04-01", registers=["deposits"], run_on="2022-04-01")
    without = ask(log, [rule])
    log.add(
        "DataCompared",
        case_name(0),
        "2022-04-02",
        registers=["deposits", "housing"],
        run_on="2022-04-02",
    )

    assert ["need"] == [one.code for one in without.not_run]
    assert () == ask(log, [rule]).not_run


@pytest.mark.parametrize(("asked", "runs"), [("most_fen", True), ("mo*", True), ("most", False)])
def test_a_rule_of_parameters_needs_one_of_them_adopted(
    asked: str, runs: bool, tmp_path: Path
) -> None:
    header = HEADER.replace("-- needs", f"-- parameters: {asked}\n-- needs")
    rule = load_rules(load_models(), written(tmp_path, header))["X01"]
    log = paid(100_001)
    adopt_pack(log, "2022-03-11", most_fen="7")
    report = ask(log, [rule])

    assert ([] if runs else ["parameter"]) == [one.code for one in report.not_run]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (QUERY.replace("month AS period", "CAST(month AS DATE) AS day, month AS period"), "sql"),
        (QUERY.replace("[position] AS positions", "[position + NULL] AS positions"), "sql"),
        (QUERY.replace("stream AS", "streams AS"), "sql"),
    ],
)
def test_a_rule_whose_query_fails_is_not_run_and_leaves_the_others_alone(
    query: str, code: str, large: Rule, tmp_path: Path
) -> None:
    other = HEADER.replace("X01", "X02")
    broken = load_rules(load_models(), written(tmp_path, other, query, file="x02_other.sql"))["X02"]
    report = ask(paid(100_001), [broken, large])

    assert [("X02", code)] == [(one.rule, one.code) for one in report.not_run]
    assert ["X01"] == [one.rule for one in report.findings]


def test_a_rule_whose_model_fails_is_not_run_with_its_name() -> None:
    models = load_models()
    broken = msgspec.structs.replace(
        models["publicity_notices"], sql="SELECT CAST('x' AS BIGINT) AS notice, [0] AS positions"
    )
    rules = load_rules(models)
    log = paid(1)
    adopt_pack(log, publicity_days="7")
    report = ask(log, [rules["F029"], rules["F062"]], {**models, "publicity_notices": broken})

    assert {"F029": "model", "F062": "need"} == {one.rule: one.code for one in report.not_run}
    assert "publicity_notices" in report.not_run[0].why_en


def test_a_sum_beyond_all_bounds_does_not_hide_a_finding() -> None:
    """Two payments to one shared account that together are more than JSON can say."""
    log = Log()
    for number in range(4):
        log.add(
            "AccountBound",
            case_name(number),
            "2022-03-01",
            account=token("a", 1),
            holder="other",
        )
        pay(log, case_name(number), "2022-03", fen=INTEGER_LIMIT)
    (found,) = ask(log, [load_rules(load_models())["F062"]]).findings

    assert INTEGER_LIMIT == found.amount_fen


@pytest.fixture
def locked() -> Iterator[duckdb.DuckDBPyConnection]:
    with laid_out(paid(100_001), {}, as_of=date(2022, 3, 31)) as laid:
        yield laid.connection


def test_rules_run_where_nothing_but_the_ledger_can_be_reached(
    locked: duckdb.DuckDBPyConnection, large: Rule, tmp_path: Path
) -> None:
    """Also a rule that got past the door: no file can be read or written."""
    (tmp_path / "x.csv").write_text("a\n1\n")
    sly = msgspec.structs.replace(
        large, query=f"{large.query} AND EXISTS (SELECT 1 FROM read_csv('{tmp_path / 'x.csv'}'))"
    )
    report = run_rules(locked, [sly])

    assert ["sql"] == [one.code for one in report.not_run]
    assert "disabled" in report.not_run[0].why_en


def test_ctrl_c_ends_a_rule_that_would_run_without_end() -> None:
    """The engine looked up from no work: `audit run` went on until somebody killed it."""
    sql = "SELECT count(*) FROM range(100000000) AS a, range(1000000) AS b"
    timer = Timer(1, pthread_kill, (main_thread().ident, SIGINT))
    # whoever runs in the background of a shell is given a Ctrl-C that is ignored
    before = signal(SIGINT, default_int_handler)
    with duckdb.connect() as connection:
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                [*running._fetched(connection, sql)]
        finally:
            signal(SIGINT, before)

        assert [(1,)] == [*running._fetched(connection, "SELECT 1")]
