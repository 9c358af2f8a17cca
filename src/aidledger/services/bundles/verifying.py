"""Verifies an evidence bundle from its folder: with no ledger, no network and no clock.

The bag's own hashes say what was changed; what is true is said by the log's checkpoint under the
policy of whoever asks, and every decision is taken again. What can't be checked is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.doubt import DoubtRaised
from aidledger.domain.events.registry import EntryAnnulled
from aidledger.domain.policy import decision as policy
from aidledger.ledger import canonical
from aidledger.ledger.acceptance import Verdict
from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.note import Note, parse_note
from aidledger.ledger.proof import ProofError
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import Policy, parse_policy
from aidledger.replay.rows import recorded_record
from aidledger.services.bundles.checked import Bundle, Check
from aidledger.services.bundles.contents import (
    DECISIONS,
    MANIFEST,
    PAGE,
    PDF,
    POLICY,
    RULE,
    RULE_FINDINGS,
    TIMELINE,
)
from aidledger.services.bundles.page import page_of
from aidledger.services.bundles.proving import (
    check_adopted,
    check_batches,
    check_complete,
    check_entries,
    check_head,
    check_papers,
    check_signatures,
)
from aidledger.services.bundles.reading import Flaw, bag_flaws
from aidledger.services.bundles.telling import again_of, timeline_of
from aidledger.services.clock import china_day
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decisions.redeciding import record_of
from aidledger.services.problems import ServiceError


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a bundle.

    `verdict`: ``damaged`` where something does not hold; ``proven`` where all holds under a policy that
    did not come with the bundle; else ``unproven``. `witnessed` is whether anybody but the operator saw it.
    """

    verdict: Literal["proven", "unproven", "damaged"]
    kind: str
    subject: str
    origin: str
    size: int | None
    entries: int
    witnessed: bool
    witnesses: tuple[str, ...]
    flaws: tuple[Flaw, ...]
    checks: tuple[Check, ...]


def verify_bundle(
    files: Mapping[str, bytes], trusted: Policy | None = None, outside: bytes | None = None
) -> Answer:
    """Verify the files of a bundle.

    Args:
        files: content by path, as `read_bundle` gives it.
        trusted: the reader's own policy; without one that of the bundle is used, and proves nothing.
        outside: the note of a checkpoint that the reader kept.

    """
    bundle = Bundle(files)
    with bundle.making("files", MANIFEST, "各文件与清单所载散列相符", "every file has its hash"):
        bundle.flaws += bag_flaws(files)
    check_head(bundle)
    proven = check_entries(bundle)
    verdict = None
    if bundle.note is not None:
        verdict = _signatures(bundle, bundle.note, trusted)
        _outside(bundle, outside)
    if proven:
        _of_entries(bundle)
    _page(bundle, files)
    witnesses = tuple(
        one.name.decode("utf-8", "replace") for one in (verdict.cosigners if verdict else ())
    )
    good = not bundle.flaws and trusted is not None and verdict is not None and verdict.accepted
    said = bundle.said
    return Answer(
        verdict="damaged" if bundle.flaws else "proven" if good else "unproven",
        kind=str(said.get("kind", "")),
        subject=str(said.get("subject", "")),
        origin=bundle.checkpoint.origin if bundle.checkpoint else "",
        size=bundle.checkpoint.size if bundle.checkpoint else None,
        entries=len(bundle.entries),
        witnessed=verdict is not None and verdict.accepted and verdict.witnessed,
        witnesses=witnesses,
        flaws=tuple(dict.fromkeys(bundle.flaws)),
        checks=tuple(bundle.checks),
    )


def _of_entries(bundle: Bundle) -> None:
    """Check all that rests on proven entries."""
    check_complete(bundle)
    check_batches(bundle)
    texts = check_adopted(bundle)
    check_papers(bundle)
    _told(bundle)
    _decisions(bundle, texts)
    _rule(bundle)


def _signatures(bundle: Bundle, note: Note, trusted: Policy | None) -> Verdict | None:
    """Check the checkpoint's signatures under the reader's policy, else that of the bundle."""
    if trusted is not None:
        return check_signatures(bundle, note, trusted, own=False)
    if POLICY not in bundle.files:
        bundle.open(
            "checkpoint",
            "检查点的签名：未核验，没有信任策略（--policy）",
            "signatures of the checkpoint: not checked, there is no policy (--policy)",
        )
        return None
    try:
        own = parse_policy(bundle.files[POLICY])
    except FormatError as error:
        bundle.flaw(POLICY, error.line, f"不是信任策略（{error}）", f"is no policy: {error}")
        return None
    return check_signatures(bundle, note, own, own=True)


def _outside(bundle: Bundle, outside: bytes | None) -> None:
    """Hold the checkpoint against one that the reader kept."""
    if outside is None:
        return
    with bundle.making(
        "outside", "checkpoint", "与所带检查点一致", "agrees with the checkpoint brought along"
    ):
        brought = parse_checkpoint(parse_note(outside).text)
        ours = bundle.checkpoint
        if ours is None or brought.origin != ours.origin:
            raise ProofError("the checkpoint brought along is of another log")
        if brought.size == ours.size and brought.root != ours.root:
            raise ProofError("two roots at one size: the log has shown two histories")
        if brought.size != ours.size:
            bundle.open(
                "outside",
                f"所带检查点为 {brought.size} 条，大小不同，不能直接比较（aidledger checkpoint compare）",
                f"the checkpoint brought along is of {brought.size} entries: of another size, it can't "
                "be compared here (aidledger checkpoint compare)",
            )


def _told(bundle: Bundle) -> None:
    """Check that the timeline says what the entries say, in the words of this program."""
    with bundle.making("told", TIMELINE, "经过与记录一致", "the timeline is what the entries say"):
        streams, told = set(), [-1]
        for number, text in enumerate(bundle.lines(TIMELINE), 1):
            with bundle.reading(TIMELINE, number):
                said = canonical.decode(text)
                entry = recorded_record(said["position"], bundle.at(said["position"]).record)
                _in_turn(said["position"], told)
                if entry is None or timeline_of([entry]) != [said]:
                    raise ProofError("it is not what the entry says")
                streams.add(entry.stream)
        if sorted(streams) != bundle.said["streams"]:
            bundle.flaw(MANIFEST, 1, "所列的流与经过不符", "names other streams than the timeline")
        times = {at: one.entry.recorded_at for at, one in bundle.entries.items()}
        last, as_of = times.get(bundle.said["size"] - 1), bundle.said["recorded_at"]
        if as_of < max(times.values(), default="") or last not in (None, as_of):
            bundle.flaw(
                MANIFEST, 1, "所载时间不是末条记录的", "names another time than its entries"
            )
        about = {bundle.said["subject"], bundle.said["case"]} & set(bundle.said["streams"])
        _lacking(
            bundle,
            TIMELINE,
            (at for at, one in bundle.entries.items() if one.entry.stream in about),
            told,
        )


def _in_turn(position: int, told: list[int]) -> None:
    """Add a position to those that were told of, each once and in their order."""
    if position <= told[-1]:
        raise ProofError("it does not come behind the line before")
    told.append(position)


def _lacking(bundle: Bundle, file: str, owed: Iterable[int], told: Collection[int]) -> None:
    """Name the entries that a file of lines says nothing of: what is left out is as false as what is changed."""
    for at in sorted(set(owed) - set(told)):
        bundle.flaw(file, None, f"缺少位置 {at} 的记录", f"says nothing of entry {at}")


def _decisions(bundle: Bundle, texts: Mapping[str, bytes]) -> None:
    """Take every decision of the bundle again, under the pack's text that came along."""
    case = bundle.said.get("case")
    if DECISIONS not in bundle.files and case not in bundle.said.get("streams", ()):
        return
    recorded = [recorded_record(at, one.record) for at, one in sorted(bundle.entries.items())]
    adopted = [one for one in recorded if one is not None and one.stream.startswith("policy/")]
    with bundle.making(
        "decisions",
        DECISIONS,
        "各项决定按当时政策重演，与所述一致",
        "decisions taken again come out as they are told",
    ) as more:
        book = PolicyBook(adopted, texts.get)
        lines = bundle.lines(DECISIONS)
        more += [f"：{len(lines)} 项", f": {len(lines)}"]
        told = [-1]
        for number, text in enumerate(lines, 1):
            with bundle.reading(DECISIONS, number):
                said = canonical.decode(text)
                _in_turn(said["position"], told)
                try:
                    _decision(bundle, book, said)
                except ServiceError as error:
                    raise ProofError(str(error)) from None
        own = [one for one in recorded if one is not None and one.stream == case]
        annulled = {one.event.position for one in own if isinstance(one.event, EntryAnnulled)}
        owed = (one.position for one in own if record_of(one) is not None)
        _lacking(bundle, DECISIONS, set(owed) - annulled, told)


def _decision(bundle: Bundle, book: PolicyBook, told: dict[str, Any]) -> None:
    """Hold one told decision against its entry and the pack's text, and take it again."""
    entry = recorded_record(told["position"], bundle.at(told["position"]).record)
    record = None if entry is None else record_of(entry)
    if entry is None or record is None:
        if told["again"] != "differs":
            raise ProofError("the entry has no decision")
        return
    pack = book.pack(record.pack_hash)
    kind = EVENTS[bundle.at(entry.position).entry.type]
    clauses = []
    for kept in record.clauses:
        clause = pack.clause(kept.id)
        clauses.append(
            {
                "citation": kept.citation,
                "facts": {
                    path: record.facts[path]
                    for path in (clause.paths if clause else ())
                    if path in record.facts
                },
                "id": kept.id,
                "outcome": kept.outcome,
                "text_en": clause.text_en if clause else "",
                "text_zh": clause.text_zh if clause else "",
            }
        )
    right = {
        "actor": entry.actor,
        "amount_fen": record.amount_fen,
        "clauses": clauses,
        "effective_on": entry.effective_on,
        "office": entry.office,
        "outcome": record.outcome,
        "pack": record.pack,
        "pack_hash": record.pack_hash,
        "parts": record.parts,
        "recorded_at": entry.recorded_at,
        "title_en": kind.title_en,
        "title_zh": kind.title_zh,
        "type": record.act,
        "withheld": record.withheld,
    }
    plain = msgspec.json.decode(msgspec.json.encode(right))
    if set(told) != {*plain, "again", "differences", "position"}:
        raise ProofError("it tells other things than a decision has")
    for name, value in plain.items():
        if told[name] != value:
            raise ProofError(f"{name} is not what the entry and its pack say")
    if told["again"] != "not_taken" and told["again"] != again_of(told["differences"]):
        raise ProofError("again is not what its differences are")
    calendar = book.calendar_known_on(china_day(entry.recorded_at))
    again = policy.redecide(record, pack, calendar=calendar)
    if told["again"] in {"same", "unchecked"}:
        if any(one.kind != "unchecked" for one in again):
            raise ProofError("taken again, it comes out otherwise")
        # who made the bundle may have had keys, and so left less unchecked
        here = msgspec.to_builtins(again)
        if any(one not in here for one in told["differences"]):
            raise ProofError("again is not what its differences are")


def _rule(bundle: Bundle) -> None:
    """Check that the findings are of the rule's SQL that came along, and rest on proven entries."""
    if RULE not in bundle.files:
        return
    with bundle.making("rule", RULE, "规则与结果", "the rule and what it gave"):
        rule = bundle.said["rule"]
        if hashlib.sha256(bundle.files[RULE]).hexdigest() != rule["sha256"]:
            bundle.flaw(RULE, None, "不是所运行的规则", "is not the rule that was run")
        date.fromisoformat(rule["as_of"])
        doubts = [
            one.event for one in bundle.entries.values() if isinstance(one.event, DoubtRaised)
        ]
        if bundle.said["kind"] == "doubt" and all(
            (one.rule, one.rule_hash) != (rule["id"], rule["sha256"]) for one in doubts
        ):
            bundle.flaw(RULE, None, "不是疑点所载的规则", "is not the rule that the doubt names")
        for number, text in enumerate(bundle.lines(RULE_FINDINGS), 1):
            with bundle.reading(RULE_FINDINGS, number):
                one = canonical.decode(text)
                for position in one["positions"]:
                    bundle.at(position)
                if one["rule"] != rule["id"]:
                    raise ProofError("of another rule")
                if one["subject"] != bundle.said["subject"]:
                    raise ProofError("about another subject")
    bundle.open(
        "rule_run",
        "规则是否只给出这些结果：未核验，须在账本上重跑（aidledger audit run）",
        "whether the rule gives this: not checked, it is run over the ledger (aidledger audit run)",
    )


def _page(bundle: Bundle, files: Mapping[str, bytes]) -> None:
    """Write the page again from the data: another one may show what the data don't say."""
    if PDF in bundle.files:
        bundle.open(
            "pdf",
            "case.pdf 供阅读，内容未核验",
            "case.pdf is a reading copy: what it says is not checked",
        )
    page = None
    if not bundle.flaws:
        with bundle.reading(MANIFEST, 1):
            page = page_of(bundle.files)
    if page is not None and page != files.get(PAGE):
        bundle.open(
            "page",
            "index.html 不是本版本由这些数据写出的：不要依据它",
            "index.html is not what this version writes of these data: do not rely on it",
        )
    elif page is not None:
        with bundle.making(
            "page", PAGE, "index.html 即由这些数据写出", "index.html was written of these data"
        ):
            pass
