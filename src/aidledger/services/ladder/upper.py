"""The rungs above the tree and the batches, from the mark to what people kept.

Only what a ledger declares, and what a verifier brings along, has anything to be checked here: a
ledger without keys, checkpoints and powers is not read a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from aidledger.domain.registry.registry import FOREVER
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import LATER_RUNGS, Rung, VerifyReport
from aidledger.services.keys.declared import declared_of
from aidledger.services.keys.keptpowers import KeptPowers
from aidledger.services.ladder.aheadcheck import ahead_leads
from aidledger.services.ladder.checkpointcheck import CheckpointCheck
from aidledger.services.ladder.logwalk import Roots, See, verified_roots, walk
from aidledger.services.ladder.markcheck import MarkCheck
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.policycheck import policy_leads
from aidledger.services.ladder.powercheck import POWERS, Below, Progress, check_powers
from aidledger.services.ladder.proofcheck import ProofCheck
from aidledger.services.ladder.restorationcheck import RestorationCheck
from aidledger.services.ladder.signaturecheck import SignatureCheck, seen_sizes
from aidledger.services.ladder.statementcheck import StatementCheck
from aidledger.services.ladder.storagecheck import storage_leads
from aidledger.services.ladder.tablecheck import check_tables
from aidledger.services.printing import printable
from aidledger.services.provinces.gatheredcheck import gathered_findings
from aidledger.store.port import LedgerStore

_ANY_SIGNED = "SELECT count(*) FROM batches WHERE signature IS NOT NULL OR key_id IS NOT NULL"
NOT_ASKED = "not asked for"


def climb(
    store: LedgerStore,
    report: VerifyReport,
    outside: Outside,
    mark: MarkCheck,
    *,
    powers: bool = True,
    kept: KeptPowers | None = None,
    judging: Progress | None = None,
) -> VerifyReport:
    """Return the report with the upper rungs made, as far as there is something to hold them to.

    Args:
        store: an opened ledger.
        report: of the rungs below; damage there stops nothing here.
        outside: what the verifier brings along.
        mark: what lies beside the database.
        powers: whether every act is replayed.
        kept: a judgement of acts to be gone on from; where anything is wrong below, all are judged.
        judging: told how many acts are judged.

    """
    declared = declared_of(store)
    proofs = ProofCheck(outside.proofs or ())
    notes = CheckpointCheck(
        store.read_checkpoints(),
        [*outside.checkpoints, *proofs.notes],
        origin=store.origin,
        log_keys=declared.log_keys,
        policy=outside.policy,
    )
    signing = declared.first_key != FOREVER or _any_signed(store)
    signatures = SignatureCheck(declared, store.origin, store.read_batches() if signing else ())
    restored = RestorationCheck(store.origin, declared, outside.policy)
    stated = StatementCheck(store)
    sizes = {*mark.sizes(report.entries), *stated.sizes}
    sizes |= notes.sizes | proofs.sizes | restored.sizes
    kept = None if report.findings else kept
    if kept is not None:
        sizes |= {*kept.sizes, report.entries}
    if signing:
        sizes |= seen_sizes(store.read_batches())
    roots = _roots(store, report, sizes, signatures.see if signing else None)
    rungs = [mark.judge(roots, restored.lost), *notes.judge(roots, gathered_findings(store))]
    rungs += [restored.judge(roots), stated.judge(roots), signatures.finish(roots)]
    forbidden, leads = list[Finding](), list[Finding]()
    judged = Rung(name=POWERS, status="not_made", why=NOT_ASKED)
    if powers:
        below = Below(signatures, roots, report.entries)
        forbidden, leads, judged = check_powers(store, declared, below, kept=kept, progress=judging)
    held = [] if outside.proofs is None else [proofs.judge(store, roots, notes)]
    rungs += [judged, *held]
    altered, gone, tables = check_tables(store)
    rungs += tables
    found = [*altered, *mark.findings, *declared.findings, *notes.findings, *restored.findings]
    found += [*stated.findings, *signatures.findings, *forbidden, *proofs.findings]
    others = [*restored.leads, *leads, *gone, *storage_leads(store)]
    others += ahead_leads(store, report, outside, roots)
    return msgspec.structs.replace(
        _joined(report, found, rungs, notes),
        misbehaviour=notes.misbehaviour(store, roots),
        leads=(
            *policy_leads(declared, store.origin, outside),
            *others,
            *_unused(notes, proofs),
        ),
    )


def _roots(
    store: LedgerStore, report: VerifyReport, sizes: Collection[int], see: See | None
) -> Roots:
    """Return the roots at sizes; where somebody is to see every row, or anything is wrong, by a walk."""
    if see is None and not sizes:
        return Roots(report.entries, {}, whole=True)
    sound = see is None and not report.findings
    known = verified_roots(store, report.entries, sizes) if sound else None
    return known or walk(store.read(), sizes, see)


def _joined(
    report: VerifyReport,
    found: list[Finding],
    rungs: list[Rung],
    notes: CheckpointCheck,
) -> VerifyReport:
    """Put all together."""
    findings = sorted(
        [*report.findings, *found], key=lambda one: (one.position is None, one.position or 0)
    )
    below = [rung for rung in report.rungs if rung.name not in LATER_RUNGS]
    proven = notes.proven
    return msgspec.structs.replace(
        report,
        findings=findings,
        rungs=[*below, *rungs],
        proven_size=None if proven is None else min(proven.size, report.entries),
        cosigners=() if proven is None or not proven.witnessed else proven.cosigners,
    )


def _unused(notes: CheckpointCheck, proofs: ProofCheck) -> Iterator[Finding]:
    """Yield, by name, what was brought from outside and says nothing of this ledger."""
    theirs = {one.name for one in proofs.notes}
    others = {name: why for name, why in notes.refused.items() if name not in theirs}
    for name, why in (*others.items(), *proofs.useless.items()):
        yield Finding(
            code="file_unused",
            field=printable(name),
            expected="what can be held against this ledger",
            found=printable(why, 200),
        )


def _any_signed(store: LedgerStore) -> bool:
    with store.reading() as run:
        return bool(run(_ANY_SIGNED, ())[0][0])
