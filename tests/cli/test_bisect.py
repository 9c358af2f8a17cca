"""The first entry at which a rule failed, for each kind of rule, and what is said of a rule that comes and goes."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.shell import Ran, on
from tests.cli.test_damage import attack
from tests.domain.people import CASE
from tests.services.conftest import Office, opened
from tests.services.overriding import approve_despite

from aidledger.interfaces.cli import layout
from aidledger.services.decisions.clausehistory import clause_history
from aidledger.services.decisions.explaining import explain
from aidledger.services.questions.bisecting import SAMPLES, first_failure
from aidledger.services.session import open_session

rules = st.lists(st.booleans(), max_size=60)


@given(rules)
def test_what_halving_finds_is_a_place_where_the_rule_turns(fails: list[bool]) -> None:
    found = first_failure(fails.__getitem__, len(fails))

    assert not found.exact
    assert len(fails) < 2 or not fails[-1] or found.position is not None
    if found.position is not None:
        assert fails[found.position]
        assert found.position == 0 or not fails[found.position - 1]
        assert all(at > found.position and not fails[at] for at in found.contradicted)


@given(st.integers(0, 500), st.integers(0, 500))
def test_of_a_rule_that_fails_for_good_halving_finds_the_first_in_few_looks(
    size: int, first: int
) -> None:
    found = first_failure(lambda at: at >= first, size)

    assert (first if first < size else None, ()) == (found.position, found.contradicted)
    assert found.probes <= SAMPLES + size.bit_length()


def test_a_rule_that_holds_at_the_end_and_not_before_is_found_and_said() -> None:
    found = first_failure(lambda at: 30 <= at < 70, 100)

    assert (30, False) == (found.position, found.exact)
    assert found.contradicted


@pytest.fixture(scope="module")
def despite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, list[str]]]:
    """A ledger of few entries, with an approval against rules that are named."""
    for office in opened(str(tmp_path_factory.mktemp("bisect") / "ledger.sqlite")):
        broken, _ = approve_despite(office)
        yield office, broken


def asked(ledger: str | Path, folder: Path, sql: str, *words: str) -> Ran:
    path = folder / "rule.sql"
    path.write_text(sql, encoding="utf-8")
    return on(Path(ledger), "bisect", "--sql", path, *words)


def test_a_question_of_ones_own_is_answered_with_the_entry_and_its_rows(
    despite: tuple[Office, list[str]], tmp_path: Path
) -> None:
    sql = "SELECT COUNT(*) AS files FROM office_registered HAVING COUNT(*) > 2"
    office, _ = despite
    known = [row[0] for row in office.session.store.read_types(["OfficeRegistered"])]
    ran = asked(office.location, tmp_path, sql, "--json")
    found = ran.object

    assert (1, known[2], "OfficeRegistered") == (
        ran.code, found["position"], found["entry"]["type"],
    )  # fmt: skip
    assert ([{"files": 3}], False, []) == (found["rows"], found["exact"], found["contradicted"])
    assert found["probes"] <= SAMPLES + found["size"].bit_length()


def test_looking_at_each_entry_finds_the_first_also_where_the_rule_comes_and_goes(
    despite: tuple[Office, list[str]], tmp_path: Path
) -> None:
    """A case is undecided from its application until the approval, and then no more."""
    office, _ = despite
    sql = 'SELECT "case" FROM case_state WHERE decided_on IS NULL'
    first = min(one.position for one in office.session.stream(CASE))
    halved = asked(office.location, tmp_path, sql, "--json").object
    exact = asked(office.location, tmp_path, sql, "--every", "--json").object
    text = asked(office.location, tmp_path, sql, "--lang", "zh").out

    assert (first, True) == (exact["position"], exact["exact"])
    assert exact["probes"] == first + 1
    payments = asked(office.location, tmp_path, "SELECT * FROM payment_issued", "--every", "--json")
    # the first entry, and each that begins a day: no other can have a payment
    assert (0, None, True) == (payments.code, payments.object["position"], payments.object["exact"])
    assert payments.object["probes"] < payments.object["size"] / 2
    assert first == halved["position"]
    assert halved["contradicted"]
    assert "时符时不符" in "".join(text.split())
    assert [] == [one for one in text.splitlines() if layout.width(one) > 80]


def test_a_rule_that_never_failed_is_not_said_to_hold_everywhere(
    despite: tuple[Office, list[str]], tmp_path: Path
) -> None:
    ran = asked(despite[0].location, tmp_path, "SELECT * FROM payment_issued")

    assert 0 == ran.code
    assert "nowhere that was looked at" in ran.out
    assert "--every" in ran.out


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM nothing_of_ours",
        "SELECT random() AS n",
        "SELECT * FROM read_csv('x.csv')",
        "DELETE FROM payment_issued",
        "SELECT 1; SELECT 2",
        "SELECT no_such_column FROM payment_issued",
        "",
    ],
)
def test_a_question_that_is_none_is_one_clear_error(
    despite: tuple[Office, list[str]], tmp_path: Path, sql: str
) -> None:
    ran = asked(despite[0].location, tmp_path, sql)

    assert (2, "") == (ran.code, ran.out) or (3, "") == (ran.code, ran.out)
    assert "aidledger: error: model rule.sql: expected" in ran.err


def test_where_a_ledger_is_damaged_first(county: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    for ending in ("", "-wal"):
        if Path(f"{county}{ending}").exists():
            shutil.copyfile(f"{county}{ending}", f"{copy}{ending}")
    sound = on(copy, "bisect", "verify", "--json")
    attack(
        copy,
        "UPDATE entries SET leaf_hash = zeroblob(32) WHERE position IN (300, 200)",
        "UPDATE entries SET stream = 'case/x' WHERE position = 250",
    )
    ran = on(copy, "bisect", "verify", "--json")
    one = on(copy, "bisect", "column_differs", "--json")
    text = on(copy, "--lang", "zh", "bisect", "verify").out

    assert (0, None, 0) == (sound.code, sound.object["first"], sound.object["count"])
    assert (1, 200) == (ran.code, ran.object["first"]["position"])
    assert (1, 250) == (one.code, one.object["first"]["position"])
    assert "200" in text
    assert 2 == on(copy, "bisect", "no_such_code").code


def test_a_clause_says_of_each_recorded_decision_what_the_decision_says(
    county: Path, a_case: str
) -> None:
    name = f"case/{a_case}"
    with open_session(str(county), read_only=True) as session:
        recorded = {
            (one.position, clause.id): clause.outcome
            for one in explain(session, name).decisions
            for clause in one.clauses
        }
        clauses = sorted({clause for _, clause in recorded})
        found = {
            (held.entry.position, clause): held.outcome
            for clause in clauses
            for held in clause_history(session, name, clause).acts
        }

    shut = {place for place, outcome in found.items() if outcome == "undecidable"}
    assert {p: said for p, said in recorded.items() if p not in shut} == {
        place: found[place] for place in recorded if place not in shut
    }
    assert len(recorded) > 20 > 4 * len(shut & recorded.keys())


def test_the_act_that_failed_a_clause_is_named(despite: tuple[Office, list[str]]) -> None:
    office, broken = despite
    stream = office.session.stream(CASE)
    [approval] = [e.position for e in stream if type(e.event).__name__ == "ApplicationApproved"]

    assert len(broken) > 1
    for clause in broken:
        failed = clause_history(office.session, CASE, clause).first_failed
        assert failed is not None, clause
        assert approval == failed.entry.position
    ran = on(Path(office.location), "bisect", "--case", CASE, "--clause", broken[0])
    assert 1 == ran.code
    assert f"the first act that failed it: entry {approval}" in ran.err


def test_after_which_entries_a_clause_would_be_failed(county: Path, a_case: str) -> None:
    """Approving would have been against the rule from the first entry on until the notice was down."""
    ran = on(county, "bisect", "--case", a_case, "--clause", "approval-after-publicity", "--json")
    after: list[dict[str, Any]] = ran.object["after"]
    turns = [key for key, _ in itertools.groupby(one["outcome"] for one in after)]
    down = next(one for one in after if one["outcome"] == "met")

    assert (0, ["failed", "met"]) == (ran.code, turns)
    assert "PublicityEnded" == down["type"]
    assert ran.object["first_would_fail"] == after[0]
    assert {"met"} == {one["outcome"] for one in ran.object["acts"]}


def test_one_rule_is_asked_at_a_time(county: Path, a_case: str, tmp_path: Path) -> None:
    for words in (
        (),
        ("verify", "--case", a_case, "--clause", "c"),
        ("--case", a_case),
        ("verify", "--every"),
        ("verify", "--at", "5"),
        ("--case", a_case, "--clause", "no-such-clause"),
    ):
        assert 2 == on(county, "bisect", *words).code, words
    binary = tmp_path / "rule.sql"
    binary.write_bytes(b"\xff\xfe")
    assert 2 == on(county, "bisect", "--sql", binary).code
    assert on(county, "bisect", "--sql", tmp_path / "none.sql").code in (2, 3)
