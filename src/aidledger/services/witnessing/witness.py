"""A witness: another office that cosigns a log's checkpoints as long as the log only grows.

It decides by `ledger.witnessing`, remembers before it signs, and answers the same bytes over HTTP
(`witness_http`) or as files. Killed after it remembered, it gives the answer when asked again.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Final, NamedTuple

from aidledger.disk import replace_file
from aidledger.ledger.canonical import clip
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.signing import Signer
from aidledger.ledger.strict import FormatError
from aidledger.ledger.witnessing import (
    TEXT_TYPE,
    Refusal,
    Request,
    cosign_lines,
    decide,
    malformed,
    parse_request,
)
from aidledger.services.clock import Clock
from aidledger.services.problems import ServiceError
from aidledger.services.witnessing.state import (
    encode_state,
    is_watched,
    keep_contradiction,
    keep_cosigned,
    log_path,
    read_state,
    witness_signers,
)
from aidledger.store.durable import locked

_NO_EXTENSION: Final = 422


class Answer(NamedTuple):
    """The answer to a request: status, body and content type of C2SP tlog-witness.

    `head` is what was cosigned. `contradicts`: the log signed two roots at one size. `news` is what the
    witness's own office should know of a log whose signature is right.
    """

    status: int
    body: bytes
    content_type: str = TEXT_TYPE
    head: TreeHead | None = None
    contradicts: bool = False
    news: str = ""


class Witness:
    """An opened witness: its folder, its signers and its clock. Threads may share it."""

    def __init__(self, folder: Path, signers: list[Signer], clock: Clock) -> None:
        self.folder = folder
        self.signers = signers
        self.clock = clock

    def add_checkpoint(self, data: bytes) -> Answer:
        """Answer the bytes of a request (C2SP tlog-witness, add-checkpoint).

        Raises:
            ServiceError: the state of this log is damaged.
            OSError: it cannot be read or kept; nothing was signed.

        """
        try:
            request = parse_request(data)
        except FormatError as error:
            refused = malformed(error)
            return Answer(refused.status, refused.body, refused.content_type)
        return self._answer(request)

    def _answer(self, request: Request) -> Answer:
        checkpoint = request.checkpoint
        path = log_path(self.folder, checkpoint.origin)
        known = is_watched(path)  # no lock is made for a log that nobody trusts
        with locked(path) if known else nullcontext():
            state = read_state(path, checkpoint.origin) if known else None
            decision = decide(state, request)
            if isinstance(decision, Refusal):
                return self._refused(decision, request)
            if state is not None and state.head != decision.head:
                keep_cosigned(path, request.note)
                replace_file(path, encode_state(state._replace(head=decision.head)))
            body = cosign_lines(decision, self.signers, int(self.clock.now().timestamp()))
        return Answer(200, body, head=decision.head)

    def _refused(self, refusal: Refusal, request: Request) -> Answer:
        stated, news = request.checkpoint, ""
        if refusal.contradicts:
            kept = keep_contradiction(self.folder, request)
            news = (
                f"{clip(stated.origin)}: the log signed two roots at {stated.size} entries; "
                f"what shows it is in {kept}"
            )
        elif refusal.status == _NO_EXTENSION:
            why = refusal.body.decode("utf-8", "replace").strip()
            news = f"{clip(stated.origin)}: not cosigned at {stated.size} entries: {why}"
        return Answer(
            refusal.status,
            refusal.body,
            refusal.content_type,
            contradicts=refusal.contradicts,
            news=news,
        )


def open_witness(folder: Path, *, passphrase: bytes | None, clock: Clock) -> Witness:
    """Open the folder of a witness.

    Raises:
        ServiceError: there is no witness.
        KeyFileError: its key cannot be opened.

    """
    if not folder.is_dir():
        raise ServiceError(
            f"{folder}: expected a witness's folder, found none",
            hint="aidledger witness init makes a witness",
            exit_code=10,
        )
    return Witness(folder, witness_signers(folder, passphrase), clock)
