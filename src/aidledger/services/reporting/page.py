"""A report as one page: no script, nothing from outside, read aloud and printed as it is seen.

The page's own policy of content allows its one style, by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final

from aidledger.said import shown_only
from aidledger.services.reporting.document import (
    Blanks,
    Document,
    Part,
    Picture,
    Section,
    Table,
    Terms,
    Text,
    is_number,
    shown,
)

_STYLE: Final = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1rem 1.25rem;color:#1d2733;background:#fff;
font:16px/1.6 "Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei","Microsoft YaHei",system-ui,sans-serif}
header{border-bottom:3px solid #2f5d8a;margin-bottom:1rem}
h1{font-size:1.7rem;margin:.5rem 0 0}header p{margin:.1rem 0 .6rem;color:#4a5665}
h2{font-size:1.2rem;margin:2rem 0 .6rem}
nav ol{columns:2;list-style:none;margin:0;padding:0}nav a{color:#1b4f82}
.warning{border-left:.4rem solid #9a5b00;background:#fdf6e7;padding:.5rem .75rem}
.warning::before{content:"! ";font-weight:bold}
dl{display:grid;grid-template-columns:minmax(9rem,16rem) 1fr;gap:.25rem 1rem;margin:.5rem 0}
dt{color:#4a5665}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.25rem 0 1rem;font-size:.92rem}
caption{text-align:left;font-weight:bold;padding:.5rem 0 .25rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem .3rem 0;border-bottom:1px solid #d5dbe2}
thead th{border-bottom:2px solid #8a97a6}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.s{white-space:nowrap}td.w{overflow-wrap:anywhere;min-width:9rem}
.wide{overflow-x:auto}.wide:focus-visible{outline:2px solid #2f5d8a}
figure{margin:.5rem 0}svg{display:block;max-width:100%;height:auto}
.blanks dd{border-bottom:1px solid #1d2733;min-height:2.4rem}
footer{margin:2rem 0 1rem;color:#4a5665;font-size:.9rem;overflow-wrap:anywhere}
@media(max-width:40rem){body{padding:.75rem}nav ol{columns:1}dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.5rem}.wide svg{max-width:none}}
@media print{@page{margin:18mm 15mm}body{max-width:none;padding:0;font-size:10pt}nav{display:none}
h2{break-after:avoid}tr,figure,.blanks{break-inside:avoid}thead{display:table-header-group}
.wide{overflow:visible}table{font-size:8.5pt}a{color:inherit;text-decoration:none}}
"""


def page_of(document: Document) -> bytes:
    """Return the page, in UTF-8."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    allowed = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    lang = "zh-CN" if document.lang == "zh" else "en"
    title = escape(f"{document.title} · {document.origin}")
    contents = "".join(
        f'<li><a href="#s{number}">{escape(one.title)}</a></li>'
        for number, one in enumerate(document.sections, 1)
    )
    label = "目录" if document.lang == "zh" else "Contents"
    parts = [
        "<!doctype html>",
        f'<html lang="{lang}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(allowed)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{escape(document.title)}</h1><p>{escape(document.subtitle)}</p></header>",
        f'<nav aria-label="{label}"><ol>{contents}</ol></nav><main>',
        *(_section(number, one) for number, one in enumerate(document.sections, 1)),
        f"</main><footer>{title}</footer></body></html>",
    ]
    return shown_only("\n".join(parts) + "\n").encode()


def _section(number: int, section: Section) -> str:
    inside = "\n".join(map(_part, section.parts))
    return f'<section id="s{number}"><h2>{escape(section.title)}</h2>\n{inside}</section>'


def _part(part: Part) -> str:
    match part:
        case Text(text=text, warning=warning):
            return f'<p class="warning">{escape(text)}</p>' if warning else f"<p>{escape(text)}</p>"
        case Terms(rows=rows):
            pairs = ((name, f"{one:,}" if type(one) is int else str(one)) for name, one in rows)
            inside = "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in pairs)
            return f"<dl>{inside}</dl>"
        case Table():
            return _table(part)
        case Picture(title=title, svg=svg):
            name = escape(title)
            return (
                f'<figure class="wide" tabindex="0" role="group" aria-label="{name}">{svg}</figure>'
            )
        case Blanks(rows=blanks):
            inside = "".join(f"<dt>{escape(one)}</dt><dd></dd>" for one in blanks)
            return f'<dl class="blanks">{inside}</dl>'


def _table(table: Table) -> str:
    kinds = [
        "n" if is_number(one) else "w" if one.kind == "wrapped" else "s" for one in table.columns
    ]
    head = "".join(
        f'<th scope="col" class="{kind}">{escape(one.title)}</th>'
        for one, kind in zip(table.columns, kinds, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}">{escape(shown(column, value))}</td>'
            for column, kind, value in zip(table.columns, kinds, row, strict=True)
        )
        + "</tr>\n"
        for row in table.rows
    )
    name = escape(table.title)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{name}"><table>'
        f"<caption>{name}</caption><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )
