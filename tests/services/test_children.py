"""Orphans and unattended minors through the one door: taken up, recognised, paid, chosen, ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from tests.domain.people import COUNTY, identity_number
from tests.services import children as at
from tests.services import households
from tests.services.children import HARDSHIP, ORPHAN, on_child
from tests.services.conftest import Office
from tests.services.forging import forge
from tests.services.households import FINANCE
from tests.services.test_dibao import refused, rows

from aidledger.domain.case import with_case_before
from aidledger.domain.events.decision import ApplicationApproved
from aidledger.replay.models import load_models
from aidledger.services.cases.history import history
from aidledger.services.decisions.explaining import explain
from aidledger.services.decisions.redeciding import known_facts, record_of, redecide
from aidledger.services.decisions.redeciding_all import redecide_all
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.handing.workbook import as_xlsx
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.questions.listing import Table, as_csv, as_json, check_publishable

CHOSEN = "one-programme-approved"


@pytest.fixture
def county(office: Office) -> Office:
    """An office that has adopted the packs of children too."""
    households.adopt(office, "cn-children-2020", "gz-children-2022")
    return office


def test_an_orphan_is_taken_up_recognised_paid_and_grows_up(county: Office) -> None:
    """S4-006, S4-075: by a guardian, without a notice, at the standard, until eighteen."""
    at.take_up(county)
    notice: Any = {
        "complaint_phone": "0851-0",
        "planned_to": "2022-01-14",
        "village": "520123001001",
    }
    put_up = on_child("PublicityStarted", "u2", **notice)
    assert {"child-not-published"} == refused(county, "2022-01-07", put_up)
    notice.pop("complaint_phone")
    taken_off = on_child("TerminationPublished", "u2", **notice)
    assert {"child-not-published"} == refused(county, "2022-01-07", taken_off)
    assert {"approval-recognised"} == refused(county, "2022-01-10", at.approval())
    assert {"recognition-programme"} == refused(county, "2022-01-10", at.recognition("unattended"))
    county.act("2022-01-10", at.recognition(), at.approval(), at.account("other"))
    assert {"gz-children-2022"} == {d.pack for d in explain(county.session, ORPHAN).decisions}
    assert 120_000 == county.session.states.case(ORPHAN).entitled_fen("2022-02")

    month: Any = {"fund": "f", "month": "2022-02"}
    county.act("2022-02-08", on_child("PayRunOpened", "f1", FINANCE, stream="run/2022-02", **month))
    line = at.line(county, "2022-02", 120_000)
    assert {"pay-held-for-child"} == refused(county, "2022-02-08", line)
    county.act("2022-02-08", at.account("guardian"))
    assert {"pay-amount"} == refused(county, "2022-02-08", at.line(county, "2022-02", 120_001))
    county.act("2022-02-08", at.line(county, "2022-02", 120_000))
    assert {"pay-once"} == refused(county, "2022-02-08", at.line(county, "2022-02", 120_000))

    grown: Any = {"by": "township", "ground": "aged_out", "lost_on": "2030-06-01"}
    county.act("2022-03-01", on_child("TerminationReported", **grown))
    audited = on_child("TerminationAudited", "u2", agreed=True, ground="aged_out")
    ended: Any = {"ground": "aged_out", "last_month": "2022-03"}
    county.act("2022-03-02", audited)
    assert {"termination-aged-out"} == refused(
        county, "2022-03-02", on_child("TerminationApproved", "c1", COUNTY, **ended)
    )
    county.act(
        "2030-06-03",
        on_child("TerminationApproved", "c1", COUNTY, ground="aged_out", last_month="2030-06"),
    )
    assert "terminated" == county.session.states.case(ORPHAN).stage
    assert () == deep_check(county.session).findings
    assert all(one.stands for one in redecide(county.session, ORPHAN))


def test_an_unattended_minor_rests_on_grounds_of_which_illness_is_sealed(county: Office) -> None:
    """S4-007: one parent in prison, the other without capacity; what the illness is stands nowhere."""
    at.take_up(county, "unattended", "prison", "no_capacity")
    alone = at.approval("unattended")
    assert {"approval-recognised"} == refused(county, "2022-01-10", alone)
    county.act("2022-01-10", at.recognition("unattended"), at.approval("unattended"))
    log = str(list(county.session.store.read_stream(ORPHAN)))
    secrets = (at.ILLNESS, at.AUNT, at.NAME, "13900139000", identity_number(at.AUNT_BORN))

    assert 120_000 == county.session.states.case(ORPHAN).entitled_fen("2022-02")
    assert [] == [secret for secret in secrets if secret in log]
    assert "no_capacity" in log
    assert redecide_all(county.session).is_sound


def test_a_child_has_one_programme_until_it_gives_the_other_up(county: Office) -> None:
    """C17, F022: neither accepted nor approved nor paid beside the other, but once it was given up."""
    at.support_in_hardship(county)
    county.act("2022-01-21", at.application(), *at.parents("dead", "dead"), at.guardian())
    accepted = on_child("ApplicationAccepted")
    assert {"one-programme-accepted"} == refused(county, "2022-01-21", accepted)
    county.act("2022-01-21", at.choose("orphan", "tekun", consent=False))
    assert {"one-programme-accepted"} == refused(county, "2022-01-21", accepted)
    county.act("2022-01-21", at.choose("orphan", "tekun", stream=HARDSHIP), accepted)
    county.act("2022-01-22", *at.survey())
    county.act(
        "2022-01-24", at.opinion(), on_child("CaseSubmitted", "u2", received_on="2022-01-24")
    )
    county.act("2022-01-25", at.recognition(), at.choose("tekun", "orphan"))
    assert {CHOSEN} == refused(county, "2022-01-25", at.approval())
    county.act("2022-01-26", at.choose("orphan", "tekun"), at.approval(), at.account())

    month: Any = {"fund": "f", "month": "2022-02"}
    county.act("2022-02-08", on_child("PayRunOpened", "f1", FINANCE, stream="run/2022-02", **month))
    hardship = at.line(county, "2022-02", 112_800, HARDSHIP)
    assert {"pay-one-programme"} == refused(county, "2022-02-08", hardship)
    county.act("2022-02-08", at.line(county, "2022-02", 120_000))
    assert [("2022-02", "orphan", "tekun", True, "tekun")] == [
        (r["month"], r["programme"], r["other"], r["excluded"], r["given_up"])
        for r in rows(county, "programmes_by_person", "2022-02-20")
    ]
    assert () == deep_check(county.session).findings


def test_a_forged_fact_of_the_person_is_found_by_taking_the_decision_again(county: Office) -> None:
    """F022: an approval whose record says that the child holds nothing else, while it does."""
    at.support(county)
    honest = next(
        e.event for e in county.session.stream(ORPHAN) if isinstance(e.event, ApplicationApproved)
    )
    assert honest.decision is not None
    assert [] == honest.decision.facts["person.supported_programmes"]
    assert redecide_all(county.session).is_sound
    at.take_in_hardship_first(county)
    position = forge(county, at.SECOND, honest, honest.decision)
    found = redecide_all(county.session)

    assert at.SECOND in {one.case for one in found.differing}
    assert ("person.supported_programmes", "[]", "['orphan']") in {
        (d.name, d.expected, d.found)
        for one in found.differing
        if one.again.position == position
        for d in one.again.differences
        if d.kind == "fact"
    }


def test_what_another_pack_may_ask_of_the_person_is_known_too(county: Office) -> None:
    """C17: taken under a rule that asks, a decision that never asked knows the other application."""
    households.adopt(county, "cn-dibao-2021", "gz-dibao-2022")
    households.apply(county)
    county.act("2022-01-05", {**at.application(), "personal": head()})
    households.investigate(county)
    county.act("2022-01-07", households.opinion())
    session = county.session
    entry, before = [
        (entry, before)
        for entry, before in with_case_before(
            households.HOUSEHOLD, history(session, households.HOUSEHOLD)
        )
        if record_of(entry)
    ][-1]
    record = record_of(entry)
    assert record is not None
    known = known_facts(session, session.policy(), before, entry, record)

    assert not any(path.startswith("person.") for path in record.facts)
    assert ["orphan"] == known["person.applied_programmes"]


def head() -> dict[str, str]:
    """Return the personal values of the head of the household."""
    name = households.NAMES[households.HEAD]
    return {"name": name, "identity_number": identity_number(households.HEAD)}


def written(office: Office, name: str, as_of: str) -> list[bytes]:
    """Return a list as CSV, JSON and workbook."""
    model = load_models()[name]
    columns, found = read_model(
        office.session,
        name,
        as_of=date.fromisoformat(as_of),
    )
    titles = {"title_zh": model.title_zh, "title_en": model.title_en}
    table = Table(name=name, columns=tuple(columns), rows=list(found), **titles)
    return [as_csv(table), msgspec.json.encode(as_json(table)), as_xlsx(table)]


def test_public_lists_say_how_many_orphans_there_are_and_nothing_of_any(county: Office) -> None:
    """S4-006: on the final bytes; neither name nor amount nor day tells one of them from another."""
    at.support(county)
    for name in ("list_approved", "list_paid", "list_publicity"):
        for content in written(county, name, "2022-02-20"):
            check_publishable(name, content)
            for told in (at.NAME, at.NAME[0] + "*", at.AUNT, at.BORN, "120000", "1200.00"):
                assert told.encode() not in content, (name, told)
    approved = written(county, "list_approved", "2022-02-20")[0].decode().splitlines()

    assert 2 == len(approved)
    assert "minors" in approved[1]
    assert ",orphan,1," in approved[1]
