"""Checks proof files under a reader's own policy, offline: no ledger, no network, no clock.

What a file is, its first bytes say. A case, payment or row proof counts only with the entry that it leads
to, which must itself be proven to stand in the log of an accepted checkpoint. An entry or a receipt that
nothing among the files proves is refused by its name: else a forged one would pass in good company.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

import msgspec

from aidledger.ledger.acceptance import Verdict
from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.entry import Entry, EntryError, decode_entry
from aidledger.ledger.proof import ProofError
from aidledger.ledger.prooffile import parse_case_proof, parse_payment_proof, parse_row_proof
from aidledger.ledger.receipt import Kept, check_receipt, parse_receipt
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tlog_proof import FIRST_LINE, NotProven, check_proof, parse_proof
from aidledger.ledger.trust import Policy
from aidledger.services.proofs.bundle import RECORD, TLOG_PROOF
from aidledger.services.proofs.completeness import check_case, check_person, sealed_size
from aidledger.services.proofs.indexes import named_in
from aidledger.services.proofs.payment import check_payment
from aidledger.services.proofs.row import check_row

_CASE: Final = b'{"$proof":"aidledger/case-proof/'
_PAYMENT: Final = b'{"$proof":"aidledger/payment-proof/'
_ROW: Final = b'{"$proof":"aidledger/row-proof/'
_RECORD: Final = b'{"$type":"'
_RECEIPT: Final = b'{"$type":"Receipt",'

What = Literal["entry", "case", "person", "payment", "row", "receipt", "file"]
Status = Literal["proven", "complete", "absent", "withdrawn", "refused"]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one proof file says, or why it says nothing.

    An entry is proven to be at `position` of the log. A case: there are `count` entries, and
    `complete` if all of them were given and are they; or it is absent. A person, likewise: `count`
    `cases` name the one whose token was asked about. A payment of `amount_fen` is
    one of `count` that make up `total_fen` of `month`; withdrawn: a supplement took it back. A
    `row` of `model`: one of `count` that were derived of the first `size` entries as of a day.
    A receipt: the `count` entries from `position` on are in the log, whose name is `stream`.
    """

    file: str
    what: What
    status: Status
    why: str = ""
    position: int | None = None
    stream: str = ""
    type: str = ""
    size: int | None = None
    witnesses: tuple[str, ...] = ()
    count: int | None = None
    cases: tuple[str, ...] = ()
    month: str = ""
    amount_fen: int | None = None
    total_fen: int | None = None
    corrected: bool = False
    model: str = ""
    row: str = ""
    as_of: str = ""


class _Asked(NamedTuple):
    """What the reader asks about; None: whatever the proofs are about."""

    case: str | None
    person: str | None


class _Proofs:
    """The entries that were proven so far, all of one log, by position."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.records: dict[int, bytes] = {}
        self.judged: set[bytes] = set()
        """The records that some proof was held against: what it found is told with the proof."""
        self.origin: str | None = None

    def take(self, name: str, proof: bytes, record: bytes | None) -> Answer:
        """Check the proof of one entry."""
        if record is None:
            beside = name.removesuffix(TLOG_PROOF) + RECORD
            return _refused(name, "entry", f"expected the entry as {beside} or --entry, found none")
        self.judged.add(record)
        try:
            answer = check_proof(record, proof, self.policy)
            if isinstance(answer, NotProven):
                return _refused(name, "entry", answer.why)
            origin = parse_checkpoint(parse_proof(proof).checkpoint.text).origin
            entry = decode_entry(record)
        except (FormatError, EntryError) as error:
            return _refused(name, "entry", str(error))
        if self.origin not in (None, origin):
            return _refused(name, "entry", "a proof of another log: check it by itself")
        self.origin = origin
        if self.records.setdefault(answer.position, record) != record:
            why = f"two entries at position {answer.position}: the log has shown two histories"
            return _refused(name, "entry", why)
        return _entry(name, answer.position, entry, answer.verdict)


def check_files(
    files: Mapping[str, bytes],
    policy: Policy,
    *,
    entry: bytes | None = None,
    case: str | None = None,
    person: str | None = None,
) -> list[Answer]:
    """Check every proof among some files.

    Args:
        files: content by name: proofs, and the records that they are about.
        policy: whose signatures the reader trusts.
        entry: the record that the one proof of an entry is about, instead of a file beside it.
        case: the case that is asked about, where it must be this one.
        person: the token of the person that is asked about: a proof of persons names nobody.
    """
    proofs, asked = _Proofs(policy), _Asked(case, person)
    tlogs = {name: data for name, data in files.items() if data.startswith(FIRST_LINE)}
    if entry is not None and len(tlogs) != 1:
        why = f"one entry was given for {len(tlogs)} proofs"
        return [_refused(name, "entry", why) for name in tlogs or files]
    answers = [
        proofs.take(name, data, entry or files.get(name.removesuffix(TLOG_PROOF) + RECORD))
        for name, data in tlogs.items()
    ]
    records = [data for data in files.values() if data.startswith(_RECORD)]
    for name, data in files.items():
        if data.startswith(_CASE):
            answers.append(_case(name, data, proofs, records, asked))
        elif data.startswith(_PAYMENT):
            answers.append(_payment(name, data, proofs))
        elif data.startswith(_ROW):
            answers.append(_row(name, data, proofs))
        elif not data.startswith((FIRST_LINE, _RECORD)):
            answers.append(_refused(name, "file", "neither a proof nor an entry"))
    if not answers:
        return []  # nothing here proves anything
    kept = ((name, data) for name, data in files.items() if data.startswith(_RECORD))
    for name, data in kept:
        if data.startswith(_RECEIPT):
            answers.append(_receipt(name, data, tlogs.values(), policy))
        elif data not in proofs.judged:
            answers.append(_refused(name, "entry", "nothing here proves this entry"))
    return answers


def _entry(name: str, position: int, entry: Entry, verdict: Verdict) -> Answer:
    return Answer(
        file=name,
        what="entry",
        status="proven",
        position=position,
        stream=entry.stream,
        type=entry.type,
        size=verdict.checkpoint.size if verdict.checkpoint else None,
        witnesses=tuple(
            dict.fromkeys(one.name.decode("utf-8", "replace") for one in verdict.cosigners)
        ),
    )


def _case(name: str, data: bytes, proofs: _Proofs, records: list[bytes], asked: _Asked) -> Answer:
    try:
        parsed = parse_case_proof(data)
    except ProofError as error:
        return _refused(name, "case", str(error))
    if parsed.kind == "persons":
        return _person(name, data, proofs, parsed.sealed_at, asked.person)
    own = _of_stream(records, parsed.key)
    proofs.judged.update(own)
    if asked.case not in (None, parsed.key):
        return _refused(
            name, "case", f"expected a proof of {asked.case}, found one of {parsed.key}"
        )
    seal = proofs.records.get(parsed.sealed_at)
    if seal is None:
        return _refused(name, "case", f"expected the entry at {parsed.sealed_at} to be proven")
    answer = check_case(data, seal, stream=parsed.key, records=own or None)
    if answer.status == "refused":
        return _refused(name, "case", answer.why)
    if answer.row is None:
        return Answer(file=name, what="case", status="absent", stream=parsed.key, count=0)
    return Answer(
        file=name,
        what="case",
        status="complete" if own else "proven",
        stream=parsed.key,
        count=answer.row.count,
        position=answer.row.last_position,
    )


def _person(name: str, data: bytes, proofs: _Proofs, sealed_at: int, token: str | None) -> Answer:
    """Check a proof of a person's cases against the entries that name the person, each proven."""
    if token is None:
        why = "a proof of a person's cases needs the person's token: --person"
        return _refused(name, "person", why)
    seal = proofs.records.get(sealed_at)
    if seal is None:
        return _refused(name, "person", f"expected the entry at {sealed_at} to be proven")
    size = sealed_size(seal)
    named = [named_in(data) for at, data in sorted(proofs.records.items()) if at < size]
    cases = tuple(dict.fromkeys(one[0] for one in named if one is not None and one[1] == token))
    answer = check_person(data, seal, token=token, cases=cases or None)
    if answer.status == "refused":
        return _refused(name, "person", answer.why)
    if answer.row is None:
        return Answer(file=name, what="person", status="absent", count=0)
    return Answer(
        file=name,
        what="person",
        status="complete" if cases else "proven",
        count=answer.row.count,
        cases=cases,
        position=answer.row.last_position,
    )


def _of_stream(records: list[bytes], stream: str) -> list[bytes]:
    """Return the records of a stream by version; what is no record is of no stream."""
    found = []
    for data in records:
        try:
            entry = decode_entry(data)
        except EntryError:
            continue
        if entry.stream == stream:
            found.append((entry.version, data))
    return [data for _, data in sorted(found)]


def _payment(name: str, data: bytes, proofs: _Proofs) -> Answer:
    try:
        parsed = parse_payment_proof(data)
    except ProofError as error:
        return _refused(name, "payment", str(error))
    payment = proofs.records.get(parsed.position)
    statement = proofs.records.get(parsed.sealed_at)
    if payment is None or statement is None:
        missing = parsed.position if payment is None else parsed.sealed_at
        return _refused(name, "payment", f"expected the entry at {missing} to be proven")
    answer = check_payment(payment, data, statement)
    if answer.status == "refused":
        return _refused(name, "payment", answer.why)
    return Answer(
        file=name,
        what="payment",
        status="proven" if answer.status == "counted" else "withdrawn",
        position=parsed.position,
        count=answer.count,
        month=answer.month,
        amount_fen=answer.amount_fen,
        total_fen=answer.total_fen,
        corrected=answer.corrected,
    )


def _row(name: str, data: bytes, proofs: _Proofs) -> Answer:
    try:
        sealed_at = parse_row_proof(data).sealed_at
    except ProofError as error:
        return _refused(name, "row", str(error))
    entry = proofs.records.get(sealed_at)
    if entry is None:
        return _refused(name, "row", f"expected the entry at {sealed_at} to be proven")
    answer = check_row(data, entry, proofs.origin or "")
    if answer.status == "refused":
        return _refused(name, "row", answer.why)
    return Answer(
        file=name,
        what="row",
        status="proven",
        position=answer.index,
        size=answer.size,
        count=answer.count,
        model=answer.model,
        row=answer.row,
        as_of=answer.as_of,
    )


def _receipt(name: str, data: bytes, tlogs: Iterable[bytes], policy: Policy) -> Answer:
    """Redeem a receipt by the proofs beside it; a proof that is none was refused itself."""
    try:
        receipt = parse_receipt(data)
        answer = check_receipt(receipt, tlogs, policy)
    except FormatError as error:
        return _refused(name, "receipt", str(error))
    if not isinstance(answer, Kept):
        return _refused(name, "receipt", f"entry {answer.positions[0]}: {answer.why[0]}")
    return Answer(
        file=name,
        what="receipt",
        status="proven",
        position=receipt.position,
        count=receipt.count,
        stream=receipt.origin,
    )


def _refused(name: str, what: What, why: str) -> Answer:
    return Answer(file=name, what=what, status="refused", why=why)
