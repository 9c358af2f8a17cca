"""The log, newest first: what is there, what is asked for, and what is marked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import on

from aidledger.domain.events.catalog import EVENTS
from aidledger.interfaces.cli import layout
from aidledger.services.session import open_session

Entry = dict[str, Any]


def logged(county: Path, *words: str) -> list[Entry]:
    ran = on(county, "log", "--json", *words)
    assert 0 == ran.code, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


@pytest.fixture(scope="module")
def everything(county: Path) -> list[Entry]:
    return logged(county, "--reverse")


def test_every_entry_is_there_once_in_either_order(county: Path, everything: list[Entry]) -> None:
    with open_session(str(county), read_only=True) as session:
        size = session.store.head().size

    assert list(range(size)) == [one["position"] for one in everything]
    assert everything[::-1] == logged(county)


def test_the_first_lines_come_without_reading_the_rest(county: Path) -> None:
    assert 3 == len(logged(county, "--limit", "3"))
    assert [] == logged(county, "--limit", "0")


def test_what_is_asked_for_is_what_a_plain_filter_leaves(
    county: Path, everything: list[Entry], a_case: str
) -> None:
    middle = everything[len(everything) // 2]
    asked: dict[tuple[str, ...], Callable[[Entry], bool]] = {
        ("--stream", a_case): lambda e: e["stream"] == f"case/{a_case}",
        ("--stream", a_case.rpartition("-")[2]): lambda e: e["stream"] == f"case/{a_case}",
        ("--stream", "case"): lambda e: e["stream"].startswith("case/"),
        ("--stream", "fund/"): lambda e: e["stream"].startswith("fund/"),
        ("--type", "VisitMade", "--type", "PaymentIssued"): lambda e: (
            e["type"] in ("VisitMade", "PaymentIssued")
        ),
        ("--stream", a_case, "--type", "VisitMade"): lambda e: (
            e["stream"] == f"case/{a_case}" and e["type"] == "VisitMade"
        ),
        ("--actor", middle["actor"]): lambda e: e["actor"] == middle["actor"],
        ("--office", middle["office"]): lambda e: e["office"] == middle["office"],
        ("--from", middle["effective_on"]): lambda e: e["effective_on"] >= middle["effective_on"],
        ("--as-of", middle["effective_on"]): lambda e: e["effective_on"] <= middle["effective_on"],
        ("--known-on", middle["recorded_on"]): lambda e: e["recorded_on"] <= middle["recorded_on"],
        ("--since", middle["recorded_on"]): lambda e: e["recorded_on"] >= middle["recorded_on"],
        ("--since", str(middle["position"])): lambda e: e["position"] >= middle["position"],
        ("--since", middle["recorded_at"]): lambda e: e["recorded_at"] >= middle["recorded_at"],
        ("--at", str(middle["position"])): lambda e: e["position"] <= middle["position"],
        ("--at", middle["recorded_on"]): lambda e: e["recorded_on"] <= middle["recorded_on"],
    }
    for words, right in asked.items():
        expected = [one["position"] for one in everything if right(one)]

        assert expected == [one["position"] for one in logged(county, "--reverse", *words)], words
        assert 0 < len(expected) < len(everything), words


def test_a_programme_is_that_of_the_case_or_of_the_entry(
    county: Path, everything: list[Entry]
) -> None:
    of_case = {
        one["stream"]: one["data"]["programme"]
        for one in everything
        if one["type"] == "ApplicationSubmitted"
    }
    wanted = [
        one["position"]
        for one in everything
        if one["data"].get("programme", of_case.get(one["stream"])) == "dibao"
    ]

    assert wanted == [
        one["position"] for one in logged(county, "--reverse", "--programme", "dibao")
    ]
    assert wanted


def test_late_and_back_dated_entries_are_marked(county: Path, everything: list[Entry]) -> None:
    late = [one for one in everything if (one["late"] or {}).get("working_days", 0) > 0]
    behind = [one for one in everything if one["back_dated"]]
    latest: dict[str, str] = {}
    expected = []
    for one in everything:
        if one["effective_on"] < min(one["recorded_on"], latest.get(one["stream"], "")):
            expected.append(one["position"])
        latest[one["stream"]] = max(one["effective_on"], latest.get(one["stream"], ""))
    listed = on(county, "list", "late_entries", "--json").object["rows"]

    assert expected == [one["position"] for one in behind]
    assert {one["position"] for one in everything if one["late"]} == {
        row["position"] for row in listed
    }
    assert behind
    assert late
    for lang, words in (("en", ("late", "back-dated")), ("zh", ("迟录", "倒签"))):
        text = on(county, "--lang", lang, "log").out
        assert [] == [word for word in words if word not in text]
        assert [] == [line for line in text.splitlines() if layout.width(line) > 80]


def test_amounts_are_told_in_fen(everything: list[Entry]) -> None:
    paid = [one for one in everything if one["type"] == "PaymentIssued"]

    assert all(one["amount_fen"] == one["data"]["amount_fen"] > 0 for one in paid)
    assert paid
    assert {None} == {one["amount_fen"] for one in everything if one["type"] == "VisitMade"}


def test_a_type_or_stream_that_is_none_is_refused(county: Path) -> None:
    for words in (("--type", "Nothing"), ("--stream", "nothing"), ("--since", "soon")):
        ran = on(county, "log", *words)
        assert (2, "") == (ran.code, ran.out)
    assert "Nothing" not in EVENTS


def test_a_pager_is_asked_on_a_terminal_only(county: Path, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\ncat > /dev/null\necho PAGED\n")
    pager.chmod(0o755)
    environ = {
        **os.environ,
        "TERM": "xterm", "LC_ALL": "C.UTF-8", "COLUMNS": "80", "PAGER": str(pager),
    }  # fmt: skip
    command = [sys.executable, "-m", "aidledger", "--ledger", str(county), "log", "--limit", "5"]
    script = f"import pty, sys; sys.exit(pty.spawn({command!r}) >> 8)"
    shown = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, check=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    piped = subprocess.run(command, env=environ, capture_output=True, check=True)

    assert b"PAGED" in shown.stdout
    assert b"PAGED" not in piped.stdout
    assert piped.stdout.count(b"\n") > 5
