"""Policy packs looked at as rules: which there are, what they say, differ in, and whether they hold.

Works without a ledger; with one, it says what was adopted and since when.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from aidledger.domain.policy.amounts import standard_on
from aidledger.domain.policy.describing import Rule, RuleDifference, differences, rules_of
from aidledger.domain.policy.examples import load_examples
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack
from aidledger.domain.recorded import END_OF_TIME
from aidledger.services.acts.adoption import is_file, no_pack, shipped, shipped_tables
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.decisions.trying import own_pack
from aidledger.services.problems import ServiceError


class PackLine(msgspec.Struct, frozen=True, kw_only=True):
    """A pack as a list shows it; ``adopted`` are the days since which the ledger knows this text.

    ``replaced`` is the day since which it knows another text of this id instead. ``shipped`` is this very text; ``own`` a pack of an id that does not come along with this program.
    """

    pack: str
    version: int
    title_zh: str
    title_en: str
    jurisdiction: str
    status: str
    in_force_from: str
    in_force_to: str | None
    known_since: str
    extends: str | None
    hash: str
    shipped: bool
    own: bool
    adopted: tuple[str, ...]
    replaced: str | None
    parameters: int
    clauses: int
    limits: int
    amounts: int
    standards: int
    examples: int | None


class PackView(msgspec.Struct, frozen=True, kw_only=True):
    """One pack with all that it says; ``in_force`` on ``as_of`` by its text, None if not asked."""

    line: PackLine
    basis: tuple[str, ...]
    as_of: str | None
    known_on: str | None
    in_force: bool | None
    held_by_ledger: str | None
    rules: tuple[Rule, ...]


class PackDifferences(msgspec.Struct, frozen=True, kw_only=True):
    """What two packs differ in, and how many rules say the same in both."""

    a: PackLine
    b: PackLine
    differences: tuple[RuleDifference, ...]
    same: int


def list_packs(
    book: PolicyBook | None, *, as_of: str | None = None, known_on: str | None = None
) -> tuple[PackLine, ...]:
    """Return the shipped packs, then the texts that the ledger adopted and that are not shipped.

    Those that the ledger has lost are left to `lost_packs`.

    Args:
        book: the ledger's policy, where there is a ledger.
        as_of: only packs whose text is in force that day.
        known_on: only what was known that day, and adopted by then.
    """
    known_by = known_on or END_OF_TIME
    library = PackLibrary(shipped("packs"))
    packs = [(library.resolve(name), name) for name in library.ids]
    ours = {name: pack.hash for pack, name in packs}
    adopted = {a.pack_hash for a in book.adoptions() if a.known_since <= known_by} if book else ()
    lost = lost_packs(book)
    readable = sorted(set(adopted) - set(ours.values()) - set(lost))
    packs += [(book.pack(digest), "") for digest in readable if book]
    return tuple(
        _line(
            pack,
            book,
            ours,
            known_by=known_by,
            examples=len(load_examples(library, name)) if name else None,
        )
        for pack, name in packs
        if pack.known_since <= known_by and (as_of is None or pack.in_force_on(as_of))
    )


def lost_packs(book: PolicyBook | None) -> dict[str, ServiceError]:
    """Return by hash which adopted packs can't be read, and why: texts that are gone or were changed."""
    lost = {}
    for adoption in book.adoptions() if book else ():
        try:
            if book is not None:
                book.pack(adoption.pack_hash)
        except ServiceError as error:
            lost[adoption.pack_hash] = error
    return lost


class CalendarLine(msgspec.Struct, frozen=True, kw_only=True):
    """A year's calendar as a list shows it; ``adopted`` is the day on which the ledger recorded it."""

    year: int
    known_since: str
    notice: str
    hash: str
    off_days: int
    work_days: int
    shipped: bool
    adopted: str | None


def list_calendars(
    book: PolicyBook | None, *, as_of: str | None = None, known_on: str | None = None
) -> tuple[CalendarLine, ...]:
    """Return the shipped calendars and those that the ledger adopted, by year and since when known.

    Args:
        book: the ledger's policy, where there is a ledger.
        as_of: only those of the day's year.
        known_on: only what was known that day, and of the ledger's what was recorded by then.
    """
    ours = {table.hash: table for table in shipped_tables()}
    known_by = known_on or END_OF_TIME
    taken = book.calendars() if book else ()
    adopted = {table.hash: (day, table) for day, table in reversed(taken) if day <= known_by}
    tables = {**ours, **{digest: table for digest, (_, table) in adopted.items()}}
    found = [
        CalendarLine(
            year=table.year,
            known_since=table.known_since.isoformat(),
            notice=table.notice,
            hash=digest,
            off_days=len(table.off_days),
            work_days=len(table.work_days),
            shipped=digest in ours,
            adopted=adopted[digest][0] if digest in adopted else None,
        )
        for digest, table in tables.items()
        if table.known_since.isoformat() <= known_by
        and (as_of is None or as_of.startswith(f"{table.year:04d}-"))
    ]
    return tuple(sorted(found, key=lambda one: (one.year, one.known_since, one.hash)))


def show_pack(
    name: str, book: PolicyBook | None, *, as_of: str | None, known_on: str | None
) -> PackView:
    """Return a pack: the text that the ledger adopted last by ``known_on``, else the shipped one.

    Args:
        name: the pack's id, or a file (`find_pack`).
        book: the ledger's policy, where there is a ledger.
        as_of: whether it is in force that day; of each standard only the one that holds then.
        known_on: by what was known that day; None: by all that is known.

    Raises:
        OSError: as `find_pack`, and the two below.
        PackError: the file can't be used.
        ServiceError: no such pack.
    """
    pack = find_pack(name, book, known_on)
    on, known = as_of, known_on or "9999-12-31"
    rules = rules_of(pack)
    in_force, held = None, None
    if on is not None:
        in_force = pack.in_force_on(on) and pack.known_since <= known
        holding = book.pack_in_force(on, known) if book else None
        held = holding.id if holding else None
        codes = {one.code for one in pack.standards}
        now = [standard_on(code, on[:7], pack.standards) for code in codes]
        names = {f"{one.code}@{one.from_on}" for one in now if one}
        rules = tuple(rule for rule in rules if rule.kind != "standard" or rule.name in names)
    return PackView(
        line=_line(pack, book, _shipped_hashes()),
        basis=tuple(" ".join(filter(None, (b.text_zh, b.number, b.date))) for b in pack.basis),
        as_of=as_of,
        known_on=known_on,
        in_force=in_force,
        held_by_ledger=held,
        rules=rules,
    )


def compare_packs(
    one: str, other: str, book: PolicyBook | None, known_on: str | None = None
) -> PackDifferences:
    """Return what two packs differ in, as adopted by a day. Raises as `find_pack`."""
    a, b = find_pack(one, book, known_on), find_pack(other, book, known_on)
    found = differences(a, b)
    same = len({(r.kind, r.name) for r in rules_of(a)}) - sum(d.a is not None for d in found)
    ours = _shipped_hashes()
    lines = [_line(pack, book, ours) for pack in (a, b)]
    return PackDifferences(a=lines[0], b=lines[1], differences=found, same=same)


def find_pack(name: str, book: PolicyBook | None, known_on: str | None) -> ResolvedPack:
    """Return a pack by its id, the text that was adopted last, else the shipped one; or that of a file.

    Raises:
        OSError: the file can't be read.
        PackError: the file can't be used.
        ServiceError: neither adopted nor shipped.
    """
    if is_file(name):
        return own_pack(Path(name), book)
    adopted = book.newest(known_on or END_OF_TIME).get(name) if book else None
    if book and adopted:
        return book.pack(adopted.pack_hash)
    library = PackLibrary(shipped("packs"))
    if name not in library.ids:
        raise no_pack(name)
    return library.resolve(name)


def _line(
    pack: ResolvedPack,
    book: PolicyBook | None,
    ours: Mapping[str, str],
    *,
    known_by: str = END_OF_TIME,
    examples: int | None = None,
) -> PackLine:
    adopted = tuple(
        a.known_since
        for a in (book.adoptions() if book else ())
        if a.pack_hash == pack.hash and a.known_since <= known_by
    )
    newest = book.newest(known_by).get(pack.id) if book and adopted else None
    replaced = newest if newest is not None and newest.pack_hash != pack.hash else None
    return PackLine(
        pack=pack.id,
        version=pack.version,
        title_zh=pack.title.zh,
        title_en=pack.title.en,
        jurisdiction=pack.jurisdiction,
        status=pack.status,
        in_force_from=pack.in_force_from,
        in_force_to=pack.in_force_to,
        known_since=pack.known_since,
        extends=pack.chain[-2][0] if len(pack.chain) > 1 else None,
        hash=pack.hash,
        shipped=pack.hash in ours.values(),
        own=pack.id not in ours,
        adopted=adopted,
        replaced=None if replaced is None else replaced.known_since,
        parameters=len(pack.parameters),
        clauses=len(pack.clauses),
        limits=len(pack.limits),
        amounts=len(pack.amounts),
        standards=len(pack.standards),
        examples=examples,
    )


def _shipped_hashes() -> dict[str, str]:
    """Return the hash of each shipped pack by its id."""
    library = PackLibrary(shipped("packs"))
    return {name: library.resolve(name).hash for name in library.ids}
