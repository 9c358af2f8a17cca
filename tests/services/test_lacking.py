"""Entries that can't be read, or are gone: whoever asks is told that the answer lacks them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office
from tests.services.test_closing import MARCH, act, close, paid
from tests.services.test_recording import approve, on_case
from tests.services.test_sealed_values import edited

from aidledger.services.cases.history import case_as_of
from aidledger.services.cases.standing import case_columns
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.payments.closing import statements
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.questions.answering import answering
from aidledger.services.questions.browsing import Wanted, browse
from aidledger.services.questions.querying import sitting
from aidledger.services.session import Session
from aidledger.store.outcome import Committed

DEATH = on_case("DeathRecorded", died_on="2022-02-03", source="office")
NOTICE = on_case("VisitMade", visitor="u3")
FORM = on_case("SupportFormSet", "c1", COUNTY, consent=True, form="decentralised")
OF_DEATH = "position = (SELECT position FROM {t} WHERE type = 'DeathRecorded')"
DAMAGE = {
    "broken": "UPDATE {t} SET record = substr(record, 1, 40) WHERE " + OF_DEATH,
    "gone": "DELETE FROM {t} WHERE " + OF_DEATH,
    "moved": "UPDATE {t} SET stream = 'case/another' WHERE " + OF_DEATH,
}
"""What the owner of a database does, so that nobody reads of the death."""


@pytest.fixture(params=DAMAGE)
def damaged(request: pytest.FixtureRequest, office: Office) -> Office:
    """A case whose death was recorded, and something after it; then the death was made unreadable."""
    approve(office)
    assert isinstance(office.act("2022-02-04", DEATH), Committed)
    assert isinstance(office.act("2022-02-05", NOTICE), Committed)
    assert not office.session.states.lacking
    assert not office.session.store.beside.lacks
    # the copy that is changed has no triggers, nor the index over streams
    edited(
        office,
        *_untriggered(office),
        DAMAGE[request.param].format(t="entries"),
    )
    office.session.forget()
    return office


def _untriggered(office: Office) -> list[str]:
    if office.location.startswith("postgresql"):
        return ["ALTER TABLE entries DISABLE TRIGGER ALL"]
    with office.session.store.reading() as run:
        names = run("SELECT name FROM sqlite_master WHERE type = 'trigger'", ())
    return [f"DROP TRIGGER {name}" for (name,) in names]


def in_fold(session: Session) -> Any:
    return case_columns(case_as_of(session, CASE), "2022-02-05")["died_on"]


def in_model(session: Session) -> Any:
    columns, rows = read_model(session, "case_state")
    return {row[columns.index("case")]: row[columns.index("died_on")] for row in rows}[CASE]


def in_laid(session: Session) -> Any:
    with answering(session, ["case_state"]) as (laid, _):
        return laid.connection.execute("SELECT max(died_on) FROM case_state").fetchall()[0][0]


def in_sql(session: Session) -> Any:
    with sitting(session) as desk:
        found = desk.ask(f"SELECT died_on FROM death_recorded WHERE stream = '{CASE}'")
    return found.rows[0][0] if found.rows else None


def in_log(session: Session) -> Any:
    found = [
        one
        for one in browse(session, Wanted(stream=CASE))
        if type(one.entry.event).__name__ == "DeathRecorded"
    ]
    return found[0].entry.event if found else None


QUESTIONS: dict[str, Callable[[Session], Any]] = {
    one.__name__: one for one in (in_fold, in_model, in_laid, in_sql, in_log)
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_an_answer_without_a_death_says_that_it_lacks_something(
    damaged: Office, ask: Callable[[Session], Any]
) -> None:
    # what a model reads is the record: it finds the death in whatever stream the column puts it
    assert ask(damaged.session) is not None or damaged.session.store.beside.lacks


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_a_whole_ledger_lacks_nothing(office: Office, ask: Callable[[Session], Any]) -> None:
    approve(office)
    office.act("2022-02-04", DEATH)

    assert ask(office.session) is not None
    assert not office.session.store.beside.lacks


def test_a_wish_on_a_case_that_lacks_entries_is_refused_and_a_fact_is_recorded(
    damaged: Office,
) -> None:
    with pytest.raises(RefusedError) as refused:
        damaged.act("2022-02-07", FORM)

    assert [("entries_lacking", "stream")] == [(p.code, p.field) for p in refused.value.problems]
    assert isinstance(damaged.act("2022-02-08", NOTICE), Committed)


@pytest.mark.parametrize("in_order", [True, False])
def test_the_log_of_everything_says_that_a_row_is_gone(office: Office, *, in_order: bool) -> None:
    approve(office)
    edited(office, *_untriggered(office), "DELETE FROM entries WHERE position = 9")
    list(browse(office.session, Wanted(), in_order=in_order))

    assert office.session.store.beside.lacks


def test_what_is_recorded_while_somebody_reads_is_not_missed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(office)
    store = office.session.store
    read = store.read_records

    def meanwhile(*asked: Any) -> Any:
        rows = list(read(*asked))
        if not store.beside.sealed and len(rows) == store.head().size:
            office.act("2022-02-05", NOTICE)
        return iter(rows)

    monkeypatch.setattr(store, "read_records", meanwhile)
    before = store.head().size
    for ask in (in_model, in_laid, in_sql):
        ask(office.session)

    assert before < store.head().size
    assert not store.beside.lacks


def test_a_tail_that_is_gone_is_told_of_by_the_head(office: Office) -> None:
    approve(office)
    edited(
        office,
        *_untriggered(office),
        "DELETE FROM entries WHERE position = (SELECT max(position) FROM entries)",
    )
    read_model(office.session, "case_state", as_of=date(2022, 3, 1))

    assert office.session.store.beside.lacks


@pytest.mark.parametrize("broken", ["x'7b'", "substr(record, 1, 300)"])
def test_no_month_is_closed_over_a_payment_that_can_not_be_read(
    office: Office, broken: str
) -> None:
    act(office, paid(100), paid(200))
    (_, second) = act(office, paid(300), paid(400))
    value = broken if "substr" in broken or "postgres" not in office.location else "'\\x7b'::bytea"
    edited(
        office,
        *_untriggered(office),
        f"UPDATE entries SET record = {value} WHERE position = {second}",
    )
    with pytest.raises(ServiceError) as refused:
        close(office)

    assert "payments that can all be read" in str(refused.value)
    assert not statements(office.session.store, MARCH)
