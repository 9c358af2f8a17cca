"""docs/MODELS.md: the read models from the headers of their SQL files, and the event views."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from aidledger.replay.engine import building
from aidledger.replay.loading import Loader
from aidledger.replay.models import Model, load_models
from aidledger.replay.sealed import SealedRun
from aidledger.replay.views import view_name, view_shapes

_HEAD = """# Read models

Each model is one SQL file in `projections/aidledger_projections/`: one SELECT over the event views and
over other models by name, with no clock, no randomness and no other input. Copy one, change it, run it.
Money is in fen. `positions` names the entries that made a row.

`parameters` holds one row: `as_of`, the day the question is about, and `known_on`, the day whose
knowledge counts (null: all of it). `entry` holds the envelope of every entry, with its `type`.
`entry_version` holds how each entry that was corrected or annulled stood, from one position of the log
(`from_position`) to another (`to_position`, null: until now): what somebody saw who read it in between.
`number` counts its versions: 0 is what was recorded, whether it stands or not. `facts` is what its decision read,
as JSON text; `amount_fen`, `monthly_fen`, `month`, `from_month`, `run`, `kind` and `way` are those of its data, where
its type has them. `entry_amendment` holds every correction and annulment that is known, whatever day it takes effect:
`names` is the entry that it is about; a correction `stands` until it is annulled, an annulment for ever.
"""


class _NoEntries:
    """A source without rows: the views are made, typed and empty."""

    def sealed(self) -> tuple[SealedRun, ...]:
        """Return no segment."""
        return ()

    def rows(self, first: int = 0) -> Iterable[tuple[Any, ...]]:  # noqa: ARG002 - the protocol's
        """Return no row."""
        return ()

    def row_at(self, position: int) -> tuple[Any, ...] | None:  # noqa: ARG002 - the protocol's
        """Return no row."""
        return None


def models_page(_root: Path) -> str:
    """Return the page."""
    models = load_models()
    parts = [_HEAD]
    with building(None) as connection:
        Loader(connection).load(_NoEntries())
        columns = {name: _columns(connection, model) for name, model in models.items()}
    parts.append("| model | 中文 | what it is for |\n| --- | --- | --- |")
    parts.extend(
        f"| [{name}](#{name}) | {model.title_zh} | {model.purpose} |"
        for name, model in sorted(models.items())
    )
    parts.append("")
    parts.extend(_model(model, columns[name]) for name, model in sorted(models.items()))
    parts.append("## Event views\n")
    parts.append("One for each event type, with typed columns. Every view begins with:\n")
    shapes = view_shapes()
    shared = shapes[0].columns[: _shared(shapes)]
    parts.append(_table(shared))
    parts.append("\nand has these columns of its own:\n\n| view | columns |\n| --- | --- |")
    for shape in shapes:
        own = ", ".join(f"`{name}` {kind}" for name, kind in shape.columns[len(shared) :])
        parts.append(
            f"| [{view_name(shape.type_name)}](EVENTS.md#{shape.type_name.lower()}) | {own} |"
        )
    return "\n".join(parts)


def _shared(shapes: list[Any]) -> int:
    """Return how many columns all views begin with."""
    shortest = min(len(shape.columns) for shape in shapes)
    first = shapes[0].columns
    return next(
        (n for n in range(shortest) if any(s.columns[n] != first[n] for s in shapes)), shortest
    )


def _columns(connection: duckdb.DuckDBPyConnection, model: Model) -> list[tuple[str, str]]:
    """Build a model over no entries and return its columns with their types."""
    connection.execute(f'CREATE TABLE "{model.name}" AS {model.sql}')
    rows = connection.execute(f'DESCRIBE "{model.name}"').fetchall()
    return [(row[0], row[1]) for row in rows]


def _model(model: Model, columns: list[tuple[str, str]]) -> str:
    """Return the section of one model."""
    reads = ", ".join(f"`{name}`" for name in model.uses)
    lines = [
        f"## {model.name}",
        "",
        f"**{model.title_zh}**, {model.title_en}: {model.purpose}.",
        "",
        f"Key: {', '.join(f'`{name}`' for name in model.key)}. Reads: {reads}."
        + (f" Facts: {', '.join(model.facts)}." if model.facts else ""),
        "",
    ]
    if model.allow is not None:
        shown = ", ".join(f"`{name}`" for name in model.allow)
        lines += [f"A public list: it may show {shown}, and nothing else.", ""]
    return "\n".join([*lines, _table(columns), ""])


def _table(columns: Iterable[tuple[str, str]]) -> str:
    """Return a table of columns and types."""
    rows = [f"| `{name}` | {kind} |" for name, kind in columns]
    return "\n".join(["| column | type |", "| --- | --- |", *rows])
