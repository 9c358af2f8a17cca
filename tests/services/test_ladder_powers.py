"""The rung of powers on the ladder, the keys it is given, and what is a lead and no damage."""

from __future__ import annotations

from pathlib import Path

from tests.services.conftest import Office
from tests.services.signedledger import SignedLedger
from tests.services.test_closing import act as closing_act
from tests.services.test_closing import close, four_payments, paid
from tests.services.test_powers import MEANT, county

from aidledger.services.declared import declared_of
from aidledger.services.deepcheck import deep_check
from aidledger.services.logwalk import walk
from aidledger.services.powers import replay_powers
from aidledger.services.signaturecheck import SignatureCheck
from aidledger.services.verifying import verify
from aidledger.store.opening import open_ledger


def test_acts_beyond_their_powers_are_damage_and_overridden_ones_are_leads(tmp_path: Path) -> None:
    with county(tmp_path, planted=True) as (session, listed):
        report = verify(session)
        replayed = replay_powers(session).findings
    streams = {i["case"] for i in listed["irregularities"] if i["rule"] in MEANT}
    damage = [one for one in report.findings if one.code == "act_forbidden"]

    assert "damaged" == next(rung.status for rung in report.rungs if rung.name == "powers")
    assert streams == {one.stream for one in damage}
    assert sorted(one.position for one in replayed if not one.overridden) == [
        one.position for one in damage
    ]
    assert len(replayed) == len(damage) + len(report.leads)


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
