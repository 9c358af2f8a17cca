"""`doctor`: a sound machine passes, and each check sees what it is for, on both engines."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.shell import on
from tests.services import nights
from tests.services.conftest import Office

from aidledger.ledger.checkpoint import checkpoint_text
from aidledger.services.checkpoints.checkpointing import signed_path
from aidledger.services.clock import SetClock
from aidledger.services.generations.rebuilding import generations_folder
from aidledger.services.nightly.doctor import doctor
from aidledger.services.nightly.health import worst
from aidledger.services.nightly.runs import Run, alone, history, runs_folder
from aidledger.store.opening import open_ledger


def checks(ledger: Path, at: datetime = nights.NOW) -> dict[str, str]:
    return {one.name: one.health for one in doctor(str(ledger), clock=SetClock(at))}


@pytest.mark.parametrize("written", ["yesterday", "2022-02-28", ""])
def test_a_time_that_somebody_spoiled_keeps_nobody_from_the_report_of_the_night(
    county_before: Path, written: str
) -> None:
    with closing(open_ledger(county_before)) as store, store.writing() as run:
        run("DROP TRIGGER entries_no_update", ())
        last = "UPDATE entries SET recorded_at = ? WHERE position = (SELECT size - 1 FROM head)"
        run(last, (written,))

    aged = on(county_before, "freshness")
    found = on(county_before, "freshness", "--json").object
    report = nights.night(county_before)

    assert "fail" == checks(county_before)["clock"]
    assert 4 == aged.code
    assert "✗  entry: last entry" in aged.out
    assert "its time can't be read" in aged.out
    assert {"entry": "unreadable"} == {
        one["source"]: one["status"] for one in found["sources"] if one["source"] == "entry"
    }
    assert (1, "findings") == (report.exit_code, nights.by_name(report)["verify"])
    assert 1 == history(runs_folder(str(county_before)))[-1].exit_code


def test_a_sound_machine_passes_every_check(county_after: Path) -> None:
    found = doctor(str(county_after), clock=SetClock(datetime.now(UTC)))

    assert [] == [one for one in found if one.health != "ok"]
    assert all(one.found.zh and one.found.en for one in found)


def test_each_check_sees_what_it_is_for(
    county_after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, now = runs_folder(str(county_after)), datetime.now(UTC)
    assert "fail" == checks(county_after, datetime(2020, 1, 1, tzinfo=UTC))["clock"]
    secrets = Path(f"{county_after}.secrets")
    secrets.chmod(0o644)
    assert "fail" == checks(county_after, now)["secrets"]
    secrets.chmod(0o600)
    left = generations_folder(str(county_after)) / "generation-000099.partial"
    left.write_bytes(b"x")
    assert "warn" == checks(county_after, now)["leftovers"]
    left.unlink()
    with alone(folder, Run(run_id="other", started_at="2026-11-28T17:00:00Z")):
        assert "warn" == checks(county_after, now)["lock"]
    mark = Path(f"{county_after}.mark")
    content = mark.read_bytes()
    mark.write_bytes(b"%020d %s\n" % (10**6, b"ab" * 32))
    assert "fail" == checks(county_after, now)["mark"]
    mark.write_bytes(content)
    with monkeypatch.context() as patched:  # whoever runs this may write anything
        patched.setattr(os, "access", lambda path, _: path in (county_after, county_after.parent))
        barred = checks(county_after, now)
        assert ("warn", "fail", "fail") == tuple(
            barred[name] for name in ("mark", "generation", "reports")
        )
    mark.unlink()  # an older copy would not show: never the same as in order
    assert "warn" == checks(county_after, now)["mark"]
    signed = signed_path(str(county_after))
    text = signed.read_bytes()
    signed.write_bytes(checkpoint_text("example.org/county", 10**6, b"s" * 32))
    assert "fail" == checks(county_after, now)["mark"]
    signed.write_bytes(b"?")
    assert "fail" == checks(county_after, now)["mark"]
    signed.write_bytes(text)
    mark.write_bytes(content)
    (generations_folder(str(county_after)) / "current").write_bytes(b"{}")
    assert "fail" == checks(county_after, now)["generation"]
    keys = next(county_after.parent.glob("county.db.keys/*"))
    keys.chmod(0o644)
    assert "fail" == checks(county_after, now)["keys"]
    county_after.unlink()
    found = doctor(str(county_after), clock=SetClock(now))
    assert "fail" == {one.name: one.health for one in found}["database"]
    assert "fail" == worst(found)


def test_postgresql_is_asked_for_its_settings(office: Office) -> None:
    found = {one.name: one for one in doctor(office.location, clock=office.clock)}
    wanted = (
        ("synchronous", "journal_mode")
        if "sqlite" in office.location
        else ("fsync", "full_page_writes")
    )

    assert {"ok"} == {found[name].health for name in wanted}
