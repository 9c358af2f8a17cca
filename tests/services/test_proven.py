"""Limits by the times that others vouch for: clocks set wrong, late cosignatures, back-dated entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.signers import signer
from tests.services.conftest import Office, opened
from tests.services.showing import (
    entry,
    flagged,
    keep,
    limit,
    opinion,
    report,
    second,
    show,
    show_every_evening,
    signed,
    sources,
)
from tests.services.test_recording import approve, investigate
from tests.services.test_timestamping import Authority
from tests.services.witnessed import AUDIT, FINANCE

from aidledger.ledger.checkpoint import Checkpoint
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.note import add_signatures
from aidledger.ledger.proventime import LAST_SECOND
from aidledger.services.checkpoints.timestamping import add_reply, make_request, read_pin
from aidledger.services.generations.freshness import freshness
from aidledger.services.ladder.logwalk import Roots, walk
from aidledger.services.ladder.outside import signed_file
from aidledger.services.proofs.proving import Kept


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    yield from opened(str(tmp_path / "ledger.sqlite"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_what_was_shown_every_evening_is_kept_for_certain(office: Office) -> None:
    approve(office)
    show_every_evening(office)
    later = [b for b in office.session.store.read_batches() if b.recorded_at > "2022-01-14"]
    show(office, "2022-01-14", later[0].position)

    found = report(office)

    done = {one.limit_id: one for one in found.limits if one.done_position is not None}
    assert {"limit-opinion", "limit-publicity", "limit-decision"} <= done.keys()
    assert {"kept"} == {one.verdict for one in done.values()}
    assert ({}, ()) == (flagged(found), found.unused)
    for one in done.values():
        assert one.proven_least is not None
        assert one.proven_most is not None
        assert one.claimed_used == one.recorded_used
        assert one.proven_least <= (one.claimed_used or 0) <= one.proven_most
    given = entry(found, "ReviewOpinionGiven")
    assert ("2022-01-06T12:00:00Z", "2022-01-07T12:01:00Z") == (given.not_before, given.not_after)


def test_the_limits_are_those_of_the_model_for_the_claimed_days(desk: Office) -> None:
    approve(desk)
    due = {one.limit_id: (one.due_on, one.claimed_used, one.n) for one in report(desk).limits}

    assert ("2022-01-25", 3, 15) == due["limit-opinion"]
    assert ("2022-01-14", 8, 7) == due["limit-publicity"]


def test_without_any_proof_nothing_is_said(desk: Office) -> None:
    approve(desk)
    found = report(desk)

    assert ((), {"unsaid"}) == (found.proofs, {one.verdict for one in found.limits})
    assert {(None, None)} == {(one.not_before, one.not_after) for one in found.entries}


def test_a_clock_set_back_is_flagged_and_never_kept(desk: Office) -> None:
    """The witnesses saw no opinion until March; the operator's clock had stayed in January."""
    investigate(desk)
    show_every_evening(desk)
    show(desk, "2022-03-01")
    position = opinion(desk, "2022-01-20", "2022-01-20")
    show(desk, "2022-03-02")

    found = report(desk)

    one = limit(found, "opinion")
    assert (12, 12) == (one.claimed_used, one.recorded_used)
    assert {position: ("claimed_before", "recorded_before")} == flagged(found)
    # cosigned late, or set back: the log alone does not tell
    assert "unsaid" == one.verdict
    # and whoever knows that checkpoints are cosigned within some days can tell
    assert "exceeded" == limit(report(desk, lag=3), "opinion").verdict
    assert "unsaid" == limit(report(desk, lag=35), "opinion").verdict


@pytest.mark.parametrize(
    ("year", "flag"), [("2021", "recorded_before"), ("2023", "recorded_after")]
)
def test_a_clock_that_is_a_year_wrong_is_flagged(desk: Office, year: str, flag: str) -> None:
    """The whole ledger's clock is wrong, and so are the days claimed."""
    approve(desk)
    shift = {"2021": "2023", "2023": "2021"}[year]
    for batch in list(desk.session.store.read_batches()):
        day = batch.recorded_at[:10].replace("2022", shift)
        show(desk, day, batch.position + batch.count)

    found = report(desk)

    assert found.entries
    assert all(flag in one.flags for one in found.entries)
    # the days between are those of another calendar year, counted all the same or not at all
    assert {"kept", "unsaid"} >= {one.verdict for one in found.limits}


def test_an_honest_office_is_not_accused_where_a_checkpoint_was_cosigned_late(desk: Office) -> None:
    """The stick with the checkpoint of 6 January came back from the witness in March."""
    investigate(desk)
    size = desk.session.store.head().size
    position = opinion(desk, "2022-01-07", "2022-01-07")
    show(desk, "2022-03-01", size)
    show(desk, "2022-03-02")

    found = report(desk)

    assert {position: ("claimed_before", "recorded_before")} == flagged(found)
    assert "unsaid" == limit(found, "opinion").verdict
    assert {} == flagged(report(desk, lag=60))
    assert "unsaid" == limit(report(desk, lag=60), "opinion").verdict


def test_a_later_checkpoint_seen_earlier_shows_that_one_was_late(desk: Office) -> None:
    investigate(desk)
    size = desk.session.store.head().size
    show_every_evening(desk)
    opinion(desk, "2022-01-07", "2022-01-07")
    show(desk, "2022-01-07")
    keep(desk, size, (AUDIT, second("2022-03-01")), (FINANCE, second("2022-03-01")))

    found = report(desk)

    assert ({}, "kept") == (flagged(found), limit(found, "opinion").verdict)


def test_an_act_entered_late_is_exceeded_by_proof_though_claimed_in_time(desk: Office) -> None:
    investigate(desk)
    show_every_evening(desk)
    show(desk, "2022-02-28")
    position = opinion(desk, "2022-01-20", "2022-03-01")
    show(desk, "2022-03-01")

    found = report(desk)

    one = limit(found, "opinion")
    assert (12, "exceeded") == (one.claimed_used, one.verdict)
    assert (one.recorded_used or 0) > 15
    assert {position: ("claimed_before",)} == flagged(found)


def test_an_entry_behind_the_last_checkpoint_has_an_open_end(desk: Office) -> None:
    investigate(desk)
    show(desk, "2022-01-06")
    opinion(desk, "2022-01-07", "2022-01-07")

    found = report(desk)

    given = entry(found, "ReviewOpinionGiven")
    assert ("2022-01-06T12:00:00Z", None) == (given.not_before, given.not_after)
    assert ("unsaid", None) == (
        limit(found, "opinion").verdict,
        limit(found, "opinion").proven_most,
    )


def test_an_act_that_is_missing_was_missing_when_the_log_was_shown_last(desk: Office) -> None:
    investigate(desk)
    show_every_evening(desk)
    assert "unsaid" == limit(report(desk), "opinion").verdict
    show(desk, "2022-01-25")
    assert "unsaid" == limit(report(desk), "opinion").verdict
    show(desk, "2022-01-26")
    one = limit(report(desk), "opinion")

    assert ("exceeded", None, 16) == (one.verdict, one.done_position, one.proven_least)


def test_two_witnesses_that_disagree_are_believed_together(desk: Office) -> None:
    """Both are asked for: that it was there, by the later one; without it, by the earlier one."""
    investigate(desk)
    keep(
        desk,
        desk.session.store.head().size,
        (AUDIT, second("2022-01-06")),
        (FINANCE, second("2022-01-10")),
    )
    opinion(desk, "2022-01-07", "2022-01-07")
    found = report(desk)

    assert "2022-01-10T12:00:00Z" == entry(found, "ApplicationAccepted").not_after
    assert "2022-01-06T12:00:00Z" == entry(found, "ReviewOpinionGiven").not_before
    assert {} == flagged(found)


def test_a_checkpoint_without_a_quorum_proves_no_time(desk: Office) -> None:
    investigate(desk)
    size = desk.session.store.head().size
    keep(desk, size, (AUDIT, second("2022-01-06")))

    assert ((), 1) == (report(desk).proofs, len(report(desk).unused))
    # the other's line may come in another note of the same text
    keep(desk, size, (FINANCE, second("2022-01-07")))
    found = report(desk)
    assert ((), [("audit", "finance")]) == (found.unused, [one.by for one in found.proofs])


def test_checkpoints_of_another_history_or_log_prove_nothing(desk: Office) -> None:
    investigate(desk)
    both = ((AUDIT, second("2022-01-06")), (FINANCE, second("2022-01-06")))
    size = desk.session.store.head().size
    keep(desk, size, *both, root=b"\1" * 32)
    ahead = signed(desk, size, *both).replace(f"\n{size}\n".encode(), b"\n9000\n")
    desk.session.store.add_checkpoint(size=9000, root=b"", note=b"noise")
    beyond = sign_checkpoint(
        desk.session.store.origin, 9000, b"\2" * 32, [signer(desk.session.store.origin)], 1
    )
    beyond = add_signatures(beyond, [cosign(beyond.text, who, at) for who, at in both])
    other = sign_checkpoint("example/other", 3, b"\2" * 32, [signer("example/other")], 1)
    files = (
        signed_file("ahead", ahead),
        signed_file("beyond", beyond.encode()),
        signed_file("other", other.encode()),
    )

    found = report(desk, checkpoints=files)

    assert ((), 5) == (found.proofs, len(found.unused))
    words = " ".join(found.unused)
    assert all(w in words for w in ("another root", "another log", "the ledger has", "valid one"))


def test_the_times_of_a_fork_would_count_if_nobody_held_it_against_the_entries(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    investigate(desk)
    size, root = desk.session.store.head().size, b"\1" * 32
    keep(desk, size, (AUDIT, second("2022-01-06")), (FINANCE, second("2022-01-06")), root=root)
    assert () == report(desk).proofs

    def believing(*given: Any) -> Roots:
        return walk(*given)._replace(at={size: (root,)})

    monkeypatch.setattr("aidledger.services.proofs.timeproofs.walk", believing)
    assert [size] == [one.size for one in report(desk).proofs]


def test_a_checkpoint_that_the_operator_threw_away_counts_from_outside(desk: Office) -> None:
    approve(desk)
    note = signed(
        desk,
        desk.session.store.head().size,
        (AUDIT, second("2022-01-21")),
        (FINANCE, second("2022-01-21")),
    )
    found = report(desk, checkpoints=(signed_file("kept", note),))

    assert {"2022-01-21T12:00:00Z"} == {one.not_after for one in found.entries}


def stamp(office: Office, authority: Authority, folder: Path, *, reply: bool = True) -> None:
    """Have the log as it stands stamped by a real authority, now."""
    head, origin = office.session.store.head(), office.session.store.origin
    note = sign_checkpoint(origin, head.size, head.root, [signer(origin)], 1)
    request = make_request(
        folder, Kept(note, Checkpoint(origin=origin, size=head.size, root=head.root))
    )
    if reply:
        add_reply(folder, authority.answer(request.read_bytes()), read_pin(authority.pin()))


def test_an_entry_claimed_before_the_stamp_before_it_is_flagged(
    desk: Office, authority: Authority, tmp_path: Path
) -> None:
    investigate(desk)
    began = datetime.now(UTC)
    stamp(desk, authority, tmp_path / "stamps")
    position = opinion(desk, "2022-01-07", "2022-01-07")
    found = report(desk, stamps=(tmp_path / "stamps", read_pin(authority.pin())))

    assert {position: ("claimed_before", "recorded_before")} == flagged(found)
    given, asked = entry(found, "ReviewOpinionGiven"), entry(found, "ApplicationAccepted")
    assert given.not_before is not None
    assert 120 > abs((datetime.fromisoformat(given.not_before) - began).total_seconds())
    assert (None, None) == (asked.not_before, given.not_after)
    assert asked.not_after is not None
    assert [("RFC 3161",)] == [one.by for one in found.proofs]


def test_a_pending_stamp_or_one_of_another_authority_never_counts(
    desk: Office, authority: Authority, tmp_path: Path
) -> None:
    investigate(desk)
    stamp(desk, authority, tmp_path / "pending", reply=False)
    stamp(desk, authority, tmp_path / "stamps")
    for folder, pin in (("pending", "tsa"), ("stamps", "twin")):
        found = report(desk, stamps=(tmp_path / folder, read_pin(authority.pin(pin))))

        assert ((), 1) == (found.proofs, len(found.unused))
        assert {(None, None)} == {(one.not_before, one.not_after) for one in found.entries}


def test_times_at_the_end_of_all_years_stop_nothing(desk: Office) -> None:
    investigate(desk)
    size = desk.session.store.head().size
    for at in (LAST_SECOND, LAST_SECOND + 1, 2**63 - 1):
        keep(desk, size, (AUDIT, at), (FINANCE, at))

    found = report(desk, lag=10**9)

    assert ["9999-12-31T23:59:59Z"] == [one.there_by for one in found.proofs]
    assert {"unsaid"} == {one.verdict for one in found.limits}
    aged = freshness(desk.session, desk.location, limits={}, policy=sources(desk).policy)
    assert [(None, "never")] == [
        (one.at, one.status) for one in aged if one.source == "cosignature"
    ]
