"""Conditions in CEL: compiled once, the facts they read known before they run.

A condition may read facts under a few roots (``case.`` ``act.`` ``day.`` …) and parameters
(``params.``), compare, count and call the date functions below; it holds no floating-point number,
no clock and no regular expression. Which facts it reads is found in its text, so that a result
depends on nothing else and can be remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from aidledger.domain.calendar import Calendar
from aidledger.domain.policy.errors import FaultReason, PackError, pack_error
from aidledger.domain.values import (
    add_months,
    full_years,
    month_of,
    months_before,
    next_month,
    parse_day,
)

#: Where facts live; ``params`` is filled from the pack itself.
ROOTS: Final = (
    *("act", "carer", "case", "complaint", "contract", "day", "doubt", "due", "fund", "limit"),
    *("member", "params", "person", "run", "stock"),
)
PARAMETERS: Final = "params"
MAX_LENGTH: Final = 2_000
#: Two nested loops over short lists are enough for any rule; more would be a way to hang a reader.
MAX_LOOPS: Final = 2
CALENDAR_FUNCTIONS: Final = frozenset({"add_working_days", "working_days_between"})

_STRINGS = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_FLOAT = re.compile(r"(?<![\w.])(?:[0-9]+\.[0-9]|\.[0-9]|[0-9]+[eE])")
_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|filter|map)\s*\(\s*(\w*)")
_DIVISION = frozenset({"_/_", "_%_"})
_PATH = re.compile(rf"(?<![\w.])({'|'.join(ROOTS)})\b((?:\s*\.\s*[A-Za-z_]\w*)*)(\s*\()?", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_DATE_FUNCTIONS = frozenset(
    [
        "add_days",
        "add_months",
        "add_working_days",
        "day_before_months",
        "days_between",
        "month_of",
        "next_month",
        "working_days_between",
        "years_between",
    ]
)
_ALLOWED_FUNCTIONS = _DATE_FUNCTIONS | frozenset(
    [
        "size",
        "contains",
        "startsWith",
        "endsWith",
        "all",
        "exists",
        "exists_one",
        "filter",
        "map",
        "has",
        "int",
        "string",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A compiled condition with the dotted paths it reads, outermost first."""

    source: str
    paths: tuple[str, ...]
    functions: frozenset[str]
    program: Any

    @property
    def needs_calendar(self) -> bool:
        """Whether the condition counts working days."""
        return not CALENDAR_FUNCTIONS.isdisjoint(self.functions)

    def run(self, context: Mapping[str, Any], calendar: Calendar | None) -> tuple[Any, str | None]:
        """Evaluate over nested facts; return (value, None) or (None, what went wrong).

        The codes are ``missing_fact:<key>``, ``wrong_type``, ``bad_day``, ``no_calendar`` and
        ``failed``. Texts of the library are dropped: they may repeat a fact's value.
        """
        helpers = DateFunctions(calendar)
        try:
            value = self.program.execute({**context, **helpers.table(self.functions)})
        except KeyError as error:
            return None, f"missing_fact:{error.args[0] if error.args else ''}"
        except TypeError:
            return None, helpers.problem or "wrong_type"
        except (ArithmeticError, LookupError, RuntimeError, ValueError):
            return None, helpers.problem or "failed"
        return (None, helpers.problem) if helpers.problem else (value, None)


class DateFunctions:
    """What a condition may call: days as ISO text in, numbers or ISO text out.

    A bad day is remembered in ``problem`` instead of raised: the library writes exceptions of
    called functions to the log, and a day may be a birth date.
    """

    def __init__(self, calendar: Calendar | None) -> None:
        """Take the calendar as known on the day of the decision, if there is one."""
        self._calendar = calendar
        self.problem: str | None = None

    def table(self, names: frozenset[str]) -> dict[str, Callable[..., Any]]:
        """Return the functions of these names; making one costs more than most conditions."""
        if names.isdisjoint(_DATE_FUNCTIONS):
            return {}
        functions: dict[str, Callable[..., Any]] = {
            "add_days": lambda day, n: (parse_day(day) + timedelta(days=n)).isoformat(),
            "add_months": add_months,
            "day_before_months": months_before,
            "days_between": lambda a, b: (parse_day(b) - parse_day(a)).days,
            "month_of": month_of,
            "next_month": next_month,
            "years_between": lambda a, b: full_years(parse_day(a), parse_day(b)),
            "add_working_days": self._add_working_days,
            "working_days_between": self._working_days_between,
        }
        return {name: self._guarded(functions[name]) for name in names & functions.keys()}

    def _guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except (ArithmeticError, TypeError, ValueError):
                self.problem = self.problem or "bad_day"
                return None

        return call

    def _add_working_days(self, day: str, count: int) -> str | None:
        if self._calendar is None:
            self.problem = "no_calendar"
            return None
        return self._calendar.add_working_days(parse_day(day), count).day.isoformat()

    def _working_days_between(self, start: str, end: str) -> int | None:
        if self._calendar is None:
            self.problem = "no_calendar"
            return None
        return self._calendar.working_days_between(parse_day(start), parse_day(end))


@lru_cache(maxsize=8192)
def compile_expression(source: str, *, file: str, field: str) -> Expression:
    """Compile a condition, once, and find the facts that it reads.

    Raises:
        PackError: too long, not CEL, a root read whole or unknown, a number with a point, a
            division, a function that conditions don't have, a value that is no answer.
    """

    def refuse(expected: str, found: str, reason: FaultReason = "not_cel") -> PackError:
        return pack_error(file, field, expected, found, reason)

    if len(source) > MAX_LENGTH:
        raise refuse(f"a condition of at most {MAX_LENGTH} characters", f"{len(source)}")
    bare = _STRINGS.sub('""', source)
    if _FLOAT.search(bare) or "//" in bare:
        raise refuse("whole numbers and no comments", source)
    if len(_LOOP.findall(bare)) > MAX_LOOPS:
        raise refuse(f"at most {MAX_LOOPS} loops", source)
    import cel  # noqa: PLC0415 - it brings a command line along, and most starts need neither

    try:
        program = cel.compile(source)
        used = program.functions()
    except (RuntimeError, TypeError, ValueError):
        raise refuse("a condition in CEL", source) from None
    unknown = sorted(n for n in used if _NAME.fullmatch(n) and n not in _ALLOWED_FUNCTIONS)
    if unknown:
        raise refuse("only the functions of conditions", ", ".join(unknown))
    if not _DIVISION.isdisjoint(used):
        raise refuse("no division, which would lose what is left over", source)
    elsewhere = set(program.variables()) - {*ROOTS, *_LOOP.findall(bare)}
    if elsewhere:
        expected = f"a fact of {', '.join(ROOTS)}"
        raise refuse(expected, ", ".join(sorted(elsewhere)), "unknown_name")
    called = DateFunctions(None).table(frozenset(used))
    if not program.variables() and type(program.execute(called)) is not bool:
        raise refuse("a condition that is true or false", source)
    paths: set[str] = set()
    for match in _PATH.finditer(bare):
        names = _NAME.findall(match.group(2))
        if match.group(3):  # the last name is a method: case.handlers.contains(x)
            names = names[:-1]
        if not names:
            raise refuse("a fact by its name", f"{match.group(1)} as a whole")
        paths.add(".".join((match.group(1), *names)))
    return Expression(
        source=source,
        paths=outermost(paths),
        functions=frozenset(used),
        program=program,
    )


def outermost(paths: set[str]) -> tuple[str, ...]:
    """Drop ``act.parts.x`` where ``act.parts`` is read too."""
    return tuple(sorted(p for p in paths if not any(p.startswith(other + ".") for other in paths)))
