"""An orphan whom an aunt stands behind, on an office's ledger; nobody here exists."""

from __future__ import annotations

from typing import Any

from tests.domain.people import COUNTY, TOWNSHIP, VILLAGE, identity_number
from tests.services.conftest import Office
from tests.services.households import FINANCE, on_household

ORPHAN, HARDSHIP = "case/520123-2022-000201", "case/520123-2022-000202"
BORN, AUNT_BORN = "2012-06-01", "1985-03-04"
NAME, AUNT = "石小秋", "石大姑"
ILLNESS = "母亲重度精神残疾"
PERSON = {"name": NAME, "identity_number": identity_number(BORN)}


def on_child(name: str, actor: str = "u1", office: str = TOWNSHIP, **more: Any) -> dict[str, Any]:
    """Return an act on the orphan's case, or on another ``stream``."""
    return on_household(name, actor, office, **{"stream": ORPHAN, **more})


def application(programme: str = "orphan", stream: str = ORPHAN, route: str = "proxy") -> Any:
    """Return the application that the aunt files for the child."""
    return on_child(
        "ApplicationSubmitted",
        stream=stream,
        area="rural",
        birth_on=BORN,
        programme=programme,
        route=route,
        township=TOWNSHIP,
        village=VILLAGE,
        personal={**PERSON, "proxy_name": AUNT},
    )


def parents(*grounds: str, stream: str = ORPHAN) -> list[Any]:
    """Return what was found of father and mother; what the mother has is sealed."""
    return [
        on_child(
            "ObligorAssessed",
            stream=stream,
            able=False,
            ground=ground,
            obligor=obligor,
            personal={"text": ILLNESS} if ground == "no_capacity" else {},
        )
        for obligor, ground in zip(("father", "mother"), grounds, strict=True)
    ]


def guardian(kind: str = "guardian") -> Any:
    """Return that the aunt answers for the child."""
    known = {"name": AUNT, "identity_number": identity_number(AUNT_BORN), "phone": "13900139000"}
    return on_child("GuardianRecorded", from_on="2022-01-04", kind=kind, personal=known)


def survey(stream: str = ORPHAN) -> list[Any]:
    """Return an investigation without a fault."""
    surveyed: Any = {"has_income": False, "property_within_limit": True, "signed": True}
    return [
        on_child("HouseholdSurveyed", "u3", stream=stream, investigators=["u3", "u4"], **surveyed),
        on_child("NeighbourVisited", stream=stream, households=3),
        on_child("DataCompared", stream=stream, registers=["deaths"], run_on="2022-01-06"),
    ]


def opinion(stream: str = ORPHAN) -> Any:
    """Return the opinion of the township."""
    form: Any = {"form": "decentralised", "opinion": "approve"}
    return on_child("ReviewOpinionGiven", "u2", stream=stream, **form)


def recognition(programme: str = "orphan") -> Any:
    """Return that the county recognises the child."""
    granted: Any = {"by_unit": COUNTY, "cause": "parents", "recognised": programme}
    return on_child("RecognitionGranted", "c1", COUNTY, **granted)


def approval(limb: str = "orphan", stream: str = ORPHAN) -> Any:
    """Return the approval, from February on."""
    given: Any = {"form": "decentralised", "from_month": "2022-02", "limb": limb}
    return on_child("ApplicationApproved", "c1", COUNTY, stream=stream, **given)


def account(holder: str = "guardian", stream: str = ORPHAN) -> Any:
    """Return that an account is named."""
    number = {"account_number": "6222020000000000025"}
    return on_child("AccountBound", stream=stream, holder=holder, personal=number)


def choose(chosen: str, given_up: str, *, consent: bool = True, stream: str = ORPHAN) -> Any:
    """Return that of two programmes one is chosen."""
    given: Any = {"chosen": chosen, "consent": consent, "given_up": given_up}
    return on_child("ProgrammeChosen", stream=stream, **given)


def line(office: Office, month: str, amount_fen: int, stream: str = ORPHAN) -> Any:
    """Return a line of the roster of a month."""
    known = office.session.states.case(stream).account or "a" + "0" * 32
    given: Any = {"account": known, "amount_fen": amount_fen, "month": month, "run": f"run/{month}"}
    return on_child("PaymentRostered", "f1", FINANCE, stream=stream, **given)


def take_up(office: Office, programme: str = "orphan", *grounds: str) -> None:
    """Apply, accept, investigate, give the opinion and submit, without a notice."""
    named = (guardian(), on_child("ApplicationAccepted"))
    office.act("2022-01-04", application(programme), *parents(*grounds or ("dead", "dead")), *named)
    office.act("2022-01-06", *survey())
    office.act("2022-01-07", opinion(), on_child("CaseSubmitted", "u2", received_on="2022-01-07"))


def support(office: Office) -> None:
    """Take an orphan the whole way to the approval on 2022-01-10."""
    take_up(office)
    office.act("2022-01-10", recognition(), approval(), account())


def support_in_hardship(office: Office) -> None:
    """Have the same child supported in extreme hardship since 2022-01-20."""
    at = HARDSHIP
    covers = ["work_ability", "livelihood", "obligors"]
    stated = on_child("StatementFiled", stream=at, covers=covers, true_declared=True)
    accepted = on_child("ApplicationAccepted", stream=at)
    filed = application("tekun", at)
    office.act("2022-01-04", filed, stated, accepted, *parents("dead", "dead", stream=at))
    office.act("2022-01-06", *survey(at))
    notice: Any = {"complaint_phone": "0851-0", "planned_to": "2022-01-14", "village": VILLAGE}
    office.act("2022-01-07", opinion(at), on_child("PublicityStarted", "u2", stream=at, **notice))
    office.act("2022-01-15", on_child("PublicityEnded", stream=at, to_on="2022-01-14"))
    office.act("2022-01-17", on_child("CaseSubmitted", "u2", stream=at, received_on="2022-01-17"))
    office.act("2022-01-20", approval("minor", at), account(stream=at))


SECOND = "case/520123-2022-000203"


def take_in_hardship_first(office: Office) -> None:
    """File a second application of the child, in extreme hardship, and no more."""
    office.act("2022-02-01", application("tekun", SECOND))
