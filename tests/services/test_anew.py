"""Whoever does not trust the operator asks anew: no generation and no archive answers, however edited."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from tests.cli.shell import Ran, aidledger
from tests.cli.test_audit import paid
from tests.cli.test_two_times import COMMANDS
from tests.domain.people import CASE
from tests.ledger.signers import signer
from tests.services.archived import long_history, sealed, stored
from tests.services.conftest import Office, opened
from tests.services.test_recording import approve, on_case

from aidledger.replay.models import load_models
from aidledger.services.archives.segments import archive_folder
from aidledger.services.generations.rebuilding import (
    generations_folder,
    generations_of,
    read_model,
    rebuild,
)
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session

WHO = ("--actor", "u1", "--office", "520123")
TABLES = ("--model", "case_state", "--event", "DeathRecorded")
ASKED: dict[str, tuple[str, ...]] = {
    "case history": (CASE, "--proven", "--policy", "{policy}"),
    "due": (),
    "list": ("case_state",),
    "fund flow": (),
    "fund statement match": (),
    "sql": ("SELECT * FROM case_state, death_recorded",),
    "export workpapers": ("{out}.xlsx", "--rule", "F001", "--model", "case_state"),
    "export flat": ("{out}", *TABLES),
    "export parquet": ("{out}", *TABLES),
    "export duckdb": ("{out}.duckdb", *TABLES),
    "export sqlite": ("{out}.sqlite", *TABLES),
    "export ocel": ("{out}.json",),
    "export xes": ("{out}.xes",),
    "audit run": ("--rule", "F001"),
    "audit report": ("--output", "{out}.xlsx", "--rule", "F001"),
    "audit sample": ("case_state", "--rows", "1"),
    "compare list": (),
    "compare run": ("deaths",),
    "doubt raise": (*WHO, "--on", "2022-06-01", "--rule", "F001", "--dry-run"),
    "bundle create": (CASE, "--rule", "F001", "--to", "{out}"),
}
"""Every command that a generation may answer, with what it needs to be asked."""
OF_ENTRIES = {"compare list", "compare run", "fund flow", "fund statement match"}
"""What says the same of a ledger that has nothing of it: only where it was read from is told apart."""
NUMBERS = count()


class Desk(NamedTuple):
    """A ledger with what was said of it before there was any generation."""

    office: Office
    policy: Path
    before: dict[str, Any]


def ask(office: Office, policy: Path, name: str, *more: str) -> Ran:
    folder = Path(office.location).with_name(f"out-{next(NUMBERS)}")
    folder.mkdir()
    out = folder / "out"
    words = [word.format(out=out, policy=policy) for word in ASKED[name]]
    return aidledger("--ledger", office.location, *name.split(), *words, *more, "--json")


def said(ran: Ran) -> dict[str, Any]:
    """Return what a command says but for the places of its files, and DuckDB's random bytes."""
    told = dict(ran.object)
    if str(told.pop("output", "")).endswith(".duckdb"):
        told.pop("files")
    told.pop("folder", None)
    return told


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A case paid for after a death; asked of everything, then rebuilt."""
    folder = tmp_path_factory.mktemp("anew")
    for office in opened(str(folder / "county.db")):
        approve(office)
        office.act("2022-04-10", paid("2022-03"), paid("2022-04"))
        office.act("2022-04-20", on_case("DeathRecorded", died_on="2022-03-05", source="family"))
        policy = folder / "policy.txt"
        policy.write_text(f"log {signer(office.session.store.origin).key.vkey()}\nquorum none\n")
        signed = aidledger("--ledger", office.location, "checkpoint", "sign", "--new-key")
        assert 0 == signed.code, signed.err
        before = {name: said(ask(office, policy, name)) for name in ASKED}
        rebuild(office.session)
        yield Desk(office, policy, before)


def emptied(generations: Path) -> None:
    """Take every row out of every table but the days asked about."""
    (path,) = generations.glob("generation-*.duckdb")
    with duckdb.connect(str(path)) as database:
        for (name,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            if name != "parameters":
                database.execute(f'DELETE FROM "{name}"')


def swapped(generations: Path) -> None:
    """Put a file of another county into its place."""
    (path,) = generations.glob("generation-*.duckdb")
    path.unlink()
    with duckdb.connect(str(path)) as database:
        for name in load_models():
            database.execute(f'CREATE TABLE "{name}" (x INTEGER)')


def renamed(generations: Path) -> None:
    """Let the pointer say something else."""
    (generations / "current").write_text("{}")


@contextmanager
def edited(desk: Desk, edit: Callable[[Path], None]) -> Iterator[None]:
    """Let somebody edit what lies beside the ledger, for a while."""
    place = generations_folder(desk.office.location)
    kept = place.with_name("kept")
    shutil.copytree(place, kept)
    edit(place)
    try:
        yield
    finally:
        shutil.rmtree(place)
        kept.rename(place)


def test_every_command_that_a_generation_may_answer_can_be_asked_anew() -> None:
    others = {"bisect", "diff", "generations check"}  # they read the archive, and no generation

    assert ASKED.keys() | others == {
        name for name, spec in COMMANDS.items() if any(one.name == "--anew" for one in spec.opts)
    }


@pytest.mark.parametrize("name", ASKED)
def test_an_edited_generation_deceives_nobody_who_asks_anew(name: str, desk: Desk) -> None:
    with edited(desk, emptied):
        anew, deceived = (
            ask(desk.office, desk.policy, name, "--anew"),
            ask(desk.office, desk.policy, name),
        )

    assert desk.before[name] == said(anew)
    assert "generation" not in anew.err
    if name not in OF_ENTRIES:
        assert deceived.code > 1 or desk.before[name] != said(deceived)


@pytest.mark.parametrize("edit", [swapped, renamed])
@pytest.mark.parametrize("name", ["sql", "list", "export sqlite"])
def test_nor_does_another_file_in_its_place(
    name: str, edit: Callable[[Path], None], desk: Desk
) -> None:
    with edited(desk, edit):
        anew, trusting = (
            ask(desk.office, desk.policy, name, "--anew"),
            ask(desk.office, desk.policy, name),
        )

    assert desk.before[name] == said(anew)
    assert 1 < trusting.code


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_from_a_generation_says_so(name: str, desk: Desk) -> None:
    ran = ask(desk.office, desk.policy, name)
    told, before = said(ran), desk.before[name]

    assert 1 == ran.err.count("from generation 1, a file nobody checked; ")
    if "log" in told:
        assert ("entries", "generation") == (before["log"]["source"], told["log"]["source"])
    if "generation" in before:
        assert (None, 1) == (before["generation"], told["generation"])
        assert ("entries", "generation") == (before["source"], told["source"])


def test_a_shell_says_so_before_the_first_answer(desk: Desk) -> None:
    words = ("--ledger", desk.office.location, "sql", "--shell")
    asked = b"SELECT count(*) FROM death_recorded;\n"
    of_generation = aidledger(*words, stdin=asked)
    anew = aidledger(*words, "--anew", stdin=asked)

    assert of_generation.out == anew.out
    assert 1 == of_generation.err.count("from generation 1, ")
    assert "generation" not in anew.err


def test_chinese_is_told_in_chinese(desk: Desk) -> None:
    ran = aidledger("--lang", "zh", "--ledger", desk.office.location, "list", "case_state")

    assert "答自第 1 个生成版本，其文件未经核对；--anew 由记录重新推导" in ran.err


def test_a_report_says_what_it_was_read_from(desk: Desk, tmp_path: Path) -> None:
    words = ("--lang", "en", "--ledger", desk.office.location, "audit", "report", "--output")
    aidledger(*words, tmp_path / "of.html")
    aidledger(*words, tmp_path / "anew.html", "--anew")

    assert "the file of a generation, not checked" in (tmp_path / "of.html").read_text()
    assert "the entries of the log" in (tmp_path / "anew.html").read_text()


def test_no_column_of_an_archive_answers_who_asks_anew(tmp_path: Path) -> None:
    """The log vouches for the bytes of the columns; whether they are those of the records it can't."""
    location = str(tmp_path / "county.db")
    stored(location, long_history())
    with open_session(location) as session:
        sealed(session, location)
        right = read_model(session, "case_state")
        words = ("--ledger", location, "list", "case_state", "--json")
        assert "archive" == aidledger(*words).object["source"]
        assert "entries" == aidledger(*words, "--anew").object["source"]
        for path in archive_folder(location).rglob("visit_made.parquet"):
            path.write_bytes(b"")
        with pytest.raises(ServiceError):
            read_model(session, "case_state")
        session.store.beside.anew = True

        assert right == read_model(session, "case_state")
        assert generations_of(session).current() is None
