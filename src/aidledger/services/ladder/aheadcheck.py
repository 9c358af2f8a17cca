"""A lead to the first entry whose time the witnesses refute: they had seen it before it says it was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import VerifyReport
from aidledger.services.clock import utc_text
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.ladder.outside import Outside
from aidledger.services.points import first_after
from aidledger.services.proofs.timeproofs import Sources, cosigned_proofs
from aidledger.store.port import LedgerStore

RECORDED_AHEAD: Final = "recorded_ahead"


def ahead_leads(
    store: LedgerStore, report: VerifyReport, outside: Outside, roots: Roots
) -> Iterator[Finding]:
    """Yield the first entry that was recorded by a clock set forward, by the times of the policy's witnesses.

    Those behind it bear its time at least, for no entry is earlier than the one before. An entry that no
    witness has seen yet may be such a one too; who verifies has a clock of his own to tell.
    """
    if outside.policy is None or report.findings:  # times that go back can't be halved
        return
    sources = Sources(policy=outside.policy, checkpoints=tuple(outside.checkpoints))
    for proof in sorted(cosigned_proofs(store, sources, roots), key=lambda one: one.head.size):
        there_by = datetime.fromtimestamp(proof.there_by, UTC)
        if found := first_after(store, there_by, proof.head.size):
            yield Finding(
                code=RECORDED_AHEAD,
                position=found[0],
                field="recorded_at",
                expected=f"{utc_text(there_by)} at the latest, when {', '.join(proof.by)} had seen it",
                found=found[1],
            )
            return
