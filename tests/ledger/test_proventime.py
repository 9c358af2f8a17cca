"""Between which times an entry was made: quorums believed, wrong clocks outvoted, late proofs passed over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.signers import signer

from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, NoteSignature, add_signatures
from aidledger.ledger.proventime import (
    LAST_SECOND,
    Interval,
    ProofOfTime,
    ProvenTimes,
    cosigned_times,
    stamped_time,
    told_times,
)
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy, parse_policy

ORIGIN = "example/520123"
LOG = signer(ORIGIN)
NAMES = ("audit", "finance", "supervision")
WITNESSES = {
    "audit": signer("audit.example", KeyKind.COSIGNATURE),
    "finance": signer("finance.example", KeyKind.COSIGNATURE_ML_DSA),
    "supervision": signer("supervision.example", KeyKind.COSIGNATURE),
}
ROOT = b"\7" * 32
HEAD = TreeHead(9, ROOT)
NOW = 1_790_000_000
DAY = 86_400


def policy(threshold: str = "2", quorum: str = "offices") -> Policy:
    lines = [f"witness {name} {one.key.vkey()}" for name, one in WITNESSES.items()]
    text = [
        f"log {LOG.key.vkey()}",
        *lines,
        f"group offices {threshold} {' '.join(NAMES)}",
        f"quorum {quorum}",
    ]
    return parse_policy("\n".join(text).encode() + b"\n")


def note(*cosigned: tuple[str, int], head: TreeHead = HEAD) -> Note:
    signed = sign_checkpoint(ORIGIN, head.size, head.root, [LOG], NOW)
    lines = [cosign(signed.text, WITNESSES[name], time) for name, time in cosigned]
    return add_signatures(signed, lines)


def proof(threshold: str = "2", /, **times: int) -> ProofOfTime | None:
    told = {name.encode(): {time} for name, time in times.items()}
    return next(iter(cosigned_times(HEAD, told, policy(threshold))[::-1]), None)


def proven(size: int, there_by: int, shown_at: int | None = None) -> ProofOfTime:
    shown = there_by if shown_at is None else shown_at
    return ProofOfTime(TreeHead(size, ROOT), there_by, shown, ("x",))


def test_what_the_witnesses_of_the_policy_say_is_read() -> None:
    told = told_times(note(("audit", NOW), ("finance", NOW + 5), ("audit", NOW + 9)), policy())

    times = {b"audit": frozenset({NOW, NOW + 9}), b"finance": frozenset({NOW + 5})}
    assert (HEAD, times) == (
        told.checkpoint.head,
        told.times,
    )


def test_a_witness_that_no_line_of_the_policy_names_tells_nothing() -> None:
    stranger = cosign(note().text, signer("stranger.example", KeyKind.COSIGNATURE), NOW)

    assert {} == told_times(add_signatures(note(), [stranger]), policy()).times


def test_a_bad_line_or_no_signature_of_the_log_makes_it_no_checkpoint() -> None:
    good = note(("audit", NOW))
    last = good.signatures[-1]
    later = (NOW + 1).to_bytes(8, "big") + last.signature[8:]
    moved = NoteSignature(last.name, last.key_id, later)
    for bad in (
        Note(good.text, (*good.signatures[:-1], moved)),
        Note(good.text, good.signatures[1:]),
    ):
        with pytest.raises(FormatError):
            told_times(bad, policy())


def test_times_that_are_none_tell_no_time() -> None:
    absurd = note(("audit", LAST_SECOND + 1), ("supervision", LAST_SECOND))

    assert {b"supervision": {LAST_SECOND}} == told_times(absurd, policy()).times


def test_two_of_three_are_believed_and_one_wrong_clock_moves_nothing() -> None:
    for wrong in (NOW - 365 * DAY, NOW + 365 * DAY):
        found = proof(audit=NOW, finance=NOW + 60, supervision=wrong)

        assert found is not None
        assert NOW <= found.there_by <= NOW + 60
        assert NOW <= found.shown_at <= NOW + 60
        assert ("audit", "finance", "supervision") == found.by


def test_the_time_by_which_a_quorum_had_it_is_not_that_of_the_first_alone() -> None:
    one, two, all_three = (
        proof(k, audit=NOW, finance=NOW + DAY, supervision=NOW + 2 * DAY) for k in "123"
    )

    assert one is not None
    assert two is not None
    assert all_three is not None
    assert [NOW, NOW + DAY, NOW + 2 * DAY] == [one.there_by, two.there_by, all_three.there_by]
    shown = [one.shown_at, two.shown_at, all_three.shown_at]
    assert [NOW + 2 * DAY, NOW + DAY, NOW] == shown


def test_without_a_quorum_there_is_no_proof_of_time() -> None:
    assert proof(audit=NOW) is None
    assert () == cosigned_times(HEAD, {}, policy())
    assert () == cosigned_times(HEAD, {b"audit": []}, policy("1"))
    everybody = {name.encode(): {NOW} for name in NAMES}
    assert () == cosigned_times(HEAD, everybody, policy(quorum="none"))
    assert 1 == len(cosigned_times(HEAD, everybody, policy()))


def test_a_witness_that_cosigned_again_tells_when_first_and_when_last() -> None:
    times = {b"audit": {NOW, NOW + DAY}, b"finance": {NOW + 1, NOW + DAY + 1}}
    found = cosigned_times(HEAD, times, policy())

    assert {NOW + 1} == {one.there_by for one in found}
    assert [NOW, NOW + 1, NOW + DAY] == [one.shown_at for one in found]


def test_a_timestamp_is_the_second_before_and_the_second_after_it() -> None:
    found = stamped_time(HEAD, NOW + 0.25, "authority")

    assert (NOW + 1, NOW) == (found.there_by, found.shown_at)


def test_an_entry_lies_between_the_proof_before_and_the_first_after() -> None:
    times = ProvenTimes([proven(20, NOW + DAY), proven(10, NOW), proven(20, NOW + 2 * DAY)])

    assert [
        Interval(None, NOW),
        Interval(NOW, NOW + DAY),
        Interval(NOW + 2 * DAY, None),
    ] == [times.interval(at) for at in (9, 10, 20)]
    assert times.interval(0) == times.interval(9)
    assert times.interval(10**15) == times.interval(20)
    assert NOW + 2 * DAY == times.shown


def test_nothing_is_said_where_there_is_no_proof() -> None:
    assert (Interval(None, None), None) == (ProvenTimes([]).interval(3), ProvenTimes([]).shown)


def test_a_checkpoint_that_was_surely_cosigned_late_is_passed_over() -> None:
    times = ProvenTimes([proven(10, NOW + 9 * DAY), proven(20, NOW), proven(5, NOW - DAY)])

    assert Interval(NOW - DAY, NOW) == times.interval(15)
    assert Interval(NOW + 9 * DAY, None) == times.interval(20)


seconds = st.integers(0, 40)
proofs = st.builds(
    proven,
    st.integers(0, 12),
    seconds,
    seconds,
)


@given(st.lists(proofs, max_size=9), st.integers(0, 14))
def test_every_interval_is_what_the_definition_says(
    found: list[ProofOfTime], position: int
) -> None:
    after = min((one.there_by for one in found if one.head.size > position), default=None)
    before = max(
        (
            one.shown_at
            for one in found
            if one.head.size <= position and (after is None or one.shown_at <= after)
        ),
        default=None,
    )

    assert Interval(before, after) == ProvenTimes(found).interval(position)


@given(
    st.dictionaries(
        st.sampled_from([name.encode() for name in NAMES]),
        st.sets(st.integers(1, 30), min_size=1, max_size=3),
    ),
    st.sampled_from("123"),
)
def test_a_quorum_of_honest_clocks_bounds_the_truth(
    times: dict[bytes, set[int]], threshold: str
) -> None:
    proofs = cosigned_times(HEAD, times, policy(threshold))

    assert bool(proofs) == (len(times) >= int(threshold))
    for found in proofs:
        by_then = [name for name, told in times.items() if min(told) <= found.there_by]
        still = [name for name, told in times.items() if max(told) >= found.shown_at]
        assert min(len(by_then), len(still)) >= int(threshold)
        # and no earlier time has a quorum behind it
        earlier = [name for name, told in times.items() if min(told) < found.there_by]
        assert len(earlier) < int(threshold)
