"""The rungs of restorations and of the mark: who rolls a ledger back is found, with papers or without."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from tests.ledger.signers import signer
from tests.services.signedledger import draft as said_by
from tests.services.test_restoring import (
    AUDIT,
    FINANCE,
    ORIGIN,
    cosigned,
    restored,
    sealed_off,
    stated,
)
from tests.store.drafts import record
from tests.twins.cuts import Cut, cut_out

from aidledger.domain.events.base import Event
from aidledger.domain.events.powers import Custodian, GenesisDeclared, WitnessKey
from aidledger.domain.events.proving import LedgerRestored
from aidledger.domain.events.support import VisitMade
from aidledger.ledger.cosignature import cosign
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.restoration import Restoration
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.trust import parse_policy
from aidledger.ledger.verify import VerifyReport
from aidledger.services.ladder import markcheck, restorationcheck
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.verifying import verify
from aidledger.store.draft import Draft
from aidledger.store.mark import Mark
from aidledger.store.opening import create, mark_path, open_ledger

OWN = signer("audit.example", KeyKind.COSIGNATURE, 9)
"""A key that the operator made, under the auditor's name."""
POLICY = parse_policy(f"witness audit {AUDIT.key.vkey()}\nquorum audit\n".encode())
AT = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "ledger.db"
    sealed_off(where, made=visits)
    return where


def check(path: Path, *, policy: bool = True) -> tuple[VerifyReport, str]:
    report = verify(str(path), outside=Outside(policy=POLICY if policy else None))
    return report, next(one.status for one in report.rungs if one.name == "restorations")


def found(report: VerifyReport) -> list[tuple[str, int | None, str | None]]:
    return [(one.code, one.position, one.field) for one in report.findings]


def visits(count: int) -> list[Draft]:
    return [said_by(f"case/c{n % 7}", "u1", VisitMade(visitor="u1")) for n in range(count)]


def draft(event: Event) -> Draft:
    return said_by("registry/520123", "u1", event)


class Entry(NamedTuple):
    """What the operator writes into a `LedgerRestored`, and what was cosigned by whom."""

    said: Restoration
    text: bytes
    by: SeedSigner = AUDIT

    def event(self) -> LedgerRestored:
        line = cosign(self.text, self.by, 1_790_000_000)
        key = self.by.key
        return LedgerRestored(
            auditor=WitnessKey(algorithm="ed25519", key=key.public.hex(), name=key.name),
            cosignature=base64.b64encode(line.key_id + line.signature).decode(),
            kept_root=self.said.kept.root.hex(),
            kept_size=self.said.kept.size,
            lost_root=self.said.lost.root.hex(),
            lost_size=self.said.lost.size,
            reason="disk of the server failed",
        )


def forged(path: Path, *events: LedgerRestored, before: int = 0) -> None:
    """Append past every service, as whoever holds the database can."""
    store = open_ledger(path)
    store.admit(store.head())
    if before:
        record(store, visits(before), "before")
    record(store, [draft(event) for event in events], "forged")
    store.close()


def test_a_restoration_that_an_auditor_allowed_is_a_lead_and_no_damage(path: Path) -> None:
    restored(path, cosigned(stated(path).text(), AUDIT), AUDIT)
    report, status = check(path)

    assert ("unproven", [], "ok") == (report.verdict, report.findings, status)
    assert [("ledger_restored", AT)] == [(one.code, one.position) for one in report.leads]
    assert report.leads[0].expected.startswith("35 entries")


def test_without_a_policy_nobody_says_that_it_was_an_auditor(path: Path) -> None:
    restored(path, cosigned(stated(path).text(), AUDIT), AUDIT)
    report, status = check(path, policy=False)
    why = next(one.why for one in report.rungs if one.name == "restorations")

    assert ("unproven", [], "not_made") == (report.verdict, report.findings, status)
    assert f"position {AT}: {restorationcheck.NO_AUDITOR}" == why


@pytest.mark.parametrize("by", [OWN, FINANCE])
def test_who_rolls_back_and_allows_it_himself_is_found(path: Path, by: SeedSigner) -> None:
    restored(path, cosigned(stated(path).text(), by), by)
    report, status = check(path)

    assert "damaged" == status
    assert [("restoration_key", AT, "auditor")] == found(report)
    assert () == report.leads


def test_where_genesis_names_witnesses_it_takes_no_policy_to_find_a_stranger(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    named = WitnessKey(algorithm="ed25519", key=AUDIT.key.public.hex(), name=AUDIT.key.name)
    genesis = GenesisDeclared(
        custodians=(Custodian(actor="u1", office="520123"),),
        custodians_needed=1,
        origin=ORIGIN,
        powers="cn-county",
        powers_hash="00" * 32,
        witnesses=(named,),
    )
    sealed_off(path, draft(genesis), made=visits)
    one = stated(path)
    forged(path, Entry(one, one.text(), OWN).event())
    report, status = check(path, policy=False)

    assert "damaged" == status
    assert ("restoration_key", AT, "auditor") in found(report)


def other_statement(one: Restoration) -> Entry:
    """The auditor allowed that one entry be lost; fifteen are."""
    return Entry(one, one._replace(lost=one.lost._replace(size=AT + 1)).text())


def other_kept_root(one: Restoration) -> Entry:
    """What was kept is not what the auditor was shown."""
    other = one._replace(kept=one.kept._replace(root=b"\7" * 32))
    return Entry(other, other.text())


def other_kept_size(one: Restoration) -> Entry:
    other = one._replace(kept=one.kept._replace(size=AT - 1))
    return Entry(other, other.text())


def another_log(one: Restoration) -> Entry:
    return Entry(one, one._replace(origin="example.com/520124").text())


FORGED: dict[str, tuple[Callable[[Restoration], Entry], str, str]] = {
    "another statement": (other_statement, "restoration_unsigned", "cosignature"),
    "another log": (another_log, "restoration_unsigned", "cosignature"),
    "another kept root": (other_kept_root, "restoration_head", "kept_root"),
    "another kept size": (other_kept_size, "restoration_head", "kept_size"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_restoration_is_found_where_it_stands(path: Path, name: str) -> None:
    make, code, field = FORGED[name]
    forged(path, make(stated(path)).event())
    report, status = check(path)

    assert ("damaged", [(code, AT, field)]) == (status, found(report))


@pytest.mark.parametrize("cosignature", ["AAAA", "A", base64.b64encode(b"\1" * 76).decode()])
def test_without_a_cosignature_it_is_found(path: Path, cosignature: str) -> None:
    one = stated(path)
    event = msgspec.structs.replace(Entry(one, one.text()).event(), cosignature=cosignature)
    forged(path, event)

    assert [("restoration_unsigned", AT, "cosignature")] == found(check(path)[0])


def test_entries_slipped_in_before_the_restoration_are_found(path: Path) -> None:
    one = stated(path)
    forged(path, Entry(one, one.text()).event(), before=3)

    assert [("restoration_head", AT + 3, "kept_size")] == found(check(path)[0])


def test_a_restoration_told_twice_is_found_the_second_time(path: Path) -> None:
    one = stated(path)
    event = Entry(one, one.text()).event()
    forged(path, event, event)

    assert [("restoration_head", AT + 1, "kept_size")] == found(check(path)[0])


CUTS = {
    "another statement": ("cosigned_by(Note(stated.text(), (signature,)), [key])", "None"),
    "another log": ("cosigned_by(Note(stated.text(), (signature,)), [key])", "None"),
    "another kept root": ("roots and stated.kept.root not in roots", "False"),
    "another kept size": ("event.kept_size != told.position", "False"),
}


@pytest.mark.parametrize("name", FORGED)
def test_without_its_check_a_forged_restoration_would_pass(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make, _, _ = FORGED[name]
    forged(path, make(stated(path)).event())
    cut_out(monkeypatch, [Cut("services.ladder.restorationcheck:faults_of", *CUTS[name])])

    assert [] == found(check(path)[0])


def test_without_the_check_the_operator_s_own_key_would_pass(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored(path, cosigned(stated(path).text(), OWN), OWN)
    monkeypatch.setattr(restorationcheck.RestorationCheck, "_is_stranger", lambda *_: False)

    assert [] == found(check(path)[0])


def rolled_back_and_gone_on(path: Path) -> None:
    """Without papers: the mark is set aside, another history written past it, and it put back."""
    mark = mark_path(path).read_bytes()
    mark_path(path).unlink()
    store = open_ledger(path)
    record(store, visits(20), "another-history")
    store.close()
    mark_path(path).write_bytes(mark)


def test_another_history_written_past_the_mark_is_found_by_it(path: Path) -> None:
    rolled_back_and_gone_on(path)
    report, _ = check(path)

    assert 40 == report.entries
    assert [("behind_mark", 35, "head")] == found(report)
    assert report.findings[0].found.startswith("root ")
    assert "damaged" == next(one.status for one in report.rungs if one.name == "mark")


def test_a_mark_that_lags_behind_its_own_ledger_is_right(path: Path) -> None:
    mark = mark_path(path).read_bytes()
    mark_path(path).unlink()
    store = open_ledger(path)
    record(store, visits(3), "more")
    lagging = mark_path(path).read_bytes()
    record(store, visits(2), "and-more")
    store.close()
    assert mark != lagging
    mark_path(path).write_bytes(lagging)

    assert [] == found(check(path)[0])


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("root", bytes(32), "head_root"),
        ("origin", "", "head_form"),
        ("origin", "two words", "head_form"),
        ("origin", "a+b", "head_form"),
    ],
)
def test_a_head_that_says_otherwise_is_named_itself_and_is_not_behind_its_mark(
    column: str, value: object, code: str, tmp_path: Path
) -> None:
    path = tmp_path / "plain.db"
    store = create(path, origin=ORIGIN)
    record(store, visits(3), "all")
    store.close()
    with closing(sqlite3.connect(path)) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f"DROP TRIGGER {name}")
        database.execute(f"UPDATE head SET {column} = ?", (value,))

    assert [code] == [one for one, *_ in found(check(path, policy=False)[0])]


@pytest.mark.parametrize("there", [b"no mark", b""])
def test_a_mark_that_can_t_be_read_keeps_nobody_from_verifying_the_rest(
    path: Path, there: bytes
) -> None:
    """An empty one was called right: whoever cuts a tail off can empty a file as well."""
    mark_path(path).write_bytes(there)
    report, _ = check(path)

    rung = next(one for one in report.rungs if one.name == "mark")
    assert ("not_made", markcheck.BAD_MARK) == (rung.status, rung.why)
    assert [] == found(report)


def test_without_the_root_at_the_mark_s_size_it_would_pass(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rolled_back_and_gone_on(path)
    monkeypatch.setattr(markcheck.MarkCheck, "sizes", lambda *_: set())

    assert [] == found(check(path)[0])


def test_who_appends_while_the_mark_is_read_has_not_rolled_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    sealed_off(path, made=visits)
    mark_path(path).unlink()
    store = open_ledger(path)
    record(store, visits(1), "first")

    class Slow(Mark):
        def __init__(self, where: Path) -> None:
            super().__init__(where)
            record(store, visits(1), "meanwhile")

    monkeypatch.setattr(markcheck, "Mark", Slow)
    report, _ = check(path)
    store.close()

    assert [] == found(report)
