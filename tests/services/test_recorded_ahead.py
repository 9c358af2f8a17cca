"""An entry that was recorded by a clock ten years ahead is named, and the nights go on honestly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.shell import aidledger, on
from tests.ledger.signers import signer
from tests.services import nights
from tests.services.conftest import Office
from tests.services.witnessed import TIME, keep_checkpoint, policy_text

from aidledger.domain.events.gathered import CountyLogTrusted
from aidledger.ledger.trust import parse_policy
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.clock import SetClock, china_day, utc_text
from aidledger.services.generations.freshness import clock_behind_s
from aidledger.services.ladder import aheadcheck
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.verifying import verify
from aidledger.services.nightly.running import nightly
from aidledger.services.points import first_after
from aidledger.services.session import Session, open_session

YEARS = timedelta(days=3652)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nights.make(tmp_path_factory.mktemp("ahead"))


def add(session: Session, number: int, at: datetime) -> int:
    """Record something by a clock that stands at a time; return its position."""
    position = session.store.head().size
    session.clock = SetClock(at)
    log = signer(f"log-{number}.example").key
    event = CountyLogTrusted(county=f"52012{number}", origin=log.name, vkeys=(log.vkey(),))
    said = Who(actor="u1", office="520123", on="2022-01-01").says(f"log/52012{number}", event)
    record(session, [said], cause=f"ahead-{number}")
    return position


def test_the_first_entry_that_witnesses_saw_before_its_time_is_a_lead(office: Office) -> None:
    session, now = office.session, datetime.fromtimestamp(TIME, UTC)
    add(session, 1, now - timedelta(days=1))
    keep_checkpoint(session.store)
    position = add(session, 2, now + YEARS)
    policy = Outside(policy=parse_policy(policy_text(session.store.origin)))

    def found(outside: Outside) -> list[tuple[str, int | None]]:
        leads = verify(session, outside=outside).leads
        return [(one.code, one.position) for one in leads if one.code == aheadcheck.RECORDED_AHEAD]

    assert [] == found(policy), "no witness has seen it yet"
    keep_checkpoint(session.store)
    add(session, 3, now)
    keep_checkpoint(session.store)
    assert [("recorded_ahead", position)] == found(policy)
    assert [] == found(Outside()), "who trusts no witness takes nobody's word for the time"
    assert position == (first_after(session.store, now, position + 2) or (-1,))[0]
    assert first_after(session.store, now, position) is None


def test_the_nights_go_on_once_witnesses_say_when_it_was(template: Path, tmp_path: Path) -> None:
    """The lists of such a night are of its day, and not of a day ten years on."""
    ledger = nights.copied(template, tmp_path / "copy")
    now = max(nights.clock_of(ledger).at, datetime.now(UTC)) + timedelta(
        hours=1
    )  # witnesses' is real
    with open_session(str(ledger)) as session:
        position = add(session, 1, now + YEARS)
    told = nightly(str(ledger), nights.asked(ledger), nights.means(ledger, clock=SetClock(now)))

    assert "findings" == nights.by_name(told)["verify"]
    assert f"position {position} " in told.steps[0].findings[0]

    policy = tmp_path / "copy" / "policy.txt"
    ask = ("checkpoint", "witness", "--policy", policy)
    on(ledger, "checkpoint", "sign")
    assert 0 == on(ledger, *ask, "--request", tmp_path / "q", "--old", str(0)).code
    answered = aidledger("witness", "add-checkpoint", policy.with_name("audit"), tmp_path / "q")
    (tmp_path / "a").write_bytes(answered.raw)
    assert 0 == on(ledger, *ask, "--response", tmp_path / "a").code
    clock = SetClock(now + timedelta(days=1))
    told = nightly(str(ledger), nights.asked(ledger), nights.means(ledger, clock=clock))
    steps = {one.name: one for one in told.steps}

    assert "ok" == steps["verify"].status, steps["verify"]
    built = china_day(utc_text(now))  # by the night before, which only signed nothing
    assert built == steps["rebuild"].figures["as_of"]
    wrong = SetClock(now - timedelta(days=400))
    told = nightly(str(ledger), nights.asked(ledger), nights.means(ledger, clock=wrong))

    assert "findings" == nights.by_name(told)["verify"], (
        "a clock that witnesses refute goes on no more"
    )
    with open_session(str(ledger), clock=wrong) as session:
        assert clock_behind_s(session) > 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_whoever_verifies_or_records_is_told_from_where_on(
    template: Path, tmp_path: Path, lang: str
) -> None:
    ledger = nights.copied(template, tmp_path / "copy")
    words = {"zh": "自位置 {} 起记于", "en": "from position {} on it was recorded at"}
    before = on(ledger, "--lang", lang, "verify")
    with open_session(str(ledger)) as session:
        position = add(session, 1, datetime.now(UTC) + YEARS)

    assert "NIGHTLY" not in before.err
    for command in (("verify",), ("checkpoint", "sign")):
        assert words[lang].format(position) in on(ledger, "--lang", lang, *command).err
