from __future__ import annotations

import base64
import errno
import hashlib
import html
import json
import os
import re
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.services import nights, tools

from aidledger.interfaces.cli.errors import EXIT_CODES
from aidledger.services.generations.freshness import Freshness
from aidledger.services.nightly import running
from aidledger.services.nightly.hooks import run_hooks, summary_of
from aidledger.services.nightly.metrics import HELP, metrics_text
from aidledger.services.nightly.night import Asked
from aidledger.services.nightly.page import page
from aidledger.services.nightly.report import NightReport, line_of, report_object
from aidledger.services.nightly.runs import Run, history, remember, runs_folder
from aidledger.services.nightly.schedule import schedule, shipped
from aidledger.services.nightly.steplist import STEPS
from aidledger.services.nightly.steps import StepResult
from aidledger.services.problems import ServiceError

EVIL = '<script>alert(1)</script>"&'


def step(name: str, status: Any = "ok", **more: Any) -> StepResult:
    given = {"why_zh": "好", "why_en": "fine", "seconds": 1.25}
    return StepResult(**{"name": name, "status": status, **given, **more})


def report(**more: Any) -> NightReport:
    figures = {"position": 90, "seconds_by_model": {"case_state": 0.5}, "digests": {"a": "b"}}
    given: dict[str, Any] = {
        "run_id": "20261128T173000Z-abcd",
        "retries": None,
        "origin": "example.org/county",
        "size": 100,
        "started_at": "2026-11-28T17:30:00Z",
        "finished_at": "2026-11-28T17:30:09Z",
        "seconds": 9.0,
        "exit_code": 0,
        "output": "ab" * 32,
        "changed_output": False,
        "overridden": (),
        "asked": Asked(actor="u", office="o", folder="runs"),
        "steps": (
            step("verify", figures={"findings": 0}),
            step("rebuild", figures=figures),
        ),
        "freshness": (
            Freshness(source="entry", at="2026-11-28T17:00:00Z", age_s=1800, status="ok"),
        ),
    }
    return NightReport(**{**given, **more})


def run(number: int, exit_code: int | None = 0) -> Run:
    return Run(
        run_id=f"r{number}",
        started_at=f"20{10 + number // 365:02d}-{1 + number // 31 % 12:02d}-{1 + number % 28:02d}T17:30:00Z",
        finished_at=None if exit_code is None else "2026-11-28T17:30:09Z",
        exit_code=exit_code,
        seconds=10 + number % 7,
        entries=1000 * number,
    )


class Reader(HTMLParser):
    """Keeps every address that a page names, and every element."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.elements: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.addresses += [v or "" for n, v in attrs if n in ("href", "src", "action", "style")]
        assert not [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_needs_nothing_from_outside_and_keeps_to_its_policy(lang: Any) -> None:
    found = page(report(), [run(1), run(2, None), line_of(report())], lang)
    reader = Reader()
    reader.feed(found)
    [style] = re.findall(r"<style>(.*?)</style>", found, re.DOTALL)
    [allowed] = re.findall(r"style-src 'sha256-([^']+)'", found)

    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() == allowed
    assert "default-src 'none'" in found
    assert "script" not in reader.elements
    assert [] == [one for one in reader.addresses if re.match(r"[a-z]+:|//|/", one)]
    assert [] == [
        one for one in re.findall(r"https?://[^\s\"<]+", found) if "w3.org/2000/svg" not in one
    ]
    assert "@import" not in style
    assert "url(" not in style
    assert "@media print" in style
    assert 3 == reader.elements.count("svg")


def test_what_comes_from_outside_stands_on_the_page_as_text() -> None:
    evil = report(
        origin=EVIL,
        exit_code=1,
        steps=(step("verify", "findings", why_en=EVIL, why_zh=EVIL, findings=(EVIL,)),),
        hooks=({"script": EVIL, "status": "failed", "why": EVIL},),
    )
    for lang in ("zh", "en"):
        found = page(evil, [line_of(evil)], lang)

        assert "<script" not in found
        assert html.escape(EVIL) in found


def test_each_status_and_each_kind_of_step_is_told_in_both_languages() -> None:
    steps = tuple(step(one.name, "skipped", why_zh="因此", why_en="because") for one in STEPS)
    chinese, english = (page(report(steps=steps, exit_code=3), [], lang) for lang in ("zh", "en"))

    assert all(one.title.zh in chinese and one.title.en in english for one in STEPS)
    text = re.sub(r"<style>.*?</style>|<[^>]+>", "", english, flags=re.DOTALL)
    assert "中文" in text
    assert [] == re.findall(r"[\u4e00-\u9fff]", text.replace("中文", ""))


def test_what_audit_rules_found_stands_at_the_top_though_it_holds_nothing_up() -> None:
    figures = {
        "findings": 137,
        "by_severity": {"critical": 27, "low": 110},
        "doubts_open": {"F001": 2, "F054": 1},
    }
    found = report(steps=(step("audit", figures=figures),))
    chinese, english = (page(found, [], lang).partition("<h2>")[0] for lang in ("zh", "en"))
    assert "137 项，其中极严重 27 项；未了结的疑点 3 个" in chinese
    assert "137, 27 of them critical; open doubts: 3" in english

    nothing = {"findings": 0, "by_severity": {"critical": 0}, "doubts_open": {}}
    for figures in (nothing, {}):
        quiet = page(report(steps=(step("audit", figures=figures),)), [], "en")
        assert "audit rules</th>" not in quiet


def test_a_thousand_runs_make_a_page_that_can_be_read() -> None:
    runs = [run(number, 0 if number % 50 else 1) for number in range(1_000)]
    began = time.process_time()
    found = page(report(), [*runs, line_of(report())], "en")

    assert time.process_time() - began < 2
    assert len(found) < 150_000
    assert 30 == len(re.findall(r"<td class=\"s\">20[0-9-]+T", found))
    assert 20 <= found.count("not everything in order") + found.count('stroke-width="2"')


def test_the_history_keeps_its_lines_whole(tmp_path: Path) -> None:
    remember(tmp_path, run(1))
    with (tmp_path / "history.jsonl").open("ab") as file:
        file.write(b'{"run_id": "half')
    remember(tmp_path, run(2))
    for wrong in ({"finished_at": "yesterday"}, {"started_at": ""}):
        remember(tmp_path, msgspec.structs.replace(run(3), **wrong))

    assert ["r1", "r2"] == [one.run_id for one in history(tmp_path)]


def test_metrics_have_the_names_that_alerts_ask_for() -> None:
    text = metrics_text(report(), [line_of(report())])
    rules = shipped()["aidledger.rules.yml"]

    assert set(
        re.findall(r"aidledger_([a-z_]+)", "\n".join(re.findall(r"expr: (.*)", rules)))
    ) <= set(HELP)
    assert "aidledger_last_success_timestamp_seconds 1795887009\n" in text
    assert 'aidledger_duration_seconds{projection="case_state"} 0.5\n' in text
    assert "aidledger_projection_lag_events 9\n" in text
    assert 'aidledger_freshness_seconds{source="entry"} 1800\n' in text
    for line in text.splitlines():
        assert re.fullmatch(
            r'# (HELP|TYPE) .+|aidledger_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+',
            line,
        )


def test_success_is_told_of_the_last_run_that_was_one() -> None:
    bad = report(exit_code=1, finished_at="2026-11-29T17:30:09Z", steps=())
    good = line_of(report())

    assert "last_success_timestamp_seconds 1795887009\n" in metrics_text(bad, [good, line_of(bad)])
    assert "last_success_timestamp_seconds" not in metrics_text(bad, [line_of(bad)])
    assert "verify_failures" not in metrics_text(bad, [line_of(bad)])


def test_prometheus_takes_the_metrics_and_the_rules(tmp_path: Path) -> None:
    promtool = tools.promtool(tmp_path)
    text = metrics_text(report(), [line_of(report())])
    told = subprocess.run(
        [promtool, "check", "metrics"], input=text.encode(), capture_output=True, check=False
    )

    assert (0, b"") == (told.returncode, told.stdout + told.stderr)
    schedule(tmp_path, ANSWERS)
    (tmp_path / "tests.yml").write_text(RULE_TESTS, encoding="utf-8")
    for words in (["check", "rules", "aidledger.rules.yml"], ["test", "rules", "tests.yml"]):
        ran = subprocess.run([promtool, *words], cwd=tmp_path, capture_output=True, check=False)

        assert 0 == ran.returncode, ran.stdout + ran.stderr
    (tmp_path / "tests.yml").write_text(RULE_TESTS.replace(" 2 ", " 3 "), encoding="utf-8")
    command = [promtool, "test", "rules", "tests.yml"]

    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode


ANSWERS = {
    "PROGRAM": "/bin/true",
    "LEDGER": "/var/lib/aidledger/county.db",
    "USER": "aidledger",
    "ACTOR": "520123-u10",
    "OFFICE": "520123",
    "POLICY": "/etc/aidledger/policy.txt",
}
RULE_TESTS = """
rule_files: [aidledger.rules.yml]
evaluation_interval: 10m
tests:
  - interval: 1h
    input_series:
      - series: aidledger_last_run_timestamp_seconds
        values: "0x80"
      - series: aidledger_verify_failures
        values: "0x40 2x40"
      - series: aidledger_events_total
        values: "900x40 899x40"
    alert_rule_test:
      - eval_time: 20h
        alertname: AidledgerNightlyMissed
        exp_alerts: []
      - eval_time: 20h
        alertname: AidledgerDamaged
        exp_alerts: []
      - eval_time: 45h
        alertname: AidledgerShrunk
        exp_alerts:
          - exp_labels: {severity: page}
            exp_annotations:
              summary: "entries are missing: the ledger is shorter than it was / 账本变短了"
              description: "compare it with the newest cosigned checkpoint: aidledger checkpoint compare"
      - eval_time: 45h
        alertname: AidledgerDamaged
        exp_alerts:
          - exp_labels: {severity: page}
            exp_annotations:
              summary: "the ledger is damaged in 2 places / 账本有 2 处损坏"
              description: "aidledger verify names each of them. Sign and publish nothing."
"""


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    names = schedule(tmp_path, ANSWERS)
    units = [tmp_path / name for name in names if name.endswith((".service", ".timer"))]
    ran = subprocess.run(
        [tools.systemd_analyze(), "verify", *units], capture_output=True, text=True, check=False
    )

    assert (0, "") == (ran.returncode, ran.stderr)
    service = (tmp_path / "aidledger-nightly.service").read_text()
    for wanted in (
        "ProtectSystem=strict",
        "DynamicUser=yes",
        "RestartForceExitStatus=75",
        "OnFailure=",
    ):
        assert wanted in service
    assert "Persistent=true" in (tmp_path / "aidledger-nightly.timer").read_text()
    broken = service.replace("DynamicUser=yes", "DynamicUser=perhaps").replace(
        "Type=exec", "Type=oneshot"
    )
    (tmp_path / "aidledger-nightly.service").write_text(broken)
    again = subprocess.run(
        [tools.systemd_analyze(), "verify", *units], capture_output=True, check=False
    )

    assert again.returncode or again.stderr


def test_every_answer_finds_its_place_and_none_breaks_out(tmp_path: Path) -> None:
    names = schedule(tmp_path, ANSWERS)
    text = "".join((tmp_path / name).read_text() for name in names)
    [line] = [
        one
        for one in (tmp_path / "aidledger-nightly.cron").read_text().splitlines()
        if "nightly --" in one
    ]

    assert [] == re.findall(r"@[A-Z]+@", text)
    assert re.fullmatch(
        r"[0-9]+ [0-9]+ \* \* \* aidledger /bin/true nightly --actor 520123-u10 .*", line
    )
    assert {"0", "1", "3", "4", "11", "75", "143"} <= {str(code) for code in EXIT_CODES}
    for evil in ("a\nExecStart=x", "%n", "${X}", "", "a'b"):
        with pytest.raises(ServiceError):
            schedule(tmp_path, {**ANSWERS, "ACTOR": evil})


def script(folder: Path, name: str, text: str, mode: int = 0o700) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n" + text)
    (folder / name).chmod(mode)


def test_scripts_are_told_by_their_environment_and_fail_for_themselves(tmp_path: Path) -> None:
    hooks = tmp_path / "hooks.d"
    script(hooks, "10-tell", f"env | sort > {tmp_path}/told\n")
    script(hooks, "20-fails", "echo broken >&2; exit 7\n")
    script(hooks, "30-open", "exit 0\n", 0o777)
    script(hooks, "40-not-executable", "exit 0\n", 0o600)
    (hooks / "50-put-away").mkdir()
    found = run_hooks(hooks, report(), results=tmp_path / "run_results.json")
    told = dict(line.split("=", 1) for line in (tmp_path / "told").read_text().splitlines())

    assert [("10-tell", "ok"), ("20-fails", "failed"), ("30-open", "refused")] == [
        (one["script"], one["status"]) for one in found
    ]
    assert "exit 7: broken" == found[1]["why"]
    assert ("run_succeeded", "0", "100", "0") == tuple(
        told[name] for name in ("EVENT", "EXIT_CODE", "ENTRIES", "FINDINGS")
    )
    assert "PWD" in told or "RESULTS" in told
    assert not [name for name in told if name.startswith("AIDLEDGER")]
    hooks.chmod(0o777)

    assert ["refused"] == [one["status"] for one in run_hooks(hooks, report(), results=tmp_path)]


def test_a_script_that_fails_does_not_fail_the_night(county_after: Path) -> None:
    hooks = county_after.parent / "hooks.d"
    script(hooks, "fails", "exit 1\n")
    found = nights.night(county_after, hooks=str(hooks), models=("case_state",))
    folder = Path(found.asked.folder)

    assert (0, "failed") == (found.exit_code, found.hooks[0]["status"])
    assert "failed" == json.loads((folder / "run_results.json").read_text())["hooks"][0]["status"]
    assert "aidledger_hook_failures 1\n" in (folder / "aidledger.prom").read_text()


def test_a_summary_and_the_results_name_nobody(county_after: Path) -> None:
    results = (runs_folder(str(county_after)) / "run_results.json").read_text()

    assert not re.search(r"[\u4e00-\u9fff]{2,3}(?=\")", re.sub(r'"why_zh": "[^"]*"', "", results))
    assert "every step in order" in summary_of(report())
    assert "verify findings" in summary_of(report(steps=(step("verify", "findings"),), exit_code=1))


def test_results_say_how_they_are_to_be_read() -> None:
    told = report_object(report())

    assert ("aidledger/nightly/v1", True) == (told["schema"], told["ok"])
    assert told["steps"] == msgspec.to_builtins(report().steps)


def test_a_report_that_finds_no_room_says_what_was_done(
    county_before: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(running, "write_files", full)
    with pytest.raises(ServiceError) as caught:
        nights.night(county_before, models=("case_state",))

    assert caught.value.exit_code == 75
    assert "verify ok, " in str(caught.value)
    assert "witness ok" in str(caught.value)
    assert "free some space" in caught.value.hint
