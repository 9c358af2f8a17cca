"""Every check that finds an attack, and how it is taken out of the product for a twin of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from aidledger.ledger import acceptance, careful, note, sequence, tlog_proof, treecheck, trust
from aidledger.ledger import verify as ladder
from aidledger.ledger.tiles import LENGTH_BYTES
from aidledger.ledger.verify import Rung
from aidledger.services.checkpoints import tiles as tiles_export
from aidledger.services.keys import declared
from aidledger.services.ladder import (
    batchcheck,
    checkpointcheck,
    closingcheck,
    indexcheck,
    markcheck,
    proofcheck,
    signaturecheck,
    statementcheck,
    upper,
)

Patch = pytest.MonkeyPatch
Removal = Callable[[Patch], None]


def _silent(owner: Any, *names: str) -> Callable[[str], Removal]:
    """Take one kind out where it is made: in a method that is told the code first."""

    def of(code: str) -> Removal:
        def remove(patch: Patch) -> None:
            for name in names:
                make = getattr(owner, name)

                def made(self: Any, said: str, *rest: Any, make: Any = make) -> None:
                    if said != code:
                        make(self, said, *rest)

                patch.setattr(owner, name, made)

        return remove

    return of


def _unsaid(owner: Any, *names: str) -> Callable[[str], Removal]:
    """Take one kind out where it is made: in a function that yields findings."""

    def of(code: str) -> Removal:
        def remove(patch: Patch) -> None:
            for name in names:
                make = getattr(owner, name)

                def made(*given: Any, make: Any = make) -> Iterator[Any]:
                    return (one for one in make(*given) if one.code != code)

                patch.setattr(owner, name, made)

        return remove

    return of


def _set(*places: tuple[Any, str, Any]) -> Removal:
    """Put something in the place of checks that finds nothing."""

    def remove(patch: Patch) -> None:
        for owner, name, value in places:
            patch.setattr(owner, name, value)

    return remove


def _nothing(*_given: Any, **_named: Any) -> tuple[Any, ...]:
    return ()


def _no_word(*_given: Any) -> None:
    return None


def _no_powers(*_given: Any, **_named: Any) -> Any:
    return [], [], Rung(name="powers", status="ok")


def _declared_without(store: Any) -> Any:
    return declared.declared_of(store)._replace(findings=())


def _records(data: bytes, _width: int) -> list[bytes]:
    """Take a bundle apart, however many entries it has."""
    found, at = [], 0
    while at < len(data):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        found.append(data[start:at])
    return found


def _as_if_signed(read: Any, keys: Any, _check: Any) -> Any:
    """Open a note as if the first key, the log's, had signed it, and every line were right."""
    opened = note.open_note(read, keys, lambda *_: True)
    first = opened.verified[0]
    return opened._replace(verified=(*opened.verified, first._replace(key=keys[0])))


def _signatures(code: str) -> Removal:
    """Take one kind out of what is judged of a batch."""

    def remove(patch: Patch) -> None:
        judge = signaturecheck._judge

        def judged(*given: Any) -> Any:
            found = judge(*given)
            return found._replace(findings=[one for one in found.findings if one.code != code])

        patch.setattr(signaturecheck, "_judge", judged)

    return remove


def _counted_twice(reader: Any, seen: dict[Any, int], value: Any, *_rest: Any) -> None:
    seen.setdefault(value, reader.line)


_rows = _silent(careful._Careful, "_find")
_chain = _unsaid(sequence.Chain, "join")
_nodes = _unsaid(treecheck, "_compare_level", "_read_node")
_head = _unsaid(ladder, "check_head")
_batches = _silent(batchcheck.BatchCheck, "_report")
_notes = _silent(checkpointcheck.CheckpointCheck, "_find", "_row_fault")
_seen = _unsaid(signaturecheck, "_never_seen")

REMOVALS: Final[dict[str, Removal]] = {
    **{
        code: _rows(code)
        for code in (
            "column_differs",
            "leaf_hash_differs",
            "opaque_record",
            "record_not_canonical",
            "record_unknown_field",
            "record_field",
            "record_missing_field",
            "record_too_long",
            "type_unknown",
            "data_form",
            "sealed_form",
        )
    },
    "position_missing": _unsaid(sequence.Positions, "join", "finish")("position_missing"),
    "version_differs": _chain("version_differs"),
    "prev_differs": _chain("prev_differs"),
    "recorded_at_back": _unsaid(sequence.Times, "join", "finish")("recorded_at_back"),
    **{code: _nodes(code) for code in ("node_missing", "node_extra", "node_differs")},
    **{
        code: _head(code)
        for code in ("head_size", "head_root", "head_frontier", "head_recorded_at")
    },
    **{
        code: _batches(code)
        for code in (
            "batch_form",
            "batch_position",
            "batch_missing",
            "batch_extra",
            "batch_cause",
            "batch_recorded_at",
            "batch_root",
        )
    },
    "behind_mark": _set((markcheck.MarkCheck, "_judge", _nothing)),
    "origin_differs": _set((upper, "declared_of", _declared_without)),
    **{
        code: _notes(code)
        for code in (
            "checkpoint_form",
            "checkpoint_unsigned",
            "checkpoint_two_roots",
            "checkpoint_ahead",
            "checkpoint_root",
        )
    },
    **{
        code: _signatures(code)
        for code in (
            "signature_missing",
            "signature_form",
            "signature_key",
            "signature_window",
            "signature_owner",
        )
    },
    "signature_seen": _seen("signature_seen"),
    "signature_invalid": _set((signaturecheck, "verify_batch", lambda *_: True)),
    **{
        code: _set((upper, "check_powers", _no_powers))
        for code in ("act_forbidden", "powers_missing", "powers_altered")
    },
    "receipt_missing": _silent(proofcheck.ProofCheck, "_find")("receipt_missing"),
    "statement_differs": _set((statementcheck, "said_of_log", _no_word)),
    "index_differs": _set((indexcheck, "_compare", _nothing)),
    "month_total_differs": _set((closingcheck, "_compared", _nothing)),
    "month_order": _set((closingcheck, "_order", _nothing)),
    "bank_file_differs": _set((closingcheck, "_reconciliation", _nothing)),
    "proof_refused": _set(
        (tlog_proof, "verify_inclusion", _nothing),
        (acceptance, "check_signature", lambda *_: True),
    ),
    "checkpoint_refused": _set(
        (acceptance, "open_note", _as_if_signed),
        (trust.Policy, "is_met", lambda *_: True),
    ),
    "policy_refused": _set((trust._Reader, "once", _counted_twice)),
    "tiles_refused": _set(
        (tiles_export, "_same", _nothing),
        (tiles_export, "decode_bundle", _records),
    ),
}
"""By what is found: how to take the check away that finds it."""
