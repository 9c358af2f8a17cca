"""Which cases a night folds again, and which it carries over: never one that may have changed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.histories import case_name
from tests.replay.test_agreement import AMENDMENTS, BY_NAME, FIRST, STEPS

from aidledger.domain.case import evolve
from aidledger.domain.events.catalog import EVENTS, encode_data
from aidledger.replay import agreement
from aidledger.replay.agreement import fold_cases, row_digest
from aidledger.replay.building import ModelResult
from aidledger.replay.generation import Generation
from aidledger.services import keptfile
from aidledger.services.generations import agreeing
from aidledger.services.generations.agreeing import (
    AGREED_FILE,
    AGREED_FORMAT,
    OTHER_MONTH,
    OTHER_QUESTION,
    AgreedCases,
    Agreement,
    agree_on,
)
from aidledger.services.keptfile import KeptFile
from aidledger.store.draft import Draft
from aidledger.store.opening import create
from aidledger.store.outcome import Committed
from aidledger.store.port import LedgerStore
from aidledger.store.secrets import Secrets

SECRETS = Secrets(pepper=bytes(32), vault_key=bytes(range(32)))
ABLE, UNABLE = (("AbilityAssessed", {"level": level}) for level in ("able", "unable"))
Rows = dict[str, dict[str, Any]]


class Nights:
    """A ledger, and nights over it: what each finds, and what it would find by folding everything."""

    def __init__(self, folder: Path, store: LedgerStore) -> None:
        self.folder, self.store, self.on = folder, store, date(2022, 1, 10)
        self.why = ""

    def record(self, number: int, on: str, what: tuple[Any, ...]) -> int:
        """Record a step of a case; return its position."""
        match what:
            case ("EntryAnnulled", position, _):
                name, data = "EntryAnnulled", {"position": position}
            case ("EntryCorrected", position, (field, value)):
                name = "EntryCorrected"
                data = {"position": position, "field": field, "value": value}
            case (name, data):
                pass
        if name.startswith("Entry"):
            data = {**data, "authority": "county", "reason": "typing error"}
        draft = Draft(
            type=name,
            actor="u1",
            data=encode_data(msgspec.convert(data, EVENTS[name].struct)),
            effective_on=on,
            office="520123001",
            stream=case_name(number),
        )
        size = self.store.head().size
        done = self.store.append(
            [draft],
            cause=f"c{size}",
            request_digest=bytes(32),
            now=datetime(2022, 1, 10, tzinfo=UTC),
        )
        assert isinstance(done, Committed)
        return size

    def derived(self) -> Rows:
        """Return the rows as a sound model gives them."""
        folded = fold_cases(self.store.read_records(0), as_of=self.on)
        return {row["case"]: row for row in folded}

    def night(self, derived: Rows | None = None, *, sql: str = "aa", **more: Any) -> Agreement:
        """Run the step, over rows that are sound where none are given."""
        known_on = more.pop("known_on", None)
        given_ = {"form": AGREED_FORMAT, "now": f"{self.on}T01:00:00Z", "full_each": 99, **more}
        kept = KeptFile(self.folder / AGREED_FILE, SECRETS, AgreedCases, **given_)
        rows = self.derived() if derived is None else derived
        found = agree_on(self.store, self.generation(sql, known_on), rows, kept)
        whole = agree_on(self.store, self.generation(sql, known_on), rows)

        assert whole.carried == 0
        # a name without an entry that once had a row is remembered
        assert whole.folded <= found.folded + found.carried
        assert whole.differing == found.differing
        self.why = kept.why
        return found

    def generation(self, sql: str, known_on: date | None) -> Generation:
        size = self.store.head().size
        model = ModelResult(name="case_state", rows=0, digest="", seconds=0, sql_sha256=sql)
        return Generation(
            file="generation-000001.duckdb", size=size, root="", position=size - 1, entries=size,
            skipped=0, as_of=self.on, known_on=known_on, program="", engine="", models=(model,),
        )  # fmt: skip


@contextmanager
def county(folder: Path) -> Iterator[Nights]:
    with closing(create(folder / "county.db", origin="test/520123")) as store:
        yield Nights(folder, store)


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    """Three cases, agreed on by a first night."""
    with county(tmp_path) as made:
        for number in (1, 2, 3):
            made.record(number, "2022-01-05", ABLE)
        assert (3, 0) == counted(made.night())
        assert keptfile.FIRST == made.why
        yield made


def counted(found: Agreement) -> tuple[int, int]:
    return found.folded, found.carried


def told(found: Agreement) -> list[tuple[str, str]]:
    return [(one.case, one.column) for one in found.differing]


def test_where_nothing_is_new_every_case_is_carried_over(nights: Nights) -> None:
    nights.on += timedelta(days=1)

    assert (0, 3) == counted(nights.night())
    assert "" == nights.why


def test_a_case_with_a_new_entry_is_folded_even_where_its_row_stayed(nights: Nights) -> None:
    """A model that does not see the entry gives the row that was agreed."""
    stale = nights.derived()
    nights.record(2, "2022-01-06", UNABLE)
    found = nights.night(stale)

    assert (1, 2) == counted(found)
    assert (case_name(2), "ability") in told(found)
    assert {case_name(2)} == {case for case, _ in told(found)}


def test_a_case_whose_row_is_another_is_folded_though_nothing_is_new(nights: Nights) -> None:
    rows = nights.derived()
    rows[case_name(3)] |= {"ability": "unable"}
    found = nights.night(rows)

    assert (1, 2) == counted(found)
    assert [(case_name(3), "ability")] == told(found)


def test_a_case_on_one_side_only_is_never_carried_over(nights: Nights) -> None:
    rows = nights.derived()
    gone = rows.pop(case_name(1))
    ghost = gone | {"case": case_name(9)}
    for _ in range(3):
        found = nights.night(rows | {case_name(9): ghost})

        assert (2, 2) == counted(found)
        assert [(case_name(1), "case"), (case_name(9), "case")] == told(found)
    # each row is now what its case was folded to
    assert (0, 4) == counted(nights.night(rows | {case_name(1): gone}))


def test_a_case_whose_entry_begins_to_count_is_folded_that_day(nights: Nights) -> None:
    nights.record(1, "2022-01-15", UNABLE)
    nights.record(4, "2022-01-15", ABLE)
    stale = nights.derived()
    nights.night()
    nights.on = date(2022, 1, 14)
    before = nights.night(stale)
    nights.on = date(2022, 1, 15)
    found = nights.night(stale)

    assert ((0, 4), []) == (counted(before), told(before))
    assert (2, 2) == counted(found)
    assert {case_name(1), case_name(4)} == {case for case, _ in told(found)}


def test_a_case_that_was_corrected_counts_from_the_corrected_day(nights: Nights) -> None:
    position = nights.record(1, "2022-01-15", UNABLE)
    nights.record(1, "2022-01-09", ("EntryCorrected", position, ("effective_on", '"2022-01-12"')))
    stale = nights.derived()
    nights.night()
    nights.on = date(2022, 1, 12)

    assert (1, 2) == counted(nights.night(stale))


def test_in_another_month_every_case_is_folded(nights: Nights) -> None:
    nights.on = date(2022, 2, 1)

    assert (3, 0) == counted(nights.night())
    assert OTHER_MONTH == nights.why
    assert (0, 3) == counted(nights.night())


def test_an_earlier_day_or_what_was_known_then_is_another_question(nights: Nights) -> None:
    asked_then = nights.night(known_on=date(2022, 1, 31))
    assert ((3, 0), OTHER_QUESTION) == (counted(asked_then), nights.why)
    nights.on -= timedelta(days=1)
    assert (3, 0) == counted(nights.night())
    assert OTHER_QUESTION == nights.why
    assert (0, 3) == counted(nights.night())


def test_nothing_is_carried_over_from_or_in_a_log_that_is_not_sound(nights: Nights) -> None:
    before = (nights.folder / AGREED_FILE).read_bytes()
    assert ((3, 0), keptfile.UNSOUND) == (counted(nights.night(sound=False)), nights.why)
    assert before == (nights.folder / AGREED_FILE).read_bytes()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"full": True}, keptfile.ASKED),
        ({"full_each": 1}, keptfile.DUE),
        ({"sql": "bb"}, keptfile.OTHER_MODELS),
    ],
)
def test_what_makes_a_night_fold_everything(nights: Nights, more: dict[str, Any], why: str) -> None:
    assert ((3, 0), why) == (counted(nights.night(**more)), nights.why)
    assert (0, 3) == counted(nights.night(**{**more, "full": False, "full_each": 99}))


def test_each_so_many_nights_everything_is_folded(nights: Nights) -> None:
    found = [counted(nights.night(full_each=3))[0] for _ in range(6)]

    assert [0, 0, 3, 0, 0, 3] == found


def test_another_program_folds_everything(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreeing, "program_digest", lambda: "ff" * 32)

    assert ((3, 0), keptfile.OTHER_PROGRAM) == (counted(nights.night()), nights.why)


def test_another_past_than_was_agreed_on_folds_everything(nights: Nights, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with county(tmp_path / "other") as other:
        for number, level in ((1, ABLE), (2, ABLE), (3, UNABLE)):
            other.record(number, "2022-01-05", level)
        (other.folder / AGREED_FILE).write_bytes((nights.folder / AGREED_FILE).read_bytes())

        assert ((3, 0), keptfile.OTHER_ENTRIES) == (counted(other.night()), other.why)

    (tmp_path / "shorter").mkdir()
    with county(tmp_path / "shorter") as shorter:
        shorter.record(1, "2022-01-05", ABLE)
        (shorter.folder / AGREED_FILE).write_bytes((nights.folder / AGREED_FILE).read_bytes())

        assert ((1, 0), keptfile.OTHER_ENTRIES) == (counted(shorter.night()), shorter.why)


def _flipped(content: bytes) -> bytes:
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    "forged", [_flipped, lambda _: b"", lambda content: content[:-1], lambda content: content[32:]]
)
def test_what_this_ledger_did_not_write_is_not_believed(
    forged: Callable[[bytes], bytes], nights: Nights
) -> None:
    path = nights.folder / AGREED_FILE
    path.write_bytes(forged(path.read_bytes()))

    assert ((3, 0), keptfile.ALTERED) == (counted(nights.night()), nights.why)
    assert (0, 3) == counted(nights.night())


def test_another_file_of_this_ledger_does_not_stand_for_this_one(nights: Nights) -> None:
    nights.night(form="aidledger/other/v1")

    assert ((3, 0), keptfile.OTHER_PROGRAM) == (counted(nights.night()), nights.why)


def test_a_night_that_dies_while_it_writes_leaves_what_was_there(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = nights.folder / AGREED_FILE
    before = path.read_bytes()
    nights.record(1, "2022-01-06", UNABLE)

    def dies(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dies)
        with pytest.raises(KeyboardInterrupt):
            nights.night()

    assert before == path.read_bytes()
    assert (1, 2) == counted(nights.night())


def test_a_fold_that_is_damaged_is_found_in_a_night_that_carries_others_over(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.record(2, "2022-01-06", UNABLE)
    sound = nights.derived()
    monkeypatch.setattr(
        agreement,
        "evolve",
        lambda case, entry: msgspec.structs.replace(evolve(case, entry), ability="able"),
    )
    found = nights.night(sound)

    assert (1, 2) == counted(found)
    assert [(case_name(2), "ability")] == told(found)
    monkeypatch.undo()
    assert ((1, 2), []) == (counted(again := nights.night(sound)), told(again))


def test_rows_that_differ_in_any_value_or_type_have_other_digests() -> None:
    row: dict[str, Any] = dict.fromkeys(agreement.CASE_COLUMNS)
    values = [None, "", "1", 1, 1 << 80, "\ud800", [1], [1, 2], ["1"], 1.0]
    digests = {row_digest(row | {"ability": value}) for value in values}

    assert len(values) == len(digests)
    assert row_digest(None) not in digests


Damage = Callable[[Rows, Rows, str], Rows]


def _stale(now: Rows, before: Rows, case: str) -> Rows:
    """Give the row of the night before: a model that did not see what is new, or the new day."""
    rest = {name: row for name, row in now.items() if name != case}
    return rest | ({case: before[case]} if case in before else {})


def _all_stale(now: Rows, before: Rows, case: str) -> Rows:
    del now, case
    return before


def _changed(now: Rows, before: Rows, case: str) -> Rows:
    del before
    return now | ({case: now[case] | {"visits": 7_777}} if case in now else {})


def _ghost(now: Rows, before: Rows, case: str) -> Rows:
    """Give a row to a case that has none."""
    other = next(iter({**before, **now}.values()), None)
    return now if other is None or case in now else now | {case: other | {"case": case}}


DAMAGES = st.sampled_from([_stale, _all_stale, _all_stale, _changed, _ghost])
NIGHT = st.tuples(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.integers(-40, 9),
            st.one_of(STEPS, BY_NAME["EntitlementSet"], AMENDMENTS),
        ),
        max_size=6,
    ),
    st.sampled_from([0, 1, 2, 4, 8, 14, -3]),
    st.lists(st.tuples(DAMAGES, st.integers(1, 5)), max_size=2),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NIGHT, min_size=3, max_size=7), st.integers(4, 20))
def test_a_night_that_carries_over_finds_what_one_finds_that_folds_everything(
    several: list[tuple[list[Any], int, list[tuple[Damage, int]]]], full_each: int
) -> None:
    """Asserted by `night` each time, whatever is wrong with the rows, for as many nights as it stays so."""
    before: Rows = {}
    with tempfile.TemporaryDirectory() as folder, county(Path(folder)) as made:
        made.on = FIRST + timedelta(days=60)
        for entries, later, damages in several:
            for number, ahead, what in entries:
                made.record(number, str(made.on + timedelta(days=ahead)), what)
            made.on += timedelta(days=later)
            rows = made.derived()
            for damage, number in damages:
                rows = damage(rows, before, case_name(number))
            made.night(rows, full_each=full_each)
            before = rows
