"""The tables in docs/ARCHITECTURE.md: the folders of ``services/``, and whom to trust in ``store/``."""

from __future__ import annotations

import ast
from pathlib import Path

RINGS = Path("src") / "aidledger"


def architecture_page(root: Path) -> str:
    """Return the page as it is, with its tables made anew from the docstrings in the code."""
    text = (root / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for name, table in (("services", _services(root)), ("store", _store(root))):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}{table}\n{end}{after}"
    return text


def _services(root: Path) -> str:
    """Return the first sentence of every folder of the ring, then of the files that all of them use."""
    ring = root / RINGS / "services"
    rows = ["| folder or file | what it is about |", "| --- | --- |"]
    rows += [_row(root, path.parent, path) for path in sorted(ring.glob("*/__init__.py"))]
    rows += [_row(root, path, path) for path in sorted(ring.glob("*.py")) if path.stem[0] != "_"]
    return "\n".join(rows)


def _store(root: Path) -> str:
    """Return the first sentence of every file of the ring."""
    rows = ["| file | whom to trust, and what an attacker gains |", "| --- | --- |"]
    paths = sorted((root / RINGS / "store").rglob("*.py"))
    rows += [_row(root, path, path) for path in paths if path.stem[0] != "_"]
    return "\n".join(rows)


def _row(root: Path, named: Path, told: Path) -> str:
    words = ast.get_docstring(ast.parse(told.read_text(encoding="utf-8"))) or ""
    sentence = " ".join(words.split("\n\n")[0].split()).split(". ")[0].rstrip(".")
    slash = "/" if named.is_dir() else ""
    return f"| `{named.relative_to(root / RINGS)}{slash}` | {sentence} |"
