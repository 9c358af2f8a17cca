"""docs/MODELS.md: the read models, from the headers of their SQL files."""

from __future__ import annotations

from pathlib import Path


def models_page(root: Path) -> str:
    """Return the page."""
    folder = root / "projections" / "aidledger_projections"
    parts = ["# Read models", ""]
    for path in sorted(folder.glob("*.sql")):
        parts += [f"## {path.stem}", ""]
    return "\n".join(parts)
