"""Makes an evidence bundle of a case, a finding, a public list or a month, and writes it as a bag."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from aidledger.audit.running import leaf_of
from aidledger.ledger.acceptance import accepted
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import parse_policy
from aidledger.services.bundles.asking import Request, Subject, subject_of
from aidledger.services.bundles.bagging import TAG_MANIFEST, bag, write_bag
from aidledger.services.bundles.contents import (
    DECISIONS,
    LINES,
    MANIFEST,
    PAGE,
    PDF,
    POLICY,
    REVEALED,
    RULE,
    RULE_FINDINGS,
    TIMELINE,
    line_hashes,
    lines,
    manifest_of,
)
from aidledger.services.bundles.filing import document_of
from aidledger.services.bundles.gathering import Gathered, gather
from aidledger.services.bundles.page import page_of
from aidledger.services.bundles.revealing import Opened, Release, hand_out, opened_for
from aidledger.services.bundles.telling import decisions_of, timeline_of
from aidledger.services.proofs.proving import Kept, Prover, newest_checkpoint
from aidledger.services.session import Session
from aidledger.services.typesetting.pdf import CannotTypesetError, typeset
from aidledger.store.cut import CutStore


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that was written: what it is about, its files, and what it could not have.

    `newer` counts the subject's entries behind the checkpoint, which can't be proven yet. `digest` is
    the SHA-256 of its tag manifest, which stands for every byte of it. `missing` in both languages.
    `unaccepted` says why the policy that goes with it does not accept its checkpoint; empty where it does.
    """

    kind: str
    subject: str
    folder: str
    entries: int
    size: int
    newer: int
    digest: str
    files: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    unaccepted: str


def create_bundle(
    session: Session, asked: Request, folder: Path, release: Release | None = None
) -> Made:
    """Make a bundle and write it into a folder that is new or empty.

    Args:
        session: an opened ledger; for writing where personal values are revealed.
        asked: what is asked for.
        folder: the new folder, or an empty one.
        release: which personal values go with it, why, and who answers for it.

    Raises:
        ServiceError: nothing can be proven yet, the subject isn't one, or the folder is not empty.
        RefusedError: who reveals or releases may not.
        FormatError: the trust policy is none.
        OSError: it can't be written.

    """
    if asked.policy is not None:
        parse_policy(asked.policy)
    kept = newest_checkpoint(session.store)
    past = _cut(session, kept)
    subject = subject_of(past, asked)
    gathered = gather(past, subject, asked, Prover(past.store, kept))
    opened = [] if release is None else opened_for(session, gathered.own, subject, release)
    files, missing = _payload(past, subject, gathered, kept, (release, opened))
    made = files_of(files)
    digest = hashlib.sha256(made[TAG_MANIFEST]).hexdigest()
    if release is not None:
        hand_out(session, release, digest, len(opened))
    write_bag(folder, made, for_owner_only=bool(opened))
    heads = session.store.stream_heads(subject.streams)
    ours = sum(one.stream in subject.streams for one in gathered.own)
    return Made(
        kind=subject.kind,
        subject=subject.name,
        folder=str(folder),
        entries=len(gathered.entries),
        size=kept.checkpoint.size,
        newer=max(0, sum(version for version, _ in heads.values()) - ours),
        digest=digest,
        files=tuple(sorted(made)),
        missing=missing,
        unaccepted=_unaccepted(kept, files.get(POLICY)),
    )


def _unaccepted(kept: Kept, policy: bytes | None) -> str:
    """Say why a policy does not accept a checkpoint; nothing where it does, or there is none."""
    if policy is None:
        return ""
    try:
        return accepted(kept.note, parse_policy(policy)).why
    except FormatError as error:
        return str(error)


def _cut(session: Session, kept: Kept) -> Session:
    """Return a session of the ledger as it stood at a checkpoint, without secrets."""
    store = CutStore(session.store, kept.checkpoint.size)
    return Session(store, secrets=None, clock=session.clock, random_bytes=session.random_bytes)


def _payload(
    past: Session,
    subject: Subject,
    gathered: Gathered,
    kept: Kept,
    revealed: tuple[Release | None, Sequence[Opened]],
) -> tuple[dict[str, bytes], tuple[tuple[str, str], ...]]:
    """Return the files below ``data/``, and what could not be had."""
    files, missing = dict(gathered.files), list(gathered.missing)
    timeline = timeline_of(gathered.own)
    files[TIMELINE] = lines(timeline)
    decisions: list[dict[str, Any]] = []
    if subject.case is not None and subject.case in subject.streams:
        decisions = decisions_of(past, subject.case)
        files[DECISIONS] = lines(decisions)
    if subject.rule:
        files[RULE] = subject.rule_file
        files[RULE_FINDINGS] = lines(
            {**leaf_of(one), "message_en": one.message_en, "message_zh": one.message_zh}
            for one in subject.findings
        )
    release, opened = revealed
    if opened:
        files[REVEALED] = lines(msgspec.to_builtins(one) for one in opened)
    at = past.store.head().recorded_at or ""
    said = {
        "case": subject.case,
        "kind": subject.kind,
        "missing": [{"en": en, "zh": zh} for zh, en in missing],
        "month": subject.month,
        "origin": past.store.origin,
        "recorded_at": at,
        "release": None
        if release is None
        else {
            "fields": sorted(release.fields),
            "purpose": release.purpose,
            "request": release.request,
        },
        "root": kept.checkpoint.root.hex(),
        "rule": None
        if not subject.rule
        else {
            "as_of": subject.as_of,
            "id": subject.rule,
            "sha256": hashlib.sha256(subject.rule_file).hexdigest(),
        },
        "size": kept.checkpoint.size,
        "streams": sorted({one.stream for one in gathered.own}),
        "subject": subject.name,
    }
    try:
        document = document_of(said, files, timeline, decisions, subject.findings)
        files[PDF] = typeset("bundle", document, at=at)
    except CannotTypesetError as error:
        missing.append(
            (
                f"未生成 PDF（{error.hint}）",
                f"no PDF was made ({error}; {error.hint})",
            )
        )
        said["missing"] = [{"en": en, "zh": zh} for zh, en in missing]
    files[LINES] = line_hashes(files)
    files[MANIFEST] = manifest_of(said, files)
    return files, tuple(missing)


def files_of(payload: dict[str, bytes]) -> dict[str, bytes]:
    """Return all files of a bundle: the payload in its bag, and the page that shows and checks it."""
    said = msgspec.json.decode(payload[MANIFEST])
    info = {
        "Bag-Software-Agent": "aidledger",
        "Bagging-Date": said["recorded_at"][:10] or "1970-01-01",
        "External-Identifier": f"{said['origin']} {said['subject']}",
        "External-Description": f"{said['kind']} {said['subject']}, {said['size']} entries",
    }
    return bag(payload, {PAGE: page_of(payload)}, info)
