"""docs/RULES.md: the audit rules from the headers of their files."""

from __future__ import annotations

from pathlib import Path

from aidledger.audit.rule import Rule, load_rules
from aidledger.audit.sharing import Part, load_parts
from aidledger.replay.models import load_models

_HEAD = """# Rules

The audit rules that come with the package, from the headers of their SQL files in `src/aidledger/audit/rules/`. How they are run,
written and tried is in [AUDIT](AUDIT.md).
"""

_PARTS = """What several rules share, from the headers of the files in `src/aidledger/audit/parts/` ([AUDIT](AUDIT.md#parts)).
"""


def rules_page(_root: Path) -> str:
    """Return the page."""
    rules = load_rules(load_models())
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.title_zh} | {rule.title_en} | {rule.severity} |"
        for rule in rules.values()
    ]
    table = ["| rule | 中文 | English | severity |", "| --- | --- | --- | --- |", *rows, ""]
    parts = ["## Parts", "", _PARTS, *map(_part, load_parts().values()), ""]
    return "\n".join([_HEAD, *table, *map(_rule, rules.values()), *parts])


def _part(part: Part) -> str:
    """Return the line of one part."""
    return f"- `{part.name}`: {part.title_zh}; {part.title_en}. Reads {part.reads}. Gives {part.gives}."


def _rule(rule: Rule) -> str:
    """Return the section of one rule."""
    asks = [
        ("Basis", f"{rule.basis_zh}; {rule.basis}"),
        ("Pack parameters", ", ".join(f"`{name}`" for name in rule.parameters)),
        ("Thresholds", ", ".join(f"`{name}` = {value}" for name, value in rule.thresholds)),
        ("Reads", ", ".join(f"`{name}`" for name in sorted(rule.tables))),
        ("Parts", ", ".join(f"`{name}`" for name in rule.parts)),
        ("Facts", ", ".join(rule.facts)),
    ]
    needs = [f"- Not run: {need.why_zh}；{need.why_en}." for need in rule.needs]
    return "\n".join(
        [
            f"## {rule.id}",
            "",
            f"**{rule.title_zh}**, {rule.title_en}; *{rule.severity}* (`{rule.file}`).",
            "",
            f"{rule.explain_zh} {rule.explain_en}",
            "",
            f"- Not a finding: {rule.not_zh} {rule.not_en}.",
            f"- Remedy: {rule.remedy_zh} {rule.remedy_en}.",
            *(f"- {name}: {text}." for name, text in asks if text),
            *needs,
            "",
        ]
    )
