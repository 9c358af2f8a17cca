"""The rungs above the tree and the batches: checkpoints, cosignatures, signatures, powers, proofs.

Only what a ledger declares, and what a verifier brings along, has anything to be checked here: a
ledger without keys, checkpoints and powers is not read a second time.
"""

from __future__ import annotations

import msgspec

from aidledger.domain.registry.registry import FOREVER
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import LATER_RUNGS, Rung, VerifyReport
from aidledger.services.checkpointcheck import CheckpointCheck
from aidledger.services.declared import Declared, declared_of
from aidledger.services.logwalk import Roots, walk
from aidledger.services.outside import Outside
from aidledger.services.powercheck import check_powers
from aidledger.services.proofcheck import ProofCheck
from aidledger.services.restorationcheck import check_restorations
from aidledger.services.signaturecheck import SignatureCheck, seen_sizes
from aidledger.store.port import LedgerStore

_ANY_SIGNED = "SELECT count(*) FROM batches WHERE signature IS NOT NULL OR key_id IS NOT NULL"


def climb(store: LedgerStore, report: VerifyReport, outside: Outside) -> VerifyReport:
    """Return the report with the upper rungs made, as far as there is something to hold them to.

    Args:
        store: an opened ledger.
        report: of the rungs below; damage there stops nothing here.
        outside: what the verifier brings along.

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
    sizes = notes.sizes | proofs.sizes | {position for position, _ in declared.restored}
    if signing:
        sizes |= seen_sizes(store.read_batches())
    roots = Roots(report.entries, {}, whole=True)
    if signing or sizes:
        roots = walk(store.read(), sizes, signatures.see if signing else None)
    rungs = [*notes.judge(roots), signatures.finish(roots)]
    forbidden, leads, powers = check_powers(store, declared, signatures.key_of)
    rungs.append(powers)
    if outside.proofs is not None:
        counted = [one.file for one in notes.known if one.stated]
        rungs.append(proofs.judge(store, roots, counted))
    restored = check_restorations(
        declared.restored, roots, origin=store.origin, auditors=_auditors(declared, outside)
    )
    found = [*declared.findings, *restored, *notes.findings, *signatures.findings, *forbidden]
    joined = _joined(report, [*found, *proofs.findings], rungs, notes)
    return msgspec.structs.replace(
        joined, misbehaviour=notes.misbehaviour(store, roots), leads=tuple(leads)
    )


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


def _auditors(declared: Declared, outside: Outside) -> frozenset[bytes]:
    """Return the public keys of the witnesses that genesis and the policy name."""
    named = declared.genesis.witnesses if declared.genesis else ()
    trusted = outside.policy.witnesses if outside.policy else ()
    return frozenset(
        (*(bytes.fromhex(one.key) for one in named), *(one.key.public for one in trusted))
    )


def _any_signed(store: LedgerStore) -> bool:
    with store.reading() as run:
        return bool(run(_ANY_SIGNED, ())[0][0])
