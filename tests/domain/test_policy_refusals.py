"""A faulty pack is refused with its file, the line, what was expected and found, and why."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.test_policy_pack import CHILD, ROOT

from aidledger.domain.policy.errors import REASONS, PackError
from aidledger.domain.policy.lines import field_lines, line_of
from aidledger.domain.policy.pack import PackLibrary, check_periods, load_pack_file
from aidledger.domain.policy.year import load_year_table

POLICIES = Path(__file__).parents[2] / "src" / "aidledger" / "policies"
FILES = sorted(POLICIES.rglob("*.toml"))
SECOND = '\n[[standard]]\ncode = "base"\nmonthly_fen = 200\nfrom = "2021-01-01"\ncitation = "x"\n'

INSIDES = '''
a = """
[[clause]]
b = 1
"""
c = [ # ] [
  "x = 1", '[y]',
]
[t.u]
d.e = "]"
[[v]]
id = "w"
"k" = { l = 1 }
'''


def refused(files: dict[str, str], pack: str = "root") -> PackError:
    with pytest.raises(PackError) as caught:
        PackLibrary({name: text.encode() for name, text in files.items()}).resolve(pack)
    return caught.value


def line_with(text: str, part: str) -> int:
    """Return the last line with a part, as a reader would count."""
    return max(n for n, line in enumerate(text.split("\n"), start=1) if part in line)


# What is changed in the file, the field, a part of the line that is named, and the reason.
FAULTS = [
    ('kind = "finding"', 'kind = "finding"\nkin = 1', "clause[1].kin", "kin = 1", "unknown_field"),
    ("[parameters]", "[parametres]", "parametres", "[parametres]", "unknown_field"),
    ('known_since = "2021-01-01"\n', "", "known_since", None, "missing_day"),
    ('in_force = { from = "2021-01-01" }', "in_force = {}", "in_force.from", "in_force", "missing_day"),
    ('from = "2021-01-01"\n', "", "standard[0].from", "[[standard]]", "missing_day"),
    ('status = "in_force"', 'status = "lapsed"', "in_force.to", "in_force", "missing_day"),
    ('from = "2021-01-01"\n', 'from = "2021-02-29"\n', "standard[0].from", "2021-02-29", "bad_day"),
    ('"办法"', '"办法"\ndate = "2021"', "basis[0].date", 'date = "2021"', "bad_day"),
    ("case.mark == params.mark", "case.mark ==", "clause.second.require", "case.mark ==", "not_cel"),
    ("case.mark == params.mark", "case.mark > 1.5", "clause.second.require", "1.5", "not_cel"),
    ("params.mark", "params.none", "clause.second.require", "params.none", "unknown_name"),
    (', rounding = "half_up_fen"', "", "amount[0].formula.rounding", "formula", "no_rounding"),
    ("half_up_fen", "nearest", "amount[0].formula.rounding", "nearest", "bad_value"),
    ("days = 7", "days = 7\nnew = 1", "parameters.new", "new = 1", "no_source"),
    ("days = 7", "days = 7.5", "parameters.days", "days = 7.5", "bad_value"),
    ('mark = { citation = "art. 2" }', "mark = 1", "provenance.mark", "mark = 1", "bad_value"),
    ("days = 7", "days = 7\ndays = 8", "file", "days = 8", "not_toml"),
    ('id = "second"', 'id = "long-enough"', "clause[1]", None, "twice"),
    ('unit = "days"', 'unit = "weeks"', "limit[0].unit", "weeks", "bad_value"),
    ('n = "days"', 'n = "mark"', "limit.limit-opinion.n", 'n = "mark"', "bad_value"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field", "part", "reason"), FAULTS)
def test_a_fault_is_named_with_file_line_and_reason(
    old: str, new: str, field: str, part: str | None, reason: str
) -> None:
    assert old in ROOT
    text = ROOT.replace(old, new, 1) if old != 'from = "2021-01-01"\n' else ROOT.replace(old, new)
    error = refused({"root": text})
    line = (
        line_with(text, part) if part else {"twice": line_with(text, "[[clause]]")}.get(reason, 1)
    )

    assert ("root.toml", line, field, reason) == (error.file, error.line, error.field, error.reason)
    assert str(error).startswith(f"root.toml:{line}: {field}: expected {error.expected}, found ")
    assert str(error).endswith(f"({REASONS[error.reason][1]})")


def test_two_standards_of_one_code_and_day_are_refused_at_the_second() -> None:
    text = ROOT + SECOND
    error = refused({"root": text})

    assert (line_with(text, "[[standard]]"), "overlap") == (error.line, error.reason)
    assert "base from 2021-01-01" == error.found


def test_a_circle_of_bases_is_shown_and_named_where_it_closes() -> None:
    root = ROOT.replace('status = "in_force"', 'status = "in_force"\nextends = "child"')
    error = refused({"root": root, "child": CHILD}, "child")

    assert ("root.toml", line_with(root, "extends"), "circle") == (
        error.file,
        error.line,
        error.reason,
    )
    assert "child → root → child" == error.found


def test_a_fault_in_a_parent_is_named_in_the_parents_file() -> None:
    root = ROOT.replace("case.mark == params.mark", "case.mark ==")
    error = refused({"root": root, "child": CHILD.replace('remove = ["second"]', "")}, "child")

    assert ("root.toml", line_with(root, "case.mark ==")) == (error.file, error.line)


def periods(other: str, **changes: str) -> None:
    text = ROOT.replace('id = "root"', 'id = "other"', 1)
    for old, new in changes.items():
        text = re.sub(rf"(?m)^{old} = .*$", f"{old} = {new}", text, count=1)
    library = PackLibrary({"root": ROOT.encode(), other: text.encode(), "child": CHILD.encode()})
    check_periods(map(library.resolve, library.ids), {other: text.encode()})


def test_two_packs_of_one_place_on_one_day_are_refused_outside_one_chain() -> None:
    with pytest.raises(PackError) as caught:
        periods("other", in_force='{ from = "2022-03-01" }')
    error = caught.value

    assert ("other.toml", 8, "in_force.from", "overlap") == (
        error.file,
        error.line,
        error.field,
        error.reason,
    )
    assert "root" in error.found


@pytest.mark.parametrize(
    "changes",
    [
        {"in_force": '{ from = "2019-01-01", to = "2020-12-31" }'},
        {"status": '"draft"'},
        {"jurisdiction": '"520123"'},
    ],
)
def test_packs_one_after_the_other_or_of_other_places_stand_side_by_side(
    changes: dict[str, str],
) -> None:
    periods("other", **changes)


def test_packs_of_different_programmes_hold_side_by_side() -> None:
    library = PackLibrary({p.stem: p.read_bytes() for p in (POLICIES / "packs").glob("*.toml")})
    support, allowance = map(library.resolve, ("cn-tekun-2021", "cn-dibao-2021"))
    other = replace(allowance, id="other", chain=(("other", "0" * 64),))
    check_periods([support, allowance], {})

    with pytest.raises(PackError, match="no other pack of 000000 holds"):
        check_periods([allowance, other], {})


def test_the_shipped_packs_do_not_overlap() -> None:
    files = {path.stem: path.read_bytes() for path in (POLICIES / "packs").glob("*.toml")}
    library = PackLibrary(files)
    check_periods(map(library.resolve, library.ids), files)
    longer = files["cn-tekun-2016"].replace(b', to = "2021-06-30"', b', to = "2021-07-01"')
    files["cn-tekun-2016"] = longer
    library = PackLibrary(files)

    with pytest.raises(PackError, match=r"cn-tekun-2021\.toml:11: in_force\.from: .*cn-tekun-2016"):
        check_periods(map(library.resolve, library.ids), files)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_key_of_a_shipped_file_is_found_on_its_line(path: Path) -> None:
    text = path.read_text("utf-8")
    lines, all_lines = field_lines(text), text.split("\n")
    wanted: dict[str, str] = {}
    for name, value in tomllib.loads(text).items():
        tables = {name: value}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            tables = {f"{name}[{at}]": table for at, table in enumerate(value)}
        for table, inside in tables.items():
            wanted[table] = name
            if isinstance(inside, dict) and f"[{name}]" in text:
                wanted |= {f"{table}.{key}": key for key in inside}

    assert set() == set(wanted) - set(lines)
    assert [] == [(p, lines[p]) for p, key in wanted.items() if key not in all_lines[lines[p] - 1]]


def test_the_inside_of_texts_and_lists_is_no_key() -> None:
    text = INSIDES.strip()

    assert {
        "a": 1, "c": 5, "t.u": 8, "t.u.d.e": 9, "v[0]": 10, "v.w": 10, "v[0].id": 11, "v.w.id": 11,
        "v[0].k": 12, "v.w.k": 12,
    } == field_lines(text)  # fmt: skip
    assert 12 == line_of(text.encode(), "v.w.k.l")
    assert 1 == line_of(text.encode(), "nothing[3].here")


@given(content=st.binary(max_size=80), field=st.text(max_size=20))
@settings(max_examples=80)
def test_any_bytes_have_a_line_for_any_field(content: bytes, field: str) -> None:
    assert 1 <= line_of(content, field) <= content.count(b"\n") + 1


def test_a_broken_file_is_named_where_it_breaks() -> None:
    for content, line in (
        (b"id = 1\nx = \n", 2),
        (b"id = 1\n\n\xff", 3),
        (b'a = 1\nb = """\n\n', 4),
    ):
        with pytest.raises(PackError) as caught:
            load_pack_file(content, file="x.toml")

        assert (line, "not_toml") == (caught.value.line, caught.value.reason)


def test_a_calendar_is_refused_with_its_line_too() -> None:
    text = (POLICIES / "calendars" / "cn-2022.toml").read_text("utf-8")
    with pytest.raises(PackError) as caught:
        load_year_table(text.replace("year = 2022", 'year = "x"').encode(), file="y.toml")

    assert line_with(text, "year = 2022") == caught.value.line


def test_every_reason_is_said_in_both_languages() -> None:
    error = refused({"root": ROOT.replace("days = 7", "days = 7\nnew = 1")})

    assert REASONS["no_source"] == (error.why("zh"), error.why("en"))
    assert all(zh and en and zh != en for zh, en in REASONS.values())
