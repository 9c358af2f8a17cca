"""The rung of restorations: each rollback to a backup that the log tells of, held against the log.

A `LedgerRestored` entry lets a ledger go on that its mark would stop, so whoever can append one could
roll a ledger back with good papers. It must stand right behind the head that it says was kept, and
be cosigned, over both heads, by somebody who is an auditor in more than the operator's word. A
restoration that holds is no damage: it is a lead, for entries that were acknowledged are gone.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from aidledger.domain.events.proving import LedgerRestored
from aidledger.domain.recorded import Recorded
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.finding import Finding
from aidledger.ledger.keys import KEY_ID_BYTES, KeyKind, VerifierKey
from aidledger.ledger.note import Note, NoteSignature
from aidledger.ledger.restoration import Restoration, cosigned_by
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy
from aidledger.ledger.verify import Rung
from aidledger.services.keys.declared import Declared
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.printing import printable

RESTORATIONS: Final = "restorations"
NO_AUDITOR: Final = "whose key allowed it is not known: name the auditor in a policy"

_ALGORITHMS: Final[dict[str, KeyKind]] = {
    "ed25519": KeyKind.COSIGNATURE,
    "ml_dsa_44": KeyKind.COSIGNATURE_ML_DSA,
}


class Told(NamedTuple):
    """A restoration as the log tells it, at its position in a stream."""

    position: int
    stream: str
    event: LedgerRestored


class Fault(NamedTuple):
    """What is wrong with a restoration, in the words of a finding."""

    code: str
    field: str
    expected: str
    found: str


class RestorationCheck:
    """Reads the restorations at once, and judges them when the roots at their sizes are known."""

    def __init__(self, origin: str, declared: Declared, policy: Policy | None) -> None:
        self.findings: list[Finding] = []
        self.leads: list[Finding] = []
        self._origin = origin
        self._told = told_of(declared.restored)
        genesis = declared.genesis
        self._declared = {one.key for one in genesis.witnesses} if genesis else set()
        self._trusted = {one.key.public.hex() for one in policy.witnesses} if policy else None

    @property
    def sizes(self) -> set[int]:
        """At which sizes roots are needed."""
        return {one.position for one in self._told}

    @property
    def lost(self) -> list[tuple[int, int]]:
        """What `lost_sizes` gives of them."""
        return lost_sizes(one.event for one in self._told)

    def judge(self, roots: Roots) -> Rung:
        """Hold every restoration against the log, and its auditor against genesis and the policy."""
        open_at: list[int] = []
        for one in self._told:
            faults = faults_of(self._origin, one, roots.at.get(one.position, ()))
            auditor = one.event.auditor.key
            if self._is_stranger(auditor):
                expected = "a witness of genesis" if self._declared else "a witness of the policy"
                faults.append(Fault("restoration_key", "auditor", expected, _show(one)))
            elif self._trusted is None or auditor not in self._trusted:
                # genesis is the operator's word: without a policy that says the same it stays open
                open_at.append(one.position)
            self.findings += [_finding(one, fault) for fault in faults]
            if not faults:
                self.leads.append(_finding(one, _lead(one.event)))
        if self.findings:
            return Rung(name=RESTORATIONS, status="damaged")
        if open_at:
            why = f"position {open_at[0]}: {NO_AUDITOR}"
            return Rung(name=RESTORATIONS, status="not_made", why=why)
        return Rung(name=RESTORATIONS, status="ok")

    def _is_stranger(self, key: str) -> bool:
        """Whether those who were named, at genesis or else by the verifier, are others."""
        if self._declared:
            return key not in self._declared
        return self._trusted is not None and key not in self._trusted


def lost_sizes(restored: Iterable[LedgerRestored]) -> list[tuple[int, int]]:
    """Return of each restoration the size that it kept, and the one that it lost."""
    return [(one.kept_size, one.lost_size) for one in restored]


def told_of(entries: Iterable[Recorded]) -> list[Told]:
    """Return every restoration that these entries tell of, in their order."""
    return [
        Told(entry.position, entry.stream, entry.event)
        for entry in entries
        if isinstance(entry.event, LedgerRestored)
    ]


def faults_of(origin: str, told: Told, roots: Sequence[bytes]) -> list[Fault]:
    """Return what is wrong with a restoration by itself; nobody is asked whose key it is.

    `roots` are those that the log may have at the entry's position; none where they are unknown.
    """
    event, faults = told.event, []
    stated = Restoration(
        origin,
        TreeHead(event.lost_size, bytes.fromhex(event.lost_root)),
        TreeHead(event.kept_size, bytes.fromhex(event.kept_root)),
    )
    try:
        key = restoration_key(event)
        line = base64.b64decode(event.cosignature)
        signature = NoteSignature(key.name, line[:KEY_ID_BYTES], line[KEY_ID_BYTES:])
        cosigned_by(Note(stated.text(), (signature,)), [key])
    except (FormatError, ValueError) as error:
        expected = "a cosignature that holds over both heads"
        faults.append(Fault("restoration_unsigned", "cosignature", expected, str(error)))
    if event.kept_size != told.position:
        expected = f"{event.kept_size}, the size that was kept"
        faults.append(Fault("restoration_head", "kept_size", expected, f"position {told.position}"))
    elif roots and stated.kept.root not in roots:
        faults.append(Fault("restoration_head", "kept_root", roots[0].hex(), event.kept_root))
    return faults


def restoration_key(event: LedgerRestored) -> VerifierKey:
    """Return the key that cosigned. Raises FormatError where it is none."""
    auditor = event.auditor
    return VerifierKey(
        name=auditor.name, kind=_ALGORITHMS[auditor.algorithm], public=bytes.fromhex(auditor.key)
    )


def _lead(event: LedgerRestored) -> Fault:
    return Fault(
        "ledger_restored",
        "lost_size",
        f"{event.lost_size} entries, root {event.lost_root[:16]}",
        f"{event.kept_size} entries, allowed by {printable(event.auditor.name)}",
    )


def _finding(one: Told, fault: Fault) -> Finding:
    return Finding(
        code=fault.code,
        position=one.position,
        stream=one.stream,
        field=fault.field,
        expected=fault.expected,
        found=fault.found[:200],
    )


def _show(one: Told) -> str:
    auditor = one.event.auditor
    return f"{printable(auditor.name)}, {auditor.key[:16]}"
