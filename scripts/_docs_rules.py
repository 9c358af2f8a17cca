"""docs/RULES.md: the audit rules from the headers of their files."""

from __future__ import annotations

from pathlib import Path

from aidledger.audit.rule import Rule, load_rules
from aidledger.replay.models import load_models

_HEAD = """# Rules

The audit rules that come with the package, from the headers of their SQL files in `src/aidledger/audit/rules/`. How they are run,
written and tried is in [AUDIT](AUDIT.md).
"""


def rules_page(_root: Path) -> str:
    """Return the page."""
    rules = load_rules(load_models())
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.title_zh} | {rule.title_en} | {rule.severity} |"
        for rule in rules.values()
    ]
    table = ["| rule | 中文 | English | severity |", "| --- | --- | --- | --- |", *rows, ""]
    return "\n".join([_HEAD, *table, *map(_rule, rules.values())])


def _rule(rule: Rule) -> str:
    """Return the section of one rule."""
    asks = [
        ("Basis", rule.basis),
        ("Pack parameters", ", ".join(f"`{name}`" for name in rule.parameters)),
        ("Thresholds", ", ".join(f"`{name}` = {value}" for name, value in rule.thresholds)),
        ("Reads", ", ".join(f"`{name}`" for name in sorted(rule.tables))),
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
