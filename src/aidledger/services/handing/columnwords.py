"""What columns and fields are called, in Chinese and English: a list of words, one for each name."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final

from aidledger.said import Said

WORDS: Final = "columns.tsv"


@lru_cache(maxsize=1)
def column_words() -> dict[str, Said]:
    """Return the words of every column name that tables have."""
    text = resources.files(__package__).joinpath(WORDS).read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {name: Said(zh, en) for name, zh, en in rows}


def meaning_of(table: str, column: str) -> Said:
    """Return what a column is; one that nobody has words for is called by its name."""
    words = column_words()
    return (
        words.get(f"{table}.{column}")
        or words.get(column)
        or Said(column, column.replace("_", " "))
    )


def short_name(table: str, field: str) -> Said:
    """Return what a field of an event or of a state is called, without what stands in brackets."""
    said = meaning_of(table, field.rpartition(".")[2])
    return Said(said.zh.partition("（")[0], said.en.partition(" (")[0])
