"""The shape of a policy pack's TOML file: what an author writes, before overlay and compiling.

Unknown keys are refused, types are strict, dates are quoted text. Every parameter needs its
provenance: a number without a source is not a rule.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

from aidledger.domain.calendar import CountFrom, Roll, Unit
from aidledger.domain.events.base import Programme, Reason
from aidledger.domain.policy.reading import convert, read_toml

_EXAMPLES: Final = re.compile(rb"^\n?\[\[example\]\]", re.MULTILINE)

PackId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
RuleId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{1,63}$")]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
EventName = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Za-z0-9]{1,63}$")]
FactId = Annotated[str, msgspec.Meta(pattern=r"^(S[0-4]-[0-9]{3}|F[0-9]{3}|C[0-9]{1,2})$")]
DayText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
FactPath = Annotated[str, msgspec.Meta(pattern=r"^(act|case|member)\.[a-z][a-z0-9_]{0,63}$")]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
Condition = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Whole = Annotated[int, msgspec.Meta(ge=-9_007_199_254_740_991, le=9_007_199_254_740_991)]
Scalar = bool | Whole | str
ParameterValue = Scalar | list[Scalar] | dict[str, Scalar | list[Scalar]]
GivenValue = (
    Scalar | list[Scalar | dict[str, Scalar | list[Scalar]]] | dict[str, Scalar | list[Scalar]]
)
"""A fact as an example gives it; lists may hold maps, such as the members of a household."""
Severity = Literal["low", "medium", "high", "critical"]
Status = Literal["draft", "in_force", "repealed", "lapsed"]
Edge = Literal[
    "birthday",
    "death_on_pay_day",
    "equal_supplements",
    "leap_day",
    "make_up_day",
    "rounding",
    "year_end",
    "zero_income",
]
"""What lies at an edge in an example; ``birthday`` is one on the day of the decision."""


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all tables of the file."""


class Title(_Strict, frozen=True, kw_only=True):
    """The pack's name for readers."""

    zh: Words
    en: Words


class Basis(_Strict, frozen=True, kw_only=True):
    """One legal text the pack rests on."""

    text_zh: Words
    number: str = ""
    date: str = ""
    facts: tuple[FactId, ...] = ()


class InForce(_Strict, frozen=True, kw_only=True, rename={"from_on": "from", "to_on": "to"}):
    """First and last day in force; no last day while it lasts."""

    from_on: DayText
    to_on: DayText | None = None


class Provenance(_Strict, frozen=True, kw_only=True):
    """Where a parameter comes from; ``local`` marks what no text of the seed gives."""

    citation: Words
    facts: tuple[FactId, ...] = ()
    local: bool = False


class ClauseTable(_Strict, frozen=True, kw_only=True):
    """A clause: on which acts, what must hold, and by which text."""

    id: RuleId
    on: Annotated[tuple[EventName, ...], msgspec.Meta(min_length=1)]
    kind: Literal["refuse", "finding"]
    citation: Words
    facts: tuple[FactId, ...] = ()
    text_zh: Words
    text_en: Words
    when: Condition | None = None
    require: Condition


class Floor(_Strict, frozen=True, kw_only=True):
    """What an amount does not go below: a standard or a parameter (in fen), times a ratio."""

    standard: Key | None = None
    parameter: Key | None = None
    ratio: str = "1"


class ByArea(_Strict, frozen=True, kw_only=True):
    """Which standard counts, by the value of a fact: ``{ fact, of = { rural = …, urban = … } }``."""

    fact: FactPath
    of: Annotated[dict[str, Key], msgspec.Meta(min_length=1)]


class ByTier(_Strict, frozen=True, kw_only=True):
    """The tier that a fact falls into.

    The parameter lists a bound (still in the tier) and its fen in turn, bounds rising.
    """

    fact: FactPath
    parameter: Key


class Formula(_Strict, frozen=True, kw_only=True):
    """One base (standard, parameter or fact in fen, standard by a fact, tier) times an exact ratio.

    At least the floors, times a fact (persons), less a fact (income in fen), at most the cap (a
    parameter in fen), never below nothing. ``rounding`` may only be left out where all ratios are
    whole.
    """

    standard: Key | None = None
    parameter: Key | None = None
    standard_by: ByArea | None = None
    tier: ByTier | None = None
    fact: FactPath | None = None
    ratio: str = "1"
    at_least: tuple[Floor, ...] = ()
    times: FactPath | None = None
    minus: FactPath | None = None
    cap: Key | None = None
    rounding: str | None = None


class AmountTable(_Strict, frozen=True, kw_only=True):
    """One part of an amount; parts of one group are added up or only the highest counts.

    ``for_each`` names a list of maps (``case.members``): the group is worked out for each, whose
    facts are under ``member.``, and added up. ``shown_as`` stands in entries where the code itself
    would tell what is sealed; what is shown as one is added up, without how it came about.
    ``needs`` names another amount: without it, or where it is nothing, this one is nothing too.
    """

    code: RuleId
    citation: Words
    facts: tuple[FactId, ...] = ()
    text_zh: Words
    text_en: Words
    when: Condition | None = None
    formula: Formula
    group: RuleId | None = None
    for_each: FactPath | None = None
    shown_as: RuleId | None = None
    needs: RuleId | None = None
    combine: Literal["max", "sum"] = "sum"
    local: bool = False


class FollowTable(_Strict, frozen=True, kw_only=True):
    """An entitlement follows from an act on a case that is supported, for this reason."""

    on: Literal[
        "CategoryEnded",
        "CategoryRecorded",
        "GradualExitGranted",
        "HouseholdMemberChanged",
        "IncomeAssessed",
    ]
    reason: Reason


class Extendable(_Strict, frozen=True, kw_only=True):
    """What a limit may be moved by: ``more`` units in all, in ``times`` acts, on listed grounds.

    ``more`` is a number or a whole-number parameter, ``grounds`` a parameter that lists them.
    """

    more: Annotated[int, msgspec.Meta(ge=1, le=20_000)] | Key
    grounds: Key
    times: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class LimitTable(
    _Strict, frozen=True, kw_only=True, rename={"from_event": "from", "to_events": "to"}
):
    """A time limit: from one event, until one of others, so many units; ``repeats`` each period.

    ``at_most`` means done by the last day, ``at_least`` not before it.
    ``n`` is a number or the name of a whole-number parameter. ``suspendable`` names the parameter
    that lists on what grounds its days may stop counting; without it none do.
    """

    id: RuleId
    from_event: EventName
    to_events: Annotated[tuple[EventName, ...], msgspec.Meta(min_length=1)]
    n: Annotated[int, msgspec.Meta(ge=1, le=20_000)] | Key
    unit: Unit
    count_from: CountFrom = "next_day"
    roll: Roll = "none"
    bound: Literal["at_most", "at_least"] = "at_most"
    repeats: bool = False
    extendable: Extendable | None = None
    suspendable: Key | None = None
    citation: Words
    facts: tuple[FactId, ...] = ()
    severity: Severity
    text_zh: Words
    text_en: Words


class StandardTable(_Strict, frozen=True, kw_only=True, rename={"from_on": "from"}):
    """A monthly standard in fen from a day on, as the pack's text gives it."""

    code: Key
    monthly_fen: Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)]
    from_on: DayText
    citation: Words
    facts: tuple[FactId, ...] = ()
    local: bool = False


class PackFile(_Strict, frozen=True, kw_only=True):
    """A whole file; ``programmes`` are those that the pack is for, none: every programme."""

    id: PackId
    version: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    title: Title
    jurisdiction: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    basis: Annotated[tuple[Basis, ...], msgspec.Meta(min_length=1)]
    status: Status
    in_force: InForce
    known_since: DayText
    extends: PackId | None = None
    programmes: tuple[Programme, ...] = ()
    remove: tuple[RuleId, ...] = ()
    parameters: dict[Key, ParameterValue] = {}
    provenance: dict[Key, Provenance] = {}
    clause: tuple[ClauseTable, ...] = ()
    amount: tuple[AmountTable, ...] = ()
    follow: tuple[FollowTable, ...] = ()
    limit: tuple[LimitTable, ...] = ()
    standard: tuple[StandardTable, ...] = ()


class PublishedTable(_Strict, frozen=True, kw_only=True, rename={"from_on": "from"}):
    """A standard published beside the pack, as an example takes it to be."""

    code: Key
    monthly_fen: Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)]
    from_on: DayText


class MoveTable(_Strict, frozen=True, kw_only=True, rename={"kind": "as"}):
    """A move of the limit of an example: granted, suspended from or counting again from a day."""

    kind: Literal["extended", "suspended", "resumed"]
    on: DayText
    count: Annotated[int, msgspec.Meta(ge=0, le=20_000)] = 0


class ExampleTable(_Strict, frozen=True, kw_only=True):
    """A worked example: what the pack must answer for some facts on a day.

    An ``act`` is allowed unless clauses refuse it (``refused_by``; ``found_by`` are clauses that
    only find). An amount has its parts. A ``limit`` that begins on the day ends on ``due``, as
    ``moved`` since: an extension is in its own unit. Facts stand by root and name (``case.age_years``); ``like`` takes over those of an earlier example or
    of one of a parent. ``case.birth_on`` gives the age of the day. Working days are counted as
    known on ``known_on``, or as known today.
    """

    id: RuleId
    facts: Annotated[tuple[FactId, ...], msgspec.Meta(min_length=1)]
    edge: tuple[Edge, ...] = ()
    on: DayText
    known_on: DayText | None = None
    act: EventName | None = None
    like: RuleId | None = None
    given: dict[Key, dict[Key, GivenValue]] = {}
    published: tuple[PublishedTable, ...] = ()
    refused_by: tuple[RuleId, ...] = ()
    found_by: tuple[RuleId, ...] = ()
    amount_fen: Whole | None = None
    parts: dict[RuleId, Whole] = {}
    limit: RuleId | None = None
    moved: tuple[MoveTable, ...] = ()
    due: DayText | None = None
    provisional: bool = False


class ExampleFile(_Strict, frozen=True, kw_only=True):
    """What follows the rules in a pack's file: examples and nothing else."""

    example: tuple[ExampleTable, ...] = ()


def split_examples(content: bytes) -> tuple[bytes, bytes]:
    """Return the rules of a pack's file and its examples: they begin with ``[[example]]``.

    The first line that begins so ends the rules, with one empty line before it. Both are read
    apart, so that nothing behind that line can change a rule.
    """
    begin = _EXAMPLES.search(content)
    at = begin.start() if begin else len(content)
    return content[:at], content[at:]


def read_examples(content: bytes, *, file: str) -> tuple[ExampleTable, ...]:
    """Read what stands behind the rules of a pack's file.

    Raises:
        PackError: something else than examples stands there, such as a rule that nobody would
            read, or an example of another form.
    """
    rules, written = split_examples(content)
    # Line by line where it was: what stands before is empty lines for the reader of TOML.
    tables = read_toml(b"\n" * rules.count(b"\n") + written, file=file)
    return convert(tables, ExampleFile, file=file).example
