"""The texts in the headers of rules and models are broken between words, and never within one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise, takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_WORD = re.compile("[A-Za-z]+")
_BROKEN = re.compile(r"([A-Za-z]+)\n--\s{2,}([A-Za-z]+)")


def headers() -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each SQL file and the lines of its header."""
    for folder in ("src/aidledger/audit", "projections"):
        for path in sorted((ROOT / folder).rglob("*.sql")):
            lines = path.read_text(encoding="utf-8").splitlines()
            yield path.name, list(takewhile(lambda line: line.startswith("--"), lines))


def within_words(files: Iterable[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    """Return where two parts stand for one word that is written elsewhere, and are none themselves."""
    known: Counter[str] = Counter()
    breaks = []
    for name, lines in files:
        known.update(_WORD.findall("\n".join(lines)))
        for one, other in pairwise(lines):
            if found := _BROKEN.search(f"{one}\n{other}"):
                breaks.append((name, found[1], found[2]))
    # both parts were counted where the text is broken
    return [
        (name, f"{one}|{other}")
        for name, one, other in breaks
        if known[one + other] and min(known[one], known[other]) == 1
    ]


def test_no_text_is_broken_within_a_word() -> None:
    assert [] == within_words(headers())


def test_a_word_that_is_broken_is_seen() -> None:
    lines = ["-- needs: no register of deaths was impor", "--   ted"]
    other = ["-- needs: no register was imported"]

    assert [("r.sql", "impor|ted")] == within_words([("r.sql", lines), ("s.sql", other)])
