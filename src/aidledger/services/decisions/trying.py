"""Tries packs and calendars before anybody works under them: their form, days, place and examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import msgspec

from aidledger.domain.calendar import Calendar, YearTable
from aidledger.domain.packwords import check_words
from aidledger.domain.policy.errors import PackError, pack_error
from aidledger.domain.policy.examples import Example, load_examples, run_example
from aidledger.domain.policy.lines import located
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack, check_periods
from aidledger.domain.policy.schema import PackFile
from aidledger.domain.policy.year import CalendarFile, load_year_table
from aidledger.domain.recorded import END_OF_TIME
from aidledger.said import Said
from aidledger.services.acts.adoption import no_pack, shipped, shipped_tables
from aidledger.services.decisions.ownfiles import Bases, OwnFile, check_place, read_own
from aidledger.services.decisions.policy_book import PolicyBook
from aidledger.services.problems import Problem


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an example says otherwise than the rules answer."""

    example: str
    line: int
    field: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of trying one pack or calendar: refused, or its rules and its examples one by one.

    ``pack`` and ``table`` are what may be adopted, neither where it was refused or adds nothing;
    ``notices`` stand in no way.
    """

    name: str
    file: str
    is_calendar: bool = False
    examples: int = 0
    refused: PackError | None = None
    failures: tuple[Failure, ...] = ()
    notices: tuple[Said, ...] = ()
    pack: ResolvedPack | None = None
    table: YearTable | None = None

    @property
    def held(self) -> bool:
        """Whether the file can be used and every example holds."""
        return self.refused is None and not self.failures


def problems_of(trial: Trial) -> list[Problem]:
    """Return all that stands in the way of a pack or a calendar."""
    error = trial.refused
    if error is not None:
        return [
            Problem(
                code=error.reason or "bad_value",
                file=error.file,
                line=error.line,
                field=error.field,
                expected=error.expected,
                found=error.found,
                text_zh=error.why("zh"),
                text_en=error.why("en"),
            )
        ]
    return [
        Problem(
            code="example_fails",
            file=trial.file,
            line=one.line,
            field=f"{one.example}: {one.field}",
            expected=one.expected,
            found=one.found,
        )
        for one in trial.failures
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of several files; ``texts`` are those of packs by id, which they were resolved with."""

    trials: tuple[Trial, ...]
    texts: Mapping[str, bytes]


def try_shipped(names: Sequence[str]) -> tuple[Trial, ...]:
    """Run the examples of shipped packs, or of all where none is named.

    Raises:
        ServiceError: no such pack.
    """
    texts = shipped("packs")
    for name in names:
        if name not in texts:
            raise no_pack(name)
    library = PackLibrary(texts)
    others = [library.resolve(name) for name in texts]
    calendar = Calendar(shipped_tables())
    return tuple(
        _tried_pack(Trial(name=name, file=f"{name}.toml"), library, others, calendar)
        for name in names or sorted(texts)
    )


def try_files(
    paths: Sequence[Path],
    *,
    names: Sequence[str] = (),
    book: PolicyBook | None = None,
    county: str | None = None,
    on: str | None = None,
    beside: bool = True,
) -> Tried:
    """Check files of one's own, packs and calendars, and run the packs' examples.

    Args:
        paths: the files; what each of them is, its content says.
        names: shipped packs that are adopted with them; their trials come first.
        book: what the ledger has adopted, where there is a ledger.
        county: whose rules they are to be, with `on` the day of the adoption; None: nobody's yet.
        on: see `county`.
        beside: whether no other pack may hold on their days.

    Raises:
        OSError: a file can't be read.
        ServiceError: the text of a pack that the ledger adopted is not there, or is another.
    """
    own = [read_own(path) for path in paths]
    bases = Bases(names, book)
    trials: dict[int, Trial] = {}
    for at, one in enumerate(own):
        try:
            _take(one, bases, county, on)
        except PackError as error:
            trials[at] = _refused(Trial(name=one.name, file=str(one.path)), error)
    for at, one in enumerate(own):
        if at not in trials and isinstance(one.says, PackFile):
            try:
                bases.look_beside(one, one.says)
            except PackError as error:
                trials[at] = _refused(Trial(name=one.name, file=str(one.path)), error)
    tables = [*shipped_tables(), *(table for _, table in (book.calendars() if book else ()))]
    calendars = [
        (one.says.known_since, at)
        for at, one in enumerate(own)
        if isinstance(one.says, CalendarFile)
    ]
    for _, at in sorted(calendars):
        if at not in trials:
            trials[at] = _tried_calendar(own[at], tables)
            tables += filter(None, [trials[at].table])
    library, calendar = PackLibrary(bases.texts), Calendar(tables)
    others = [*bases.adopted(book), *_resolved(library, [*names, *sorted(bases.given)])]
    shown = [_tried_named(name, bases, library, others) for name in names]
    others += bases.shipped()
    for at, one in enumerate(own):
        if at not in trials:
            held = others if beside else ()
            trials[at] = _with_lacking(_tried_own(one, bases, library, held, calendar), book)
    return Tried(trials=(*shown, *(trials[at] for at in range(len(own)))), texts=bases.texts)


def own_pack(path: Path, book: PolicyBook | None) -> ResolvedPack:
    """Return the pack of a file, to be looked at or decided under: it need not fit beside other packs.

    Args:
        path: the file, which is checked as `try_files` does.
        book: what the ledger has adopted, where there is a ledger: a base is taken from there first.

    Raises:
        OSError: the file can't be read.
        PackError: it can't be used, is a calendar, or an example doesn't hold.
        ServiceError: the text of a pack that the ledger adopted is not there, or is another.
    """
    [trial] = try_files([path], book=book, beside=False).trials
    if trial.pack is not None:
        return trial.pack
    if trial.refused is not None:
        raise trial.refused
    if trial.failures:
        first = trial.failures[0]
        field = f"{first.example}: {first.field}"
        raise pack_error(trial.file, field, first.expected, first.found, "").at(line=first.line)
    raise pack_error(trial.file, "year", "a policy pack", "a calendar", "another_kind")


def _take(one: OwnFile, bases: Bases, county: str | None, on: str | None) -> None:
    """Take a file in as what it is. Raises PackError: it can't be read, or can't be this county's."""
    if isinstance(one.says, PackError):
        raise one.says
    if county is not None and on is not None:
        check_place(one, one.says, county, on)
    if isinstance(one.says, PackFile):
        bases.give(one, one.says)


def _resolved(library: PackLibrary, names: Sequence[str]) -> list[ResolvedPack]:
    """Return those of some packs that can be resolved; what is wrong with another, its own trial says."""
    packs = []
    for name in names:
        with suppress(PackError):
            packs.append(library.resolve(name))
    return packs


def _tried_named(
    name: str, bases: Bases, library: PackLibrary, others: Sequence[ResolvedPack]
) -> Trial:
    """Hold a shipped pack against what the ledger has adopted; its examples were tried before."""
    trial = Trial(name=name, file=f"{name}.toml")
    try:
        pack = library.resolve(name)
        bases.check_version(name, trial.file, bases.texts[name])
        check_periods([pack], bases.texts, beside=others)
    except PackError as error:
        return _refused(trial, error)
    return replace(trial, pack=pack)


def _tried_own(
    one: OwnFile,
    bases: Bases,
    library: PackLibrary,
    others: Sequence[ResolvedPack],
    calendar: Calendar,
) -> Trial:
    """Try a pack of one's own: as a shipped one, and over what the ledger has adopted."""
    trial = Trial(name=one.name, file=str(one.path))
    trial = _tried_pack(trial, library, others, calendar, bases.places)
    if trial.pack is None:
        return trial
    try:
        told = bases.check_chain(one, trial.pack)
    except PackError as error:
        return _refused(trial, error)
    if trial.pack.status == "draft":
        told.append(Said("草案：没有一天有效", "a draft: it holds on no day"))
    before = bases.newest.get(one.name)
    if before is not None and before.pack_hash == trial.pack.hash:
        told.append(Said("规则与已采用的相同", "its rules are those that are adopted"))
    elif before is not None and before.in_force_from < trial.pack.in_force_from:
        told.append(
            Said(
                f"新版本取代旧版本的全部日期：{before.in_force_from} 起、"
                f"{trial.pack.in_force_from} 以前的日期不再适用 {one.name}；"
                "只想从某日起改变规则，请另用编号",
                f"it replaces the version before on every day: {one.name} no longer holds from "
                f"{before.in_force_from} until {trial.pack.in_force_from}; a rule that only changes "
                "from a day on has an id of its own",
            )
        )
    return replace(trial, notices=tuple(told))


def _with_lacking(trial: Trial, book: PolicyBook | None) -> Trial:
    """Tell of standards that a pack reckons with and nobody has published: no amount comes of them."""
    if trial.pack is None:
        return trial
    there = {*trial.pack.standards, *(book.standards_known_on(END_OF_TIME) if book else ())}
    named = {code for amount in trial.pack.amounts for code in amount.formula.standards}
    codes = ", ".join(sorted(named - {one.code for one in there}))
    told = Said(
        f"政策包和账本中都没有标准 {codes}：公布之前算不出金额",
        f"no standard {codes} in the pack or the ledger: no amount until one is published",
    )
    return replace(trial, notices=(*trial.notices, told)) if codes else trial


def _tried_pack(
    trial: Trial,
    library: PackLibrary,
    others: Sequence[ResolvedPack],
    calendar: Calendar,
    places: Mapping[str, Path] = MappingProxyType({}),
) -> Trial:
    """Resolve a pack, hold it against the others of its place, and run its examples."""
    texts = {name: library.file(name) for name in library.ids}
    try:
        pack = library.resolve(trial.name)
        check_words(pack, texts)
        check_periods([pack], texts, beside=others)
        examples = load_examples(library, trial.name)
    except PackError as error:
        return _refused(trial, error, places)
    failures = tuple(f for example in examples for f in _failures(pack, example, calendar))
    return replace(
        trial, examples=len(examples), failures=failures, pack=None if failures else pack
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


def _tried_calendar(one: OwnFile, tables: Sequence[YearTable]) -> Trial:
    """Hold a calendar against those of its year: only a later notice changes what is known."""
    file = str(one.path)
    trial = Trial(name=one.name, file=file, is_calendar=True)
    table = load_year_table(one.content, file=file)
    same_year = [held for held in tables if held.year == table.year]
    last = max((held.known_since for held in same_year), default=None)
    if last is None or table.known_since > last:
        return replace(trial, table=table)
    days = (table.known_since, table.off_days, table.work_days)
    if any(days == (held.known_since, held.off_days, held.work_days) for held in same_year):
        told = Said(
            f"{table.year} 年的这份日历已有，不再记录",
            f"these days of {table.year} are held already: not recorded again",
        )
        return replace(trial, notices=(told,))
    try:
        with located({file: one.content}):
            raise pack_error(
                file,
                "known_since",
                f"a day after {last}, since when other days of {table.year} are known",
                table.known_since.isoformat(),
                "not_newer",
            )
    except PackError as error:
        return _refused(trial, error)


def _refused(
    trial: Trial, error: PackError, places: Mapping[str, Path] = MappingProxyType({})
) -> Trial:
    """Return the trial of what can't be used, with the file under the name that the reader knows it by."""
    path = places.get(error.file.removesuffix(".toml"))
    if path is None and error.file == f"{trial.name}.toml":
        path = Path(trial.file)
    told = error if path is None else error.at(file=str(path))
    return replace(trial, refused=told, pack=None)
