"""``policy …``: packs listed, shown, compared, tried and adopted, in both languages at 80 columns.

Facts: C1, C3, C4, C6 (what ``diff`` says of 2016 and 2021), S4-033 (the standard that ``show`` names).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.shell import aidledger, on

from aidledger.interfaces.cli import layout
from aidledger.services.acts.adoption import shipped

PACKS = ["cn-tekun-2016", "cn-tekun-2021", "fj-sanming-2021", "gz-county-2022"]
ADOPT = "--county 520123 --actor u1 --office 520123".split()
COUNTY = shipped("packs")["gz-county-2022"].decode()


def own(folder: Path, old: str = "", new: str = "", name: str = "my-county") -> Path:
    """Write a pack of another place, made from the county's, with one change."""
    text = COUNTY.replace('id = "gz-county-2022"', f'id = "{name}"', 1)
    text = text.replace('jurisdiction = "520123"', 'jurisdiction = "520199"', 1)
    assert old in text
    path = folder / f"{name}.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(path: Path, part: str) -> int:
    lines = path.read_text("utf-8").split("\n")
    return next(n for n, line in enumerate(lines, start=1) if part in line)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "words",
    [
        "policy list",
        "policy show gz-county-2022 --as-of 2022-06-30 --known-on 2022-07-31",
        "policy diff cn-tekun-2016 cn-tekun-2021",
        "policy diff cn-tekun-2021 fj-sanming-2021",
        "policy test",
    ],
)
def test_everything_fits_80_columns_in_both_languages(words: str, lang: str) -> None:
    ran = aidledger("--lang", lang, *words.split())

    assert (0, True) == (ran.code, bool(ran.out))
    assert [] == [line for line in ran.out.splitlines() if layout.width(line) > 80]


def test_without_a_ledger_the_shipped_packs_are_listed() -> None:
    found = aidledger("policy", "list", "--json").object["packs"]

    assert PACKS == [pack["pack"] for pack in found if pack["pack"] in PACKS]
    county = next(pack for pack in found if pack["pack"] == "gz-county-2022")
    assert ("520123", "in_force", "2022-01-01", None, "cn-tekun-2021", True, []) == tuple(
        county[key]
        for key in (
            "jurisdiction", "status", "in_force_from", "in_force_to", "extends", "shipped", "adopted",
        )
    )  # fmt: skip
    assert county["hash"]
    assert min(pack["examples"] for pack in found if pack["pack"] in PACKS) >= 20


def test_with_a_ledger_the_day_of_adoption_stands_beside_the_pack(ledger: Path) -> None:
    found = on(ledger, "policy", "list", "--json").object["packs"]
    adopted = {pack["pack"]: len(pack["adopted"]) for pack in found}

    assert (1, 0) == (adopted["gz-county-2022"], adopted["cn-tekun-2016"])
    assert "  adopted  not adopted" in on(ledger, "policy", "list").out


def test_adopt_stands_below_policy_and_at_the_top(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    on(path, "init")
    ran = on(path, "policy", "adopt", "gz-county-2022", *ADOPT)
    again = on(path, "adopt", "gz-county-2022", *ADOPT)

    assert (0, 2) == (ran.code, again.code)
    assert aidledger("adopt").out == aidledger("policy", "adopt").out


def test_show_gives_each_parameter_with_citation_and_facts() -> None:
    ran = aidledger("policy", "show", "cn-tekun-2021")

    assert "  age until which a minor is kept: 18\n" in ran.out
    assert "    minor_keep_age · cn-tekun-2021 art. 24 (K21) · C1\n" in ran.out
    assert "within 15 working days of application accepted" in ran.out


@pytest.mark.parametrize(
    ("day", "known", "in_force", "standards"),
    [
        ("2022-06-30", "2022-06-30", True, 5),
        ("2021-12-31", "2022-06-30", False, 0),
        ("2022-06-30", "2021-12-31", False, 5),
    ],
)
def test_show_asks_two_times(day: str, known: str, in_force: bool, standards: int) -> None:
    found = aidledger(
        "policy", "show", "gz-county-2022", "--as-of", day, "--known-on", known, "--json"
    ).object

    assert (in_force, standards) == (
        found["in_force"],
        sum(rule["kind"] == "standard" for rule in found["rules"]),
    )


def test_show_of_a_ledger_says_by_which_pack_it_decided(ledger: Path) -> None:
    asked = ("policy", "show", "cn-tekun-2021", "--as-of", "2022-06-30")

    assert "the ledger decides by gz-county-2022" in on(ledger, *asked).out.replace("\n", " ")
    assert "the ledger decides" not in aidledger(*asked).out


def test_diff_says_both_values_with_both_citations() -> None:
    en = aidledger("policy", "diff", "cn-tekun-2016", "cn-tekun-2021").out
    zh = aidledger("--lang", "zh", "policy", "diff", "cn-tekun-2016", "cn-tekun-2021").out

    assert (
        "  ≠ age until which a minor is kept · minor_keep_age: differs\n"
        "    A  16 [cn-tekun-2016 (S1-050)]\n"
        "    B  18 [cn-tekun-2021 art. 24 (K21)]\n"
    ) in en
    assert (
        "  ≠ 民主评议 · appraisal_policy：不同\n"
        "    甲  必须进行 [cn-tekun-2016 (S1-027)]\n"
        "    乙  可以进行 [cn-tekun-2021 art. 14 (K21)]\n"
    ) in zh
    assert "  + Support begins with the month after confirmation. · " in en


def test_diff_shows_the_conditions_where_only_they_differ() -> None:
    ran = aidledger("policy", "diff", "cn-tekun-2021", "fj-sanming-2021")
    out = " ".join(ran.out.split())

    assert "opinion-appraisal: differs" in out
    assert "!case.survey_doubt && !case.comparison_doubt) [fj-sanming-2021 (S3-029, S3-030)]" in out
    assert "limit-decision: only in A" in out


def test_diff_both_ways_is_the_same_with_sides_changed_and_nothing_with_itself() -> None:
    one = aidledger("policy", "diff", *PACKS[:2], "--json").object
    other = aidledger("policy", "diff", *PACKS[1::-1], "--json").object
    turned = {"changed": "changed", "only_a": "only_b", "only_b": "only_a"}

    assert {(d["kind"], d["name"], turned[d["change"]]) for d in one["differences"]} == {
        (d["kind"], d["name"], d["change"]) for d in other["differences"]
    }
    assert [] == aidledger("policy", "diff", PACKS[0], PACKS[0], "--json").object["differences"]


def test_an_unknown_pack_is_named_with_the_one_that_may_be_meant() -> None:
    for words in (("show", "none"), ("diff", "cn-tekun-2016", "none"), ("test", "none")):
        ran = aidledger("policy", *words)

        assert 2 == ran.code
        assert "none: expected a policy pack" in ran.err
        assert "aidledger policy list lists them" in ran.err
    assert "did you mean gz-county-2022\n" in aidledger("policy", "show", "gz-conty-2022").err


def test_the_examples_of_every_shipped_pack_hold() -> None:
    ran = aidledger("policy", "test", "--json")

    assert (0, True) == (ran.code, ran.object["held"])
    assert set(PACKS) <= {pack["pack"] for pack in ran.object["packs"]}


def test_an_own_file_is_tried_over_the_shipped_packs(tmp_path: Path) -> None:
    ran = aidledger("policy", "test", own(tmp_path))

    assert 0 == ran.code
    assert re.fullmatch(r"✓ my-county  all \d\d examples hold\n", ran.out)


def test_an_own_file_rests_on_another_beside_it(tmp_path: Path) -> None:
    own(tmp_path)
    top = own(tmp_path, 'extends = "cn-tekun-2021"', 'extends = "my-county"', "my-town")
    lost = own(tmp_path, 'extends = "cn-tekun-2021"', 'extends = "nowhere"', "my-other")

    assert 0 == aidledger("policy", "test", top).code
    ran = aidledger("policy", "test", lost)
    assert 1 == ran.code
    assert f"\n  {lost}:{line_of(lost, 'extends')}\n    extends: expected a pack" in ran.out


SPOILED = [
    ("parts = { living = 112800 }", "parts = { living = 112801 }", "parts.living", "112800"),
    ('due = "2022-10-08"', 'due = "2022-10-01"', "due", "2022-10-08"),
    ('refused_by = ["complaint-extension"]\n', "", "refused_by", "complaint-extension"),
]


@pytest.mark.parametrize(("old", "new", "field", "found"), SPOILED)
def test_a_spoiled_example_is_named_with_file_and_line(
    tmp_path: Path, old: str, new: str, field: str, found: str
) -> None:
    path = own(tmp_path, old, new)
    ran = aidledger("policy", "test", path, "--json")
    [failure] = ran.object["packs"][0]["failures"]

    assert (1, field, found) == (ran.code, failure["field"], failure["found"])
    example = failure["example"]
    assert failure["line"] == line_of(path, f'id = "{example}"') - 1
    told = " ".join(aidledger("policy", "test", path).out.split())
    assert f" {path}:{failure['line']} {example}: {field} expected" in told


REFUSED = [
    ("pass_mark = 60", "pass_mark = 60\npas_mark = 1", "pas_mark = 1", "no_source", "没有出处"),
    ("[parameters]", "late = 1\n\n[parameters]", None, "unknown_field", "没有这个字段"),
    ("carer.last_score <", "carer.last_score <<", "<<", "not_cel", "条件无法编译"),
    (', rounding = "half_up_fen"', "", 'ratio = "1.6" }', "no_rounding", "如何取整"),
    ('jurisdiction = "520199"', 'jurisdiction = "520123"', "in_force =", "overlap", "一条规则"),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[3])
def test_a_file_that_cannot_be_used_is_refused_with_line_and_reason(
    tmp_path: Path, row: tuple[str, str, str | None, str, str]
) -> None:
    old, new, part, reason, words = row
    path = own(tmp_path, old, new)
    ran = aidledger("policy", "test", path, "--json")
    refused = ran.object["packs"][0]["refused"]
    zh = aidledger("--lang", "zh", "policy", "test", path)

    assert (1, str(path), reason) == (ran.code, refused["file"], refused["reason"])
    assert refused["line"] == (line_of(path, part) if part else refused["line"])
    assert (1, True) == (zh.code, words in zh.out.replace("\n    ", ""))
    assert f"\n  {path}:{refused['line']}\n" in zh.out


def test_a_pack_without_examples_is_not_said_to_hold(tmp_path: Path) -> None:
    path = Path(own(tmp_path))
    path.write_text(path.read_text("utf-8").partition("[[example]]")[0], "utf-8")
    ran = aidledger("policy", "test", path)

    assert (0, "– my-county  no examples: only the form of its rules was checked\n") == (
        ran.code,
        ran.out,
    )


@pytest.mark.parametrize("content", [b"", b"\xff", b"id = [", b"[[example]]\n"])
def test_hostile_files_are_refused_and_a_missing_one_is_said(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)

    assert 1 == aidledger("policy", "test", path).code
    assert 3 == aidledger("policy", "test", tmp_path / "none.toml").code


def test_a_file_is_shown_and_compared_though_it_holds_beside_another(tmp_path: Path) -> None:
    """C2: a county looks at a draft of its own before it adopts anything."""
    path = own(tmp_path, "pass_mark = 60", "pass_mark = 70")
    path.write_text(
        path.read_text("utf-8").replace('"520199"', '"520123"', 1).partition("[[example]]")[0],
        "utf-8",
    )
    shown = aidledger("policy", "show", path, "--json").object
    found = aidledger("policy", "diff", "gz-county-2022", path, "--json").object

    assert 1 == aidledger("policy", "adopt", path, *ADOPT, "--ledger", new(tmp_path)).code
    assert ("my-county", False, True, []) == tuple(
        shown["line"][name] for name in ("pack", "shipped", "own", "adopted")
    )
    assert [("pass_mark", "60", "70")] == [
        (one["name"], one["a"]["says_en"], one["b"]["says_en"]) for one in found["differences"]
    ]


def new(folder: Path) -> Path:
    """Make a ledger in which the county's shipped pack is adopted."""
    ledger = folder / "county.db"
    for words in (("init",), ("adopt", "gz-county-2022", "--on", "2022-02-01", *ADOPT)):
        assert 0 == aidledger("--ledger", ledger, *words).code
    return ledger


@pytest.mark.parametrize("row", REFUSED[:4], ids=lambda row: row[3])
def test_a_file_that_cannot_be_used_is_not_looked_at(
    tmp_path: Path, row: tuple[str, str, str | None, str, str]
) -> None:
    old, text, part, _, words = row
    path = own(tmp_path, old, text)
    for asked in (("show", path), ("diff", path, "gz-county-2022")):
        ran = aidledger("policy", *asked)
        zh = aidledger("--lang", "zh", "policy", *asked)

        assert (3, 3, "") == (ran.code, zh.code, ran.out)
        assert f"error: {path}:{line_of(path, part) if part else ''}" in ran.err
        assert words in zh.err


def test_a_standard_that_nobody_published_is_told(tmp_path: Path) -> None:
    """S4-033: a misspelt standard gives no amount, and every case is left as it is."""
    path = own(tmp_path, 'standard = "dibao_urban"', 'standard = "dibao_urbn"')
    path.write_text(path.read_text("utf-8").partition("[[example]]")[0], "utf-8")
    ran, zh = aidledger("policy", "test", path), aidledger("--lang", "zh", "policy", "test", path)

    assert (0, 0) == (ran.code, zh.code)
    assert "no standard dibao_urbn in the pack or the ledger" in " ".join(ran.out.split())
    assert "都没有标准 dibao_urbn" in zh.out
    assert "no standard" not in aidledger("policy", "test", own(tmp_path)).out


def test_a_file_whose_example_fails_and_a_calendar_are_no_packs_to_look_at(tmp_path: Path) -> None:
    spoiled = own(tmp_path, 'due = "2022-10-08"', 'due = "2022-10-01"')
    calendar = tmp_path / "cn-2026.toml"
    calendar.write_bytes(shipped("calendars")["cn-2026"])
    ran, other = (aidledger("policy", "show", path) for path in (spoiled, calendar))

    assert (3, 3) == (ran.code, other.code)
    assert "due: expected 2022-10-01, found 2022-10-08" in ran.err
    assert f"error: {spoiled}:" in ran.err
    assert "expected a policy pack, found a calendar (a file of another kind)" in other.err


def test_a_second_pack_of_the_place_is_not_adopted_beside_the_first(tmp_path: Path) -> None:
    """C20: one place has one rule at a time; refused before anything is recorded."""
    second = own(tmp_path, 'jurisdiction = "520199"', 'jurisdiction = "520123"')
    path = tmp_path / "l.db"
    on(path, "init")
    both = on(path, "adopt", "gz-county-2022", second, *ADOPT)
    elsewhere = on(path, "adopt", own(tmp_path), *ADOPT[:1], "520199", *ADOPT[2:])
    third = own(tmp_path, name="my-third")
    beside = on(path, "adopt", third, *ADOPT[:1], "520199", *ADOPT[2:])

    assert (1, 0, 1) == (both.code, elsewhere.code, beside.code), elsewhere.err
    assert f"{second}:11: in_force.from" in both.err
    assert f"{third}:11: in_force.from" in beside.err
