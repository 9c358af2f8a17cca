"""Writes the postings as a file of Beancount, the plain-text accounting that auditors can open.

The same entries give the same bytes. Each transaction carries the position of its entry, so that an
auditor finds it in the log; people are there by their case alone. See ``domain/postings.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.postings import BOOKED, Posted, posted
from aidledger.services.cases.standing import day_of_question
from aidledger.services.clock import end_of_china_day
from aidledger.services.decoding import readable
from aidledger.services.session import Session

_READ: Final = (*BOOKED, "ApplicationSubmitted", "EntryAnnulled", "EntryCorrected")
_HEAD: Final = """\
; 复式记账，由账本条目导出；每笔交易的 position 是条目在账本中的位置。
; Double entry, derived from the ledger's entries; each transaction names the position of its entry.
option "title" "aidledger {origin} {as_of}"
option "operating_currency" "CNY"
"""
_special_character: Final = re.compile(r"[^A-Za-z0-9-]|-(?![A-Za-z0-9])")
_SHORT: Final = {"-": "--h", ".": "--p", "/": "--s", ":": "--k", "_": "--u"}


def read_book(
    session: Session, *, as_of: str | None = None, known_on: str | None = None
) -> tuple[str, list[Posted]]:
    """Return the day asked about and the postings as they stand on it.

    Args:
        session: an opened ledger.
        as_of: leave out what is effective after that day; default: the day of the last entry.
        known_on: leave out what was recorded after that day.

    """
    entries = readable(session.store, session.store.read_types(_READ))
    if known_on is not None:
        end = end_of_china_day(known_on)
        entries = [entry for entry in entries if entry.recorded_at < end]
    day = as_of or day_of_question(session, known_on)
    return day, posted(entries, as_of=day)


def as_beancount(book: Iterable[Posted], *, origin: str, as_of: str) -> Iterator[str]:
    """Yield the file piece by piece: a head, the accounts, then a transaction for each entry."""
    entries = sorted(book, key=lambda entry: (entry.effective_on, entry.position))
    escaped = origin.replace("\\", "\\\\").replace('"', '\\"')
    yield _HEAD.format(origin=escaped, as_of=as_of)
    opened: dict[str, str] = {}
    for entry in entries:
        for line in entry.lines:
            opened.setdefault(line.account, entry.effective_on)
    for account, first in sorted(opened.items()):
        yield f'\n{first} open {account_name(account)} CNY\n  account: "{account}"\n'
    for entry in entries:
        yield _transaction(entry)


def account_name(account: str) -> str:
    """Return an account as Beancount can name it: one name for one account, and none for two.

    Each part begins with a capital or a digit; what a name may not hold is written as ``--`` and a
    letter, or ``--``, its code point in hex, and ``z``.
    """
    root, _, path = account.partition(":")
    return ":".join([root.capitalize(), *map(_part, path.split("/"))])


def _part(text: str) -> str:
    """Return one part of an account's name."""
    first = text[:1]
    if first.isascii() and (first.isdigit() or first.islower()):
        head, rest = first.upper(), text[1:]
    elif first.isascii() and first.isupper():
        head, rest = f"{first}--x", text[1:]
    else:
        head, rest = "Z--o", text
    return head + _special_character.sub(_escaped, rest)


def _escaped(found: re.Match[str]) -> str:
    """Return what stands for a character that no name may hold."""
    character = found[0]
    return _SHORT.get(character, f"--{ord(character):x}z")


def _transaction(entry: Posted) -> str:
    """Return one entry with its lines."""
    kind = EVENTS[entry.event]
    lines = "".join(f"  {account_name(p.account)}  {_yuan(p.fen)} CNY\n" for p in entry.lines)
    return (
        f'\n{entry.effective_on} * "{kind.title_zh}" "{kind.title_en}"\n'
        f'  event: "{entry.event}"\n'
        f"  position: {entry.position}\n"
        f'  stream: "{entry.stream}"\n'
        f"{lines}"
    )


def _yuan(fen: int) -> str:
    """Return a sum in yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
