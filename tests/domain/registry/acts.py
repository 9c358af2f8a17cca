"""Acts of a small county, and how it comes to them: what scenarios of duties are made of."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from tests.domain.registry.worlds import TOKENS, TOWN, VILLAGE, Speech, World

from aidledger.domain.events import (
    care,
    complaint,
    decision,
    duty,
    ending,
    helping,
    inquiry,
    intake,
    payment,
    powers,
    registry,
    support,
)
from aidledger.domain.events.base import Event

COUNTY = "520123"
CLERK, SURVEYOR, SECOND, HEAD, SUPERVISOR, PUBLISHER = (f"{TOWN}-u{n}" for n in range(1, 7))
REVIEWER, CHECKER, DECIDER, PAYMASTER, COMPLAINTS, RECORDS, INVESTIGATOR, SECURITY, DIRECTOR = (
    f"{COUNTY}-u{n}" for n in range(1, 10)
)
PAYER, KEEPER, FINANCE_HEAD = (f"{COUNTY}-fin-u{n}" for n in range(1, 4))
BANK_CLERK, AUDITOR = f"{COUNTY}-bank-u1", f"{COUNTY}-aud-u1"
CASE, RUN, CARER, COMPLAINT = "case/1", "run/2022-04", "carer/1", "complaint/1"
REGISTRY, EXPORT, BOARD = f"registry/{COUNTY}", "export/1", "list/recipients"
APPLICANT = "p" + "f" * 32
OLD_ACCOUNT, NEW_ACCOUNT = "a" + "0" * 31 + "1", "a" + "0" * 31 + "2"
FILE = "ab" * 32
Made = Callable[[World], Speech]

APPLICATION = intake.ApplicationSubmitted(
    applicant=APPLICANT, area="rural", birth_on="1950-01-01", route="self", township=TOWN,
    village=VILLAGE,
)  # fmt: skip
SURVEY = inquiry.HouseholdSurveyed(
    has_income=False, investigators=(SURVEYOR, SECOND), property_within_limit=True, signed=True
)
OPINION = decision.ReviewOpinionGiven(form="decentralised", opinion="approve", proposed_fen=100_000)
APPROVAL = decision.ApplicationApproved(form="decentralised", from_month="2022-04", limb="age")
NOTICE = decision.PublicityStarted(
    complaint_phone="12345", planned_to="2022-03-08", village=VILLAGE
)
NOTICE_DOWN = decision.PublicityEnded(to_on="2022-03-08")
REPORT = ending.TerminationReported(by="village", ground="income", lost_on="2022-03-01")
AUDIT = ending.TerminationAudited(agreed=True, ground="income")
HEARD = duty.RecipientHeard(channel="in_person", heard_on="2022-03-01")
END = ending.TerminationApproved(ground="income", last_month="2022-03")
ASKED = duty.AccountChangeRequested(account=NEW_ACCOUNT, holder="self", reason="lost_card")
CONFIRMED = duty.AccountChangeConfirmed(account=NEW_ACCOUNT, channel="call_back")
BOUND = support.AccountBound(account=NEW_ACCOUNT, holder="self")
SCORE = care.CarerScored(month="2022-03", score=90)
ENTRUSTED = care.CareEntrusted(
    carer="carer/2", consent=True, from_on="2022-03-01", relation="neighbour", services=()
)
RECEIVED = complaint.ComplaintReceived(anonymous=False, channel="phone", township=TOWN)
LOOKED_INTO = complaint.ComplaintInvestigated(finding="upheld")
LISTED = registry.ListPublished(
    as_of="2022-03-01", file=FILE, kind="recipients", place=TOWN, rows=1
)
AID = helping.HelpGranted(amount_fen=50_000, help="temporary", kind="emergency")
COMPLETED = duty.EmergencyHelpCompleted(justified=True)
WANTED = duty.ExportRequested(fields=("name",), order_number="7", place=TOWN, purpose="audit")
RELEASED = duty.ExportReleased(file=FILE, rows=3)
KEY = powers.KeyRegistered(
    algorithm="ed25519", assurance="token", key="k1", owner=CLERK, public_key="11" * 32,
    registrar=DIRECTOR,
)  # fmt: skip


def on_case(who: str, event: Event) -> Speech:
    return Speech(who, event, CASE)


def applied(world: World) -> None:
    world.says(on_case(CLERK, APPLICATION), on_case(CLERK, intake.ApplicationAccepted()))


def surveyed(world: World) -> None:
    applied(world)
    world.says(on_case(SURVEYOR, SURVEY))


def approved(world: World) -> None:
    surveyed(world)
    world.says(on_case(HEAD, OPINION), on_case(DECIDER, APPROVAL))


def also(world: World, actor: str, role: str, office: str = TOWN, place: str = TOWN) -> None:
    """Give an officer one more role: only the duty then stands in the way."""
    grant = powers.RoleGranted(actor=actor, office=office, place=place, role=role)
    world.says(Speech(SECURITY, grant, REGISTRY))


def kin(world: World, actor: str, other: str = "", person: str = "") -> None:
    declared = powers.KinshipDeclared(
        actor=actor, degree="lineal", kin_actor=other or None, person=person or None
    )
    world.says(Speech(actor, declared, REGISTRY))


def after(setup: Callable[[World], None], speech: Speech) -> Made:
    """Return what is said after a setup."""

    def made(world: World) -> Speech:
        setup(world)
        return speech

    return made


def said(*speeches: Speech, first: Callable[[World], None] | None = None) -> Made:
    """Return the last of some speeches after those before it."""

    def made(world: World) -> Speech:
        if first is not None:
            first(world)
        world.says(*speeches[:-1])
        return speeches[-1]

    return made


def second_role(
    actor: str, role: str, speech: Speech, first: Callable[[World], None], office: str = TOWN
) -> Made:
    """Return what an officer says who has got a role besides what they did before."""

    def made(world: World) -> Speech:
        first(world)
        also(world, actor, role, office, TOWN if office == TOWN else COUNTY)
        return speech

    return made


def one_person_twice(world: World) -> Speech:
    """Two names of one person make no pair."""
    alias = f"{TOWN}-u60"
    same = powers.ActorIdentified(actor=alias, person=TOKENS[SURVEYOR])
    world.says(Speech(SECURITY, same, REGISTRY))
    also(world, alias, "township_investigator")
    applied(world)
    return on_case(SURVEYOR, msgspec.structs.replace(SURVEY, investigators=(SURVEYOR, alias)))


def kin_of_intake(world: World) -> Speech:
    applied(world)
    kin(world, CLERK, other=SECOND)
    return on_case(SURVEYOR, SURVEY)


def own_case(world: World) -> Speech:
    applied(world)
    kin(world, SURVEYOR, person=APPLICANT)
    return on_case(SURVEYOR, inquiry.NeighbourVisited(households=2))


def complaint_about(case: str | None = None, officer: str | None = None) -> Speech:
    received = msgspec.structs.replace(RECEIVED, subject_case=case, subject_officer=officer)
    return Speech(COMPLAINTS, received, COMPLAINT)


def handler_of_case(world: World) -> Speech:
    applied(world)
    also(world, INVESTIGATOR, "county_examiner", COUNTY, COUNTY)
    world.says(on_case(INVESTIGATOR, decision.CountyReviewed()), complaint_about(case=CASE))
    return Speech(INVESTIGATOR, LOOKED_INTO, COMPLAINT)


def investigator_below(world: World) -> Speech:
    world.says(complaint_about(officer=DIRECTOR))
    return Speech(INVESTIGATOR, LOOKED_INTO, COMPLAINT)


def registered_carer(world: World) -> None:
    person = care.CarerRegistered(kind="person", person=APPLICANT, township=TOWN)
    world.says(Speech(SUPERVISOR, person, CARER))


def scores_kin(world: World) -> Speech:
    registered_carer(world)
    kin(world, SUPERVISOR, person=APPLICANT)
    return Speech(SUPERVISOR, SCORE, CARER)


def replaced_by(who: str) -> Made:
    def made(world: World) -> Speech:
        registered_carer(world)
        world.says(Speech(SUPERVISOR, SCORE, CARER))
        applied(world)
        return on_case(who, msgspec.structs.replace(ENTRUSTED, replaces=CARER))

    return made


def ended_by(who: str, *before: Speech) -> Made:
    """Return a termination after what went before it."""

    def made(world: World) -> Speech:
        approved(world)
        if who == REVIEWER:
            also(world, REVIEWER, "county_approver", COUNTY, COUNTY)
        world.says(*before)
        return on_case(who, END)

    return made


def ended_from_below(world: World) -> Speech:
    """A township ends what the county approved, by a delegation given meanwhile."""
    approved(world)
    given = powers.DelegationGiven(
        delegation="d1", from_office=COUNTY, place=TOWN, power="terminate", to_office=TOWN
    )
    world.says(Speech(DECIDER, given, REGISTRY))
    also(world, SUPERVISOR, "township_head")
    world.says(on_case(CLERK, REPORT), on_case(CLERK, HEARD), on_case(HEAD, AUDIT))
    return on_case(SUPERVISOR, END)


def approvals(count: int, *, looks: int = 0, an_hour_apart: bool) -> Made:
    """Return one more approval after so many of one officer, of which some were looked at again."""

    def made(world: World) -> Speech:
        for number in range(count):
            world.clock = f"{number % 24 if an_hour_apart else 1:02d}:00:00.000000Z"
            if an_hour_apart:
                world.day = f"2022-03-{1 + number // 24:02d}"
            case = f"case/{number + 10}"
            world.says(Speech(DECIDER, APPROVAL, case))
            if number < looks:
                world.says(Speech(CHECKER, duty.SecondLookTaken(agreed=True), case))
        world.day = "2022-03-20" if an_hour_apart else world.day
        return Speech(DECIDER, APPROVAL, "case/9")

    return made


def account(*, by: str, days: int, channel: str = "call_back") -> Made:
    """Return a change of account so many days after it was asked for."""

    def made(world: World) -> Speech:
        applied(world)
        first = msgspec.structs.replace(BOUND, account=OLD_ACCOUNT)
        world.says(on_case(CLERK, first), on_case(CLERK, ASKED))
        if by:
            heard = msgspec.structs.replace(CONFIRMED, channel=channel)
            world.says(on_case(by, heard))
        world.day = f"2022-03-{1 + days:02d}"
        return on_case(CLERK, BOUND)

    return made


def genesis_with(custodians: tuple[powers.Custodian, ...], needed: int) -> Speech:
    """Return a genesis for a log that has none yet."""
    declared = powers.GenesisDeclared(
        custodians=custodians, custodians_needed=needed, origin="x", powers="cn-county",
        powers_hash="00" * 32,
    )  # fmt: skip
    return Speech("a1", declared, REGISTRY, office="a")


def admin_confirmed_by(who: str) -> Made:
    """Return the confirmation of a new administrator."""

    def made(world: World) -> Speech:
        grant = powers.RoleGranted(
            actor="520123-u30", office=COUNTY, place=COUNTY, role="audit_admin"
        )
        world.says(Speech(DIRECTOR, grant, REGISTRY))
        confirmed = powers.CustodianConfirmed(position=len(world.entries) - 1)
        return Speech(who, confirmed, REGISTRY)

    return made


def granted(actor: str, role: str, by: str = SECURITY) -> Speech:
    grant = powers.RoleGranted(actor=actor, office=TOWN, place=TOWN, role=role)
    return Speech(by, grant, REGISTRY)


def named_after_opinion(world: World) -> Speech:
    """The reviewer is named as an investigator by somebody else."""
    applied(world)
    also(world, HEAD, "township_investigator")
    world.says(on_case(HEAD, OPINION))
    return on_case(SURVEYOR, msgspec.structs.replace(SURVEY, investigators=(SURVEYOR, HEAD)))


def decider_handles(world: World) -> None:
    """The decider has visited the neighbours."""
    applied(world)
    also(world, DECIDER, "township_investigator")
    visited = inquiry.NeighbourVisited(households=3)
    world.says(Speech(DECIDER, visited, CASE, office=TOWN))


def rostered(world: World) -> None:
    approved(world)
    line = payment.PaymentRostered(account=OLD_ACCOUNT, amount_fen=1, month="2022-04", run=RUN)
    opened = payment.PayRunOpened(fund="fund/1", month="2022-04")
    world.says(Speech(PAYMASTER, opened, RUN), on_case(PAYMASTER, line))


def paid_by(world: World, who: str, office: str = "") -> Speech:
    rostered(world)
    return Speech(who, payment.PayRunApproved(lines=1, total_fen=1), RUN, office=office)


def paid_by_decider(world: World) -> Speech:
    """Who decided a case on the roster has a role at the finance bureau as well."""
    finance = f"{COUNTY}-fin"
    also(world, DECIDER, "finance_payer", finance, COUNTY)
    return paid_by(world, DECIDER, finance)


def reconciled_by(world: World, who: str) -> Speech:
    world.says(paid_by(world, PAYER))
    if who == PAYER:
        also(world, PAYER, "finance_reconciler", f"{COUNTY}-fin", COUNTY)
    result = payment.BankResultReceived(
        file=FILE, paid_fen=1, paid_lines=1, returned_fen=0, returned_lines=0
    )
    return Speech(who, result, RUN)


def taken_down(world: World, who: str) -> Speech:
    world.says(Speech(PUBLISHER, LISTED, BOARD))
    return Speech(who, registry.ListWithdrawn(file=FILE, withdrawn_on="2022-03-20"), BOARD)


def wanted_by(world: World, who: str) -> None:
    if who == RECORDS:
        also(world, RECORDS, "county_examiner", COUNTY, COUNTY)
    world.says(Speech(who, WANTED, EXPORT))
