"""Writes the page of a bundle: it shows all of it, and checks itself in a browser without a network.

Every text file stands in the page as it is and is what the script checks: what is read is what is
verified. One script and one style, both named by their hash in the page's own policy of content,
which allows nothing else: nothing is loaded and nothing is sent.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from importlib import resources
from typing import Any, Final

import msgspec

from aidledger.domain.money import format_yuan
from aidledger.said import Said, is_shown, shown_only
from aidledger.services.bundles.bagging import PAYLOAD, PAYLOAD_MANIFEST, hashes_of
from aidledger.services.bundles.contents import (
    DECISIONS,
    FILES,
    MANIFEST,
    POLICY,
    REVEALED,
    RULE_FINDINGS,
    TIMELINE,
    kind_of,
)
from aidledger.services.bundles.wording import AGAIN, decision_title, facts_of, moment, title_of
from aidledger.services.decisions.explaining import OUTCOMES

_SCRIPT: Final = (
    "bytes",
    "trees",
    "notes",
    "bundle",
    "entries",
    "signed",
    "contents",
    "judging",
    "showing",
)
"""The files of the script, in the order in which they need each other."""
_MARKS: Final = {"met": "✓", "failed": "✗", "undecidable": "?", "not_applicable": "–"}
_LONGEST: Final = 160
_unprintable: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]").search
"""What a page can't hold as it is; a file with such characters isn't shown, only listed."""
_perhaps_unseen: Final = re.compile("[^\t\n\r -~\u4e00-\u9fff]")
_NOT_CHECKED: Final = Said(
    "尚未核验：本页的脚本没有运行。下面的文字只供阅读。",
    "Not checked: the script of this page did not run. What stands below can only be read.",
)
_ALONE: Final = Said(
    "改动本页的人也能改动本页的脚本，信任策略也是制作者附上的。要不依赖本页：用自己的信任策略运行 "
    "aidledger bundle verify 或 verify_alone.py bundle，并向各单位当面核对下列公钥。",
    "Whoever changed this page could change its script as well, and the trust policy is that of "
    "whoever made it. To rely on neither, run aidledger bundle verify or verify_alone.py bundle with "
    "a policy of your own, and compare the keys below with those that the offices give you.",
)


def page_of(payload: Mapping[str, bytes]) -> bytes:
    """Return ``index.html`` over the files below ``data/``."""
    said = msgspec.json.decode(payload[MANIFEST])
    script, style = _assets()
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title = title_of(said)
    body = [
        _header(title),
        _verdict(),
        *map(
            _with_digest,
            [
                *_overview(said, payload.get(POLICY, b"")),
                *_findings(payload),
                *_timeline(payload),
                *_revealed(payload),
                *_decisions(payload),
            ],
        ),
        *_files(payload),
        f"<footer>{_both(_ALONE)}</footer>",
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="zh"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{shown_only(escape(title.zh))}</title>",
            f"<style>{style}</style></head><body>",
            '<input type="radio" name="lang" id="zh" checked><label for="zh">中文</label>',
            '<input type="radio" name="lang" id="en"><label for="en">English</label>',
            *map(_marked, body),
            f"<script>{script}</script></body></html>",
            "",
        ]
    ).encode()


def embedded(content: bytes) -> str | None:
    """Return a file as the page holds it, or nothing where a page can't."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    plain = text.replace("\r", "")
    return None if _unprintable(plain) else escape(text, quote=False).replace("\r", "&#13;")


def _marked(body: str) -> str:
    """Return a part of the page with a mark round what is not seen or turns what stands beside it.

    The text stays as it is, for that is what the script checks.
    """
    return _perhaps_unseen.sub(
        lambda one: one[0] if is_shown(one[0]) else f"<i class=unseen>{one[0]}</i>", body
    )


class _Text(HTMLParser):
    """Takes the text out of a piece of the page, as a browser has it in ``textContent``."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _with_digest(section: str) -> str:
    """Return a section with the hash of its text: a character changed in it shows."""
    reader = _Text()
    reader.feed(section)
    reader.close()
    digest = hashlib.sha256("".join(reader.parts).encode()).hexdigest()
    return section.replace("<section>", f'<section data-digest="{digest}">', 1)


@lru_cache(maxsize=1)
def _assets() -> tuple[str, str]:
    """Return the script, put together from its files, and the style."""
    folder = resources.files("aidledger.services.bundles").joinpath("page")
    texts = [folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPT]
    return "\n".join(texts), folder.joinpath("page.css").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _both(said: Said | tuple[str, str]) -> str:
    zh, en = said
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def _header(title: Said) -> str:
    return f"<header><h1>{_both(title)}</h1></header>"


def _verdict() -> str:
    choose = Said(
        "也可选取证据包所在的文件夹，核验其中的文件：",
        "Or choose the bundle's folder, to check the files in it: ",
    )
    return (
        f'<section id="verdict" class="open" aria-live="polite"><p>{_both(_NOT_CHECKED)}</p></section>'
        '<ul id="problems"></ul><ul id="checks"></ul>'
        f'<p class="choose">{_both(choose)}<input type="file" id="folder" webkitdirectory multiple></p>'
    )


def _pairs(rows: Iterable[tuple[Said, str]]) -> str:
    inside = "".join(f"<dt>{_both(name)}</dt><dd>{text}</dd>" for name, text in rows)
    return f"<dl>{inside}</dl>"


def _overview(said: dict[str, Any], policy: bytes) -> list[str]:
    at = moment(said["recorded_at"]) if said["recorded_at"] else "—"
    rows = [
        (Said("账本", "log"), escape(said["origin"])),
        (Said("检查点", "checkpoint"), _both((f"{said['size']} 条", f"{said['size']} entries"))),
        (Said("树根", "root"), f"<code>{escape(said['root'])}</code>"),
        (Said("截至", "up to"), escape(at)),
        (Said("涉及", "streams"), escape(", ".join(said["streams"]))),
    ]
    keys = [line for line in policy.decode("utf-8", "replace").splitlines() if line.strip()]
    if keys:
        shown = "<br>".join(f"<code>{escape(line)}</code>" for line in map(_clipped, keys))
        rows.append((Said("所附策略", "policy"), shown))
    rows += [
        (Said("未能提供", "not in it"), _both((one["zh"], one["en"]))) for one in said["missing"]
    ]
    return [f"<section><h2>{_both(('概要', 'Overview'))}</h2>{_pairs(rows)}</section>"]


def _clipped(text: str) -> str:
    """Return a line of a policy; a key of 1,312 bytes stands whole in the file itself."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _decoded(payload: Mapping[str, bytes], name: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in payload.get(name, b"").splitlines()]


def _findings(payload: Mapping[str, bytes]) -> list[str]:
    found = _decoded(payload, RULE_FINDINGS)
    if not found:
        return []
    items = []
    for one in found:
        amount = one["amount_fen"]
        more = [
            str(one["period"] or ""),
            "" if amount is None else f"{format_yuan(amount)} 元/yuan",
        ]
        where = " · ".join([*filter(None, more), ", ".join(map(str, one["positions"]))])
        said = _both((one["message_zh"], one["message_en"]))
        items.append(
            f"<li><b>{escape(one['rule'])}</b> {said}<br><small>{escape(where)}</small></li>"
        )
    return [
        f"<section><h2>{_both(('审计发现', 'Findings'))}</h2><ul>{''.join(items)}</ul></section>"
    ]


def _timeline(payload: Mapping[str, bytes]) -> list[str]:
    heads = (
        ("位置", "entry"),
        ("生效日", "in force"),
        ("记录", "recorded"),
        ("事项", "act"),
        ("经办", "by"),
    )
    rows = [
        f'<tr data-position="{one["position"]}"><td>{one["position"]}</td>'
        f"<td>{escape(one['effective_on'])}</td><td>{escape(moment(one['recorded_at']))}</td>"
        f"<td>{_both((one['zh'], one['en']))}</td>"
        f"<td>{escape(one['actor'])} <small>{escape(one['office'])}</small></td></tr>"
        for one in _decoded(payload, TIMELINE)
    ]
    head = "".join(f"<th>{_both(one)}</th>" for one in heads)
    title = _both(("经过", "What happened"))
    return [_table(title, head, "timeline", "".join(rows))]


def _revealed(payload: Mapping[str, bytes]) -> list[str]:
    rows = "".join(
        f"<tr><td>{one['position']}</td><td>{escape(one['field'])}</td><td>{escape(one['value'])}</td></tr>"
        for one in _decoded(payload, REVEALED)
    )
    if not rows:
        return []
    heads = (("位置", "entry"), ("字段", "field"), ("内容", "value"))
    head = "".join(f"<th>{_both(one)}</th>" for one in heads)
    title = _both(("准予查阅的个人信息", "Personal values that may be seen"))
    return [_table(title, head, "revealed", rows)]


def _table(title: str, head: str, name: str, rows: str) -> str:
    return (
        f'<section><h2>{title}</h2><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f'<tbody id="{name}">{rows}</tbody></table></div></section>'
    )


def _decisions(payload: Mapping[str, bytes]) -> list[str]:
    found = _decoded(payload, DECISIONS)
    if not found:
        return []
    items = []
    for told in found:
        clauses = "".join(
            f"<li>{_MARKS.get(one['outcome'], '?')} {_both((one['text_zh'], one['text_en']))} "
            f"<i>{_both(OUTCOMES[one['outcome']])}</i> <small>{escape(one['citation'])}</small>"
            f"<br><small>{_both(facts_of(one['facts']))}</small></li>"
            for one in told["clauses"]
            if one["outcome"] != "not_applicable"
        )
        items.append(
            f"<details><summary>{_both(decision_title(told))}</summary>"
            f"<p><small>{told['position']} · {escape(told['pack'])} · {_both(AGAIN[told['again']])}"
            f"</small></p><ul>{clauses}</ul></details>"
        )
    return [f"<section><h2>{_both(('决定及其依据', 'Decisions'))}</h2>{''.join(items)}</section>"]


def _files(payload: Mapping[str, bytes]) -> list[str]:
    files = {f"{PAYLOAD}{name}": content for name, content in sorted(payload.items())}
    hashes = hashes_of(files)
    words = {f"{PAYLOAD}{name}": FILES[kind_of(name)] for name in payload}
    words[PAYLOAD_MANIFEST] = ("各文件的 SHA-256", "SHA-256 of each file")
    items = []
    for name, content in [(PAYLOAD_MANIFEST, hashes), *files.items()]:
        text = embedded(content)
        summary = f"<code>{escape(name)}</code> {_both(words[name])}"
        if text is None:
            items.append(f'<p class="absent" data-absent="{escape(name)}">{summary}</p>')
        else:
            # the parser drops the first newline of a pre
            items.append(
                f'<details><summary>{summary}</summary><pre data-file="{escape(name)}">\n{text}</pre></details>'
            )
    return [f"<section><h2>{_both(('文件', 'Files'))}</h2>{''.join(items)}</section>"]
