"""What the adversary kit found in `verify`: hostile policy entries, and windows with decisions in them."""

from __future__ import annotations

import msgspec
import pytest
from tests.services.signed import make

from aidledger.domain.events.registry import CalendarAdopted, PackAdopted
from aidledger.domain.recorded import Recorded
from aidledger.ledger.chunk import check_chunk
from aidledger.ledger.window import Job
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decoding import DataCheck, recorded_all
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.store.opening import open_ledger


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> str:
    location = str(tmp_path_factory.mktemp("decided") / "county.db")
    make(location)
    return location


def policy_of(location: str) -> list[Recorded]:
    store = open_ledger(location, read_only=True)
    try:
        return [
            one
            for name in store.streams("policy/")
            for one in recorded_all(store.read_stream(name))
        ]
    finally:
        store.close()


def test_a_pack_without_files_is_a_pack_whose_text_is_lost(county: str) -> None:
    entries = [
        msgspec.structs.replace(one, event=msgspec.structs.replace(one.event, chain=()))
        if isinstance(one.event, PackAdopted)
        else one
        for one in policy_of(county)
    ]
    adopted = next(one.event for one in entries if isinstance(one.event, PackAdopted))
    with pytest.raises(ServiceError):
        PolicyBook(entries, lambda _: b"").pack(adopted.pack_hash)


def test_a_calendar_with_a_day_that_does_not_exist_is_not_adopted(county: str) -> None:
    entries = [
        msgspec.structs.replace(
            one, event=msgspec.structs.replace(one.event, off_days=("2022-02-30",))
        )
        if isinstance(one.event, CalendarAdopted)
        else one
        for one in policy_of(county)
    ]

    assert any(isinstance(one.event, CalendarAdopted) for one in entries)
    PolicyBook(entries, lambda _: b"").calendar_known_on("2022-03-01")


def test_a_window_with_decisions_is_checked_the_fast_way(county: str) -> None:
    store = open_ledger(county, read_only=True)
    rows = list(store.read())
    store.close()
    assert "ReviewOpinionGiven" in {row[3] for row in rows}
    chunk = check_chunk(Job(0, rows, -1, DataCheck()))

    assert [] == chunk.findings
    assert chunk.columns is not None


def test_powers_can_be_left_out_and_are_then_said_not_to_be_made(county: str) -> None:
    made = {rung.name: rung.status for rung in verify(county, powers=False).rungs}

    assert "not_made" == made.pop("powers")
    whole = {rung.name: rung.status for rung in verify(county).rungs}
    assert "ok" == whole.pop("powers")
    assert whole == made
