from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import on
from tests.services import nights

from aidledger.interfaces.cli import layout
from aidledger.replay.agreement import Difference
from aidledger.said import Said
from aidledger.services.clock import SetClock
from aidledger.services.generations.agreeing import Agreement
from aidledger.services.generations.freshness import (
    Limit,
    clock_behind_s,
    duration_s,
    freshness,
    is_stale,
    read_limits,
)
from aidledger.services.nightly import carrying
from aidledger.services.nightly.night import Night
from aidledger.services.nightly.page import outcome_said
from aidledger.services.nightly.retrying import retry
from aidledger.services.nightly.running import Means, nightly
from aidledger.services.nightly.runs import LOCK, Run, alone, history, runs_folder
from aidledger.services.nightly.schedule import shipped
from aidledger.services.nightly.steps import Done, Step
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.store.errors import StoreError
from aidledger.store.opening import open_ledger

WHO = {"actor": nights.ACTOR, "office": nights.OFFICE}


def test_a_night_whose_ledger_goes_away_in_its_middle_says_so_and_leaves_its_report(
    county_after: Path,
) -> None:
    def gone(night: Night) -> Done:
        night.store.close()
        raise StoreError("the server stopped", code="connection_lost")

    steps = (Step("verify", Said("核验", "verify"), gone),)
    found = nightly(str(county_after), nights.asked(county_after), Means(steps=steps))
    last = history(runs_folder(str(county_after)))[-1]

    assert (75, "failed", 0) == (found.exit_code, found.steps[0].status, found.size)
    assert (found.run_id, 75) == (last.run_id, last.exit_code)
    assert "the server stopped" in (runs_folder(str(county_after)) / "report.en.html").read_text()


def retried(ledger: Path) -> list[Any]:
    store = open_ledger(ledger, read_only=True)
    found = [json.loads(row[5])["data"] for row in store.read_types(["NightlyRetried"])]
    store.close()
    return found


def test_a_retry_does_what_was_not_done_and_says_why(county_before: Path) -> None:
    policy = county_before.parent / "policy.txt"
    policy.rename(county_before.parent / "away.txt")
    first = nights.night(county_before)
    (county_before.parent / "away.txt").rename(policy)
    folder = runs_folder(str(county_before))
    again = retry(
        str(county_before), folder, nights.means(county_before), reason="policy was away", **WHO
    )

    assert again is not None
    undone = [one for one in first.steps if one.status not in ("ok", "absent")]
    assert ["witness"] == [one.name for one in undone]
    assert ("failed", 3) == (nights.by_name(first)["witness"], first.exit_code)
    assert (0, first.run_id) == (again.exit_code, again.retries)
    # what was done stands as it was, and was not done again
    kept = {one.name: one for one in first.steps}
    assert kept["rebuild"] == {one.name: one for one in again.steps}["rebuild"]
    [event] = retried(county_before)
    assert {"reason": "policy was away", "run": first.run_id, "overridden": []} == {
        name: event[name] for name in ("reason", "run", "overridden")
    }
    assert ["witness"] == event["steps"]
    # nothing is left to be done again, and nothing is recorded
    third = retry(str(county_before), folder, nights.means(county_before), reason="why", **WHO)
    assert third is None
    assert 1 == len(retried(county_before))


def test_what_somebody_answers_for_no_longer_holds_up_the_rest(
    county_after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    other = Difference(case="case/x", column="stage", folded="a", derived="b")
    differing = Agreement(differing=(other,), folded=1, carried=0)
    monkeypatch.setattr(carrying, "agree", lambda *_, **__: differing)
    found = nights.night(county_after)
    folder, means = runs_folder(str(county_after)), nights.means(county_after)
    with pytest.raises(ServiceError, match="expected a step that found something"):
        retry(str(county_after), folder, means, reason="x", override=["verify"], **WHO)
    done = retry(str(county_after), folder, means, reason="order 12", override=["agree"], **WHO)

    assert done is not None
    assert "skipped" == nights.by_name(found)["lists"]
    assert ("ok", "findings") == tuple(nights.by_name(done)[one] for one in ("lists", "agree"))
    told = outcome_said(done.exit_code, done.steps)
    assert told.en == "all was done; somebody answers for what agree found, and it is still there"
    assert "everything is in order" not in on(county_after, "status").out.split("Last run")[1]
    assert (0, ("agree",)) == (done.exit_code, done.overridden)
    assert ["agree"] == retried(county_after)[0]["overridden"]


def test_without_a_run_there_is_nothing_to_retry(tmp_path: Path) -> None:
    with pytest.raises(ServiceError) as caught:
        retry("x.db", tmp_path, Means(), reason="x", **WHO)

    assert 10 == caught.value.exit_code


def ages(ledger: Path, at: datetime, limits: dict[str, Limit] | None = None) -> dict[str, Any]:
    with open_session(str(ledger), read_only=True, clock=SetClock(at)) as session:
        found = freshness(session, str(ledger), limits=limits or {})
        return {one.source: one for one in found} | {"stale": is_stale(found)}


def test_what_covers_every_entry_is_fresh_however_old_it_is(county_after: Path) -> None:
    later = nights.NOW + timedelta(days=40)
    found = ages(county_after, later)

    assert [0, 0, 0] == [found[name].age_s for name in ("generation", "index", "checkpoint")]
    assert 40 * 86_400 == found["run"].age_s
    line = (
        b'{"type": "NeedDiscovered", "stream": "case/9", "effective_on": "2022-03-04", "actor":'
        b' "u1", "office": "o1", "data": {"assessment": "eligible", "channel": "patrol",'
        b' "informed": true, "township": "t", "village": "v"}}'
    )
    assert 0 == on(county_after, "record", "-", stdin=line).code
    waiting = ages(county_after, datetime.now(UTC) + timedelta(hours=2))

    assert all(
        7_100 < waiting[name].age_s < 7_400 for name in ("generation", "index", "checkpoint")
    )


def test_a_limit_makes_an_age_a_warning_and_then_stale(county_after: Path) -> None:
    at = nights.NOW + timedelta(days=3)
    for warn, error, expected in ((4, 5, "ok"), (2, 5, "warn"), (1, 2, "error"), (0, 2, "error")):
        limit = Limit(warn_after_s=warn * 86_400, error_after_s=error * 86_400)
        found = ages(county_after, at, {"run": limit})

        assert (expected, expected == "error") == (found["run"].status, found["stale"])
    never = Limit(error_after_s=60, types=("BankFileReconciled",))
    found = ages(county_after, at, {"bank": never})

    assert ("error", None) == (found["bank"].status, found["bank"].age_s)
    published = ages(county_after, at, {"std": Limit(types=("StandardPublished",))})["std"]
    assert published.at.startswith("20")


@pytest.mark.parametrize(
    "text",
    [
        "[entry]\nwarn = 1",
        "entry = 3",
        "[x]\nwarn_after = '1d'",
        "[x]\ntypes = ['Nothing']",
        "=",
        "[run]\nwarn_after = '1w'",
    ],
)
def test_limits_that_are_none_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(text)
    with pytest.raises(ServiceError) as caught:
        read_limits(path)

    assert 2 == caught.value.exit_code


def test_limits_are_read_as_they_are_written(tmp_path: Path) -> None:

    path = tmp_path / "limits.toml"
    path.write_text(shipped()["freshness.toml"])

    assert ("BankFileReconciled",) == read_limits(path)["bank"].types
    assert [1_800, 129_600, 432_000] == [duration_s(text) for text in ("30m", "36h", "5d")]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_an_operator_reads_fits_80_columns(county_after: Path, lang: str) -> None:
    for words in (("status",), ("doctor",), ("freshness", "--error-after", "1m")):
        shown = on(county_after, "--lang", lang, *words)

        assert shown.code in (0, 4)
        assert [] == [line for line in shown.out.splitlines() if layout.width(line) > 80]
        assert (lang == "zh") == any("\u4e00" <= char <= "\u9fff" for char in shown.out)
        told = on(county_after, *words, "--json").object
        assert told["schema"] == f"aidledger/{words[0]}/v1"


def test_what_is_checked_of_a_ledger_is_named_in_the_language(county_after: Path) -> None:
    shown = on(county_after, "--lang", "zh", "doctor").out.splitlines()
    english = on(county_after, "doctor").out.splitlines()
    named = [line.split()[1] for line in shown if line[:1] in "✓!✗"]

    assert {"密钥文件", "时钟", "磁盘", "锁"} <= {*named}
    assert len(named) == sum(line[:1] in "✓!✗" for line in english)


def test_a_clock_behind_the_last_entry_is_found_and_nothing_is_signed_by_it(
    county_before: Path,
) -> None:
    ledger, early = str(county_before), SetClock(datetime(2020, 1, 1, tzinfo=UTC))
    means = nights.means(county_before, clock=early)
    told = nightly(ledger, nights.asked(county_before, models=("case_state",)), means)
    with open_session(ledger, clock=early) as session:
        behind = clock_behind_s(session)

    assert told.exit_code == 1
    assert told.steps[0].figures["clock_behind_s"] == behind > 2 * 365 * 86_400
    assert "this machine's clock is" in told.steps[0].findings[0]
    assert "skipped" == nights.by_name(told)["checkpoint"] == nights.by_name(told)["index"]


def test_ages_without_a_limit_are_not_called_good(county_after: Path) -> None:
    bare = on(county_after, "freshness")
    limited = on(county_after, "freshness", "--error-after", "99999d")

    assert "✓" not in bare.out
    assert "no limit was given" in bare.err
    assert "✓  entry: last entry" in limited.out
    assert "no limit" not in limited.err


def test_a_run_that_was_killed_is_told_before_the_next_one(county_after: Path) -> None:
    lock = runs_folder(str(county_after)) / LOCK
    run = {"run_id": "20260602T173000Z-dead", "started_at": "2026-06-02T17:30:00Z"}
    lock.write_text(json.dumps(run) + "\n", encoding="utf-8")

    told = on(county_after, "status")
    checked = {one["name"]: one for one in on(county_after, "doctor", "--json").object["checks"]}

    assert "Last run 2026-06-02T17:30:00Z\n  killed\n" in told.out
    assert "the last run was killed" in told.out
    assert checked["last run"]["health"] == "warn"
    assert "killed" in checked["last run"]["found"]


def test_what_was_found_is_told_in_the_language_of_who_looks(
    county_before: Path,
) -> None:
    mark = county_before.with_name("county.db.mark")
    entries = json.loads(on(county_before, "status", "--json").out)["size"]
    mark.write_bytes(mark.read_bytes().replace(str(entries).encode(), str(entries + 9).encode()))
    word = ("nightly", "--actor", nights.ACTOR, "--office", nights.OFFICE, "--model", "case_state")

    chinese = on(county_before, "--lang", "zh", *word)
    english = on(county_before, *word)
    page = (runs_folder(str(county_before)) / "report.html").read_text("utf-8")

    assert chinese.code == english.code == 1
    assert "账本比它曾有的短" in chinese.out
    assert "账本比它曾有的短" in page
    assert "shorter than it once was" in " ".join(english.out.split())
    assert "shorter" not in chinese.out
    assert "shorter" not in page
    assert "– certificate skipped" in english.out


def test_why_a_step_failed_is_told_in_the_language_of_who_looks(county_before: Path) -> None:
    """An error and its hint each have their Chinese; put together they had none, on page and screen."""
    Path(f"{county_before}.keys").chmod(0o755)
    words = ("nightly", "--actor", nights.ACTOR, "--office", nights.OFFICE, "--model", "case_state")
    zh, en = on(county_before, "--lang", "zh", *words), on(county_before, *words)
    runs = runs_folder(str(county_before))
    steps = json.loads((runs / "run_results.json").read_text("utf-8"))["steps"]
    failed = next(one for one in steps if one["name"] == "checkpoint")
    alone = on(county_before, "--lang", "zh", "checkpoint", "sign").err

    assert (3, 3, "failed") == (zh.code, en.code, failed["status"])
    assert "expected mode 0700, found 0755: chmod 700" in failed["why_en"]
    assert "应为 权限 0700，实际为 0755" in failed["why_zh"]
    assert f"error: {failed['why_zh'].partition('：chmod')[0]}\n" in alone
    assert failed["why_zh"] in (runs / "report.html").read_text("utf-8")
    assert "应为" in zh.out
    assert "expected" not in zh.out


def test_status_says_what_to_do_next(county_after: Path) -> None:
    assert "nothing" in on(county_after, "status").out
    results = runs_folder(str(county_after)) / "run_results.json"
    told = json.loads(results.read_text())
    told["steps"][0]["status"] = "findings"
    results.write_text(json.dumps(told))

    assert "verify found something" in on(county_after, "status").out
    results.write_text("[")
    assert "expected the results of a run" in on(county_after, "status").err


def test_the_command_is_quiet_on_success_and_says_what_is_wrong(county_after: Path) -> None:
    words = ["nightly", "--actor", nights.ACTOR, "--office", nights.OFFICE, "--jobs", "1"]
    models = [word for name in nights.MODELS for word in ("--model", name)]
    policy = county_after.parent / "policy.txt"
    quiet = on(county_after, *words, *models, "--policy", policy)
    loud = on(county_after, *words, *models)
    told = on(county_after, *words, *models, "--json").object

    assert (0, "", "") == (quiet.code, quiet.out, quiet.err)
    assert 4 == loud.code
    assert "witness" in loud.out
    assert "verify" not in loud.out
    assert ("aidledger/nightly/v1", 4, False) == (told["schema"], told["exit_code"], told["ok"])
    with alone(runs_folder(str(county_after)), Run(run_id="o", started_at="")):
        assert 11 == on(county_after, *words).code


def test_a_signal_stops_a_run_between_its_steps_and_the_next_goes_on(county_before: Path) -> None:
    command = [
        sys.executable, "-m", "aidledger", "--ledger", str(county_before), "nightly",
        "--actor", nights.ACTOR, "--office", nights.OFFICE, "--json",
    ]  # fmt: skip
    folder = runs_folder(str(county_before))
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    while not ((folder / LOCK).exists() and (folder / LOCK).stat().st_size):
        assert child.poll() is None
        time.sleep(0.02)
    child.send_signal(signal.SIGTERM)
    out, _ = child.communicate(timeout=120)
    told = json.loads(out)

    assert 143 == child.returncode == told["exit_code"]
    assert "skipped" in {one["status"] for one in told["steps"]}
    assert [143] == [run.exit_code for run in history(folder)]
    assert 0 == nights.night(county_before).exit_code
