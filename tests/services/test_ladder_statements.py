"""The rung of statements: who rewrites the past, or states a root that never was, is told of by both verifiers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.lone import ALONE
from tests.services.conftest import Office, opened
from tests.services.signedledger import draft
from tests.twins.cuts import Cut, cut_out

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.doubt import DoubtRaised, DoubtSeenAgain
from aidledger.domain.events.proving import GenerationCertified
from aidledger.ledger.verify import Rung
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import RefusedError
from aidledger.store.outcome import Committed, Outcome

CERTIFICATES, DOUBT, CASE = "generation/certificates", "doubt/d1", "case/520123-2022-000001"
HASH = "ab" * 32


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[Office]:
    """Another office that keeps its ledger in a file."""
    yield from opened(str(tmp_path / "filed.sqlite"))


def visit(day: str, visitor: str) -> dict[str, object]:
    data = {"visitor": visitor, "form": "in_person", "need": "none", "normal": True}
    return {"type": "VisitMade", "stream": CASE, "effective_on": day, "data": data}


def certified(size: int, root: str) -> GenerationCertified:
    return GenerationCertified(as_of="2022-01-05", certificate=HASH, root=root, size=size)


def raised(size: int | None, root: str | None) -> DoubtRaised:
    return DoubtRaised(
        identity=HASH,
        log_root=root,
        log_size=size,
        positions=(1,),
        rule="F001",
        severity="high",
        subject=CASE,
    )


def seen_again(size: int | None, root: str | None) -> DoubtSeenAgain:
    return DoubtSeenAgain(log_root=root, log_size=size, positions=(2,), severity="high")


def forge(office: Office, event: Event, stream: str) -> int:
    """Record an entry past all that is asked; return its position."""
    head = office.session.store.head().size
    done = office.session.store.append(
        [draft(stream, "u1", event)],
        cause=f"forged-{head}",
        request_digest=bytes(32),
        now=office.session.clock.now(),
    )
    assert isinstance(done, Committed)
    office.session.forget()
    return head


def worked(office: Office, *visitors: str) -> tuple[int, str]:
    """Some visits are recorded; return how long the log is then, and its root."""
    for number, visitor in enumerate(visitors, start=4):
        office.act(f"2022-01-0{number}", visit(f"2022-01-0{number}", visitor))
    size = office.session.store.head().size
    return size, root_at(office.session.store, size).hex()


def proposed(office: Office, event: Event, stream: str) -> Outcome:
    """Record an act as anybody would."""
    said = Who(actor="u1", office="520123", on="2022-01-05").says(stream, event)
    return record(office.session, [said], cause=f"said-{wire_name(event)}")


def statements(office: Office) -> tuple[list[tuple[str, int | None, str | None]], Rung]:
    """What both verifiers find on this rung, and how it stands."""
    report = verify(office.location)
    found = [(one.code, one.position, one.field) for one in report.findings]
    rung = next(one for one in report.rungs if one.name == "statements")
    if "://" not in office.location:
        theirs = ALONE.verify_ledger(Path(office.location), ALONE.Outside(None, {})).as_json()
        said = [(one["code"], one["position"], one["field"]) for one in theirs["findings"]]
        assert [one for one in found if one[0] == "statement_differs"] == [
            one for one in said if one[0] == "statement_differs"
        ]
        [same] = [one for one in theirs["rungs"] if one["name"] == "statements"]
        assert {"name": "statements", "status": rung.status, "why": rung.why} == same
    return found, rung


def test_what_entries_say_of_the_log_holds(office: Office) -> None:
    size, root = worked(office, "u1", "u2")
    forge(office, certified(size, root), CERTIFICATES)
    forge(office, raised(size, root), DOUBT)
    forge(office, seen_again(None, None), DOUBT)
    head = office.session.store.head()
    forge(office, certified(head.size, head.root.hex()), CERTIFICATES)

    assert ([], Rung(name="statements", status="ok")) == statements(office)


def test_the_past_rewritten_with_chain_and_tree_made_anew_is_told_of_by_what_was_certified(
    office: Office, filed: Office
) -> None:
    """The same county once more, but for who came: its certificate names the root of the log that was."""
    size, root = worked(filed, "u1", "u2")
    assert size == worked(office, "u1", "u9")[0]
    at = forge(office, certified(size, root), CERTIFICATES)
    found, rung = statements(office)

    assert [("statement_differs", at, "data.root")] == found
    assert "damaged" == rung.status


@pytest.mark.parametrize(
    ("event", "stream", "field"),
    [
        (certified(12, HASH), CERTIFICATES, "data.root"),
        (raised(12, HASH), DOUBT, "data.log_root"),
        (seen_again(12, HASH), DOUBT, "data.log_root"),
        (raised(99, HASH), DOUBT, "data.log_size"),
        (certified(99, HASH), CERTIFICATES, "data.size"),
    ],
)
def test_a_statement_that_was_never_so_is_found(
    office: Office, event: Event, stream: str, field: str
) -> None:
    worked(office, "u1")
    at = forge(office, event, stream)

    assert [("statement_differs", at, field)] == statements(office)[0]


@pytest.mark.parametrize(
    ("event", "stream", "field"),
    [
        (certified(12, HASH), CERTIFICATES, "data.root"),
        (raised(12, HASH), DOUBT, "data.log_root"),
        (seen_again(99, HASH), DOUBT, "data.log_size"),
    ],
)
def test_nobody_makes_a_ledger_damaged_for_ever_by_saying_it(
    office: Office, event: Event, stream: str, field: str
) -> None:
    """A doubt copied from another ledger, say, names the root of that one."""
    size, root = worked(office, "u1")
    before = office.session.store.head()
    with pytest.raises(RefusedError) as refused:
        proposed(office, event, stream)

    assert [("not_of_this_log", field)] == [(p.code, p.field) for p in refused.value.problems]
    assert before == office.session.store.head()
    assert isinstance(proposed(office, certified(size, root), CERTIFICATES), Committed)


def test_in_a_log_without_a_root_a_doubt_can_still_be_raised(filed: Office) -> None:
    """Whoever found the damage must be able to say so."""
    worked(filed, "u1")
    with closing(sqlite3.connect(filed.location)) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE entries SET leaf_hash = x'00' WHERE position = 3")
        database.commit()

    assert isinstance(proposed(filed, raised(8, HASH), DOUBT), Committed)


def test_a_size_that_the_log_had_only_with_the_entry_itself_is_too_much(office: Office) -> None:
    size, _ = worked(office, "u1")
    at = forge(office, certified(size + 1, HASH), CERTIFICATES)

    assert at == size
    assert [("statement_differs", at, "data.size")] == statements(office)[0]


def test_where_rows_are_missing_before_it_nothing_is_said_of_a_statement(filed: Office) -> None:
    size, root = worked(filed, "u1", "u2")
    forge(filed, certified(size, root), CERTIFICATES)
    with closing(sqlite3.connect(filed.location)) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("DELETE FROM entries WHERE position = 3")
        database.commit()
    found, rung = statements(filed)

    assert "position_missing" in {code for code, _, _ in found}
    assert ("not_made", "rows are missing before a root that an entry names") == (
        rung.status,
        rung.why,
    )


def test_without_the_comparison_a_false_root_would_pass(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked(office, "u1")
    forge(office, certified(12, HASH), CERTIFICATES)
    comparison = "bytes.fromhex(root) not in roots.at[size]"
    cut_out(
        monkeypatch,
        [Cut("services.ladder.statementcheck:StatementCheck.judge", comparison, "False")],
    )

    assert "unproven" == verify(office.location).verdict
