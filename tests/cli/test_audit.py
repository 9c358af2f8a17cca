"""``audit …``: rules run over a ledger, listed, shown and tried, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.audit.rulefiles import CASES, HEADER, QUERY, written
from tests.cli.shell import Ran, aidledger
from tests.domain.people import CASE
from tests.services.conftest import Office, opened
from tests.services.test_recording import approve, on_case

from aidledger.interfaces.cli import layout
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.generations.rebuilding import rebuild

FEW = ("--rule", "F001", "--rule", "F019")
LACKING = HEADER.replace("payment_issued where kind = 'regular' or 'arrears'", "child_recorded")


def paid(month: str) -> dict[str, Any]:
    return on_case(
        "PaymentIssued",
        "b1",
        account="a" + "7" * 32,
        amount_fen=112_800,
        month=month,
        paid_on=f"{month}-10",
        run=f"run/{month}",
    )


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A case that was paid for two months after a death that was told only then."""
    for office in opened(str(tmp_path_factory.mktemp("audit") / "county.db")):
        approve(office)
        office.act("2022-04-10", paid("2022-03"), paid("2022-04"))
        office.act(
            "2022-04-20", on_case("DeathRecorded", died_on="2022-03-05", source="public_security")
        )
        office.act("2022-05-10", paid("2022-05"))
        yield office


def ask(office: Office, *words: str) -> Ran:
    return aidledger("--ledger", office.location, "audit", "run", *words)


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A rule of one's own that needs what nobody records here."""
    folder = written(tmp_path_factory.mktemp("lacking"), LACKING)
    return ("--rules", str(folder), "--rule", "X01")


def test_the_object_is_what_programs_were_promised(
    office: Office, lacking: tuple[str, ...]
) -> None:
    ran = ask(office, *FEW, *lacking, "--json")
    (found,), (silent,) = ran.object["findings"], ran.object["not_run"]

    assert 1 == ran.code
    assert {
        "rule": "F001",
        "severity": "critical",
        "case": CASE,
        "period": "2022-04/2022-05",
        "amount_fen": 225_600,
    } == {name: found[name] for name in ("rule", "severity", "case", "period", "amount_fen")}
    assert 3 == len(found["positions"])
    assert "1 lines of 1,128.00 yuan approved knowing it" in found["message"]
    assert (True, 1, 1) == tuple(
        found["values"][n] for n in ("known", "known_lines", "unknown_lines")
    )
    assert {"rule": "X01", "why": "no payment", "code": "need"} == silent
    assert ["F001", "F019"] == [one["rule"] for one in ran.object["ran"]]


def test_in_chinese_the_words_are_chinese(office: Office, lacking: tuple[str, ...]) -> None:
    words = ("audit", "run", *FEW, *lacking, "--json")
    told = aidledger("--lang", "zh", "--ledger", office.location, *words)

    assert told.object["findings"][0]["message"].startswith("2022-03-05 死亡")
    assert "没有发放" == told.object["not_run"][0]["why"]


def test_what_was_known_then_is_found_then(office: Office) -> None:
    """On 1 May the death was known, and May not yet paid; on 15 April it wasn't known at all."""
    may = ask(office, *FEW, "--known-on", "2022-05-01", "--json").object["findings"]
    at = ask(office, *FEW, "--at", "2022-05-01", "--json").object["findings"]
    april = ask(office, *FEW, "--known-on", "2022-04-15", "--json")

    assert [("high", "2022-04/2022-04")] == [(one["severity"], one["period"]) for one in may]
    assert may == at
    assert (0, []) == (april.code, april.object["findings"])


def test_only_what_is_severe_enough_is_asked_for(office: Office) -> None:
    words = (*FEW, "--known-on", "2022-05-01", "--json")
    high, critical = (ask(office, *words, "--severity", one) for one in ("high", "critical"))

    assert [(1, 1), (0, 0)] == [(r.code, len(r.object["findings"])) for r in (high, critical)]
    assert high.object["root"] == critical.object["root"]


def test_a_generation_gives_what_memory_gives(office: Office) -> None:
    """And it isn't asked any more once something was recorded behind it."""
    rules = rules_of(names=["F001", "F019", "F029", "F062"])
    before = audit(office.session, rules)
    rebuild(office.session, models=["case_state", "publicity_notices"])
    lacking = audit(office.session, rules)
    read = ["publicity_notices", "pack_in_force", "calendar_days", "net_payments", "households"]
    rebuild(office.session, models=read)
    after = audit(office.session, rules)

    assert [None, None, 2] == [one.generation for one in (before, lacking, after)]
    assert before.report == lacking.report == after.report
    assert before.position == after.position


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", "run"),
        *(
            (lang, words)
            for lang in ("zh", "en")
            for words in ("run --rule F001 --rule F029", "rules", "show F062", "test F062")
        ),
    ],
)
def test_everything_fits_80_columns(lang: str, words: str, office: Office) -> None:
    ran = aidledger("--lang", lang, "--ledger", office.location, "audit", *words.split())
    shown = ran.out.partition("\nSQL\n")[0].split("\n")

    assert ran.code == (1 if words.startswith("run") else 0)
    assert [] == [line for line in shown if layout.width(line) > 80]
    assert "F062" in ran.out or "F001" in ran.out


def test_ones_own_rules_are_run_beside_the_others(office: Office, tmp_path: Path) -> None:
    folder = str(written(tmp_path / "own"))
    both = ask(office, "--rules", folder, "--rule", "x01", "--rule", "F019", "--json")
    shown = aidledger("audit", "show", "X01", "--rules", folder, "--json")
    tried = aidledger("audit", "test", "--rules", folder)

    assert ["F019", "X01"] == [one["rule"] for one in both.object["ran"]]
    assert [112_800] * 3 == [one["amount_fen"] for one in both.object["findings"]]
    assert {"most": 100_000} == shown.object["thresholds"]
    assert "amount_fen > 100000" in shown.object["sql"]
    assert (0, "✓ X01  all 2 cases hold\n") == (tried.code, tried.out)


def test_a_case_that_does_not_hold_is_told_with_file_and_line(tmp_path: Path) -> None:
    folder = written(tmp_path, cases=CASES.replace("100000, month", "100001, month"))
    ran = aidledger("audit", "test", "--rules", str(folder))

    assert 1 == ran.code
    assert "✗ X01  1 of 2 cases don't hold" in ran.out
    assert "x01_large_payment.toml:7 exactly" in ran.out


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "x01_large_payment.sql:20: expected a threshold of the header, found $more"),
        ("zh", "x01_large_payment.sql:20：应为 a threshold of the header，实际为 $more"),
    ],
)
def test_a_rule_that_is_none_is_told_with_file_and_line(
    lang: str, said: str, tmp_path: Path
) -> None:
    folder = written(tmp_path, query=QUERY.replace("$most", "$more"))
    ran = aidledger("--lang", lang, "audit", "rules", "--rules", str(folder))

    assert 3 == ran.code
    assert said in ran.err
    assert "docs/AUDIT.md" in ran.err


def test_a_rule_that_fails_is_told_apart_from_one_that_lacks_data(
    office: Office, lacking: tuple[str, ...], tmp_path: Path
) -> None:
    broken = QUERY.replace("month AS period", "month AS period, CAST(kind AS BIGINT) AS kinds")
    folder = str(written(tmp_path / "a", HEADER, broken))
    failed = ask(office, "--rules", folder, "--rule", "X01", "--json")
    silent = ask(office, *lacking, "--json")

    assert (3, "sql") == (failed.code, failed.object["not_run"][0]["code"])
    assert (0, "need") == (silent.code, silent.object["not_run"][0]["code"])


def test_an_id_that_no_rule_has_is_told(office: Office) -> None:
    ran = ask(office, "--rule", "F999")

    assert 2 <= ran.code
    assert "F999: expected the id of a rule, found none" in ran.err
