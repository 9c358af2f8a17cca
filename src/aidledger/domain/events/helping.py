"""Help beside a monthly allowance: what was granted, what it rests on, and who was sent where.

Temporary assistance, medical, education, housing, employment and disaster help (S4-043 to S4-066),
one grant type for all of them: what a grant of a kind must rest on stands in the pack.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from aidledger.domain.events.base import (
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    MonthText,
    Programme,
    Source,
    Token,
)
from aidledger.domain.policy.decision import DecisionRecord

Recognised = Literal[
    "low_income",
    "rigid",
    "marginal",
    "orphan",
    "unattended",
    "retired_1960s",
    "student_in_difficulty",
]
"""What somebody is recognised as, beside what support they have."""


class HelpGranted(Event, frozen=True, kw_only=True):
    """给予救助: help once or for some months, in money, goods, a service or a waiver; 0 fen where none is paid out.

    ``cause`` names one event of need (two grants of one cause are told apart from two needs),
    ``detail`` what the help comes to: the payer of a bill (whose claim is the cause), the school
    stage, the kind of subsidy, the goods.
    """

    amount_fen: Fen
    cause: Code | UnsetType = UNSET
    cause_on: Day | UnsetType = UNSET
    decision: DecisionRecord | None = None
    detail: Code | UnsetType = UNSET
    from_month: MonthText | UnsetType = UNSET
    help: Literal[
        "temporary",
        "contribution",
        "medical",
        "medical_lookback",
        "education",
        "public_rental",
        "rent_subsidy",
        "rent_waiver",
        "renovation",
        "public_post",
        "employment_subsidy",
        "disaster",
        "living_subsidy",
    ]
    kind: Literal["emergency", "expenditure", "regular"] = "regular"
    to_month: MonthText | UnsetType = UNSET
    way: Literal["money", "goods", "service", "waiver"] = "money"


class DirectPurchaseMade(Event, frozen=True, kw_only=True):
    """直接采购: goods bought at once out of assistance money in a public emergency (S4-050)."""

    amount_fen: Fen
    emergency: Code
    item: Code
    quantity: Count
    supplier: Code


class ReferralMade(Event, frozen=True, kw_only=True):
    """转介: sent on to another office or a charity (S4-049)."""

    referral: Code
    service: Code
    source: Source = "office"
    to_unit: Code


class ReferralAnswered(Event, frozen=True, kw_only=True):
    """转介反馈: whether the other side took the person on."""

    answered_on: Day
    referral: Code
    source: Source = "office"
    taken: bool


class NeedMatched(Event, frozen=True, kw_only=True):
    """供需对接: a need of the case met by somebody who offers help (S4-067)."""

    kind: Literal["donation", "volunteers", "social_work"]
    need: Code
    provider: Code
    source: Source = "office"


class ProgrammeChosen(Event, frozen=True, kw_only=True):
    """项目选择: of two programmes that exclude each other the person chose one (C17)."""

    chosen: Programme
    consent: bool
    given_up: Programme
    source: Source = "office"


class GuardianRecorded(Event, frozen=True, kw_only=True):
    """监护登记: guardian, entrusted guardian or maintainer of a minor, from a day on (S4-075)."""

    from_on: Day
    guardian: Token
    kind: Literal["guardian", "entrusted", "maintainer"]
    source: Source = "office"
    to_on: Day | UnsetType = UNSET


class ContributionPaid(Event, frozen=True, kw_only=True):
    """参保资助: the person's own insurance contribution of a year paid for them (S1-054, S1-056)."""

    amount_fen: Fen
    scheme: Literal["basic", "stacked"]
    source: Source = "medical_insurance"
    year: Count


class MedicalCostSettled(Event, frozen=True, kw_only=True):
    """医疗费用结算: who paid what of one bill, payer by payer (S1-055, S4-056).

    A payer left out has not settled yet; one that settled and paid nothing has 0. Said again of a
    claim, only the last counts.
    """

    assistance_fen: Fen | UnsetType = UNSET
    basic_fen: Fen | UnsetType = UNSET
    claim: Code
    fund_fen: Fen | UnsetType = UNSET
    incurred_on: Day
    serious_fen: Fen | UnsetType = UNSET
    source: Source = "medical_insurance"
    total_fen: Fen


class HousingAssessed(Event, frozen=True, kw_only=True):
    """住房困难核定: whether the household meets the standard of housing hardship (S1-060)."""

    dilapidated: bool
    hardship: bool
    source: Source = "housing"


class EmploymentRegistered(Event, frozen=True, kw_only=True):
    """就业登记: able, willing and without work, in which class (S4-064, S4-065)."""

    able: bool
    person: Token
    register: Literal["employment_hardship", "registered_unemployed"]
    registered_on: Day
    source: Source = "human_resources"
    to_on: Day | UnsetType = UNSET
    willing: bool


class WorkEvidenced(Event, frozen=True, kw_only=True):
    """务工证明: somebody from elsewhere has worked in the county since a day (S4-046, S4-047)."""

    county: Code
    evidence: Digest | None = None
    from_on: Day
    source: Source = "office"
    to_on: Day | UnsetType = UNSET


class StatementFiled(Event, frozen=True, kw_only=True):
    """申请陈述: work ability, livelihood and family relations as the applicant states them (S1-013).

    The text is sealed; what it covers is not.
    """

    covers: tuple[Literal["work_ability", "livelihood", "obligors"], ...]
    source: Source = "office"
    true_declared: bool


class RecognitionGranted(Event, frozen=True, kw_only=True):
    """对象认定: recognised as low-income, of rigid expenditure or marginal, until a day.

    ``cause`` is the number of the category that says why, which is sealed: an illness is told by no
    code (S4-013). Of a student in difficulty it is the grade (S4-058).
    """

    by_unit: Code
    cause: Code
    decision: DecisionRecord | None = None
    recognised: Recognised
    valid_to: Day | UnsetType = UNSET


class RecognitionEnded(Event, frozen=True, kw_only=True):
    """认定终止: the recognition no longer holds from a day on."""

    ended_on: Day
    ground: Code
    recognised: Recognised
    source: Source = "office"


class ChildRecorded(Event, frozen=True, kw_only=True):
    """儿童登记: a child of a protected class known to a township (S4-006 to S4-008)."""

    birth_on: Day
    kind: Literal["orphan", "unattended", "left_behind", "in_difficulty"]
    person: Token
    source: Source = "office"
    township: Code
    village: Code
