"""The rungs of checkpoints and cosignatures: every signed size and root against the entries.

The ledger's own table is the operator's word; only a checkpoint from outside, accepted by a policy
from outside, proves anything, and only up to its size. All notes that the log signed are held
against each other: what cannot be honest together becomes a bundle for a third party.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from aidledger.ledger.acceptance import Verdict, accepted
from aidledger.ledger.checkpoint import Checkpoint
from aidledger.ledger.cosignature import check_signature
from aidledger.ledger.finding import Finding
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.misbehaviour import Bundle
from aidledger.ledger.note import NotSignedError, open_note
from aidledger.ledger.proof import consistency_proof
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.ledger.trust import Policy
from aidledger.ledger.verify import Rung
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.ladder.outside import SignedFile, signed_file
from aidledger.services.printing import printable
from aidledger.store.port import HostileRow, LedgerStore

CHECKPOINTS: Final = "checkpoints"
COSIGNATURES: Final = "cosignatures"
NO_CHECKPOINT: Final = "none was signed, and none was given"
NO_LOG_KEY: Final = "no key of the log is known: name it in a policy"
NEEDS_BOTH: Final = "needs a checkpoint and a policy from outside"


class Known(NamedTuple):
    """A note and what is known of it: whether it came from outside, and whether the log signed it.

    `signed` is None where no key of the log is known.
    """

    file: SignedFile
    outside: bool
    signed: bool | None

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note states."""
        return self.file.checkpoint

    @property
    def stated(self) -> bool:
        """Whether it counts against the ledger: the log said it, or the reader vouches for it."""
        return self.signed or self.signed is None


class Proven(NamedTuple):
    """An accepted checkpoint from outside that the entries agree with."""

    size: int
    witnessed: bool
    cosigners: tuple[str, ...]


class CheckpointCheck:
    """Reads all notes at once, then judges them when the roots at their sizes are known."""

    def __init__(
        self,
        rows: Iterable[HostileRow],
        outside: Iterable[SignedFile],
        *,
        origin: str,
        log_keys: tuple[VerifierKey, ...],
        policy: Policy | None,
    ) -> None:
        self.findings: list[Finding] = []
        self.proven: Proven | None = None
        self._origin, self._policy = origin, policy
        theirs = policy.log_keys(origin) if policy else []
        self.log_keys = tuple(dict.fromkeys([*theirs, *log_keys]))
        self._witness_keys = [one.key for one in policy.witnesses] if policy else []
        self.refused: dict[str, str] = {}
        """What came from outside and counts for nothing, by name, and why."""
        self.known: list[Known] = []
        for number, row in enumerate(rows):
            self._take_row(number, row)
        for file in outside:
            self._take_file(file)

    @property
    def sizes(self) -> set[int]:
        """At which sizes roots are needed."""
        return {one.checkpoint.size for one in self.known}

    def judge(self, roots: Roots, gathered: Iterable[Finding] = ()) -> list[Rung]:
        """Compare every note with the entries and the others; return both rungs.

        Of notes that other logs signed, `gathered` says what is wrong with them.

        History is right up to the last note that agrees; what notes from outside are held to, only
        notes from outside say, for whoever rewrites the log can sign the rows of its table anew.
        """
        self.findings += gathered
        good = {True: 0, False: 0}
        first: dict[int, Known] = {}
        for one in sorted(self.known, key=lambda known: known.checkpoint.size):
            if not one.stated:
                continue
            size, root = one.checkpoint.head
            other = first.setdefault(size, one)
            if other.checkpoint.root != root:
                expected = f"{other.checkpoint.root.hex()}, as {other.file.name} has it"
                self._find("checkpoint_two_roots", None, one, expected, root.hex())
            if size > roots.size:
                found = f"{roots.size} entries"
                self._find("checkpoint_ahead", roots.size, one, f"at least {size} entries", found)
            elif size in roots.at and root not in roots.at[size]:
                expected = f"{roots.at[size][0].hex()} over {size} entries"
                self._find("checkpoint_root", good[one.outside], one, expected, root.hex())
            elif size in roots.at:
                good |= dict.fromkeys((False, one.outside), size)
        return [self._rung(), self._cosigned(roots)]

    def misbehaviour(self, store: LedgerStore, roots: Roots) -> bytes:
        """Return a bundle of two notes that the log can't both have signed honestly, if there are."""
        signed = sorted(
            (one for one in self.known if one.signed), key=lambda known: known.checkpoint.size
        )
        by_size: dict[int, Known] = {}
        for one in signed:
            other = by_size.setdefault(one.checkpoint.size, one)
            if other.checkpoint.root != one.checkpoint.root:
                return Bundle(older=other.file.note, newer=one.file.note).encode()
        false = [one for one in signed if self._agrees(one, roots) is False]
        true = [one for one in signed if self._agrees(one, roots) and one.checkpoint.size]
        for older in false:
            for newer in reversed(true):
                if 0 < older.checkpoint.size < newer.checkpoint.size:
                    return _extended(store, older, newer)
        return b""

    def _agrees(self, one: Known, roots: Roots) -> bool | None:
        found = roots.at.get(one.checkpoint.size)
        return None if found is None else one.checkpoint.root in found

    def _take_row(self, number: int, row: HostileRow) -> None:
        name = f"checkpoints row {number}"
        try:
            size, root, note = row
            file = signed_file(name, note)
        except (TypeError, ValueError) as error:
            expected = error.expected if isinstance(error, FormatError) else "three columns"
            found = error.found if isinstance(error, FormatError) else "another row"
            self._row_fault("checkpoint_form", name, "note", expected, found)
            return
        stated = file.checkpoint
        for field, said, column in (
            ("size", stated.size, size),
            ("root", stated.root, root),
            ("origin", self._origin, stated.origin),
        ):
            if type(said) is not type(column) or said != column:
                self._row_fault("checkpoint_form", name, field, printable(said), printable(column))
        if stated.origin != self._origin:
            return
        signed = self._signed(file)
        if isinstance(signed, str):
            self._row_fault("checkpoint_unsigned", name, "note", "the log's signature", signed)
            self.known.append(Known(file, False, False))
        else:
            self.known.append(Known(file, False, signed))

    def _take_file(self, file: SignedFile) -> None:
        if file.checkpoint.origin != self._origin:
            self.refused[file.name] = f"is of another log: {printable(file.checkpoint.origin)}"
            return
        signed = self._signed(file)
        if isinstance(signed, str):
            self.refused[file.name] = f"counts for nothing: {signed}"
            return
        self.known.append(Known(file, True, signed))

    def _signed(self, file: SignedFile) -> bool | str | None:
        """Whether the log signed a note: None where its key is unknown, else why it did not."""
        if not self.log_keys:
            return None
        try:
            opened = open_note(file.note, [*self.log_keys, *self._witness_keys], check_signature)
        except NotSignedError as error:
            return str(error)
        if any(one.key in self.log_keys for one in opened.verified):
            return True
        return "no key of the log signed it"

    def _last_refused(self) -> str:
        return next((f"{name} {why}" for name, why in reversed(self.refused.items())), "")

    def _rung(self) -> Rung:
        if self.findings:
            return Rung(name=CHECKPOINTS, status="damaged")
        if not self.known:
            return Rung(
                name=CHECKPOINTS, status="not_made", why=self._last_refused() or NO_CHECKPOINT
            )
        if all(one.signed is None for one in self.known):
            return Rung(name=CHECKPOINTS, status="not_made", why=NO_LOG_KEY)
        return Rung(name=CHECKPOINTS, status="ok")

    def _cosigned(self, roots: Roots) -> Rung:
        """Ask the policy about every note from outside; the largest accepted one proves."""
        outside = [one for one in self.known if one.outside]
        why = self._last_refused() or NEEDS_BOTH
        if self._policy is None or not outside:
            return Rung(name=COSIGNATURES, status="not_made", why=why)
        contradicted = False
        for one in outside:
            verdict = accepted(one.file.note, self._policy)
            if not verdict.accepted:
                why = f"{one.file.name}: {verdict.why}"
            elif not self._agrees(one, roots):
                contradicted = True
            elif one.checkpoint.size or not roots.size:
                self._keep(one.checkpoint.size, verdict)
        if contradicted:
            return Rung(name=COSIGNATURES, status="damaged")
        if self.proven is None:
            return Rung(name=COSIGNATURES, status="not_made", why=why)
        return Rung(name=COSIGNATURES, status="ok")

    def _keep(self, size: int, verdict: Verdict) -> None:
        better = self.proven is None or (size, verdict.witnessed) > self.proven[:2]
        if better:
            names = tuple(one.name.decode("utf-8", "replace") for one in verdict.cosigners)
            self.proven = Proven(size, verdict.witnessed, names)

    def _find(self, code: str, position: int | None, one: Known, expected: str, found: str) -> None:
        field = f"{printable(one.file.name)}, size {one.checkpoint.size}"
        self.findings.append(
            Finding(code=code, position=position, field=field, expected=expected, found=found)
        )

    def _row_fault(self, code: str, name: str, field: str, expected: str, found: str) -> None:
        self.findings.append(
            Finding(code=code, field=f"{name}, {field}", expected=expected, found=found)
        )


def _extended(store: LedgerStore, older: Known, newer: Known) -> bytes:
    """Write the bundle of two sizes: what the newer tree has at the older size, and the proof."""
    size = newer.checkpoint.size
    leaves = [leaf_hash(row[5]) for row in store.read(0, size) if type(row[5]) is bytes]
    if len(leaves) != size:
        return b""
    old_size = older.checkpoint.size
    proof = tuple(consistency_proof(leaves, old_size))
    root = root_of_leaves(leaves[:old_size])
    if root_of_leaves(leaves) != newer.checkpoint.root or root == older.checkpoint.root:
        return b""
    return Bundle(older=older.file.note, newer=newer.file.note, root=root, proof=proof).encode()
