"""A ledger that is written to while it is verified is not called damaged; nothing hides in that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.domain.people import CASE
from tests.services.conftest import Office
from tests.services.test_recording import approve, on_case

from aidledger.services.ladder.verifying import verify
from aidledger.store.port import HostileRow


def writing_meanwhile(office: Office, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the office record some visits just before the rows are read for the first time."""
    store = office.session.store
    read = store.read
    left = [count]

    def reading(*asked: Any) -> Iterator[HostileRow]:
        while left[0]:
            left[0] -= 1
            office.act("2022-02-20", on_case("VisitMade", visitor="v1"))
        return read(*asked)

    monkeypatch.setattr(store, "read", reading)


@pytest.mark.parametrize("count", [1, 300])
def test_appends_during_a_verification_are_not_damage(
    office: Office, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    approve(office)
    size = office.session.store.head().size
    writing_meanwhile(office, monkeypatch, count)
    report = verify(office.session)

    assert report.findings == []
    assert report.verdict == "unproven"
    assert report.entries == size
    assert office.session.store.head().size == size + count


def test_damage_is_found_though_the_ledger_moves(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(office)
    store = office.session.store
    read = store.read
    position = office.session.stream(CASE)[3].position
    writing_meanwhile(office, monkeypatch, 1)
    moving = store.read

    def tampered(*asked: Any) -> Iterator[HostileRow]:
        for row in moving(*asked):
            damaged = row[0] == position
            yield (*row[:5], row[5].replace(b"2022", b"2021", 1), row[6]) if damaged else row

    monkeypatch.setattr(store, "read", tampered)
    report = verify(office.session)

    assert read is not tampered
    assert {position} == {finding.position for finding in report.findings}


def test_a_row_far_behind_the_head_does_not_pass_for_a_later_entry(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(office)
    store = office.session.store
    writing_meanwhile(office, monkeypatch, 1)
    moving = store.read

    def with_more(*asked: Any) -> Iterator[HostileRow]:
        rows = list(moving(*asked))
        yield from rows
        yield (10_000, *rows[-1][1:])

    monkeypatch.setattr(store, "read", with_more)

    assert verify(office.session).verdict == "damaged"
