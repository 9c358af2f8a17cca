"""The rung of powers on the ladder, the keys it is given, and what is a lead and no damage."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.services.conftest import Office
from tests.services.signed import CLERK_OF, DAY, HEAD_OF, SURVEYOR_OF, TOWN, applied, done, stated
from tests.services.signedledger import SignedLedger
from tests.services.test_closing import act as closing_act
from tests.services.test_closing import close, four_payments, paid
from tests.services.test_guarding import survey
from tests.services.test_powers import MEANT, county

from aidledger.domain.proposal import Despite, Proposal
from aidledger.ledger.verify import VerifyReport
from aidledger.services.acts.guarding import guard_again
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.clock import SetClock
from aidledger.services.keys.declared import declared_of
from aidledger.services.keys.powers import adoptions_of, replay_powers
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.logwalk import walk
from aidledger.services.ladder.signaturecheck import SignatureCheck
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import RefusedError
from aidledger.services.session import Session
from aidledger.services.simulation.places import COUNTY
from aidledger.store.opening import open_ledger


def powers_of(report: VerifyReport) -> tuple[str, list[str], list[str]]:
    """The rung's status; what is damage and what is a lead, each by its rule and how it was told."""
    assert {"act_forbidden"} >= {one.code for one in (*report.findings, *report.leads)}
    status = next(rung.status for rung in report.rungs if rung.name == "powers")
    damage, leads = (
        [f"{one.expected.partition(':')[0]} {one.found}" for one in some]
        for some in (report.findings, report.leads)
    )
    return status, damage, leads


@pytest.mark.parametrize(
    ("statement", "code", "found"),
    [
        ("DELETE FROM evidence WHERE hash = ?", "powers_missing", "nothing"),
        (
            "UPDATE evidence SET content = CAST(content || x'0a' AS BLOB) WHERE hash = ?",
            "powers_altered",
            "another text",
        ),
    ],
)
def test_where_the_text_of_the_table_is_lost_the_table_is_named_and_nobody_is_accused(
    statement: str, code: str, found: str, tmp_path: Path
) -> None:
    """600 acts were called forbidden, as their table was not there to allow them."""
    with county(tmp_path, planted=False, cases=3, months=2) as (session, _):
        (adopted,) = adoptions_of(session)
        with closing(sqlite3.connect(session.store.path)) as file:  # type: ignore[attr-defined]
            for trigger in ("evidence_no_delete", "evidence_no_update"):
                file.execute(f"DROP TRIGGER {trigger}")
            assert file.execute(statement, (adopted.powers_hash,)).rowcount == 1
            file.commit()
        report = verify(session)
        judged = replay_powers(session).judged

    (one,) = report.findings
    assert (code, adopted.entry.position, "powers_hash") == (one.code, one.position, one.field)
    assert f"{adopted.powers}@{adopted.powers_hash}" == one.expected
    assert f"{found}; {judged} acts can't be judged" == one.found
    assert "act_forbidden" not in {lead.code for lead in report.leads}
    assert "damaged" == next(rung.status for rung in report.rungs if rung.name == "powers")


def test_before_any_key_acts_beyond_their_powers_are_leads_for_nobody_was_asked(
    tmp_path: Path,
) -> None:
    with county(tmp_path, planted=True) as (session, listed):
        report = verify(session)
        replayed = replay_powers(session).findings
    streams = {i["case"] for i in listed["irregularities"] if i["rule"] in MEANT}
    status, damage, leads = powers_of(report)

    assert ("ok", [], "unproven") == (status, damage, report.verdict)
    assert streams == {one.stream for one in report.leads}
    assert len(replayed) == len(leads)
    assert all(one.endswith(", before there was any key") for one in leads)
    for lead in report.leads:
        said = lead.message("zh")
        assert lead.expected_zh in said
        assert "当时账本还没有密钥" in said
        assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", said), said


def test_in_a_keyed_ledger_they_were_recorded_around_the_program_and_are_damage(
    signed_session: Session,
) -> None:
    size = signed_session.store.head().size
    signed_session.judging = False
    done(signed_session, applied(SURVEYOR_OF))
    report = verify(signed_session)
    status, damage, leads = powers_of(report)

    assert ("damaged", [f"power_missing {SURVEYOR_OF}: ApplicationSubmitted"]) == (status, damage)
    assert ([], "damaged", [size]) == (
        leads,
        report.verdict,
        [one.position for one in report.findings],
    )


def test_a_duty_that_its_actor_broke_by_name_is_a_lead(signed_session: Session) -> None:
    done(signed_session, applied(), stated(), cause="applied")
    clerk = {"type": "ApplicationAccepted", "actor": CLERK_OF, "office": TOWN, "effective_on": DAY}
    case = {"stream": f"case/{COUNTY}-2022-900001", "data": {}}
    done(signed_session, proposal_of({**clerk, **case}), cause="accepted")
    named = Despite(authority="head", clause="s1-two-investigators", reason="flood")
    alone = msgspec.structs.replace(survey(SURVEYOR_OF), despite=(named,))
    receipt = done(signed_session, alone, cause="alone")
    report = verify(signed_session)

    assert ("ok", [], [f"duty_s1 {SURVEYOR_OF}: HouseholdSurveyed, who named the rule"]) == (
        powers_of(report)
    )
    assert ("unproven", [receipt.size - 1]) == (
        report.verdict,
        [one.position for one in report.leads],
    )


def test_naming_a_missing_power_makes_no_lead_of_it(signed_session: Session) -> None:
    """What the program refuses to waive, a forger can't waive by writing that it was."""
    signed_session.judging = False
    despite = (Despite(authority="head", clause="apply", reason="haste"),)
    done(signed_session, msgspec.structs.replace(applied(SURVEYOR_OF), despite=despite))
    status, damage, leads = powers_of(verify(signed_session))

    assert "damaged" == status
    assert [f"power_missing {SURVEYOR_OF}: ApplicationSubmitted"] == damage
    assert [] == leads


def test_a_duty_broken_without_naming_it_is_damage(signed_session: Session) -> None:
    done(signed_session, applied(), stated(), cause="applied")
    clerk = {"type": "ApplicationAccepted", "actor": CLERK_OF, "office": TOWN, "effective_on": DAY}
    case = {"stream": f"case/{COUNTY}-2022-900001", "data": {}}
    done(signed_session, proposal_of({**clerk, **case}), cause="accepted")
    signed_session.judging = False
    guard_again(signed_session)
    done(signed_session, survey(SURVEYOR_OF), cause="alone")

    assert ("damaged", [f"duty_s1 {SURVEYOR_OF}: HouseholdSurveyed"], []) == powers_of(
        verify(signed_session)
    )


def test_paperwork_that_time_has_made_late_is_a_lead(signed_session: Session) -> None:
    # S4-051: in as many working days as the pack of temporary assistance gives
    helped_by = applied()
    event = msgspec.structs.replace(helped_by.event, programme="temporary")
    done(signed_session, msgspec.structs.replace(helped_by, event=event), cause="applied")
    case = {"stream": f"case/{COUNTY}-2022-900001", "office": TOWN}
    helped = {"type": "DirectPurchaseMade", "actor": HEAD_OF, "effective_on": DAY}
    what = {"emergency": "natural_disaster", "item": "rice", "quantity": 9, "supplier": "shop"}
    data = {"amount_fen": 50_000, **what}
    done(signed_session, proposal_of({**helped, **case, "data": data}), cause="helped")
    in_time = verify(signed_session)
    assert isinstance(signed_session.clock, SetClock)
    signed_session.clock.at += timedelta(days=40)
    done(signed_session, applied(number=2), cause="later")
    late = verify(signed_session)

    assert ("ok", [], []) == powers_of(in_time)
    assert ("ok", [], [f"duty_s14 {HEAD_OF}: DirectPurchaseMade, completed late or never"]) == (
        powers_of(late)
    )


def test_powers_are_asked_with_the_keys_that_signed_validly_and_no_others(
    copy: SignedLedger,
) -> None:
    copy.run("UPDATE batches SET signature = zeroblob(64) WHERE position = 4")
    store = open_ledger(str(copy.path), read_only=True)
    signatures = SignatureCheck(declared_of(store), store.origin, store.read_batches())
    signatures.finish(walk(store.read(), (), signatures.see))
    keys = [signatures.key_of(position) for position in range(-1, 7)]
    store.close()

    assert [None, None, None, "key-of-u2", "key-of-u2", None, None, None] == keys


def test_a_late_payment_is_a_lead_and_a_wrong_statement_is_damage(office: Office) -> None:
    four_payments(office)
    close(office)
    (late,) = closing_act(office, paid(999))
    report = deep_check(office.session)

    assert [late] == [one.position for one in report.leads]
    assert () == report.findings
    assert "ok" == next(rung.status for rung in report.rungs if rung.name == "closings")


def test_a_doubt_that_one_officer_judged_and_closed_around_the_program_is_damage(
    signed_session: Session,
) -> None:
    """S4-117, F097: refused when it is asked for, found when it was forged."""
    doubt, auditor = "doubt/X01-1", f"{COUNTY}-aud-u1"

    def said(name: str, **data: Any) -> Proposal:
        return proposal_of(
            {
                "type": name, "stream": doubt, "actor": auditor, "office": f"{COUNTY}-aud",
                "effective_on": DAY, "data": data,
            }
        )  # fmt: skip

    about = {"identity": "1d" * 32, "rule": "X01", "severity": "low", "subject": "registry/520123"}
    looked = {"by": [auditor], "found": ["so"], "on_site": False, "verified_on": DAY}
    for name, data in (
        ("DoubtRaised", {"positions": [0], **about}),
        ("DoubtVerified", looked),
        ("DoubtRefuted", {"reason": "not_so"}),
    ):
        done(signed_session, said(name, **data), cause=name)
    with pytest.raises(RefusedError) as refused:
        done(signed_session, said("DoubtClosed"), cause="closed")
    signed_session.judging = False
    receipt = done(signed_session, said("DoubtClosed"), cause="closed")
    report = verify(signed_session)

    assert ["s16-closed-by-another"] == [one.clause for one in refused.value.problems]
    assert ("damaged", [f"duty_s16 {auditor}: DoubtClosed"], []) == powers_of(report)
    assert [receipt.position] == [one.position for one in report.findings]
