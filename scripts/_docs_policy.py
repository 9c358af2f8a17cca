"""docs/POLICY-CLAUSES.md from the policy packs, and docs/FINDINGS.md from the table of findings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aidledger.domain.policy.describing import formula_words
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack, load_pack_file
from aidledger.domain.policy.schema import PackFile
from aidledger.ledger.finding import FINDING_CODES


def findings_page(_root: Path) -> str:
    """Return the page of the codes that ``verify`` can give."""
    rows = [
        f"| `{code}` | {text.zh} | {text.en} | {text.meaning} |"
        for code, text in FINDING_CODES.items()
    ]
    return "\n".join(
        [
            "# Findings",
            "",
            "What `aidledger verify` can find wrong with a ledger, in the order of the rungs it climbs. A",
            "finding names its code, the position, the stream and the field, what was expected and what",
            "was found. Codes never change meaning.",
            "",
            "| code | 中文 | English | what may have happened |",
            "| --- | --- | --- | --- |",
            *rows,
        ]
    )


def clauses_page(root: Path) -> str:
    """Return the page of all packs: parameters, clauses, limits, amounts and standards."""
    folder = root / "src" / "aidledger" / "policies" / "packs"
    files = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.toml"))}
    library = PackLibrary(files)
    parts = [
        "# Policy packs, clause by clause",
        "",
        "Written from the pack files. A pack shows what it says itself; what it inherits is under the",
        "pack that it extends. How packs work is in [POLICY](POLICY.md).",
        "",
        "`refuse`: the wish is refused. `finding`: it is recorded, and an audit finds it. *Local* marks a",
        "value that no text at hand gives: the county must set it.",
        "",
    ]
    for name, content in files.items():
        parts += _pack(load_pack_file(content, file=f"{name}.toml"), library.resolve(name))
    return "\n".join(parts)


def _pack(pack: PackFile, resolved: ResolvedPack) -> list[str]:
    """Return the section of one pack: what its own file says, formulas as they are worked out."""
    formulas = {amount.code: amount.formula for amount in resolved.amounts}
    held = f"{pack.in_force.from_on} to {pack.in_force.to_on or 'now'}"
    lines = [
        f"## {pack.id}",
        "",
        f"**{pack.title.zh}**, {pack.title.en}. Version {pack.version}, {pack.status}, in force {held},"
        f" known since {pack.known_since}, jurisdiction `{pack.jurisdiction}`"
        + (f", extends [{pack.extends}](#{pack.extends})." if pack.extends else "."),
        "",
        "Basis: "
        + "; ".join(" ".join(filter(None, (b.text_zh, b.number, b.date))) for b in pack.basis)
        + ".",
        "",
    ]
    if pack.remove:
        lines += ["Takes away: " + ", ".join(f"`{name}`" for name in pack.remove) + ".", ""]
    parameters = [
        (f"`{key}`", _value(value), pack.provenance[key].citation, _facts(pack.provenance[key]))
        for key, value in pack.parameters.items()
    ]
    clauses = [
        (f"`{c.id}`", ", ".join(c.on), c.kind, c.citation, f"{c.text_zh} {c.text_en}", _facts(c))
        for c in pack.clause
    ]
    limits = [
        (
            f"`{x.id}`",
            f"{x.from_event} → {', '.join(x.to_events)}",
            f"{_value(x.n)} {x.unit}",
            x.citation,
            f"{x.text_zh} {x.text_en}",
            _facts(x),
        )
        for x in pack.limit
    ]
    amounts = [
        (
            f"`{a.code}`",
            a.citation,
            f"{a.text_zh} {a.text_en}",
            formula_words(formulas[a.code])
            + (f", {a.formula.rounding}" if a.formula.rounding else "")
            + (f"; {a.combine} of {a.group}" if a.group else "")
            + (f"; for each of {a.for_each}" if a.for_each else "")
            + (f"; shown as {a.shown_as}" if a.shown_as else "")
            + (f"; needs {a.needs}" if a.needs else ""),
            _facts(a),
        )
        for a in pack.amount
    ]
    standards = [
        (
            f"`{s.code}`",
            f"{s.monthly_fen // 100}.{s.monthly_fen % 100:02d} yuan",
            s.from_on,
            s.citation,
            _facts(s),
        )
        for s in pack.standard
    ]
    lines += _table("parameter", ("key", "value", "source", "facts"), parameters)
    lines += _table("clause", ("id", "on", "kind", "citation", "text", "facts"), clauses)
    lines += _table("limit", ("id", "from → to", "length", "citation", "text", "facts"), limits)
    lines += _table("amount", ("code", "citation", "text", "formula", "facts"), amounts)
    lines += _table("standard", ("code", "a month", "from", "citation", "facts"), standards)
    return lines


def _facts(rule: Any) -> str:
    """Return the ids of the facts that a rule rests on, and whether the value is local."""
    marks = ["*local*"] if getattr(rule, "local", False) else []
    return ", ".join([*rule.facts, *marks])


def _value(value: Any) -> str:
    """Return a parameter's value in one cell."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(_value(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(name: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a table in Markdown under a bold name; nothing where there are no rows."""
    if not rows:
        return []
    cells = [tuple(cell.replace("|", "\\|").replace("\n", " ") for cell in row) for row in rows]
    return [
        f"**{name}s**",
        "",
        f"| {' | '.join(heads)} |",
        f"|{' --- |' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in cells),
        "",
    ]
