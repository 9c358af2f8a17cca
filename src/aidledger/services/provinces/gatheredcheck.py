"""What an office above the counties has gathered, judged again from the entries alone.

Each stream ``log/<county>`` holds the log's keys and, in order, its checkpoints. An entry that
doesn't follow from those before it was forged, or appended by somebody who checked nothing. A log is
gathered in one stream: in two it could grow in two ways, and neither would contradict itself.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from aidledger.domain.events.gathered import (
    CheckpointContradicted,
    CheckpointGathered,
    CountyLogTrusted,
)
from aidledger.domain.recorded import Recorded
from aidledger.ledger.checkpoint import Checkpoint, TreeHead, parse_checkpoint
from aidledger.ledger.cosignature import check_signature
from aidledger.ledger.finding import Finding
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.note import Note, NotSignedError, open_note, parse_note
from aidledger.ledger.strict import FormatError
from aidledger.ledger.witnessing import NOTHING_SEEN, LogState, Refusal, Request, decide
from aidledger.services.decoding import recorded_all
from aidledger.services.printing import printable
from aidledger.services.witnessing.state import log_keys
from aidledger.store.port import LedgerStore

STREAMS: Final = "log/"
_TYPES: Final = tuple(
    one.__name__ for one in (CountyLogTrusted, CheckpointGathered, CheckpointContradicted)
)


class Gathered(NamedTuple):
    """What is known of one county's log: its name, its keys, the root at each size, the newest head."""

    origin: str = ""
    keys: tuple[VerifierKey, ...] = ()
    roots: tuple[TreeHead, ...] = ()

    @property
    def head(self) -> TreeHead:
        """The newest checkpoint; of size 0 where there is none."""
        return self.roots[-1] if self.roots else NOTHING_SEEN

    @property
    def state(self) -> LogState:
        """The same as a witness holds it."""
        return LogState(self.keys, self.head)

    def contradicts(self, note: Note) -> bool:
        """Whether the log signed it, and at a size that was gathered with another root."""
        stated = parse_checkpoint(note.text)
        others = {one.root for one in self.roots if one.size == stated.size}
        return bool(others) and stated.root not in others and signed_by(note, self.keys)


def signed_by(note: Note, keys: Iterable[VerifierKey]) -> bool:
    """Whether a note's signature by one of the keys of its log verifies."""
    origin = parse_checkpoint(note.text).origin
    try:
        open_note(note, [key for key in keys if key.name == origin], check_signature)
    except NotSignedError:
        return False
    return True


def after(known: Gathered, entry: Recorded) -> tuple[Gathered, str]:
    """Return what is known after an entry, and what is wrong with it: empty where it follows."""
    match entry.event:
        case CountyLogTrusted() as event:
            if event.county != entry.stream.removeprefix(STREAMS):
                return known, "another county than its stream is of"
            return _trusting(known, event)
        case CheckpointGathered() as event:
            return _gathering(known, event)
        case CheckpointContradicted() as event:
            note = _read(event.note)
            stated = note and parse_checkpoint(note.text)
            if note is None or not isinstance(stated, Checkpoint):
                return known, "a note that can't be read"
            if _differs(stated, known, event.size, event.root) or not known.contradicts(note):
                return known, "a note that contradicts none of those before it"
    return known, ""


def gathered(store: LedgerStore, stream: str) -> Gathered:
    """Return what is known of the log of one stream; what doesn't follow counts for nothing."""
    known = Gathered()
    for entry in recorded_all(store.read_stream(stream)):
        known, _ = after(known, entry)
    return known


def gathered_elsewhere(store: LedgerStore, stream: str, origin: str) -> str:
    """Return another stream in which checkpoints of this log were gathered; empty where there is none."""
    trusting = recorded_all(store.read_types((CountyLogTrusted.__name__,)))
    named = {
        one.stream
        for one in trusting
        if isinstance(one.event, CountyLogTrusted) and one.event.origin == origin
    }
    for other in sorted(one for one in named - {stream} if one.startswith(STREAMS)):
        known = gathered(store, other)
        if known.origin == origin and known.roots:
            return other
    return ""


def gathered_findings(store: LedgerStore) -> Iterator[Finding]:
    """Yield a finding for each entry of a county's log that doesn't follow from those before it."""
    logs: dict[str, Gathered] = {}
    owners: dict[str, str] = {}
    for entry in recorded_all(store.read_types(_TYPES)):
        stream = entry.stream
        if not stream.startswith(STREAMS):
            continue
        known, fault = after(logs.get(stream, Gathered()), entry)
        gathers = isinstance(entry.event, CheckpointGathered) and not fault
        if gathers and owners.setdefault(known.origin, stream) != stream:
            fault = "a log that another county's stream gathers"
        if fault:
            yield Finding(
                code="gathered_false",
                position=entry.position,
                stream=stream,
                field="note",
                expected="what follows from the log's keys and its checkpoints before",
                found=printable(fault, 200),
            )
        else:
            logs[stream] = known


def _trusting(known: Gathered, event: CountyLogTrusted) -> tuple[Gathered, str]:
    try:
        keys = tuple(log_keys(text.encode() for text in event.vkeys))
    except (FormatError, UnicodeError):
        return known, "a public key that can't be one"
    if not keys or any(key.name != event.origin for key in keys):
        return known, "a key of another log"
    if known.origin not in ("", event.origin):
        return known, "another log than the county's"
    return known._replace(origin=event.origin, keys=keys), ""


def _gathering(known: Gathered, event: CheckpointGathered) -> tuple[Gathered, str]:
    note = _read(event.note)
    if note is None:
        return known, "a note that can't be read"
    proof = tuple(bytes.fromhex(one) for one in event.proof)
    request = Request(old_size=event.extends, proof=proof, note=note)
    if _differs(request.checkpoint, known, event.size, event.root):
        return known, "a note that states another log, size or root"
    decision = decide(known.state, request)
    if isinstance(decision, Refusal):
        return known, decision.body.decode("utf-8", "replace").strip()
    return known._replace(roots=(*known.roots, decision.head)), ""


def _differs(stated: Checkpoint, known: Gathered, size: int, root: str) -> bool:
    return (stated.origin, stated.size, stated.root.hex()) != (known.origin, size, root)


def _read(text: str) -> Note | None:
    """Return the note that an entry holds, a checkpoint; None where it is none."""
    try:
        note = parse_note(base64.b64decode(text, validate=True))
        parse_checkpoint(note.text)
    except (FormatError, binascii.Error, ValueError):
        return None
    return note
