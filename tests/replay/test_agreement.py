"""Two derivations of every case agree, whatever was recorded, in whatever order."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.replay.histories import VILLAGE, Log, case_name, token

from aidledger.domain.events.catalog import EVENTS
from aidledger.replay.agreement import CASE_COLUMNS, differences, fold_cases
from aidledger.replay.deriving import compute
from aidledger.replay.models import load_models

MODELS = load_models()
FIRST = date(2021, 11, 1)

days = st.integers(0, 150).map(lambda n: str(FIRST + timedelta(days=n)))
months = st.sampled_from(["2022-01", "2022-02", "2022-03", "2022-04"])
codes = st.sampled_from(["o1", "o2"])
carers = st.sampled_from(["520123-0001", "520123-0002"])
villages = st.sampled_from([VILLAGE, "520123002001"])
amounts = st.integers(0, 300_000)
accounts = st.integers(1, 2).map(lambda n: token("a", n))


def entry(
    name: str, **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.fixed_dictionaries(fields).map(lambda data: (name, data))


def just(value: Any) -> st.SearchStrategy[Any]:
    return st.just(value)


APPLICATION = {
    "applicant": st.integers(1, 2).map(lambda n: token("p", n)),
    "area": st.sampled_from(["rural", "urban"]),
    "birth_on": st.sampled_from(["1950-05-05", "2010-02-28"]),
    "display_name": st.sampled_from(["张*", "", "欧阳*"]),
    "route": just("self"),
    "township": just("520123001"),
    "village": villages,
}
GROUNDS = st.sampled_from(["death", "income", "own_wish"])
RUN = just("run/2022-03")
EVERY = (
    entry("ApplicationSubmitted", **APPLICATION),
    entry(
        "NeedDiscovered",
        assessment=just("eligible"),
        channel=just("patrol"),
        informed=just(True),
        township=st.sampled_from(["520123001", "520123002"]),
        village=villages,
    ),
    entry("ApplicationAccepted"),
    entry("ApplicationWithdrawn", reason=just("")),
    entry(
        "ReviewOpinionGiven",
        form=just("decentralised"),
        opinion=st.sampled_from(["approve", "refuse"]),
        proposed_fen=amounts,
    ),
    entry("PublicityStarted", complaint_phone=just(""), planned_to=days, village=villages),
    entry("PublicityEnded", to_on=days),
    entry("ObjectionRaised", objection=codes),
    entry("ObjectionReinvestigated", objection=codes, upheld=st.booleans()),
    entry("CaseSubmitted", received_on=days),
    entry(
        "ApplicationApproved",
        form=st.sampled_from(["decentralised", "concentrated"]),
        from_month=months,
        limb=st.sampled_from(["age", "minor"]),
    ),
    entry("ApplicationRefused", reasons=just(["income"])),
    entry("AbilityAssessed", level=st.sampled_from(["able", "partly", "unable"])),
    entry(
        "SupportFormSet",
        consent=st.booleans(),
        form=just("concentrated"),
        institution=st.sampled_from([None, "home-1"]),
    ),
    entry("PlacementMade", from_on=days, institution=just("home-2")),
    entry("EntitlementSet", from_month=months, monthly_fen=amounts, reason=just("standard")),
    entry("CaseMoved", township=just("520123002"), village=villages),
    entry("AccountBound", account=accounts, holder=just("self")),
    entry("DeathRecorded", died_on=days, source=just("hospital")),
    entry(
        "WhereaboutsChanged", from_on=days, kind=st.sampled_from(["prison", "missing", "returned"])
    ),
    entry("SupportSuspended", from_month=months, ground=just("prison")),
    entry("SupportResumed", from_month=months),
    entry("VisitMade", visitor=just("v1")),
    entry(
        "CareEntrusted",
        carer=carers,
        consent=just(True),
        from_on=days,
        relation=just("friend"),
        services=just(["watch_over"]),
    ),
    entry("CareEnded", carer=carers, ground=just("other"), to_on=days),
    entry(
        "CareClassSet",
        care_class=st.sampled_from(["first", "second", "third"]),
        ground=just("orphan"),
    ),
    entry(
        "PaymentIssued", account=accounts, amount_fen=amounts, month=months, paid_on=days, run=RUN
    ),
    entry(
        "PaymentReturned",
        amount_fen=amounts,
        month=months,
        reason=just("closed"),
        returned_on=days,
        run=RUN,
    ),
    entry("PaymentRecovered", amount_fen=amounts, month=months, reason=just("death")),
    entry("TerminationReported", by=just("village"), ground=GROUNDS, lost_on=days),
    entry("TerminationAudited", agreed=st.booleans(), ground=GROUNDS),
    entry("TerminationApproved", ground=GROUNDS, last_month=months),
    entry(
        "HelpGranted",
        amount_fen=amounts,
        help=st.sampled_from(["temporary", "medical"]),
        kind=st.sampled_from(["emergency", "expenditure"]),
        way=st.sampled_from(["money", "goods"]),
    ),
    entry("CarerScored", month=months, score=st.integers(0, 100)),
    entry("AbilityChangeReported"),
)
NAMES = (
    "ApplicationSubmitted",
    "NeedDiscovered",
    "ApplicationAccepted",
    "ApplicationWithdrawn",
    "ReviewOpinionGiven",
    "PublicityStarted",
    "PublicityEnded",
    "ObjectionRaised",
    "ObjectionReinvestigated",
    "CaseSubmitted",
    "ApplicationApproved",
    "ApplicationRefused",
    "AbilityAssessed",
    "SupportFormSet",
    "PlacementMade",
    "EntitlementSet",
    "CaseMoved",
    "AccountBound",
    "DeathRecorded",
    "WhereaboutsChanged",
    "SupportSuspended",
    "SupportResumed",
    "VisitMade",
    "CareEntrusted",
    "CareEnded",
    "CareClassSet",
    "PaymentIssued",
    "PaymentReturned",
    "PaymentRecovered",
    "TerminationReported",
    "TerminationAudited",
    "TerminationApproved",
    "HelpGranted",
    "CarerScored",
    "AbilityChangeReported",
)
STEPS = st.one_of(EVERY)
BY_NAME = dict(zip(NAMES, EVERY, strict=True))
#: Events that act on each other: a history of a few of them finds what a mixed one rarely does.
THEMES = [
    ["CareEntrusted", "CareEnded", "CareClassSet"],
    ["ReviewOpinionGiven", "PublicityStarted", "PublicityEnded", "CaseSubmitted"],
    ["ObjectionRaised", "ObjectionReinvestigated"],
    ["EntitlementSet", "EntitlementSet", "SupportSuspended", "SupportResumed"],
    ["EntitlementSet", "EntitlementSet", "DeathRecorded", "TerminationApproved"],
    ["NeedDiscovered", "NeedDiscovered", "ApplicationSubmitted", "CaseMoved"],
    ["NeedDiscovered"],
    ["ApplicationApproved", "ApplicationRefused", "SupportFormSet", "PlacementMade"],
    ["PaymentIssued", "PaymentReturned", "PaymentRecovered"],
    ["AbilityAssessed", "AccountBound", "WhereaboutsChanged", "VisitMade"],
    ["TerminationReported", "TerminationAudited", "TerminationApproved"],
    ["HelpGranted", "ApplicationSubmitted", "ApplicationApproved", "TerminationAudited"],
]
THEMED = st.sampled_from(THEMES).flatmap(
    lambda names: st.lists(
        st.tuples(days, st.one_of([BY_NAME[name] for name in names])), min_size=3, max_size=7
    )
)
CORRECTIONS = st.one_of(
    st.tuples(just("effective_on"), days.map(lambda day: f'"{day}"')),
    st.tuples(just("amount_fen"), amounts.map(str)),
    st.tuples(just("from_month"), months.map(lambda month: f'"{month}"')),
    st.tuples(just("died_on"), days.map(lambda day: f'"{day}"')),
    st.tuples(just("carer"), carers.map(lambda carer: f'"{carer}"')),
    st.tuples(just("no_such_field"), just("1")),
    st.tuples(just("level"), just('"able"')),
    st.tuples(just("amount_fen"), just("not json")),
)
AMENDMENTS = st.one_of(
    st.tuples(just("EntryAnnulled"), st.integers(0, 40), just(None)),
    st.tuples(just("EntryCorrected"), st.integers(0, 40), CORRECTIONS),
)
HISTORY = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 1, 2]), days, st.integers(0, 3), st.one_of(STEPS, STEPS, AMENDMENTS)
    ),
    max_size=40,
)


def recorded(history: list[Any]) -> Log:
    """Write a history: each entry is recorded some days after the one before."""
    log = Log()
    clock = FIRST
    for number, on, later, what in history:
        clock += timedelta(days=later)
        match what:
            case ("EntryAnnulled", position, _):
                name, data = "EntryAnnulled", {"position": position}
            case ("EntryCorrected", position, (field, value)):
                name = "EntryCorrected"
                data = {"position": position, "field": field, "value": value}
            case (name, data):
                pass
        if name.startswith("Entry"):
            data |= {"authority": "county", "reason": "typing error"}
        log.add(name, case_name(number), on, at=f"{clock}T15:59:59.000000Z", **data)
    return log


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    history=HISTORY,
    as_of=st.integers(0, 180).map(lambda n: FIRST + timedelta(days=n)),
    known_on=st.none() | st.integers(0, 80).map(lambda n: FIRST + timedelta(days=n)),
)
def test_the_fold_and_the_sql_agree_on_every_column(
    history: list[Any], as_of: date, known_on: date | None
) -> None:
    log = recorded(history)

    _, columns, rows = compute(log, MODELS, "case_state", as_of=as_of, known_on=known_on)
    derived = [dict(zip(columns, row, strict=True)) for row in rows]
    folded = list(fold_cases(log.rows(), as_of=as_of, known_on=known_on))

    assert [] == differences(folded, derived)
    assert [row["case"] for row in folded] == [row["case"] for row in derived]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cases=st.lists(THEMED, min_size=16, max_size=28),
    as_of=st.sampled_from([date(2022, 2, 10), date(2022, 3, 31), date(2022, 4, 1)]),
)
def test_they_agree_on_events_that_act_on_each_other(cases: list[Any], as_of: date) -> None:
    log = recorded(
        [(number, on, 0, what) for number, case in enumerate(cases) for on, what in case]
    )

    _, columns, rows = compute(log, MODELS, "case_state", as_of=as_of)
    derived = [dict(zip(columns, row, strict=True)) for row in rows]

    assert [] == differences(fold_cases(log.rows(), as_of=as_of), derived)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(st.tuples(days, STEPS), min_size=1, max_size=8),
    amendments=st.lists(st.tuples(days, st.integers(0, 10), st.none() | CORRECTIONS), min_size=1),
    as_of=st.integers(0, 180).map(lambda n: FIRST + timedelta(days=n)),
)
def test_they_agree_on_a_case_that_was_amended_again_and_again(
    steps: list[Any], amendments: list[Any], as_of: date
) -> None:
    history = [(1, on, 0, what) for on, what in steps]
    for on, position, correction in amendments:
        name = "EntryAnnulled" if correction is None else "EntryCorrected"
        history.append((1, on, 0, (name, position, correction)))
    log = recorded(history)

    _, columns, rows = compute(log, MODELS, "case_state", as_of=as_of)
    derived = [dict(zip(columns, row, strict=True)) for row in rows]

    assert [] == differences(fold_cases(log.rows(), as_of=as_of), derived)


def test_case_state_has_the_columns_that_are_compared() -> None:
    _, columns, _ = compute(Log(), MODELS, "case_state")

    assert list(CASE_COLUMNS) == columns


def test_a_difference_names_the_case_and_the_column() -> None:
    log = Log()
    log.add("AbilityAssessed", case_name(1), "2022-01-01", level="able")
    (row,) = fold_cases(log.rows(), as_of=date(2022, 2, 1))

    found = differences([row], [row | {"ability": "unable"}])

    assert [(case_name(1), "ability", "able", "unable")] == [
        (d.case, d.column, d.folded, d.derived) for d in found
    ]
    assert ["case"] == [d.column for d in differences([row], [])]


def test_every_event_of_a_case_is_in_the_histories_or_changes_nothing_compared() -> None:
    """A new event type with an effect on a case must be added to STEPS above."""
    silent = {
        *("MaterialsRequested", "MaterialsReceived", "RelativeDeclared", "EnrolmentRecorded"),
        *("DisabilityCertified", "HouseholdSurveyed", "NeighbourVisited", "DataCompared"),
        *("LetterEvidenceObtained", "ComparisonHitDisposed", "ObligorAssessed", "AppraisalHeld"),
        *("AppraisalWaived", "CountyReviewed", "SpotChecked", "RefusalNotified"),
        *("ApprovalAnnounced", "FuneralArranged", "SupportReviewed", "NeedFollowedUp"),
        *("PaymentRostered", "PaymentReissued", "TerminationPublished", "TerminationNotified"),
        *("CountyPublicityStarted", "CountyPublicityEnded"),
        *("RuleOverridden", "EntryCorrected", "EntryAnnulled"),
        *("AccountChangeRequested", "AccountChangeConfirmed", "RecipientHeard", "SecondLookTaken"),
        "EmergencyHelpCompleted",
        *("BearerAssigned", "BearerReleased", "CaseDiscussed", "IncidentRecorded"),
        *("ServiceRendered", "MedicalVisitMade", "RespiteStayed", "AbilityReported"),
        *("PersuasionRecorded", "AdmissionRequested", "AdmissionEnded", "PocketMoneyPaid"),
        *("GiftHanded", "IllnessSuspected", "BaseRecordUpdated"),
        *(
            "HouseholdDeclared",
            "HouseholdMemberChanged",
            "ResidenceEvidenced",
            "RelocationRecorded",
        ),
        *("IncomeAssessed", "PropertyAssessed", "CategoryRecorded", "CategoryEnded"),
        *("GradualExitGranted",),
        *("RecoveryOrdered", "RecoveryWaived"),
        *("StatementFiled", "WorkEvidenced", "RecognitionGranted", "RecognitionEnded"),
        *("ProgrammeChosen", "GuardianRecorded", "DirectPurchaseMade"),
        *("ReferralMade", "ReferralAnswered", "NeedMatched", "ContributionPaid"),
        *("MedicalCostSettled", "HousingAssessed", "EmploymentRegistered"),
        *("LimitExtended", "LimitSuspended", "LimitResumed"),
        *("CashHandedOver", "FalseStatementFound", "InformationDemanded"),
    }
    written = set(NAMES) - {"CarerScored"}

    assert {name for name, kind in EVENTS.items() if "case" in kind.stream.split("|")} == (
        silent | written
    )


def test_they_agree_on_every_short_history_of_help_and_support() -> None:
    """S4-045: help once ends the case that asked for it; monthly support runs on beside it."""
    steps: list[tuple[str, dict[str, Any]]] = [
        ("HelpGranted", {"amount_fen": 5, "help": "temporary", "kind": "emergency"}),
        ("ApplicationApproved", {"form": "household", "from_month": "2022-02", "limb": "age"}),
        ("TerminationAudited", {"agreed": False, "ground": "death"}),
        ("ApplicationAccepted", {}),
        ("ApplicationWithdrawn", {"reason": ""}),
    ]
    several = [s for n in (1, 2, 3) for s in product(steps, repeat=n)]
    log = recorded([(n, "2022-01-05", 0, step) for n, all_ in enumerate(several) for step in all_])

    _, columns, rows = compute(log, MODELS, "case_state", as_of=date(2022, 2, 1))
    derived = [dict(zip(columns, row, strict=True)) for row in rows]
    folded = list(fold_cases(log.rows(), as_of=date(2022, 2, 1)))

    assert [] == differences(folded, derived)
    assert {"accepted", "approved", "helped", "withdrawn"} == {row["stage"] for row in folded}
