from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import on

from aidledger.interfaces.cli import layout, screen
from aidledger.interfaces.cli.screen import Progress
from aidledger.replay import loading
from aidledger.replay.agreement import CASE_COLUMNS
from aidledger.services.session import open_session

_VERIFIED = (
    *("schema", "entries", "root", "verdict", "proven_size", "unproven_tail"),
    *("cosigners", "findings", "leads", "rungs"),
)
SHAPES: dict[str, tuple[str, ...]] = {
    "case list": ("schema", "as_of", "known_on", "cases"),
    "case show {case}": (
        *("schema", "as_of", "known_on"),
        *CASE_COLUMNS[:-1],
        *("members", "erased", "limits", "entries"),
    ),
    "case history {case}": ("schema", "case", "as_of", "known_on", "entries"),
    "case explain {case}": ("schema", "case", "as_of", "known_on", "decisions", "annulled"),
    "case redecide {case}": ("schema", "case", "decisions"),
    "case redecide --all": (
        *("schema", "cases", "decisions", "unchecked", "differing", "not_repeated"),
        "decisions_per_second",
    ),
    "whatif --pack fj-sanming-2021 --month 2022-03": (
        *("schema", "month", "pack", "pack_hash", "gives_amounts", "cases", "unchecked"),
        *("before_fen", "after_fen", "gains", "gains_fen", "losses", "losses_fen"),
        *("newly_allowed", "newly_refused", "reasons", "changes"),
    ),
    "case whatif {case} --pack cn-tekun-2021": ("schema", "case", "decisions"),
    "case blame {case}": ("schema", "case", "fields"),
    "diff 2022-02-15 2022-03-31": ("schema", "a", "b", "cases", "months", "lists", "totals"),
    "bisect --case {case} --clause decision-once": (
        *("schema", "case", "clause", "kind", "citation"),
        *("first_failed", "first_would_fail", "acts", "after"),
    ),
    "bisect verify": ("schema", "size", "first", "elsewhere", "count"),
    "due": ("schema", "generation", "source", "as_of", "known_on", "items"),
    "list": ("schema", "models"),
    "list case_state": ("schema", "generation", "source", "name", "title", "columns", "rows"),
    "events": ("schema", "events"),
    "adopt": ("schema", "packs"),
    "verify": _VERIFIED,
    "verify --deep": _VERIFIED,
    "rebuild": (
        *("schema", "generation", "current", "position", "entries", "as_of", "known_on"),
        *("models", "failed", "changed", "compared", "resumed", "skipped"),
    ),
}


@pytest.mark.parametrize("command", SHAPES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_json_is_one_object_with_the_keys_of_its_schema(
    own_county: Path, a_case: str, command: str, lang: str
) -> None:
    ran = on(own_county, "--lang", lang, *command.format(case=a_case).split(), "--json")

    found = json.loads(ran.out)
    assert list(SHAPES[command]) == list(found)
    assert found["schema"].startswith("aidledger/")
    assert "error" not in ran.err


@pytest.mark.parametrize("command", SHAPES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_person_reads_it_at_80_columns(
    own_county: Path, a_case: str, command: str, lang: str
) -> None:
    ran = on(own_county, "--lang", lang, *command.format(case=a_case).split())

    assert ran.code in (0, 1, 4)
    assert [] == [line for line in ran.out.splitlines() if layout.width(line) > 80]
    assert "\x1b" not in ran.out


def test_a_case_is_found_by_a_part_of_its_number(county: Path, a_case: str) -> None:
    whole = on(county, "case", "show", a_case, "--json").object
    part = on(county, "case", "show", a_case.rpartition("-")[2], "--json").object

    assert whole == part


def test_an_ambiguous_part_is_refused(county: Path) -> None:
    ran = on(county, "case", "show", "2022")

    assert 2 == ran.code
    assert "expected the name of one case, found 16" in ran.err


def test_a_case_on_a_day_is_the_model_on_that_day(county: Path, a_case: str) -> None:
    for day in ("2022-01-31", "2022-02-15", "2022-03-31"):
        rows = on(county, "list", "case_state", "--as-of", day, "--json").object["rows"]
        derived = {row["case"]: row for row in rows}
        shown = on(county, "case", "list", "--as-of", day, "--json").object["cases"]

        assert {row["case"]: row["stage"] for row in shown} == {
            name: row["stage"] for name, row in derived.items()
        }

    one = on(county, "case", "show", a_case, "--as-of", "2022-03-31", "--json").object
    assert {key: derived[f"case/{a_case}"][key] for key in CASE_COLUMNS[:-1]} == {
        key: one[key] for key in CASE_COLUMNS[:-1]
    }


def test_known_on_hides_what_was_recorded_later(county: Path, a_case: str) -> None:
    everything = on(county, "case", "history", a_case, "--json").object["entries"]
    middle = everything[len(everything) // 2]["recorded_on"]
    known = on(county, "case", "history", a_case, "--known-on", middle, "--json").object

    def said(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Without the limits that each began: they end by what came later."""
        return [{name: one[name] for name in one if name != "limits"} for one in entries]

    assert said([e for e in everything if e["recorded_on"] <= middle]) == said(known["entries"])
    assert len(known["entries"]) < len(everything)


def test_the_amount_is_explained_with_its_parts(county: Path) -> None:
    names = [
        row["case"]
        for row in on(county, "case", "list", "--json").object["cases"]
        if row["monthly_fen"] > 0
    ]
    text = on(county, "case", "explain", names[0].removeprefix("case/")).out

    assert "1128.00 = 1.6 × 705.00" in text


def test_every_rule_of_a_decision_is_named_and_only_those_that_apply_are_read_out(
    county: Path, a_case: str
) -> None:
    asked = ("case", "explain", a_case.removeprefix("case/"))
    text = on(county, *asked).out
    clauses = [
        c for one in on(county, *asked, "--json").object["decisions"] for c in one["clauses"]
    ]
    idle = [c for c in clauses if c["outcome"] == "not_applicable"]

    assert idle
    assert [] == [c["id"] for c in clauses if c["id"] not in text]
    assert text.count("do not apply") <= len(on(county, *asked, "--json").object["decisions"])
    assert [] == [c["id"] for c in idle if f"    {c['id']} · {c['citation']}" in text]


def test_every_decision_of_the_county_stands(county: Path, a_case: str) -> None:
    ran = on(county, "case", "redecide", a_case, "--json")

    assert 0 == ran.code
    assert [[]] * len(ran.object["decisions"]) == [
        one["differences"] for one in ran.object["decisions"]
    ]


def test_what_is_due_is_what_the_models_say(county: Path) -> None:
    found = on(county, "due", "--as-of", "2022-02-10", "--json").object
    rows = on(county, "list", "deadlines", "--as-of", "2022-02-10", "--json").object["rows"]
    pending = [row for row in rows if row["state"] in ("open", "missed") and row["due_on"]]
    limits = [item for item in found["items"] if item["what"].startswith("limit-")]

    assert len(pending) == len(limits) > 0
    assert found["items"] == sorted(
        found["items"], key=lambda item: (item["due_on"] or "9999-12-31", item["stream"])
    )


def test_due_within_days_leaves_out_what_is_later(county: Path) -> None:
    found = on(county, "due", "--as-of", "2022-02-10", "--days", "7", "--json").object

    assert all(item["days_left"] <= 7 for item in found["items"])


def test_the_same_rebuild_gives_the_same_digests(own_county: Path) -> None:
    first = on(own_county, "rebuild", "--json").object
    second = on(own_county, "rebuild", "--json").object

    assert first["models"] == second["models"]
    assert first["position"] == first["entries"] - 1
    assert {"name", "rows", "digest"} == set(first["models"][0])


def test_verify_says_consistent_but_unproven(county: Path) -> None:
    ran = on(county, "verify", "--json")

    assert (4, "unproven", []) == (ran.code, ran.object["verdict"], ran.object["findings"])


def test_verify_deep_climbs_to_the_decisions_and_the_models(county: Path) -> None:
    rungs = {
        rung["name"]: rung["status"]
        for rung in on(county, "verify", "--deep", "--json").object["rungs"]
    }
    shallow = on(county, "verify", "--json").object["rungs"]

    assert ("ok", "ok") == (rungs["decisions"], rungs["models"])
    assert ["not_made"] * 2 == [
        r["status"] for r in shallow if r["name"] in ("decisions", "models")
    ]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", "未见证，运营方可改写历史"),
        ("en", "unwitnessed: the operator can rewrite history"),
    ],
)
def test_verify_never_says_that_all_is_well(county: Path, lang: str, words: str) -> None:
    assert words in on(county, "--lang", lang, "verify").out


def terminal(county: Path, **environ: str) -> str:
    """Run a command on a pseudo-terminal; return what it shows."""
    script = (
        "import pty, sys; "
        "sys.exit(pty.spawn([sys.executable, '-m', 'aidledger', 'case', 'list']) >> 8)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
        env={
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "COLUMNS": "80",
            "AIDLEDGER": str(county),
            **environ,
        },
    )
    return ran.stdout.decode()


def test_colour_is_for_terminals_that_want_it(county: Path) -> None:
    assert "\x1b[1m" in terminal(county)
    assert "\x1b[" not in terminal(county, NO_COLOR="1")
    assert "\x1b[" not in terminal(county, TERM="dumb")


def sealed_values(county: Path) -> set[str]:
    """Every name, number, address and account that the vault of the county holds."""
    with open_session(str(county)) as session:
        assert session.vault is not None
        commitments = {
            commitment
            for stream in session.store.streams("")
            for entry in session.stream(stream)
            for field, commitment in entry.sealed.items()
            if field in ("name", "identity_number", "phone", "address", "account_number")
        }
        return set(session.vault.open_many(sorted(commitments)).values())


def test_no_personal_value_of_the_county_is_printed(own_county: Path, a_case: str) -> None:
    secret = sealed_values(own_county)
    texts = [
        on(own_county, *command.format(case=a_case).split(), *more).out
        for command in SHAPES
        for more in ([], ["--json"])
    ]

    assert len(secret) > 40
    assert [] == [value for value in secret for text in texts if value in text]


def test_progress_is_silent_while_it_is_short_then_tells_rate_and_time_left() -> None:
    out, seconds = io.StringIO(), [0.0]
    progress = Progress("verify", out, "en", lambda: seconds[0])
    for now in (1.0, 4.9, 5.0, 6.0, 10.0):
        seconds[0] = now
        progress(int(now * 100), 2_000)
    progress.close()

    assert ["verify: 500/2,000, 100/s, 15 s left", "verify: 1,000/2,000, 100/s, 10 s left"] == (
        out.getvalue().splitlines()
    )


DAY = ("--as-of", "2022-03-01")
"""One that no generation was built for."""


@pytest.mark.parametrize(
    "command", ["case list", "due", "list case_state", "diff 2022-02-15 2022-03-31"]
)
def test_what_reads_every_entry_tells_how_far_it_is(
    county: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_LOG_EVERY_S", 0.0)
    monkeypatch.setattr(loading, "ROWS_A_PAGE", 100)
    monkeypatch.setattr(loading, "PAGES_A_REPORT", 1)
    told = on(county, *command.split(), *([] if "diff" in command else DAY))

    assert re.search(r"(cases|read entries): [0-9,]+(/[0-9,]+)?, [0-9,]+/s", told.err)


def test_a_rebuild_shows_the_tables_that_have_rows_and_names_the_others(own_county: Path) -> None:
    models = on(own_county, "rebuild", "--json").object["models"]
    said = on(own_county, "rebuild").out
    table, _, rest = said.partition(" models without rows: ")

    filled = {one["name"] for one in models if one["rows"]}
    empty = {one["name"] for one in models if not one["rows"]}
    assert filled
    assert empty
    assert filled == {line.split()[0] for line in table.splitlines()[2:-1]}
    assert table.splitlines()[-1] == str(len(empty))
    assert empty == set("".join(rest).replace(",", " ").split())
