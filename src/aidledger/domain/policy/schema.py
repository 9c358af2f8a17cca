"""The shape of a policy pack's TOML file: what an author writes, before overlay and compiling.

Unknown keys are refused, types are strict, dates are quoted text. Every parameter needs its
provenance: a number without a source is not a rule.
"""

from __future__ import annotations

import tomllib
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from aidledger.domain.calendar import CountFrom, Roll, Unit
from aidledger.domain.events.base import Programme, Reason
from aidledger.domain.policy.errors import PackError

MAX_FILE_BYTES = 262_144
T = TypeVar("T")

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
Severity = Literal["low", "medium", "high", "critical"]
Status = Literal["draft", "in_force", "repealed", "lapsed"]


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


class LimitTable(
    _Strict, frozen=True, kw_only=True, rename={"from_event": "from", "to_events": "to"}
):
    """A time limit: from one event, until one of others, so many units; ``repeats`` each period.

    ``at_most`` means done by the last day, ``at_least`` not before it.
    ``n`` is a number or the name of a whole-number parameter.
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


def read_toml(content: bytes, *, file: str) -> dict[str, Any]:
    """Read TOML from bytes of any kind.

    Raises:
        PackError: too large, not UTF-8, not TOML.
    """
    if len(content) > MAX_FILE_BYTES:
        raise PackError(
            file=file,
            field="file",
            expected=f"at most {MAX_FILE_BYTES} bytes",
            found=f"{len(content)}",
        )
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        found = f"a byte that is not UTF-8 at offset {error.start}"
    except (ArithmeticError, RecursionError, ValueError) as error:
        found = str(error)
    raise PackError(file=file, field="file", expected="TOML in UTF-8", found=found)


def convert(data: dict[str, Any], into: type[T], *, file: str) -> T:
    """Turn TOML tables into a struct.

    Raises:
        PackError: naming the field as ``clause[3].require``.
    """
    try:
        return msgspec.convert(data, into, strict=True)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        expected, _, found = text.removeprefix("Expected ").partition(", got ")
        field = path.rstrip("`").removeprefix(".") or "file"
        raise PackError(
            file=file, field=field, expected=expected, found=found or "something else"
        ) from None
    except RecursionError:
        raise PackError(file=file, field="file", expected="flat tables", found="depth") from None
