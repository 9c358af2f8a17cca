"""Of every adoption of a policy pack: its texts are there, are the ones it names, and say what it says.

A pack's text lies beside the log, so no hash of the log tells that it is gone or was changed; and what
an adoption says of its rules is read by the read models, while decisions are taken under the text. A
pack of a county's own ships with nothing: where its text is lost, nobody can take its decisions again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec

from aidledger.domain.events.registry import PackAdopted
from aidledger.domain.policy.adopting import pack_adopted
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.pack import PackLibrary
from aidledger.domain.recorded import Recorded
from aidledger.ledger.finding import Finding
from aidledger.services.session import Session

_SHOWN: Final = 200


def check_packs(session: Session) -> list[Finding]:
    """Return what is wrong with the adoptions of packs, in log order."""
    entries = [
        entry
        for name in session.store.streams("policy/")
        for entry in session.stream(name)
        if isinstance(entry.event, PackAdopted)
    ]
    entries.sort(key=lambda entry: entry.position)
    return [finding for entry in entries for finding in _of_adoption(session, entry)]


def _of_adoption(session: Session, entry: Recorded) -> Iterator[Finding]:
    """Yield what is wrong with one adoption: texts that are missing or others, else what it says."""
    event = entry.event
    assert isinstance(event, PackAdopted)  # noqa: S101 - the caller took no other
    texts: dict[str, bytes] = {}
    is_whole = True
    for index, link in enumerate(event.chain):
        name, _, digest = link.rpartition("@")
        content = session.kept_text(digest)
        if content is None:
            yield _finding("pack_missing", entry, f"chain[{index}]", link, "nothing")
            is_whole = False
        elif hashlib.sha256(content).hexdigest() != digest:
            yield _finding("pack_altered", entry, f"chain[{index}]", link, "another text")
            is_whole = False
        else:
            texts[name] = content
    if is_whole:
        yield from _as_it_says(entry, event, texts)


def _as_it_says(entry: Recorded, event: PackAdopted, texts: dict[str, bytes]) -> Iterator[Finding]:
    """Hold an adoption against its texts: hash, days and every parameter that SQL reads."""
    try:
        right = pack_adopted(PackLibrary(texts).resolve(event.pack), texts)
    except PackError as error:
        yield _finding("pack_differs", entry, "chain", "a policy pack", str(error))
        return
    says, says_right = msgspec.to_builtins(event), msgspec.to_builtins(right)
    for field in sorted({*says, *says_right} - {"parameters"}):
        if says.get(field) != says_right.get(field):
            expected, found = str(says_right.get(field)), str(says.get(field))
            yield _finding("pack_differs", entry, field, expected, found)
    values = {one.key: one.value for one in right.parameters}
    for one in event.parameters:
        expected = values.pop(one.key, "no such parameter")
        if one.value != expected:
            yield _finding("pack_differs", entry, f"parameters.{one.key}", expected, one.value)
    for key, value in values.items():
        yield _finding("pack_differs", entry, f"parameters.{key}", value, "nothing")


def _finding(code: str, entry: Recorded, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code=code,
        position=entry.position,
        stream=entry.stream,
        field=field,
        expected=expected[:_SHOWN],
        found=found[:_SHOWN],
    )
