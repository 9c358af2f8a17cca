"""``doubt …``: from what a rule finds to the day it is closed, at the command line, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.cli.shell import Ran, aidledger
from tests.cli.test_audit import paid
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office, opened
from tests.services.test_recording import approve, on_case

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.doubts import _short_names

AUDIT = ("--actor", "a1", "--office", "520123-aud", "--on", "2022-06-01")
COUNTY_DESK = ("--actor", "c7", "--office", COUNTY, "--on", "2022-06-02")
F001 = ("--rule", "F001", "--as-of", "2022-05-31")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A case that was paid for two months after its death."""
    for office in opened(str(tmp_path_factory.mktemp("doubts") / "county.db")):
        approve(office)
        office.act("2022-04-10", paid("2022-03"), paid("2022-04"))
        office.act("2022-04-20", on_case("DeathRecorded", died_on="2022-03-05", source="office"))
        office.act("2022-05-10", paid("2022-05"))
        yield office


def doubt(office: Office, *words: str | Path, lang: str = "en", stdin: bytes = b"") -> Ran:
    return aidledger("--ledger", office.location, "--lang", lang, "doubt", *words, stdin=stdin)


def states(office: Office, *words: str) -> list[tuple[str, str]]:
    rows = doubt(office, "list", "--json", *words).object["rows"]
    return [(row["doubt"], row["state"]) for row in rows]


def test_a_doubt_from_the_rule_to_its_closing(office: Office, tmp_path: Path) -> None:
    """S4-115, S4-117, F097."""
    rehearsed = doubt(office, "raise", *F001, *AUDIT, "--dry-run", "--json")
    (name,) = rehearsed.object["new"]
    ran = aidledger("--ledger", office.location, "audit", "run", *F001, "--json")
    (tmp_path / "findings.json").write_bytes(ran.raw)
    raised = doubt(office, "raise", "--from", tmp_path / "findings.json", *AUDIT)
    again = doubt(office, "raise", *F001, *AUDIT, "--json")
    assert (0, 0, [], [name]) == (
        raised.code, again.code, again.object["new"], again.object["known"],
    )  # fmt: skip
    assert [(name, "raised")] == states(office, "--rule", "f001", "--severity", "high")

    short = name.removeprefix("doubt/")[:9]
    refused = doubt(office, "confirm", short, "--reason", "so", *AUDIT, "--json")
    assert (1, "ledger.doubt.order") == (refused.code, refused.object["problems"][0]["clause"])
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"picture")
    for words in (
        ("assign", short, "--to-office", COUNTY, "--to-officer", "c7", *AUDIT),
        ("verify", short, "--by", "c7", "--found", "died", "--on-site", "--evidence", picture,
         "--text", "-", *COUNTY_DESK),
        ("confirm", short, "--reason", "paid_after_death", "--amount-fen", "225600", *AUDIT),
        ("decide", short, "--outcome", "recovery", "--amount-fen", "225600", *COUNTY_DESK),
    ):  # fmt: skip
        done = doubt(office, *words, stdin="王大妈说他三月去世".encode())
        assert 0 == done.code, done.err
    act = on_case("PaymentRecovered", amount_fen=225_600, month="2022-04", reason="death")
    office.session.forget()
    office.act("2022-06-20", act)
    last = office.session.store.head().size - 1
    for ending in (("settle", short, "--position", str(last)), ("close", short)):
        done = doubt(office, *ending, *AUDIT)
        assert 0 == done.code, done.err

    shown = doubt(office, "show", short, "--json")
    assert ("closed", 225_600, ["DoubtReopened"]) == tuple(
        shown.object[key] for key in ("stage", "settled_fen", "next")
    )
    assert "王大妈" not in doubt(office, "show", short, lang="zh").out
    assert "raised" == doubt(office, "show", short, "--at", str(last - 5), "--json").object["stage"]
    assert 0 == doubt(office, "reopen", short, "--reason", "more", *AUDIT).code
    assert "reopened" == doubt(office, "show", short, "--json").object["stage"]


def test_the_register_fits_a_terminal_and_leaves_as_a_workbook(
    office: Office, tmp_path: Path
) -> None:
    by_hand = ("--rule", "X01", "--subject", CASE, "--severity", "low", "--period", "2022-03")
    doubt(office, "raise", *by_hand, "--position", "3", *AUDIT)
    listed = doubt(office, "list", "--rule", "X01", "--severity", "medium")
    other = doubt(office, "list", "--rule", "X01", "--township", "520123001", lang="zh")
    every = doubt(office, "list", "--rule", "X01", "--severity", "low").out.splitlines()
    assert all(len(line) <= 80 for line in every)
    assert 0 == doubt(office, "show", every[2].split()[0]).code  # what is shown can be typed
    shown = doubt(office, "show", "X01", lang="zh")
    doubt(office, "list", "--rule", "X01", "--output", tmp_path / "doubts.xlsx")
    titles, row, *_ = (
        CalamineWorkbook.from_path(tmp_path / "doubts.xlsx").get_sheet_by_index(0).to_python()
    )
    told = dict(zip(titles, row, strict=True))

    assert ("X01", "raised", CASE) == tuple(told[name] for name in ("rule", "state", "subject"))
    assert "0 doubts" in listed.err
    for page in (other.out, shown.out):
        assert "X01" in page
        assert all(layout.width(line) <= 80 for line in page.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        ("list", "--state", "vanished"),
        ("show", "F099"),
        ("raise", "--subject", CASE, *AUDIT),
        ("raise", "--rule", "X02", "--subject", CASE, "--severity", "low", "--position", "x", *AUDIT),
        ("raise", "--rule", "X02", "--subject", "520123195001010019", "--severity", "low",
         "--position", "1", *AUDIT),
        ("raise", "--from", "{noise}", *AUDIT),
        ("decide", "X01", "--outcome", "prison", *AUDIT),
        ("settle", "X01", "--position", "-1", *AUDIT),
    ],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_is_said_and_nothing_is_recorded(
    office: Office, tmp_path: Path, words: tuple[str, ...], lang: str
) -> None:
    (tmp_path / "noise").write_bytes(b"\xff{")
    before = office.session.store.head().size
    ran = doubt(office, *(word.format(noise=tmp_path / "noise") for word in words), lang=lang)

    assert ran.code in (2, 3)
    assert "bug" not in ran.err
    assert "520123195001010019" not in ran.err
    assert before == office.session.store.head().size


def test_names_that_would_be_alike_are_shown_whole() -> None:
    one, other = "doubt/F001-" + "a" * 16, "doubt/F001-" + "a" * 15 + "b"

    assert {one: "F001-aaaaaaaa"} == _short_names([one])
    assert {one: one[6:], other: other[6:]} == _short_names([one, other])
