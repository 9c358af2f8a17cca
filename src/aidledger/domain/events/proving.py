"""What the ledger says of itself, so that completeness can be proven: indexes, closed months, the archive.

``size`` is how much of the log such an entry is about: the entries at positions below it. What it
says can be worked out again from them, and ``verify`` does.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from aidledger.domain.events.base import (
    Code,
    Count,
    Day,
    Difference,
    Digest,
    Event,
    Fen,
    MonthText,
    Text,
)
from aidledger.domain.events.powers import WitnessKey

SignatureText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{1,4000}={0,2}\Z")]
"""Base64 of a signature as a note's line has it: key id, time and signature."""


class IndexSealed(Event, frozen=True, kw_only=True):
    """索引封存: the root over the sorted rows of an index of all cases, or of all persons' cases."""

    kind: Literal["cases", "persons"]
    root: Digest
    rows: Count
    size: Count


class SegmentSealed(Event, frozen=True, kw_only=True):
    """归档段封存: a run of entries was written into the archive: where it begins, and how many they are.

    ``root`` is the root over their leaves, ``manifest`` the SHA-256 of the segment's manifest, which
    names every file. The same entries may be sealed again: other versions may write other files.
    """

    entries: Count
    first: Count
    manifest: Digest
    root: Digest


class PaymentMonthClosed(Event, frozen=True, kw_only=True):
    """月度封账: the payments of a month under the root of their sum tree; once a month.

    Lines count as corrected; annulled ones do not. What was returned is a figure of its own.
    """

    count: Count
    month: MonthText
    returned_count: Count
    returned_fen: Fen
    root: Digest
    size: Count
    total_fen: Fen


class PaymentMonthSupplemented(Event, frozen=True, kw_only=True):
    """封账补充: what has changed in a closed month since: lines come late, lines taken back.

    Two sum trees: ``root`` over the late lines, ``withdrawn_root`` over those that no longer count
    as they did (annulled or corrected since). ``number`` counts the supplements of a month from 1.
    """

    count: Count
    month: MonthText
    number: Count
    returned_count: Count
    returned_fen: Fen
    root: Digest
    size: Count
    total_fen: Fen
    withdrawn_count: Count
    withdrawn_fen: Fen
    withdrawn_root: Digest


class BankFileReconciled(Event, frozen=True, kw_only=True):
    """银行对账: a bank's file, by hash, held against the ledger's payments of a run or a month.

    ``difference_fen`` is the ledger's total less the bank's. The lines that stand on one side only
    are counted; equal totals with lines that differ are no agreement.
    """

    bank_count: Count
    bank_fen: Fen
    bank_only_count: Count
    difference_fen: Difference
    file: Digest
    ledger_count: Count
    ledger_fen: Fen
    ledger_only_count: Count
    size: Count


class GenerationCertified(Event, frozen=True, kw_only=True):
    """生成版本认证: read models were derived from the log, and this is the hash of their certificate.

    The certificate (FORMAT, Certified generations) has the digest of each model. ``root`` is that of the log at ``size``;
    ``as_of`` the day asked about; ``known_on`` the day whose knowledge counted, null: all of it.
    """

    as_of: Day
    certificate: Digest
    known_on: Day | None = None
    root: Digest
    size: Count


class LedgerRestored(Event, frozen=True, kw_only=True):
    """账本恢复: an older state was brought back from a backup, and an auditor let it go on.

    ``lost_size`` and ``lost_root`` are the head that was known before, ``kept_size`` and
    ``kept_root`` the head after which this entry stands. ``cosignature`` is the auditor's, over the
    statement that names both.
    """

    auditor: WitnessKey
    cosignature: SignatureText
    kept_root: Digest
    kept_size: Count
    lost_root: Digest
    lost_size: Count
    reason: Text


class NightlyRetried(Event, frozen=True, kw_only=True):
    """夜间运行重办: somebody had a nightly run done again, or answered for what it found.

    ``run`` is the run that did not end as it should, ``steps`` are those that are done again, and
    ``overridden`` those whose findings no longer hold up the others.
    """

    overridden: tuple[Code, ...]
    reason: Text
    run: Code
    steps: tuple[Code, ...]
