"""``policy adopt`` with files of one's own: what is taken, and what is refused by file, line and field.

Facts: C20 (one place has one rule at a time), S1-040 (days to announce an approval).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.shell import Ran, aidledger, on
from tests.services.ownpacks import CALENDAR, PACK, write

from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.year import load_year_table
from aidledger.services.acts import adoption
from aidledger.services.acts.adoption import shipped

WHO = "--county 520123 --actor c0 --office 520123 --on 2022-01-10".split()
Change = tuple[str, str]


def adopt(ledger: Path, *files: Path | str, more: tuple[str, ...] = ()) -> Ran:
    return on(ledger, *more, "policy", "adopt", *files, *WHO)


def size(ledger: Path) -> int:
    found: int = on(ledger, "verify", "--json").object["entries"]
    return found


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A ledger that has adopted the own pack and the own calendar."""
    path = tmp_path / "county.db"
    on(path, "init")
    ran = adopt(path, write(tmp_path, PACK), write(tmp_path, CALENDAR, name="cn-2027"))

    assert 0 == ran.code, ran.err

    return path


def problems(ledger: Path, *files: Path) -> list[dict[str, Any]]:
    """Return why files are refused; in no language a traceback, and nothing is recorded."""
    before = size(ledger)
    zh, ran = adopt(ledger, *files, more=("--lang", "zh")), adopt(ledger, *files, "--json")

    assert (1, 1, before) == (zh.code, ran.code, size(ledger))
    assert "应为" in zh.err
    assert "expected" not in zh.err

    found: list[dict[str, Any]] = ran.object["problems"]
    return found


def test_pack_and_calendar_are_told_apart_and_marked_as_not_shipped(county: Path) -> None:
    listed = on(county, "policy", "list", "--json").object
    [pack] = [one for one in listed["packs"] if one["own"]]
    [year] = [one for one in listed["calendars"] if one["year"] == 2027]
    told = " ".join(on(county, "policy", "list").out.split())
    zh = on(county, "--lang", "zh", "policy", "show", "my-county").out.replace("\n", "")

    assert ("my-county", False, 1) == (pack["pack"], pack["shipped"], len(pack["adopted"]))
    assert (False, 3, 2) == (year["shipped"], year["off_days"], year["work_days"])
    assert "a text of its own, not shipped with this program" in told
    assert re.search(r"2027 known since 2021-12-10,.* adopted \S+, not shipped ·", told)
    assert "自有文本，非本程序随附" in zh
    assert "announcement_working_days: differs" in on(
        county, "policy", "diff", "gz-county-2022", "my-county"
    ).out.replace("\n    ", " ")


def test_what_came_of_each_file_is_said_for_programs_too(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    on(path, "init")
    files = write(tmp_path, PACK), write(tmp_path, CALENDAR, name="any")
    ran = adopt(path, "gz-county-2022", *files, "--json").object

    assert "committed" == ran["status"]
    assert [("pack", "my-county", 1), ("calendar", "cn-2027", 0)] == [
        (one["kind"], one["pack"], one["examples"]) for one in ran["tried"]
    ]
    chain = on(path, "log", "--json", "--type", "PackAdopted")
    assert 0 == chain.code


REFUSED: list[tuple[Change, str, str, str]] = [
    (("announcement_working_days = 5", "announcement_working_day = 5"), "parameters.announcement_working_day", "no_source", "announcement_working_day = 5"),
    (("announcement_working_days = 5", "announcement_working_days = 'x'"), "parameters.announcement_working_days", "bad_value", "= 'x'"),
    (('due = "2022-02-14"', 'due = "2022-02-15"'), "announced-within-a-week: due", "example_fails", "[[example]]"),
    (('id = "my-county"', 'id = "gz-county-2022"'), "id", "id_taken", "gz-county-2022"),
    (("version = 1", "version = 1\nextra = 1"), "extra", "unknown_field", "extra = 1"),
    (("80000", "80001"), "version", "not_newer", "version = 1"),
    (('id = "my-county"', 'id = "my-second"'), "in_force.from", "overlap", "in_force ="),
    (('"520123"', '"520199"'), "jurisdiction", "other_place", "jurisdiction ="),
    (("2022-01-04", "2022-01-11"), "known_since", "not_yet_known", "known_since ="),
    (('"gz-county-2022"', '"nowhere"'), "extends", "unknown_name", "extends ="),
    (('"gz-county-2022"', '"my-county"'), "extends", "circle", "extends ="),
    (('status = "in_force"', 'status = "valid"'), "status", "bad_value", "status ="),
    (("[parameters]", "[parameters"), "file", "not_toml", ""),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row[1]}-{row[2]}")
def test_a_pack_that_cannot_be_adopted_is_refused_by_file_line_and_field(
    county: Path, tmp_path: Path, row: tuple[Change, str, str, str]
) -> None:
    change, field, code, part = row
    newer = [] if code == "not_newer" else [("version = 1", "version = 2")]
    path = write(tmp_path, PACK, change, *newer)
    lines = path.read_text("utf-8").split("\n")
    [found] = problems(county, path)

    assert (str(path), field, code) == (found["file"], found["field"], found["code"])
    assert part in lines[found["line"] - 1]


CALENDARS: list[tuple[Change, str, str]] = [
    (('"2027-02-05"', '"2028-02-04"'), "off_days[1]", "bad_day"),
    (('"2027-02-05"', '"2027-02-30"'), "off_days[1]", "bad_day"),
    (('"2027-02-05"', '"2027-02-06"'), "off_days[1]", "bad_value"),
    (('"2027-02-05"', '"2027-02-09"'), "off_days[2]", "bad_day"),
    (('"2027-01-31"', '"2027-01-01"'), "work_days[0]", "bad_value"),
    (('"2027-01-31"', '"2027-02-01"'), "work_days[0]", "bad_value"),
    (("2021-12-10", "2022-01-11"), "known_since", "not_yet_known"),
    (('"000000"', '"450000"'), "jurisdiction", "other_place"),
    (('    "2027-02-08",\n', ""), "known_since", "not_newer"),
    (("2021-12-10", "2021-12-09"), "known_since", "not_newer"),
    (("source =", "sauce ="), "sauce", "unknown_field"),
    (("year = 2027\n", ""), "year", "missing_field"),
]


@pytest.mark.parametrize("row", CALENDARS, ids=lambda row: f"{row[1]}-{row[2]}")
def test_a_calendar_that_cannot_be_adopted_is_refused_by_its_field(
    county: Path, tmp_path: Path, row: tuple[Change, str, str]
) -> None:
    change, field, code = row
    path = write(tmp_path, CALENDAR, change, name="cn-2027")
    if code == "not_newer" and "12-09" in change[1]:
        path = write(tmp_path, CALENDAR, change, ('    "2027-02-08",\n', ""), name="cn-2027")
    lines = path.read_text("utf-8").split("\n")
    [found] = problems(county, path)

    assert (str(path), field, code) == (found["file"], found["field"], found["code"])
    sought = change[1].strip('"') if "[" in field else field.replace("year", "id")
    assert sought in lines[found["line"] - 1] or code in {"bad_day", "missing_field"}


def test_one_faulty_file_keeps_the_others_from_being_recorded(county: Path, tmp_path: Path) -> None:
    good = write(tmp_path, PACK, ("version = 1", "version = 2"), ("80000", "90000"))
    bad = write(tmp_path, CALENDAR, ('"2027-01-31"', '"2027-02-01"'), name="bad")

    assert [str(bad)] == [one["file"] for one in problems(county, good, bad)]


def test_the_same_again_is_said_and_other_examples_are_recorded(
    county: Path, tmp_path: Path
) -> None:
    same, year = tmp_path / "my-county.toml", tmp_path / "cn-2027.toml"
    again = adopt(county, same, year)
    commented = write(tmp_path, CALENDAR, ("off_days", "# as published\noff_days"), name="other")
    longer = same.read_text("utf-8") + EXAMPLE
    (tmp_path / "longer.toml").write_text(longer, "utf-8")
    more = adopt(county, tmp_path / "longer.toml", commented)

    assert (2, 0) == (again.code, more.code), more.err
    assert "expected something new to adopt, found all of it adopted" in again.err
    assert "its rules are those that are adopted" in more.out
    assert "these days of 2027 are held already: not recorded again" in more.out
    assert "\n1 entry recorded\n" in more.out


EXAMPLE = """
[[example]]
id = "announced-over-the-spring-festival"
facts = ["S1-040"]
on = "2022-01-27"
limit = "limit-announcement"
due = "2022-02-08"
"""


def test_an_older_version_never_comes_back(county: Path, tmp_path: Path) -> None:
    first = tmp_path / "my-county.toml"
    newer = write(tmp_path, PACK, ("version = 1", "version = 2"), ("80000", "90000"), name="v2")
    taken = adopt(county, newer)
    [found] = problems(county, first)

    assert (0, "version", "not_newer") == (taken.code, found["field"], found["code"])
    listed = on(county, "policy", "list", "--json").object["packs"]
    versions = {one["version"]: bool(one["replaced"]) for one in listed if one["own"]}
    assert {1: True, 2: False} == versions
    assert ", replaced " in on(county, "policy", "list").out


def test_a_version_that_begins_later_says_which_days_it_gives_up(
    county: Path, tmp_path: Path
) -> None:
    newer = write(
        tmp_path,
        PACK,
        ("version = 1", "version = 2"),
        ('from = "2022-01-01"', 'from = "2023-01-01"'),
    )
    ran = adopt(county, newer)

    assert 0 == ran.code
    assert "no longer holds from 2022-01-01 until 2023-01-01" in " ".join(ran.out.split())


def test_trying_a_file_with_a_ledger_holds_it_against_what_that_adopted(
    county: Path, tmp_path: Path
) -> None:
    """Without a ledger nothing is known of other versions: the file by itself is good."""
    other = write(tmp_path, PACK, ("80000", "90000"))
    alone, held = aidledger("policy", "test", other), on(county, "policy", "test", other, "--json")
    [found] = held.object["packs"]

    assert (0, 1, "not_newer") == (alone.code, held.code, found["refused"]["reason"])


def test_a_pack_is_adopted_once_by_name_or_by_file(county: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_bytes(shipped("packs")["gz-county-2022"])
    both, one = adopt(county, "gz-county-2022", copy, "--json"), adopt(county, copy)

    assert (1, "twice", 0) == (both.code, both.object["problems"][0]["code"], one.code)


def test_two_texts_of_a_base_are_refused_until_one_is_named(county: Path, tmp_path: Path) -> None:
    top = [("my-county", "my-town"), ('"gz-county-2022"', '"my-county"')]
    write(tmp_path, PACK, ("version = 1", "version = 2"), ("80000", "90000"))
    town = write(tmp_path, PACK, *top, name="my-town")
    [found] = problems(county, town)
    both = adopt(county, town, tmp_path / "my-county.toml")

    assert ("extends", "two_texts", 0) == (found["field"], found["code"], both.code), both.err


def test_a_base_beside_the_file_comes_along_as_evidence(tmp_path: Path) -> None:
    """The base itself is not adopted: its text is of the chain, and whoever has the ledger has it."""
    path, folder = tmp_path / "l.db", tmp_path / "texts"
    folder.mkdir()
    on(path, "init")
    write(folder, PACK)
    town = write(
        folder, PACK, ("my-county", "my-town"), ('"gz-county-2022"', '"my-county"'), name="t"
    )
    ran = adopt(path, town)
    (folder / "my-county.toml").unlink()
    shown = on(path, "policy", "show", "my-town", "--json")

    assert (0, 0) == (ran.code, shown.code), ran.err
    assert "my-county" == shown.object["line"]["extends"]
    assert 4 == on(path, "verify", "--deep").code


def test_the_example_of_the_manual_can_be_tried_and_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "PACKS.md").read_text("utf-8")
    for name in ("my-county", "cn-2027"):
        block = re.search(rf"`{name}\.toml`:\n\n( *)```toml\n(.*?)\n *```", manual, re.DOTALL)
        assert block
        text = re.sub(f"^{block.group(1)}", "", block.group(2), flags=re.MULTILINE)
        (tmp_path / f"{name}.toml").write_text(text + "\n", "utf-8")
    [command] = re.findall(r"\$ aidledger (policy adopt ./my.*)", manual)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "l.db"
    on(path, "init")
    [try_it] = re.findall(r"\*\*Try it\*\*: `aidledger ([^`]+)`", manual)
    assert 0 == on(path, *try_it.split()).code
    ran = on(path, *command.split(), "--on", "2026-12-01", "--json")

    assert 0 == ran.code, ran.err
    assert [("my-county-2027", 2, []), ("cn-2027", 0, [])] == [
        (one["pack"], one["examples"], one["notices"]) for one in ran.object["tried"]
    ]


def other_release(monkeypatch: pytest.MonkeyPatch, folder: Path, **texts: tuple[str, str]) -> None:
    """Let another release of the program be installed: what it ships is changed."""
    for kind in ("packs", "calendars"):
        place = folder / "policies" / kind
        place.mkdir(parents=True)
        for name, content in shipped(kind).items():
            old, new = texts.get(name.replace("-", "_"), ("", ""))
            assert old.encode() in content
            changed = content.replace(old.encode(), new.encode(), 1) if old else content
            (place / f"{name}.toml").write_bytes(changed)
        for name, (_, text) in texts.items():
            if name == "cn_2027" and kind == "calendars":
                (place / "cn-2027.toml").write_text(text, "utf-8")
    monkeypatch.setattr(adoption, "files", lambda _: folder)


def test_a_newer_release_changes_nothing_that_was_adopted(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A base stays as it was adopted until the shipped one is adopted, and so does a calendar."""
    other_release(
        monkeypatch,
        tmp_path / "release",
        gz_county_2022=("pass_mark = 60", "pass_mark = 70"),
        cn_2027=("", CALENDAR.replace('    "2027-02-08",\n', "")),
    )
    newer = write(tmp_path, PACK, ("version = 1", "version = 2"), ("80000", "90000"))
    ran = adopt(county, newer)
    shown = on(county, "policy", "show", "my-county", "--json").object["rules"]

    assert 0 == ran.code, ran.err
    assert "it rests on gz-county-2022 as the ledger adopted it" in " ".join(ran.out.split())
    assert "the calendar of 2027 is not the one that is shipped (2027-02-08)" in ran.err
    assert "60" in next(one["says_en"] for one in shown if one["name"] == "pass_mark")
    known = on(county, "policy", "list", "--json").object["calendars"]
    assert [3] == [one["off_days"] for one in known if one["year"] == 2027 and one["adopted"]]


def test_a_shipped_text_that_was_replaced_may_be_adopted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another release and the first one again: each is recorded, and the last one holds."""
    path, hashes = tmp_path / "l.db", []
    on(path, "init")
    assert 0 == adopt(path, "gz-county-2022").code
    with monkeypatch.context() as patch:
        changed = {"gz_county_2022": ("pass_mark = 60", "pass_mark = 70")}
        other_release(patch, tmp_path / "release", **changed)
        assert 0 == adopt(path, "gz-county-2022").code
        hashes.append(on(path, "policy", "show", "gz-county-2022", "--json").object["line"]["hash"])
    again = on(path, "policy", "adopt", "gz-county-2022", *WHO[:-1], "2022-01-11")
    hashes.append(on(path, "policy", "show", "gz-county-2022", "--json").object["line"]["hash"])

    assert 0 == again.code, again.err
    assert hashes[0] != hashes[1] == aidledger_hash("gz-county-2022")


def aidledger_hash(name: str) -> str:
    found: str = aidledger("policy", "show", name, "--json").object["line"]["hash"]
    return found


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"id = [", b"year = 2027", b"a=" * 9, b"x = [" + b"[" * 5000]
)
def test_hostile_files_are_refused_and_a_missing_one_is_said(
    county: Path, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)

    assert [str(path)] == [one["file"] for one in problems(county, path)]
    assert 3 == adopt(county, tmp_path / "none.toml").code
    assert 2 == adopt(county, "my-county").code


DAYS = [date(2027, 1, 1) + timedelta(days=at) for at in range(365)]


@settings(max_examples=200, deadline=None)
@given(st.sets(st.sampled_from(DAYS), min_size=1, max_size=12), st.data())
def test_a_calendar_says_exactly_its_days_and_any_day_out_of_place_is_named(
    days: set[date], data: st.DataObject
) -> None:
    off = sorted(day.isoformat() for day in days if day.weekday() < 5) or ["2027-01-01"]
    work = sorted(day.isoformat() for day in days if day.weekday() >= 5)
    head = CALENDAR.partition("off_days")[0]

    def text(off: list[str], work: list[str]) -> bytes:
        return f"{head}off_days = {off}\nwork_days = {work}\n".replace("'", '"').encode()

    table = load_year_table(text(off, work), file="cn-2027.toml")
    assert (set(off), set(work)) == (
        {day.isoformat() for day in table.off_days},
        {day.isoformat() for day in table.work_days},
    )
    stray = data.draw(st.sampled_from([*off, *work]))
    with pytest.raises(PackError) as caught:
        load_year_table(text(sorted({*off, stray}), sorted({*work, stray})), file="cn-2027.toml")
    assert stray in caught.value.found
    assert re.fullmatch(r"(off|work)_days\[\d+\]", caught.value.field)
