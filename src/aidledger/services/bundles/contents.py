"""What an evidence bundle is made of: file names, what each file is, and how its lines are written.

Of docs/FORMAT.md, section 22. Whoever writes, reads or shows a bundle takes the names from here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from aidledger.ledger import canonical

FORMAT: Final = "aidledger/bundle/v1"
Kind = Literal["case", "doubt", "finding", "list", "month"]

MANIFEST: Final = "manifest.json"
ENTRIES: Final = "entries.jsonl"
PROOFS: Final = "proofs.jsonl"
CHECKPOINT: Final = "checkpoint"
POLICY: Final = "tlog-policy"
BATCHES: Final = "batches.jsonl"
CASE_PROOF: Final = "case.case-proof"
PACKS: Final = "packs/"
PAYMENTS: Final = "payments/"
ROWS: Final = "rows/"
TIMELINE: Final = "timeline.jsonl"
DECISIONS: Final = "decisions.jsonl"
RULE: Final = "rule.sql"
RULE_FINDINGS: Final = "findings.jsonl"
REVEALED: Final = "revealed.jsonl"
PDF: Final = "case.pdf"
PAGE: Final = "index.html"
LINES: Final = "lines.txt"

FILES: Final[dict[str, tuple[str, str]]] = {
    MANIFEST: (
        "本证据包写的是什么，各文件是什么",
        "what the bundle is about, and what each file is",
    ),
    ENTRIES: ("账本记录原文，一行一条", "the exact bytes of the entries, one a line"),
    PROOFS: (
        "每条记录在账本中的证明，与上一文件逐行对应",
        "that each entry is in the log, line by line",
    ),
    CHECKPOINT: ("账本签名的检查点及见证方联署", "the checkpoint that the log signed, cosigned"),
    POLICY: (
        "信任策略：经办方所称的密钥；核验者应换成自己的",
        "trust policy: keys as the operator names them; bring your own",
    ),
    BATCHES: ("经办人员对各批记录的签名", "signatures of those who recorded the entries"),
    CASE_PROOF: ("个案记录一条不少的证明", "that these are all entries of the case"),
    PACKS: ("政策包原文，按散列存放", "text of a policy pack, by its hash"),
    PAYMENTS: ("一笔发放计入当月合计的证明", "that a payment is within the total of its month"),
    ROWS: ("一行出自认证过的读模型的证明", "that a row is one of a certified model"),
    TIMELINE: ("经过，一行一事", "what happened, one act a line"),
    DECISIONS: ("各项决定逐条重演", "each decision taken again, clause by clause"),
    RULE: ("审计规则的 SQL", "SQL of the audit rule"),
    RULE_FINDINGS: ("规则给出的结果，一行一项", "what the rule gave, one finding a line"),
    REVEALED: (
        "准予查阅的个人信息，可与记录中的承诺核对",
        "personal values that may be seen, each against its commitment",
    ),
    LINES: (
        "各文件每一行的散列开头，用于指出改动在哪一行",
        "the beginning of each line's hash, to say which line was changed",
    ),
    PDF: ("供存卷的文档", "the document for the file"),
}
"""What each file is, in Chinese and English; a name ending in ``/`` stands for all files below it."""


class _Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every part of a manifest is: exactly its fields."""


class _Words(_Form, frozen=True, kw_only=True):
    en: str
    zh: str


class _File(_Words, frozen=True, kw_only=True):
    path: str


class _Rule(_Form, frozen=True, kw_only=True):
    as_of: str
    id: str
    sha256: str


class _Release(_Form, frozen=True, kw_only=True):
    fields: tuple[str, ...]
    purpose: str
    request: str


class Manifest(_Form, frozen=True, kw_only=True):
    """The form of ``manifest.json``."""

    case: str | None
    files: tuple[_File, ...]
    format: Literal["aidledger/bundle/v1"]
    kind: Kind
    missing: tuple[_Words, ...]
    month: str | None
    origin: str
    recorded_at: str
    release: _Release | None
    root: str
    rule: _Rule | None
    size: int
    streams: tuple[str, ...]
    subject: str


def names_itself(said: Manifest) -> bool:
    """Return whether a manifest is about what it is called after.

    Its subject is the title of the page and of every answer: it must follow from what is checked.
    """
    own, case = said.subject in said.streams, said.case
    plain = said.month is None and said.rule is None
    match said.kind:
        case "case":
            return own and plain and said.subject.startswith("case/") and case == said.subject
        case "doubt":
            beside = case is None or case in said.streams
            return own and said.subject.startswith("doubt/") and said.month is None and beside
        case "finding":
            about = case is None or (own and case == said.subject)
            return said.rule is not None and said.month is None and about
        case "list":
            return own and plain and said.subject.startswith("list/")
        case "month":
            return own and said.rule is None and said.subject == f"month/{said.month}"


class Shown(NamedTuple):
    """One entry of a bundle: its position, its record, and what the record says."""

    position: int
    record: bytes
    said: dict[str, Any]


def kind_of(name: str) -> str:
    """Return the name in `FILES` under which a file is described; empty where it is none of them."""
    if name in FILES:
        return name
    folder = name.partition("/")[0] + "/"
    return folder if folder in FILES and name != folder else ""


def line(value: object) -> bytes:
    """Return a value as one line of canonical JSON. Raises CanonicalError."""
    return canonical.encode(value) + b"\n"


def lines(values: Iterable[object]) -> bytes:
    """Return values as lines of canonical JSON."""
    return b"".join(line(value) for value in values)


def line_hashes(files: Mapping[str, bytes]) -> bytes:
    """Return one line for each file of text: its name, and four bytes of each line's SHA-256 in hex.

    They prove nothing: they say where to look once the file's own hash is another.
    """
    told = []
    for name, content in sorted(files.items()):
        if not name.endswith(".pdf"):
            parts = " ".join(hashlib.sha256(one).hexdigest()[:8] for one in split_lines(content))
            told.append(f"{name} {parts}\n")
    return "".join(told).encode()


def split_lines(content: bytes) -> list[bytes]:
    """Return the lines of a file without their newlines; what is behind the last one, too."""
    found = content.split(b"\n")
    return found[:-1] if found[-1] == b"" else found


def manifest_of(said: Mapping[str, Any], names: Iterable[str]) -> bytes:
    """Return the manifest over some files, itself among them."""
    listed = []
    for name in sorted({*names, MANIFEST}):
        zh, en = FILES[kind_of(name)]
        listed.append({"en": en, "path": name, "zh": zh})
    return line({**said, "files": listed, "format": FORMAT})
