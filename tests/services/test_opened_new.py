"""A night opens what is new, and everything where one row of the vault is not as it was when it opened."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.people import CASE
from tests.services.conftest import Office
from tests.services.nights import night
from tests.services.test_nightly_kept import SECRETS, step
from tests.services.test_recording import approve, on_case
from tests.services.test_sealed_values import SEALED, edited, erase

from aidledger.services import keptfile
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.keptfile import KeptFile
from aidledger.services.ladder.openednew import (
    CHANGED,
    OPENED_FILE,
    OPENED_FORMAT,
    OpenedNew,
    OpenedValues,
    Tally,
    open_new,
)
from aidledger.services.ladder.vaultcheck import OTHER_SECRETS
from aidledger.services.nightly.report import NightReport
from aidledger.services.nightly.runs import runs_folder
from aidledger.store.draft import VaultRow
from aidledger.store.outcome import Committed

BOUND = {**on_case("AccountBound", holder="self"), "personal": {"account_number": "62170001"}}
EDITS = {
    "zeroed": "UPDATE vault SET ciphertext = nonce WHERE field = 'phone'",
    "deleted": "DELETE FROM vault WHERE field = 'phone'",
    "swapped": "UPDATE vault SET ciphertext = (SELECT ciphertext FROM vault WHERE field = 'name'),"
    " nonce = (SELECT nonce FROM vault WHERE field = 'name') WHERE field = 'phone'",
    "moved": "UPDATE vault SET person = 'nobody' WHERE field = 'phone'",
    "key destroyed": "DELETE FROM vault_keys",
    "key altered": "UPDATE vault_keys SET wrapped_key = (SELECT max(nonce) FROM vault)",
}
ROW = ("ab" * 32, "p1", "case/1", "phone", b"n" * 12, b"sealed", b"key")


class Nights:
    """What one night after the other opens of a ledger."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.path = office, folder / OPENED_FILE
        self.why = ""

    def next(self, **more: Any) -> OpenedNew:
        secrets = secrets_of(self.office.session)
        kept = KeptFile(
            self.path, secrets, OpenedValues, form=OPENED_FORMAT,
            **{"now": "2026-06-01T00:00:00Z", "full_each": 7, **more},
        )  # fmt: skip
        found = open_new(self.office.session, secrets, kept, progress=lambda *_: None)
        self.why = kept.why
        return found


@pytest.fixture
def nights(office: Office, tmp_path: Path) -> Nights:
    """A case with sealed values, all of which a night has opened."""
    approve(office)
    nights = Nights(office, tmp_path)
    first = nights.next()
    assert (0, keptfile.FIRST, "ok") == (first.start, nights.why, first.rung.status)
    assert len(SEALED) <= first.looked_at
    return nights


def codes(found: OpenedNew) -> set[tuple[str, str | None]]:
    return {(one.code, one.field) for one in found.findings}


def test_a_usual_night_opens_what_is_new(nights: Nights) -> None:
    nothing = nights.next()
    assert isinstance(nights.office.act("2022-02-03", BOUND), Committed)
    new, again = nights.next(), nights.next()

    assert (0, 1, 0) == (nothing.looked_at, new.looked_at, again.looked_at)
    assert nothing.start == nothing.upto == new.start < new.upto == again.start
    assert ("ok", "ok", "ok", "") == (
        nothing.rung.status,
        new.rung.status,
        again.rung.status,
        nights.why,
    )


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_edited_between_two_nights_is_found_by_the_next_and_by_each_after_it(
    nights: Nights, edit: str
) -> None:
    assert isinstance(nights.office.act("2022-02-03", BOUND), Committed)
    edited(nights.office, EDITS[edit])
    found, again = nights.next(), nights.next()

    assert (0, CHANGED, "damaged") == (found.start, nights.why, found.rung.status)
    assert codes(found) & {("sealed_altered", "sealed.phone"), ("sealed_missing", "sealed.phone")}
    assert codes(found) == codes(again)


@pytest.mark.parametrize("edit", ["zeroed", "deleted"])
def test_what_is_edited_before_its_first_night_is_found(nights: Nights, edit: str) -> None:
    """All that tonight opens is wrong, and that is no sign of another ledger's secrets."""
    assert isinstance(nights.office.act("2022-02-03", BOUND), Committed)
    commitment = nights.office.session.stream(CASE)[-1].sealed["account_number"]
    edited(nights.office, EDITS[edit].replace("field = 'phone'", f"commitment = '{commitment}'"))
    found = nights.next()

    assert (True, "", "damaged") == (found.start > 0, nights.why, found.rung.status)
    assert {"sealed.account_number"} == {field for _, field in codes(found)}


def test_a_row_that_is_put_in_hides_none_that_is_gone(nights: Nights) -> None:
    edited(
        nights.office,
        "INSERT INTO vault (commitment, person, stream, field, nonce, ciphertext) "
        "SELECT 'ff', person, stream, field, nonce, ciphertext FROM vault WHERE field = 'phone'",
    )
    more = nights.next()
    assert (0, CHANGED, {("sealed_unclaimed", "vault")}) == (more.start, nights.why, codes(more))
    edited(nights.office, "DELETE FROM vault WHERE field = 'phone' AND commitment <> 'ff'")

    both = {("sealed_missing", "sealed.phone"), ("sealed_unclaimed", "vault")}
    assert both == codes(nights.next())


def test_who_is_erased_by_an_entry_costs_a_full_night_and_is_no_damage(nights: Nights) -> None:
    erase(nights.office, nights.office.session.states.case(CASE).applicant)
    found = nights.next()

    assert (0, CHANGED, "ok") == (found.start, nights.why, found.rung.status)
    assert ("", True) == ((nights.next(), nights.why)[1], nights.next().start > 0)


def test_what_is_destroyed_and_put_back_between_two_nights_is_found(nights: Nights) -> None:
    person = nights.office.session.states.case(CASE).applicant
    for table in ("vault", "vault_keys"):
        edited(nights.office, f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
    erase(nights.office, person)
    for table in ("vault", "vault_keys"):
        edited(
            nights.office,
            f"INSERT INTO {table} SELECT * FROM kept_{table} WHERE person = '{person}'",
        )
    found = nights.next()

    assert {"sealed_returned"} == {code for code, _ in codes(found)}
    assert (0, CHANGED, "damaged") == (found.start, nights.why, found.rung.status)


def test_a_kept_file_that_was_edited_hides_nothing(nights: Nights) -> None:
    content = bytearray(nights.path.read_bytes())
    edited(nights.office, EDITS["zeroed"])
    for at in range(len(content)):
        nights.path.write_bytes(bytes([*content[:at], content[at] ^ 1, *content[at + 1 :]]))
        if at % 40 == 0:
            assert {("sealed_altered", "sealed.phone")} == codes(nights.next())
            assert keptfile.ALTERED == nights.why
    nights.path.unlink()

    assert {("sealed_altered", "sealed.phone")} == codes(nights.next())


def test_everything_is_opened_each_so_many_nights_and_when_asked(nights: Nights) -> None:
    starts = [nights.next(full_each=3).start for _ in range(4)]

    assert [True, True, False, True] == [start > 0 for start in starts]
    assert 0 == nights.next(full=True).start
    assert keptfile.ASKED == nights.why


def test_in_a_log_that_is_not_sound_all_is_opened_and_nothing_kept(nights: Nights) -> None:
    before = nights.path.read_bytes()

    assert 0 == nights.next(sound=False).start
    assert keptfile.UNSOUND == nights.why
    assert before == nights.path.read_bytes()


def test_secrets_of_another_ledger_are_said_and_nothing_is_kept(nights: Nights) -> None:
    session = nights.office.session
    other = msgspec.structs.replace(secrets_of(session), vault_key=b"o" * 32)
    session.secrets = other
    vault: Any = session.vault
    session.vault = type(vault)(session.store, other, session.random_bytes)
    before = nights.path.read_bytes()
    found = nights.next()

    assert ([], "not_made", OTHER_SECRETS) == (found.findings, found.rung.status, found.rung.why)
    assert (keptfile.ALTERED, before) == (nights.why, nights.path.read_bytes())


def summed(*rows: tuple[Any, ...]) -> bytes:
    tally = Tally(SECRETS)
    for row in rows:
        tally.add(row)
    return tally.sum()


def test_a_sum_is_of_the_row_that_is_opened() -> None:
    fields = msgspec.structs.fields(VaultRow)
    named: dict[str, Any] = {one.name: value for one, value in zip(fields, ROW, strict=True)}

    assert ROW == msgspec.structs.astuple(VaultRow(**named))


@given(st.lists(st.binary(max_size=9), max_size=9), st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order_of_rows(
    contents: list[bytes], shuffling: random.Random
) -> None:
    rows = [(*ROW[:5], content, ROW[6]) for content in contents]
    other = list(rows)
    shuffling.shuffle(other)

    assert summed(*rows) == summed(*other)


@given(st.integers(0, 6), st.text(max_size=3) | st.binary(max_size=3))
def test_a_sum_depends_on_every_field_and_its_type(at: int, value: str | bytes) -> None:
    other = (*ROW[:at], value, *ROW[at + 1 :])

    assert (ROW == other) == (summed(ROW) == summed(other))
    assert summed(ROW) != summed(ROW, other)


def values(report: NightReport) -> tuple[str, bool, str]:
    """How the step went, whether it opened only what was new, and why it opened all."""
    found = step(report, "values")
    return found.status, found.figures["from"] > 0, found.figures.get("why_in_full", "")


@pytest.mark.parametrize("edit", ["deleted", "swapped"])
def test_a_night_finds_what_was_edited_since_the_last_and_says_where(
    county_after: Path, edit: str
) -> None:
    first, usual = night(county_after), night(county_after)
    with closing(sqlite3.connect(county_after, isolation_level=None)) as database:
        database.execute(EDITS[edit])
    found = night(county_after)
    told = step(found, "values")

    assert ("ok", True, "") == values(first) == values(usual)
    day = first.started_at[:10]
    assert (
        f"no row of those before has changed (all were opened on {day})"
        in step(usual, "values").why_en
    )
    assert f"此前的逐行未变（{day} 全部打开过）" in step(usual, "values").why_zh
    assert (1, ("findings", False, CHANGED)) == (found.exit_code, values(found))
    assert told.finding_count == len(told.findings) > 0
    assert "sealed.phone" in " ".join(told.findings)
    assert "ok" == step(found, "checkpoint").status
    assert 0 == step(found, "verify").figures["findings"]


def test_a_full_night_opens_everything(county_after: Path) -> None:
    found = night(county_after, full=True)

    assert ("ok", False, keptfile.ASKED) == values(found)
    assert 0 < step(found, "values").figures["looked_at"]
    assert (runs_folder(str(county_after)) / OPENED_FILE).exists()
