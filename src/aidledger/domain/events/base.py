"""What every event struct shares: frozen, keyword-only, unknown fields refused."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Fen = Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)]
"""Money in fen, never negative: a recovery is an event of its own, not a minus sign."""
Difference = Annotated[int, msgspec.Meta(ge=-9_007_199_254_740_991, le=9_007_199_254_740_991)]
"""One sum in fen less another: the only money that may be negative."""
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
MonthText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\Z")]
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}\Z")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Token = Annotated[str, msgspec.Meta(pattern=r"^[pa][0-9a-f]{32}\Z")]
"""A person (``p…``) or an account (``a…``) as the log knows it: a keyed hash, never the number."""
Text = Annotated[str, msgspec.Meta(max_length=500)]
Count = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]

Area = Literal["rural", "urban"]
Form = Literal["decentralised", "concentrated", "household"]
"""``household`` where support is paid to a household and not to one person."""
Programme = Literal[
    "tekun",
    "dibao",
    "temporary",
    "orphan",
    "unattended",
    "low_income",
    "rigid",
    "medical",
    "education",
    "housing",
    "employment",
    "disaster",
    "retired_1960s",
]
"""What support is applied for (S1-001, S4-002 to S4-015)."""
OfficeKind = Literal[
    "civil_affairs",
    "township",
    "village",
    "finance",
    "audit",
    "supervision",
    "bank",
    "institution",
    "health",
    "medical_insurance",
    "education",
    "housing",
    "human_resources",
    "emergency_management",
    "public_security",
    "disabled_federation",
    "trade_union",
    "womens_federation",
    "youth_league",
    "justice",
    "veterans",
    "agriculture",
    "red_cross",
    "social_work",
    "child_welfare",
    "coordination_group",
    "development",
    "approval_service",
    "natural_resources",
    "government",
    "next_generation",
]
"""What an office is: of the three levels, or a department (S4-042, S4-072)."""
Reason = Literal[
    "approval",
    "ability",
    "form",
    "standard",
    "correction",
    "income",
    "household",
    "supplement",
    "exit",
]
"""Why an entitlement is set."""
Ability = Literal["able", "partly", "unable"]
Source = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]*(:[0-9a-f]{64}#[0-9]+)?\Z")]
"""Where a fact comes from: ``office``, ``bank``, ``civil_registry`` …, or ``import:<sha256>#<row>``."""


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The data of one entry; fields are declared in wire order (sorted).

    Like all values that there are many of it holds nothing that could hold it again, so that the
    collector of cycles need not look at it.
    """


class AmountLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of an amount: its code in the pack, the sum in fen, and how it came about."""

    code: Code
    fen: Fen
    formula: Text
