"""OCEL and XES: pm4py reads what was written, and counts what SQL counts.

pm4py runs in a process of its own: it is an oracle, and takes long to import.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import on

from aidledger.domain.events.catalog import EVENTS
from aidledger.replay.views import event_views, literal
from aidledger.services.handing.events import Cut, cut_out
from aidledger.services.handing.objects import (
    BODIES,
    NAMED,
    OF_HOUSEHOLD,
    OF_PAYMENT,
    TOKENS,
    objects_of,
)
from aidledger.services.handing.ocel import write_ocel
from aidledger.services.handing.xes import write_xes
from aidledger.services.session import open_session

ORACLE = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pm4py
def told(ocel):
    return {
        "events": len(ocel.events), "objects": len(ocel.objects), "relations": len(ocel.relations),
        "links": len(ocel.o2o), "changes": len(ocel.object_changes),
        "types": ocel.objects["ocel:type"].value_counts().to_dict(),
        "acts": ocel.events["ocel:activity"].value_counts().to_dict(),
        "about": ocel.relations["ocel:qualifier"].value_counts().to_dict(),
        "days": sorted({str(day)[:10] for day in ocel.events["ocel:timestamp"]}),
    }
folder = sys.argv[1]
log = pm4py.read_xes(folder + "/county.xes.gz", variant="iterparse")
dfg, starts, ends = pm4py.discover_dfg(log)
print(json.dumps({
    "json": told(pm4py.read_ocel2_json(folder + "/county.json")),
    "sqlite": told(pm4py.read_ocel2_sqlite(folder + "/county.sqlite")),
    "xes": [len(log), log["case:concept:name"].nunique(), sorted(log["org:group"].unique())],
    "dfg": sorted([one, other, count] for (one, other), count in dfg.items()),
    "starts": starts, "ends": ends,
}))
"""


@pytest.fixture(scope="module")
def cut(county: Path) -> Iterator[Cut]:
    with (
        open_session(str(county), read_only=True) as session,
        cut_out(session) as cut,
    ):
        yield cut


@pytest.fixture(scope="module")
def folder(cut: Cut, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mining")
    for name in ("county.json", "county.sqlite"):
        write_ocel(folder / name, cut)
    write_xes(folder / "county.xes.gz", cut)
    return folder


@pytest.fixture(scope="module")
def oracle(folder: Path) -> dict[str, Any]:
    """What pm4py says of the three files."""
    ran = subprocess.run(
        [sys.executable, "-c", ORACLE, str(folder)], capture_output=True, text=True, check=False
    )

    assert 0 == ran.returncode, ran.stderr[-2000:]

    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def asked(cut: Cut, sql: str) -> list[tuple[Any, ...]]:
    return [row for page in cut.pages(sql) for row in page]


def counted(cut: Cut) -> int:
    """Count by SQL the pairs of an event and an object that it is about."""
    kinds = sorted({kind for one in EVENTS.values() for kind in one.stream.split("|")})
    total = 0
    for name, view in event_views().items():
        columns = {"stream", "actor", "office", *(column.name for column in view.columns)}
        parts = {column: f'"{column}"' for column in TOKENS}
        parts |= {column: f"'{kind}/' || \"{column}\"" for column, kind in BODIES.items()}
        for column in ("stream", *NAMED):
            kind = f"split_part(\"{column}\", '/', 1)"
            rest = f'substr("{column}", length({kind}) + 2)'
            parts[column] = (
                f"CASE WHEN {rest} <> '' AND {kind} IN ({', '.join(map(literal, kinds))}) THEN "
                f"CASE WHEN {kind} IN ('resident', 'person') THEN {rest} ELSE \"{column}\" END END"
            )
        of_case = "CASE WHEN stream LIKE 'case/_%' THEN '{0}/' || substr(stream, 6)"
        found = [sql for column, sql in parts.items() if column in columns]
        if name in OF_PAYMENT:
            found.append(of_case.format("payment") + " || '/' || month END")
        if name in OF_HOUSEHOLD:
            found.append(of_case.format("household") + " END")
        pairs = " UNION ".join(f'SELECT position, {sql} AS id FROM "{view.name}"' for sql in found)
        total += asked(cut, f"SELECT count(*) FROM ({pairs}) WHERE id IS NOT NULL")[0][0]
    return total


def test_both_forms_have_the_relations_that_sql_counts(oracle: dict[str, Any], cut: Cut) -> None:
    about = oracle["json"]["about"]

    assert counted(cut) == oracle["json"]["relations"] == oracle["sqlite"]["relations"]
    assert about == oracle["sqlite"]["about"]
    assert {"payment", "household", "applicant", "carer", "account", "run", "fund"} <= about.keys()


def test_both_forms_have_every_event_and_object(oracle: dict[str, Any], cut: Cut) -> None:
    types = dict(asked(cut, "SELECT type, count(*) FROM entry GROUP BY type"))
    cases = asked(cut, "SELECT count(DISTINCT stream) FROM entry WHERE stream LIKE 'case/%'")[0][0]
    payments = asked(cut, "SELECT count(DISTINCT (stream, month)) FROM payment_rostered")[0][0]
    days = [str(row[0]) for row in asked(cut, "SELECT DISTINCT effective_on FROM entry ORDER BY 1")]

    assert {**oracle["json"], "changes": 0} == {**oracle["sqlite"], "changes": 0}
    assert types == oracle["json"]["acts"]
    assert (cases, payments) == (
        oracle["json"]["types"]["case"],
        oracle["json"]["types"]["payment"],
    )
    assert days == oracle["json"]["days"]
    assert sum(oracle["json"]["types"].values()) == oracle["json"]["objects"]


def test_objects_change_from_a_day_on(oracle: dict[str, Any], folder: Path, cut: Cut) -> None:
    rows = asked(
        cut, "SELECT stream, effective_on, monthly_fen FROM entitlement_set ORDER BY position"
    )
    with closing(sqlite3.connect(folder / "county.sqlite")) as handed:
        found = handed.execute(
            "SELECT ocel_id, substr(ocel_time, 1, 10), monthly_fen FROM object_case "
            "WHERE ocel_changed_field = 'monthly_fen'"
        ).fetchall()
        # of JSON pm4py takes the first value of an attribute for what the object always was
        firsts = sum(
            handed.execute(
                f"SELECT count(DISTINCT ocel_id || ocel_changed_field) FROM object_{kind}"
            ).fetchall()[0][0]
            for (kind,) in handed.execute("SELECT ocel_type_map FROM object_map_type").fetchall()
        )
        broken = handed.execute("PRAGMA foreign_key_check").fetchall()
        links = handed.execute(
            "SELECT count(*) FROM object_object WHERE ocel_qualifier = 'applicant'"
        ).fetchall()[0][0]

    assert sorted((stream, str(day), fen) for stream, day, fen in rows) == sorted(found)
    assert [] == broken
    assert links == asked(cut, "SELECT count(DISTINCT stream) FROM application_submitted")[0][0]
    assert oracle["json"]["changes"] == oracle["sqlite"]["changes"] - firsts
    assert 0 < oracle["json"]["links"]


def test_a_trace_is_a_case_and_what_follows_what_is_what_sql_says(
    oracle: dict[str, Any], cut: Cut
) -> None:
    """The directly-follows graph that pm4py discovers, worked out by a window in SQL."""
    order = "PARTITION BY stream ORDER BY effective_on, position"
    of_cases = (
        f"SELECT stream, type, lead(type) OVER ({order}) AS next, lag(type) OVER ({order}) AS before "
        "FROM entry WHERE stream LIKE 'case/%'"
    )
    follows = asked(
        cut, f"SELECT type, next, count(*) FROM ({of_cases}) WHERE next IS NOT NULL GROUP BY ALL"
    )
    starts = asked(cut, f"SELECT type, count(*) FROM ({of_cases}) WHERE before IS NULL GROUP BY 1")
    ends = asked(cut, f"SELECT type, count(*) FROM ({of_cases}) WHERE next IS NULL GROUP BY 1")
    events, traces, offices = oracle["xes"]

    assert sorted(map(list, follows)) == oracle["dfg"]
    assert (dict(starts), dict(ends)) == (oracle["starts"], oracle["ends"])
    assert asked(
        cut,
        "SELECT count(*), count(DISTINCT stream) FROM entry WHERE stream LIKE 'case/%'",
    ) == [(events, traces)]
    assert offices == [
        row[0]
        for row in asked(
            cut, "SELECT DISTINCT office FROM entry WHERE stream LIKE 'case/%' ORDER BY 1"
        )
    ]


def test_the_same_gives_the_same_bytes_packed_or_not(
    folder: Path, cut: Cut, tmp_path: Path
) -> None:
    for name in ("county.json", "county.sqlite"):
        write_ocel(tmp_path / name, cut)
    for name in ("county.xes", "county.xes.gz"):
        write_xes(tmp_path / name, cut)
    names = ("county.json", "county.sqlite", "county.xes.gz")

    assert [(folder / name).read_bytes() for name in names] == [
        (tmp_path / name).read_bytes() for name in names
    ]
    assert (tmp_path / "county.xes").read_bytes() == gzip.decompress(
        (tmp_path / "county.xes.gz").read_bytes()
    )


def test_the_commands_write_what_they_are_asked_for(county: Path, tmp_path: Path) -> None:
    some = ("--event", "PaymentIssued", "--known-on", "2022-02-28", "--json")
    ocel = on(county, "export", "ocel", tmp_path / "some.json", *some)
    xes = on(county, "export", "xes", tmp_path / "some.xes", *some)
    other = on(county, "export", "ocel", tmp_path / "some.xml")
    wrong = on(county, "export", "xes", tmp_path / "some.csv")
    paid = json.loads((tmp_path / "some.json").read_bytes())
    counts = [
        {table["name"]: table["rows"] for table in ran.object["tables"]} for ran in (ocel, xes)
    ]

    assert {"PaymentIssued"} == {one["type"] for one in paid["events"]}
    assert len(paid["events"]) == counts[0]["events"] == counts[1]["events"]
    assert (2, 2) == (other.code, wrong.code)
    assert 0 == on(county, "export", "check", tmp_path / "some.json").code


def test_a_stream_of_no_kind_is_no_object() -> None:
    row = {"stream": "nothing/1", "actor": "u1", "office": "o", "run": "no run", "person": "p1"}

    assert [
        ("person", "p1", "person"),
        ("officer", "officer/u1", "actor"),
        ("office", "office/o", "office"),
    ] == [tuple(one) for one in objects_of("PaymentIssued", row)]
