"""In force on one day, as known on another or at a point of the log: asked of each command that reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import aidledger
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office, opened
from tests.services.test_recording import approve, on_case

from aidledger.interfaces.cli.specs import Spec
from aidledger.interfaces.cli.tree import SECTIONS

DAY = "2022-03-31"
"""What is asked about; all that is recorded later is also effective later, or comes too late."""

#: Commands of which neither day is asked, and why.
OTHERS = {
    "adopt": "writes", "demo": "writes", "import": "writes",
    "index": "writes", "init": "writes", "month": "writes", "policy adopt": "writes",
    "record": "writes", "simulate": "writes",
    "bundle": "of the log at one checkpoint, whole",
    "archive": "seals, lists and verifies whole runs of the log",
    "audit report": "writes; its figures are those of audit run, its bytes name a size of the log",
    "audit rules": "texts of rules", "audit show": "the text of a rule",
    "audit sample": "a sample is of a size of the log, whose root is in its seed",
    "audit test": "tries rules on cases, each with its own days",
    "attack": "reads all of the log as it stands; nothing may be left out",
    "checkpoint": "says what was signed and when",
    "compare import": "writes",
    "compare kinds": "the catalogue of the program",
    "compare show": "one entry, and its table hashed again",
    "completion": "of the shell",
    "events": "the catalogue of the program",
    **dict.fromkeys(
        (f"doubt {step}" for step in (
            "raise", "assign", "verify", "confirm", "refute", "decide", "settle", "close", "reopen",
        )),
        "writes",
    ),
    "export check": "holds files against their manifest, reads no ledger",
    "export cloudevents": "writes every record as it is; up to a point, and of no day",
    "export duckdb": "the tables of export parquet, asked as that is",
    "export flat": "the tables of export parquet, asked as that is",
    "export sqlite": "the tables of export parquet, asked as that is",
    "export xes": "the entries of export ocel, asked as that is",
    "doctor": "of this machine", "freshness": "says how old everything is now",
    "fund statement import": "writes",
    "generations": "says what rebuilds left, each with the days it was asked about",
    "import-history": "writes",
    "keys": "keys of this machine",
    "nightly": "writes", "retry": "writes", "schedule": "writes units, reads no ledger",
    "status": "says how the ledger stands now",
    "province": "writes",
    "policy test": "runs the examples of a text, each with its own days",
    "proof": "a proof is of a size of the log", "prove": "a proof is of a size of the log",
    "receipt": "of one request",
    "reconcile": "holds the bank's file of a month against the log as it stands",
    "resolve": "says what became of one request",
    "serve": "serves proofs",
    "tiles": "writes all of the log as it stands",
    "timestamp": "says what was stamped and when",
    "verify": "reads all of the log as it stands; nothing may be left out",
    "witness": "says what was witnessed and when",
}  # fmt: skip

#: Of a command that reads: the option that it lacks, and why.
LACKING = {
    ("whatif", "--as-of"): "the month asked about is the day in force",
    ("policy diff", "--as-of"): "texts are compared whole, each with the days it gives",
    (
        "case consequences",
        "--as-of",
    ): "an annulment is knowledge: what followed has no day in force",
}

TEXTS = ("export beancount", "log")
"""Commands that write no JSON object: a file of their own, or one object a line."""

BY_TIME = ("case show", "list", "policy show")
"""Asked of a time as well as of a position: what is found is one position."""

DOUBT = "doubt/F001-1"
SEEN = {"positions": [1], "severity": "high"}
ABOUT = {"identity": "1d" * 32, "rule": "F001", "subject": CASE}


def on_doubt(name: str, **data: Any) -> dict[str, Any]:
    return {"type": name, "stream": DOUBT, "data": data}


NUMBERS = count()
"""Of what is written by the commands that write files."""

READING: dict[str, tuple[str, ...]] = {
    "case list": (),
    "case show": (CASE,),
    "case history": (CASE,),
    "case explain": (CASE,),
    "case redecide": (CASE,),
    "case whatif": (CASE, "--pack", "cn-tekun-2021"),
    "case consequences": (CASE, "--position", "{approval}"),
    "case blame": (CASE,),
    "log": (),
    "diff": ("0", "{approval}"),
    "bisect": ("--case", CASE, "--clause", "approval-after-publicity"),
    "due": (),
    "fund flow": (),
    "fund statement match": (),
    "whatif": ("--pack", "gz-county-2022", "--month", "2022-03"),
    "list": ("case_state",),
    "audit run": ("--rule", "F019"),
    "compare list": (),
    "compare run": (),
    "doubt list": (),
    "doubt show": (DOUBT,),
    "sql": ('SELECT "case", stage FROM case_state',),
    "rebuild": ("--model", "case_state"),
    "export beancount": (),
    "export workpapers": ("{out}.xlsx", "--rule", "F019"),
    "export parquet": ("{out}", "--model", "case_state", "--event", "ApplicationApproved"),
    "export ocel": ("{out}.json", "--event", "ApplicationApproved"),
    "policy list": (),
    "policy show": ("gz-county-2022",),
    "policy diff": ("gz-county-2022", "cn-tekun-2021"),
}
"""Every command that reads, with what it needs to be asked."""


def leaves(specs: tuple[Spec, ...], before: str = "") -> Iterator[tuple[str, Spec]]:
    for spec in specs:
        name = f"{before} {spec.name}".strip()
        if spec.below:
            yield from leaves(spec.below, name)
        else:
            yield name, spec


COMMANDS = dict(leaves(tuple(spec for section in SECTIONS for spec in section.commands)))


def test_each_command_reads_with_both_days_or_says_why_not() -> None:
    """A new command that reads and knows only one time is found here."""
    unexplained = {
        name
        for name in COMMANDS
        if name not in READING and name not in OTHERS and name.split()[0] not in OTHERS
    }
    lacking = {
        (name, option)
        for name in READING
        for option in ("--as-of", "--known-on", "--at")
        if option not in {opt.name for opt in COMMANDS[name].opts}
    }

    assert set() == unexplained
    assert set(OTHERS) <= {part for name in COMMANDS for part in (name, name.split()[0])}
    assert set(LACKING) == lacking


class Told(dict[tuple[str, str], Any]):
    """What each command said at three moments, by name."""


def ask(office: Office, name: str, approval: int, *days: str) -> Any:
    """Run one command; return what it says without the days that it repeats."""
    out = Path(office.location).with_name(f"out-{next(NUMBERS)}")
    words = [word.format(approval=approval, out=out) for word in READING[name]]
    known = {opt.name for opt in COMMANDS[name].opts}
    wanted = [
        word
        for option, day in zip(days[::2], days[1::2], strict=True)
        if option in known
        for word in (option, day)
    ]
    ran = aidledger(
        "--ledger", office.location, *name.split(), *words, *wanted,
        *([] if name == "export beancount" else ["--json"]),
    )  # fmt: skip
    assert ran.code in {0, 1}, (name, ran.err)
    if name in TEXTS:
        return ran.out
    said = dict(ran.object)
    for side in ("a", "b"):  # of a difference: what was asked
        said.pop(side, None)
    # the last two are how far was read
    # the others are how far was read, and files that say so
    for repeated in ("known_on", "as_of", "position", "log", "log_root", "files", "output"):
        said.pop(repeated, None)
    for other in ("generation", "compared", "resumed"):  # of a rebuild: which it is beside others
        said.pop(other, None)
    return said


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Ask all on the day; when later days were recorded; and when the past was written anew."""
    told = Told()
    for office in opened(str(tmp_path_factory.mktemp("times") / "ledger.sqlite")):
        approve(office)
        office.act("2022-02-15", on_case("VisitMade", visitor="u1"))
        office.act("2022-02-16", on_doubt("DoubtRaised", **SEEN, **ABOUT))
        [approval] = [
            one.position
            for one in office.session.stream(CASE)
            if type(one.event).__name__ == "ApplicationApproved"
        ]
        for name in READING:
            told[name, "then"] = ask(office, name, approval, "--as-of", DAY)
        last = office.session.store.head()
        points = {"position": str(last.size - 1), "time": str(last.recorded_at)}
        office.act("2022-04-20", on_case("VisitMade", visitor="u2"))
        office.act("2022-04-21", on_case("AbilityAssessed", level="unable"))
        for name in READING:
            told[name, "later"] = ask(
                office, name, approval, "--as-of", DAY, "--known-on", "2022-04-22"
            )
        office.at("2022-05-10")
        office.act(
            "2022-05-10",
            {**on_case("VisitMade", visitor="u3"), "effective_on": "2022-03-20"},
            {**on_doubt("DoubtSeenAgain", **SEEN), "effective_on": "2022-03-20"},
            on_case(
                "EntryAnnulled", "c1", COUNTY,
                authority="county head", position=approval, reason="false papers",
            ),
            on_case(
                "EntryCorrected", "c1", COUNTY, authority="county head", field="area",
                position=min(one.position for one in office.session.stream(CASE)),
                reason="typing error", value='"urban"',
            ),
            {
                "type": "StandardPublished", "stream": f"policy/{COUNTY}", "actor": "c0",
                "office": COUNTY, "effective_on": "2022-01-02",
                "data": {
                    "code": "dibao_urban", "from_on": "2022-01-02", "monthly_fen": 80_000,
                    "place": COUNTY,
                },
            },
        )  # fmt: skip
        for name in READING:
            told[name, "known then"] = ask(
                office, name, approval, "--as-of", DAY, "--known-on", DAY
            )
            told[name, "now"] = ask(office, name, approval, "--as-of", DAY)
            for kind, point in points.items():
                if kind == "time" and name not in BY_TIME:
                    continue
                told[name, kind] = ask(office, name, approval, "--as-of", DAY, "--at", point)
    return told


@pytest.mark.parametrize("name", [name for name in READING if (name, "--as-of") not in LACKING])
def test_what_takes_effect_later_is_not_in_force_on_the_day(told: Told, name: str) -> None:
    assert told[name, "then"] == told[name, "later"]


@pytest.mark.parametrize("name", READING)
def test_what_was_recorded_later_was_not_known_on_the_day(told: Told, name: str) -> None:
    assert told[name, "then"] == told[name, "known then"]


@pytest.mark.parametrize(
    ("name", "kind"), [*((n, "position") for n in READING), *((n, "time") for n in BY_TIME)]
)
def test_up_to_a_point_of_the_log_all_is_as_it_was_said_then(
    told: Told, name: str, kind: str
) -> None:
    assert told[name, "then"] == told[name, kind]


#: What an annulment, a correction and a late visit change nothing of.
UNCHANGED = {
    "due": "no limit of the case is open",
    "diff": "both positions lie before what was recorded since",
    "export beancount": "nothing was paid",
    "fund statement match": "no statement was imported",
    "export workpapers": "the rule finds nothing in either",
    "fund flow": "nothing was paid, and nothing is due to be paid otherwise",
    "policy list": "no pack was adopted since",
    "policy show": "no pack was adopted since",
    "policy diff": "no pack was adopted since",
    "case redecide": "decisions stay what they were, and are annulled as entries",
    "case whatif": "decisions stay what they were, and are annulled as entries",
    "case explain": "decisions stay what they were, and are annulled as entries",
    "compare list": "no register is imported here: tests/services/test_registers.py asks of days",
    "compare run": "no register is imported here: tests/services/test_register_rules.py has some",
}


@pytest.mark.parametrize("name", sorted(set(READING) - set(UNCHANGED)))
def test_without_the_day_of_knowledge_the_past_is_as_it_is_known_now(told: Told, name: str) -> None:
    """The test above can fail: what was recorded since does change the answer."""
    assert told[name, "then"] != told[name, "now"]
