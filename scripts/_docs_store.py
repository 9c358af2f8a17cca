"""The table in docs/ARCHITECTURE.md of what each file of ``store/`` may be believed."""

from __future__ import annotations

import ast
from pathlib import Path

BEGIN, END = "<!-- store: begin -->\n", "<!-- store: end -->"


def architecture_page(root: Path) -> str:
    """Return the page as it is, with the table made anew from the files' own docstrings."""
    text = (root / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{_table(root)}\n{END}{after}"


def _table(root: Path) -> str:
    """Return the first sentence of every file of the ring."""
    rows = ["| file | whom to trust, and what an attacker gains |", "| --- | --- |"]
    for path in sorted((root / "src" / "aidledger" / "store").rglob("*.py")):
        words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        sentence = " ".join(words.split("\n\n")[0].split()).split(". ")[0].rstrip(".")
        if path.name != "__init__.py":
            rows.append(f"| `{path.relative_to(root / 'src' / 'aidledger')}` | {sentence} |")
    return "\n".join(rows)
