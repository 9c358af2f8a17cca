"""What a generation is: its file, what went into it, and what came out."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from aidledger.replay.building import ModelFailure, ModelResult, Results, Whole
from aidledger.replay.journal import Input
from aidledger.replay.loading import Loaded
from aidledger.replay.models import Model

_generation_form: Final = re.compile(r"generation-([0-9]{6,})\.duckdb").fullmatch


def number_of(file: str) -> int:
    """Return the number in the name of a generation's file, from 1 on; 0 where it is none."""
    match = _generation_form(file)
    return int(match[1]) if match else 0


class GenerationsError(Exception):
    """A rebuild or a reading that cannot run, with a hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def check_place(path: Path) -> None:
    r"""Refuse a place that the engine can't write to: what stands behind a ? are its options, a \ is a /."""
    if {"?", "\\"} & {*os.path.realpath(path)}:
        raise GenerationsError(
            f"{path}: expected a path without ? and \\, found one",
            "DuckDB can't write there: rename the folder, or name another place",
        )


class Generation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a generation is: its file, what went into it, each model's digest, what failed.

    `root` (hex) is that of the log at `size`; empty where it was not known. `position` is the last
    entry that was read (-1: none).
    """

    file: str
    size: Whole
    root: str
    position: Whole
    entries: Whole
    skipped: Whole
    as_of: date
    known_on: date | None
    program: str
    engine: str
    models: tuple[ModelResult, ...]
    failed: tuple[ModelFailure, ...] = ()

    @property
    def number(self) -> int:
        """Its number, from 1 on."""
        return number_of(self.file)

    def holds(
        self, models: dict[str, Model], *, position: int, as_of: date | None, known_on: date | None
    ) -> bool:
        """Whether its rows are what a rebuild of these models would give now."""
        built = {model.name: model.sql_sha256 for model in self.models}
        return (
            self.position == position
            and self.known_on == known_on
            and (as_of is None or self.as_of == as_of)
            and all(built.get(name) == model.sql_sha256 for name, model in models.items())
        )

    def same_input(self, other: Generation) -> bool:
        """Whether the same entries were asked the same question."""
        mine = (self.position, self.root, self.as_of, self.known_on)
        return mine == (other.position, other.root, other.as_of, other.known_on)


def generation_of(file: str, given: Input, loaded: Loaded, results: Results) -> Generation:
    """Return the description of a file that was built so."""
    return Generation(
        file=file,
        size=given.size if given.root else loaded.position + 1,
        root=given.root,
        position=loaded.position,
        entries=loaded.entries,
        skipped=loaded.unread,
        as_of=loaded.as_of,
        known_on=loaded.known_on,
        program=given.program,
        engine=given.engine,
        models=results.built,
        failed=results.failed,
    )
