"""Policy packs looked at as rules: which there are, what they say, differ in, and whether they hold.

Works without a ledger; with one, it says what was adopted and since when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.packwords import check_words
from aidledger.domain.policy.amounts import standard_on
from aidledger.domain.policy.describing import Rule, RuleDifference, differences, rules_of
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.examples import Example, load_examples, run_example
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack, check_periods, load_pack_file
from aidledger.domain.policy.year import load_year_table
from aidledger.domain.recorded import END_OF_TIME
from aidledger.services.acts.adoption import no_pack, shipped
from aidledger.services.decisions.policy_book import PolicyBook

MAX_FILE_BYTES: Final = 1_048_576


class PackLine(msgspec.Struct, frozen=True, kw_only=True):
    """A pack as a list shows it; ``adopted`` are the days since which the ledger knows this text."""

    pack: str
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
    adopted: tuple[str, ...]
    parameters: int
    clauses: int
    limits: int
    amounts: int
    standards: int
    examples: int | None


class PackView(msgspec.Struct, frozen=True, kw_only=True):
    """One pack with all that it says; ``in_force`` on ``as_of`` by its text, None if not asked."""

    line: PackLine
    version: int
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


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an example says otherwise than the rules answer."""

    example: str
    line: int
    field: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of trying one pack: refused, or its examples one by one."""

    pack: str
    file: str
    examples: int
    refused: PackError | None
    failures: tuple[Failure, ...]

    @property
    def held(self) -> bool:
        """Whether the file can be used and every example holds."""
        return self.refused is None and not self.failures


def list_packs(
    book: PolicyBook | None, *, as_of: str | None = None, known_on: str | None = None
) -> tuple[PackLine, ...]:
    """Return the shipped packs, then the texts that the ledger adopted and that are not shipped.

    Args:
        book: the ledger's policy, where there is a ledger.
        as_of: only packs whose text is in force that day.
        known_on: only what was known that day, and adopted by then.
    """
    known_by = known_on or END_OF_TIME
    library = PackLibrary(shipped("packs"))
    packs = [(library.resolve(name), name) for name in library.ids]
    known = {pack.hash for pack, _ in packs}
    adopted = {a.pack_hash for a in book.adoptions() if a.known_since <= known_by} if book else ()
    packs += [(book.pack(digest), "") for digest in sorted(set(adopted) - known) if book]
    return tuple(
        _line(
            pack,
            book,
            known_by=known_by,
            examples=len(load_examples(library, name)) if name else None,
        )
        for pack, name in packs
        if pack.known_since <= known_by and (as_of is None or pack.in_force_on(as_of))
    )


def show_pack(
    name: str, book: PolicyBook | None, *, as_of: str | None, known_on: str | None
) -> PackView:
    """Return a pack: the text that the ledger adopted last by ``known_on``, else the shipped one.

    Args:
        name: the pack's id.
        book: the ledger's policy, where there is a ledger.
        as_of: whether it is in force that day; of each standard only the one that holds then.
        known_on: by what was known that day; None: by all that is known.

    Raises:
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
        line=_line(pack, book),
        version=pack.version,
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
    """Return what two packs differ in, as adopted by a day. Raises ServiceError: no such pack."""
    a, b = find_pack(one, book, known_on), find_pack(other, book, known_on)
    found = differences(a, b)
    same = len({(r.kind, r.name) for r in rules_of(a)}) - sum(d.a is not None for d in found)
    return PackDifferences(a=_line(a, book), b=_line(b, book), differences=found, same=same)


def find_pack(name: str, book: PolicyBook | None, known_on: str | None) -> ResolvedPack:
    """Return the text of a pack that was adopted last, else the shipped one.

    Raises:
        ServiceError: neither adopted nor shipped.
    """
    adopted = [
        a
        for a in (book.adoptions() if book else ())
        if a.pack == name and (known_on is None or a.known_since <= known_on)
    ]
    if book and adopted:
        return book.pack(max(adopted, key=lambda a: (a.known_since, a.position)).pack_hash)
    library = PackLibrary(shipped("packs"))
    if name not in library.ids:
        raise no_pack(name)
    return library.resolve(name)


def try_shipped(names: Sequence[str]) -> tuple[Trial, ...]:
    """Run the examples of shipped packs, or of all where none is named.

    Raises:
        ServiceError: no such pack.
    """
    files = shipped("packs")
    for name in names:
        if name not in files:
            find_pack(name, None, None)
    return tuple(_try(files, name, f"{name}.toml") for name in names or sorted(files))


def try_file(path: Path) -> Trial:
    """Check a pack file of one's own and run its examples.

    Packs that it rests on are the shipped ones, or files beside it; it may not hold at the same
    time as another shipped pack of its place.

    Raises:
        OSError: the file can't be read.
    """
    content = _read(path)
    try:
        pack = load_pack_file(content, file=str(path))
        files = {**shipped("packs"), pack.id: content}
        base = pack.extends
        while base is not None and base not in files:
            files[base] = _read(path.with_name(f"{base}.toml"))
            base = load_pack_file(files[base], file=f"{base}.toml").extends
    except PackError as error:
        return _refused(path.stem, str(path), error)
    except FileNotFoundError:
        files = {**shipped("packs"), pack.id: content}  # the missing base is named by its field
    return _try(files, pack.id, str(path))


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_FILE_BYTES)


def _try(files: dict[str, bytes], name: str, shown: str) -> Trial:
    """Resolve a pack, hold it against the others of its place, and run its examples."""
    library = PackLibrary(files)
    try:
        pack = library.resolve(name)
        check_words(pack, files)
        check_periods(map(library.resolve, library.ids), files)
        examples = load_examples(library, name)
    except PackError as error:
        return _refused(name, shown, error)
    calendar = Calendar(
        load_year_table(content, file=f"{year}.toml")
        for year, content in shipped("calendars").items()
    )
    return Trial(
        pack=name,
        file=shown,
        examples=len(examples),
        refused=None,
        failures=tuple(f for example in examples for f in _failures(pack, example, calendar)),
    )


def _failures(pack: ResolvedPack, example: Example, calendar: Calendar) -> list[Failure]:
    return [
        Failure(
            example=example.table.id,
            line=example.line,
            field=one.field,
            expected=one.expected,
            found=one.found,
        )
        for one in run_example(pack, example, calendar)
    ]


def _refused(name: str, shown: str, error: PackError) -> Trial:
    """Return the trial of a pack that can't be used, under the name by which the reader knows it."""
    own = error.file in (f"{name}.toml", shown)
    told = error.at(file=shown) if own else error
    return Trial(pack=name, file=shown, examples=0, refused=told, failures=())


def _line(
    pack: ResolvedPack,
    book: PolicyBook | None,
    *,
    known_by: str = END_OF_TIME,
    examples: int | None = None,
) -> PackLine:
    return PackLine(
        pack=pack.id,
        title_zh=pack.title.zh,
        title_en=pack.title.en,
        jurisdiction=pack.jurisdiction,
        status=pack.status,
        in_force_from=pack.in_force_from,
        in_force_to=pack.in_force_to,
        known_since=pack.known_since,
        extends=pack.chain[-2][0] if len(pack.chain) > 1 else None,
        hash=pack.hash,
        shipped=pack.hash in _shipped_hashes() if examples is None else True,
        adopted=tuple(
            a.known_since
            for a in (book.adoptions() if book else ())
            if a.pack_hash == pack.hash and a.known_since <= known_by
        ),
        parameters=len(pack.parameters),
        clauses=len(pack.clauses),
        limits=len(pack.limits),
        amounts=len(pack.amounts),
        standards=len(pack.standards),
        examples=examples,
    )


def _shipped_hashes() -> frozenset[str]:
    library = PackLibrary(shipped("packs"))
    return frozenset(library.resolve(name).hash for name in library.ids)
