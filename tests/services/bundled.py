"""A small signed county, its log cosigned by three offices, and a bundle of its longest case."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.debian import chinese_font
from tests.ledger.signers import signer
from tests.services.signed import ORIGIN, make

from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import add_signatures
from aidledger.services.bundles.asking import Request
from aidledger.services.bundles.bagging import INFO, PAYLOAD_MANIFEST, TAG_MANIFEST, hashes_of
from aidledger.services.bundles.contents import line_hashes, manifest_of
from aidledger.services.bundles.creating import create_bundle
from aidledger.services.bundles.creating import files_of as bag_of
from aidledger.services.clock import SetClock
from aidledger.services.payments.closing import close_month
from aidledger.services.proofs.completeness import seal_indexes
from aidledger.services.session import Session, open_session
from aidledger.store.outcome import Committed
from aidledger.store.port import LedgerStore

TIME = 1_790_000_000
AUDIT = signer("audit.example", KeyKind.COSIGNATURE)
FINANCE = signer("finance.example", KeyKind.COSIGNATURE)
SUPERVISION = signer("supervision.example", KeyKind.COSIGNATURE_ML_DSA)
POLICY = f"""log {signer(ORIGIN).key.vkey()}
witness audit {AUDIT.key.vkey()}
witness finance {FINANCE.key.vkey()}
witness supervision {SUPERVISION.key.vkey()}
group offices 2 audit finance supervision
quorum offices
""".encode()
MONTH = "2022-06"


class Bundled(NamedTuple):
    """Where the ledger and the bundle lie, and the case that it is of."""

    location: str
    folder: Path
    case: str
    other: str


def hand(location: str, **more: Any) -> Any:
    clock = SetClock(datetime.fromisoformat("2024-01-15T10:00:00+08:00"))
    return open_session(location, clock=clock, **more)


def evidence_of(factory: pytest.TempPathFactory) -> Bundled:
    """Return the one that all test processes share: the second that asks waits for the first."""
    folder = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    folder = folder / "bundled"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            made_once = _bundled(folder / "county")
            (folder / "done").write_text(json.dumps([str(one) for one in made_once]))
        location, place, case, other = json.loads((folder / "done").read_text())
    return Bundled(location, Path(place), case, other)


def _bundled(folder: Path) -> Bundled:
    """Make it: a county over 20 months, two closed months, sealed indexes, a cosigned checkpoint."""
    chinese_font()
    folder.mkdir()
    location = str(folder / "ledger.sqlite")
    make(location, cases=2, months=20)
    with hand(location) as session:
        heads = session.store.stream_heads(session.store.streams("case/"))
        case = max(heads, key=lambda name: heads[name][0])
        other = min(heads, key=lambda name: heads[name][0])
        for month in (MONTH, "2022-07"):
            done(close_month(session, month, actor="520123-fin-u2", office="520123-fin"))
        done(seal_indexes(session, actor="520123-u6", office="520123"))
        keep(session.store)
        create_bundle(session, Request(what=case, policy=POLICY), folder / "evidence")
    return Bundled(location, folder / "evidence", case, other)


def done(outcome: Any) -> None:
    assert isinstance(outcome, Committed), outcome


def keep(store: LedgerStore) -> None:
    """Sign the log as it stands, have all three offices cosign it, and keep it."""
    head = store.head()
    note = sign_checkpoint(ORIGIN, head.size, head.root, [signer(ORIGIN)], TIME)
    note = add_signatures(
        note, [cosign(note.text, one, TIME) for one in (AUDIT, FINANCE, SUPERVISION)]
    )
    store.add_checkpoint(size=head.size, root=head.root, note=note.encode())


def made(session: Session, folder: Path, **asked: Any) -> dict[str, bytes]:
    """Make another bundle; return its files."""
    create_bundle(session, Request(policy=POLICY, **asked), folder)
    return files_of(folder)


class Files(dict[str, bytes]):
    """Files by path; what a test shows of them is short."""

    def __repr__(self) -> str:
        return f"<{len(self)} files>"


def files_of(folder: Path) -> Files:
    return Files(
        (path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def written(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def resealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files with the bag's own hashes made anew, as whoever forges a bundle does."""
    payload = {name: content for name, content in files.items() if name.startswith("data/")}
    size = f"{sum(map(len, payload.values()))}.{len(payload)}"
    info = files[INFO].rpartition(b"Payload-Oxum: ")[0] + f"Payload-Oxum: {size}\n".encode()
    beside = {
        name: content
        for name, content in files.items()
        if name not in payload and name != TAG_MANIFEST
    }
    beside |= {INFO: info, PAYLOAD_MANIFEST: hashes_of(payload)}
    return {**payload, **beside, TAG_MANIFEST: hashes_of(beside)}


def remade(evidence: Bundled, policy: bytes | None) -> dict[str, bytes]:
    """Return the bundle as it would be with another trust policy, or without one."""
    files = files_of(evidence.folder)
    payload = {n.removeprefix("data/"): c for n, c in files.items() if n.startswith("data/")}
    del payload["tlog-policy"], payload["lines.txt"]
    said = json.loads(payload.pop("manifest.json"))
    payload |= {} if policy is None else {"tlog-policy": policy}
    payload["lines.txt"] = line_hashes(payload)
    payload["manifest.json"] = manifest_of(said, payload)
    return bag_of(payload)


def with_line(content: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """Return a file with one line, from 1, changed."""
    lines = content.split(b"\n")
    lines[number - 1] = change(lines[number - 1])
    return b"\n".join(lines)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
