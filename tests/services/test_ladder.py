"""The rungs of checkpoints, cosignatures, signatures and proofs: each holds, and each breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger.signers import signer
from tests.services.signedledger import (
    ACTORS,
    AUDIT,
    FINANCE,
    LOG,
    ORIGIN,
    TRUST,
    SignedLedger,
    check,
    codes,
    outside,
    status,
)

from aidledger.domain.events.powers import KeyRevoked
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.misbehaviour import Misbehaved, check_bundle
from aidledger.ledger.tree import Frontier
from aidledger.ledger.trust import parse_policy
from aidledger.services.ladder.outside import Outside


def test_without_a_checkpoint_from_outside_nothing_is_proven(copy: SignedLedger) -> None:
    copy.keep(9, copy.note(9))
    for brought in (
        None,
        outside(policy=None),
        outside(),
        outside(copy.note(9), policy=None),
        outside(copy.note(9, witnesses=())),
    ):
        report = check(copy, brought)

        assert ("unproven", None, []) == (report.verdict, report.proven_size, report.findings)
        assert "not_made" == status(report)["cosignatures"]
        assert "ok" == status(report)["signatures"]
        assert all(rung.why for rung in report.rungs if rung.status == "not_made")


def test_an_accepted_checkpoint_proves_up_to_its_size_and_names_the_tail(
    copy: SignedLedger,
) -> None:
    notes = [copy.note(size, witnesses=(AUDIT, FINANCE)) for size in (7, 16, 11)]
    report = check(copy, outside(*notes))

    assert ("proven", 16, copy.size - 16) == (
        report.verdict,
        report.proven_size,
        report.unproven_tail,
    )
    assert ("audit", "finance") == report.cosigners
    assert ("ok", "ok") == (status(report)["checkpoints"], status(report)["cosignatures"])


def test_a_policy_without_witnesses_proves_and_names_nobody(copy: SignedLedger) -> None:
    policy = parse_policy(f"log {LOG.key.vkey()}\nquorum none\n".encode())
    report = check(copy, outside(copy.note(copy.size), policy=policy))

    assert ("proven", (), 0) == (report.verdict, report.cosigners, report.unproven_tail)


def test_an_outside_checkpoint_of_size_0_proves_nothing(copy: SignedLedger) -> None:
    assert "unproven" == check(copy, outside(copy.note(0))).verdict


def test_another_log_s_or_an_unsigned_checkpoint_counts_for_nothing(copy: SignedLedger) -> None:
    other = copy.note(5).replace(ORIGIN.encode(), b"example/sugned")
    forged = copy.note(5, root=b"\1" * 32).replace(b"\n5\n", b"\n6\n")
    for note in (other, forged):
        report = check(copy, outside(note))
        why = next(rung.why for rung in report.rungs if rung.name == "cosignatures")

        assert ("unproven", []) == (report.verdict, report.findings)
        assert why.startswith("outside 0")


# ---- checkpoints: A1 to A4, A10, A11


def cut(ledger: SignedLedger, size: int) -> None:
    """Cut the tail off, and make everything else agree, as the database's owner can."""
    ledger.run("DELETE FROM entries WHERE position >= ?", size)
    ledger.run("DELETE FROM batches WHERE position >= ?", size)
    ledger.run("DELETE FROM head")
    time = ledger.run("SELECT max(recorded_at) FROM entries")[0][0]
    edge = Frontier()
    edge.extend(ledger.leaves[:size])
    ledger.run(
        "INSERT INTO head VALUES (?, ?, ?, ?, ?)", size, edge.root(), edge.to_bytes(), time, ORIGIN
    )
    ledger.path.with_name(ledger.path.name + ".mark").unlink(missing_ok=True)


def test_a_tail_cut_off_is_found_by_any_later_checkpoint_and_by_nothing_inside(
    copy: SignedLedger,
) -> None:
    size = copy.spans[-3][0]
    kept, receipt = copy.note(copy.size), copy.receipt(len(copy.spans) - 1)
    cut(copy, size)

    assert "unproven" == check(copy).verdict
    report = check(copy, outside(kept))
    assert ("damaged", [("checkpoint_ahead", size)]) == (report.verdict, codes(report))
    assert b"" == report.misbehaviour  # a shorter log alone convicts nobody
    found = check(copy, Outside(proofs=(("slip", receipt),)))
    assert {"receipt_missing"} == {code for code, _ in codes(found)}
    assert size == codes(found)[0][1]
    copy.keep(copy.size, kept)
    assert [("checkpoint_ahead", size)] == codes(check(copy))


def test_a_root_that_is_not_the_entries_is_placed_after_the_last_that_is(
    copy: SignedLedger,
) -> None:
    false = copy.note(13, root=b"\7" * 32)
    report = check(copy, outside(copy.note(8), false, copy.note(20)))

    assert [("checkpoint_root", 8)] == codes(report)
    shown = check_bundle(report.misbehaviour, TRUST)
    assert isinstance(shown, Misbehaved)
    assert (13, 20) == (shown.older.size, shown.newer.size)
    assert "damaged" == status(report)["cosignatures"]


def test_rows_that_the_log_signed_anew_do_not_move_where_history_was_rewritten(
    copy: SignedLedger,
) -> None:
    seen = [copy.note(8, root=None), copy.note(20, root=b"\7" * 32)]
    for size in (13, 20):
        copy.keep(size, copy.note(size))

    assert ("checkpoint_root", 8) in codes(check(copy, outside(*seen)))


def test_two_roots_at_one_size_convict_the_log_by_themselves(copy: SignedLedger) -> None:
    copy.keep(9, copy.note(9))
    other = copy.note(9, root=b"\7" * 32)
    report = check(copy, outside(other))

    assert {("checkpoint_two_roots", None), ("checkpoint_root", 0)} == set(codes(report))
    shown = check_bundle(report.misbehaviour, TRUST)
    assert isinstance(shown, Misbehaved)
    assert "two roots at size 9" == shown.why


def test_rows_of_the_table_are_hostile(copy: SignedLedger) -> None:
    good = copy.note(5)
    copy.keep(5, good)
    copy.keep(6, good)
    copy.keep(5, b"no note")
    copy.keep(5, copy.note(5).replace(b"audit.example", b"nobody.example"), root=b"\1" * 32)
    copy.keep(4, good.replace(b"\n5\n", b"\n4\n"))
    report = check(copy, outside())
    found = [(one.code, (one.field or "").partition(", ")[2]) for one in report.findings]

    assert {
        ("checkpoint_form", "size"),
        ("checkpoint_form", "note"),
        ("checkpoint_form", "root"),
        ("checkpoint_unsigned", "note"),
    } == set(found)


def test_without_the_log_s_key_a_kept_root_is_compared_and_the_rung_stays_open(
    copy: SignedLedger,
) -> None:
    copy.keep(5, copy.note(5))
    assert "not_made" == status(check(copy))["checkpoints"]
    copy.keep(6, copy.note(6, root=b"\7" * 32), root=b"\7" * 32)
    assert [("checkpoint_root", 5)] == codes(check(copy))


def test_a_witness_s_bad_line_makes_a_checkpoint_count_for_nothing(copy: SignedLedger) -> None:
    stranger = signer("audit.example", KeyKind.COSIGNATURE, 7)
    lines = copy.note(9, witnesses=(stranger,)).decode().splitlines(keepends=True)
    good = copy.note(9).decode().splitlines(keepends=True)
    report = check(copy, outside("".join([*good[:-1], lines[-1]]).encode()))

    assert ("unproven", []) == (report.verdict, report.findings)


# ---- signatures: A6 to A9


def swap(ledger: SignedLedger) -> None:
    (one, two) = ledger.run("SELECT signature FROM batches WHERE position IN (2, 4) ORDER BY 1")
    ledger.run("UPDATE batches SET signature = ? WHERE position = 2", two[0])
    ledger.run("UPDATE batches SET signature = ? WHERE position = 4", one[0])


FORGED: dict[str, tuple[Callable[[SignedLedger], object], str, int]] = {
    "taken away": (
        lambda led: led.run(
            "UPDATE batches SET signature = NULL, key_id = NULL WHERE position = 4"
        ),
        "signature_missing",
        4,
    ),
    "only its key is left": (
        lambda led: led.run("UPDATE batches SET signature = NULL WHERE position = 4"),
        "signature_form",
        4,
    ),
    "cut short": (
        lambda led: led.run(
            "UPDATE batches SET signature = substr(signature, 1, 63) WHERE position = 4"
        ),
        "signature_form",
        4,
    ),
    "a bit": (
        lambda led: led.run(
            "UPDATE batches SET signature = CAST(x'00' || substr(signature, 2) AS BLOB)"
            " WHERE position = 4"
        ),
        "signature_invalid",
        4,
    ),
    "of other entries": (swap, "signature_invalid", 2),
    "of a key that nobody registered": (
        lambda led: led.sign(*led.spans[2][:2], signer("u1", KeyKind.BATCH, 5)),
        "signature_key",
        4,
    ),
    "of a colleague": (
        lambda led: led.sign(*led.spans[2][:2], ACTORS["u2"]),
        "signature_owner",
        4,
    ),
    "no such key": (
        lambda led: led.run("UPDATE batches SET key_id = 'x' WHERE position = 4"),
        "signature_key",
        4,
    ),
    "before its registration": (
        lambda led: led.sign(*led.spans[0][:2], ACTORS["u1"]),
        "signature_window",
        0,
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_signature_is_found_where_it_is(name: str, copy: SignedLedger) -> None:
    forge, code, position = FORGED[name]
    assert [2, 4] == [start for start, _, _ in copy.spans[1:3]]
    forge(copy)
    report = check(copy)

    assert (code, position) in codes(report)
    assert {code} == {one for one, _ in codes(report)}
    assert "damaged" == status(report)["signatures"]


@pytest.mark.parametrize("named", ["key-of-u1", ACTORS["u1"].key.label])
def test_a_batch_may_name_its_key_as_registered_or_by_its_label(
    named: str, copy: SignedLedger
) -> None:
    start = next(start for start, _, actor in copy.spans[1:] if actor == "u1")
    copy.run("UPDATE batches SET key_id = ? WHERE position = ?", named, start)

    assert [] == codes(check(copy))


def test_what_was_seen_must_be_of_this_log_and_lie_before(copy: SignedLedger) -> None:
    start, count, actor = copy.spans[5]
    copy.leaves = [b"\1" * 32, *copy.leaves[1:]]
    copy.sign(start, count, ACTORS[actor], seen=start - 1)

    assert [("signature_seen", start)] == codes(check(copy))


def test_what_was_seen_can_not_lie_ahead(copy: SignedLedger) -> None:
    start, count, actor = copy.spans[5]
    copy.sign(start, count, ACTORS[actor], seen=start + count)

    assert [("signature_seen", start)] == codes(check(copy))


def test_a_revoked_key_signs_nothing_from_the_named_position_on(tmp_path: Path) -> None:
    revoked = KeyRevoked(from_position=8, key="key-of-u1", reason="compromised")
    ledger = SignedLedger(tmp_path / "revoked.db", said={5: revoked})
    late = [start for start, count, who in ledger.spans[1:] if who == "u1" and start + count > 8]

    assert [("signature_window", start) for start in late] == codes(check(ledger))


def test_a_signature_is_not_valid_in_another_log(copy: SignedLedger) -> None:
    copy.run("UPDATE head SET origin = 'example/another'")
    report = check(copy)

    assert {"signature_invalid"} == {code for code, _ in codes(report)}
    assert len(copy.spans) - 1 == len(report.findings)


def test_a_ledger_without_keys_is_not_asked_for_signatures(tmp_path: Path) -> None:
    ledger = SignedLedger(tmp_path / "bare.db", batches=1)
    ledger.run("DELETE FROM entries")
    found = {rung.name: rung.why for rung in check(ledger).rungs}

    assert "no key of an actor is registered" == found["signatures"]
    assert "the ledger declares no powers" == found["powers"]
