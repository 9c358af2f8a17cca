"""Worked cases of a rule: little histories beside its file, and what it must find in them.

A case names its events as a county would record them. They go through the encoder and the loader
that every entry goes through; packs and calendars stand before them, as adopted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.audit.bench import Bench
from aidledger.audit.caselog import Log
from aidledger.audit.filling import whole
from aidledger.audit.header import RuleError
from aidledger.audit.rule import Rule
from aidledger.audit.running import NotRun, RuleFinding
from aidledger.domain.events.base import Event
from aidledger.domain.policy.adopting import calendar_adopted, pack_adopted
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.lines import field_lines, line_of
from aidledger.domain.policy.pack import PackLibrary
from aidledger.domain.policy.reading import convert, read_toml
from aidledger.domain.policy.year import load_year_table

CALENDAR: Final = "calendar_days"
_HINT: Final = "see docs/AUDIT.md"


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One little history and what must be found: in `finds` only the keys that are given count."""

    name_zh: str
    name_en: str
    events: tuple[dict[str, Any], ...]
    finds: tuple[dict[str, Any], ...] = ()
    not_run: bool = False
    as_of: str | None = None
    known_on: str | None = None
    packs: tuple[str, ...] = ()


class CasesFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shape of a file of worked cases."""

    case: tuple[Case, ...]


class Shipped(msgspec.Struct, frozen=True, kw_only=True):
    """What cases may have adopted: the texts of packs and calendars, by name."""

    packs: Mapping[str, bytes]
    calendars: Mapping[str, bytes]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one case: `wrong` says what was expected and found, empty where all is well."""

    rule: str
    file: str
    line: int
    name_zh: str
    name_en: str
    wrong: str


class Cases:
    """Reads and tries the worked cases of rules; packs are read once."""

    def __init__(self, shipped: Shipped) -> None:
        """Take what may be adopted."""
        self._files = shipped.packs
        self._library = PackLibrary(shipped.packs)
        self._calendars = [
            calendar_adopted(load_year_table(content, file=f"{name}.toml"))
            for name, content in shipped.calendars.items()
        ]

    def read(self, rule: Rule, folder: Path | None = None) -> tuple[Case, ...]:
        """Return the cases beside a rule's file, in the package or in an auditor's folder.

        Raises:
            RuleError: there is no such file, or it can't be used.

        """
        return tuple(case for case, _ in self._read(rule, folder))

    def tried(self, bench: Bench, rule: Rule, folder: Path | None = None) -> Iterator[Outcome]:
        """Yield what becomes of each case of a rule.

        Raises:
            RuleError: the file of cases can't be used, or the rule does not run.

        """
        file = rule.file.removesuffix(".sql") + ".toml"
        for case, line in self._read(rule, folder):
            log = self._log(case, file, line, with_calendars=bench.reads(rule, CALENDAR))
            as_of, known_on = (_day_of(one, file, line) for one in (case.as_of, case.known_on))
            given = bench.findings(rule, log, as_of=as_of, known_on=known_on)
            yield Outcome(
                rule=rule.id,
                file=file,
                line=line,
                name_zh=case.name_zh,
                name_en=case.name_en,
                wrong=_wrong(case, given, log.front),
            )

    def _read(self, rule: Rule, folder: Path | None) -> Iterator[tuple[Case, int]]:
        """Yield the cases of a rule with their lines."""
        file = rule.file.removesuffix(".sql") + ".toml"
        content = _content(file, folder)
        try:
            cases = convert(read_toml(content, file=file), CasesFile, file=file).case
        except PackError as error:
            line = error.line or line_of(content, error.field)
            raise RuleError(file, line, error.expected, error.found, _HINT) from None
        if not cases:
            raise RuleError(file, 1, "a [[case]]", "none", _HINT)
        lines = field_lines(content.decode("utf-8").replace("\r\n", "\n"))
        for number, case in enumerate(cases):
            yield case, lines.get(f"case[{number}]", 1)

    def _log(self, case: Case, file: str, line: int, *, with_calendars: bool) -> Log:
        """Return the ledger of a case."""
        log = Log(file, line)
        adopted: list[Event] = []
        for name in case.packs:
            try:
                adopted.append(pack_adopted(self._library.resolve(name), self._files))
            except PackError as error:
                raise log.wrong("a pack that comes with the package", f"{name}: {error}") from None
        if with_calendars:
            adopted += self._calendars
        log.adopt(adopted, [str(event.get("on", "")) for event in case.events])
        for number, event in enumerate(case.events):
            log.take(event, number)
        return log


def _content(file: str, folder: Path | None) -> bytes:
    """Return the bytes of a file of cases.

    Raises:
        RuleError: there is none.

    """
    root = folder if folder is not None else resources.files("aidledger.audit").joinpath("rules")
    try:
        return root.joinpath(file).read_bytes()
    except OSError:
        raise RuleError(file, 1, "worked cases beside the rule", "no such file", _HINT) from None


def _day_of(text: str | None, file: str, line: int) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise RuleError(file, line, "a day such as 2022-12-31", text or "", _HINT) from None


def _wrong(case: Case, given: tuple[RuleFinding, ...] | NotRun, front: int) -> str:
    """Say what a rule should have found and what it did; empty where they agree."""
    if isinstance(given, NotRun):
        return "" if case.not_run else f"expected to run, found not run: {given.why_en}"
    if case.not_run:
        return f"expected not to run, found {len(given)} findings"
    left = [_said(one, front) for one in given]
    for wanted in case.finds:
        expected = {name: whole(v) if isinstance(v, str) else v for name, v in wanted.items()}
        match = next((one for one in left if expected.items() <= one.items()), None)
        if match is None:
            return f"expected {wanted}, found {left or 'nothing'}"
        left.remove(match)
    return f"expected no more, found {left}" if left else ""


def _said(one: RuleFinding, front: int) -> dict[str, Any]:
    """Return a finding as a case names it: positions count from the case's own first event."""
    return one.values | {
        "subject": one.subject,
        "positions": [position - front for position in one.positions],
        "period": one.period,
        "amount_fen": one.amount_fen,
        "severity": one.severity,
        "message_zh": one.message_zh,
        "message_en": one.message_en,
    }
