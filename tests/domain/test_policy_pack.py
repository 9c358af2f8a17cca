"""Packs: overlay, hashes, which one holds, and that no file raises anything but PackError."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.policy.adoption import Adoption, pack_in_force
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.pack import PackLibrary, load_pack_file, pack_hash

PACKS = Path(__file__).parents[2] / "src" / "aidledger" / "policies" / "packs"
FILES = {path.stem: path.read_bytes() for path in PACKS.glob("*.toml")}
LIBRARY = PackLibrary(FILES)

ROOT = """
id = "root"
version = 1
title = { zh = "根", en = "root" }
jurisdiction = "000000"
status = "in_force"
known_since = "2021-01-01"
in_force = { from = "2021-01-01" }

[[basis]]
text_zh = "办法"

[parameters]
days = 7
mark = "x"

[provenance]
days = { citation = "art. 1" }
mark = { citation = "art. 2" }

[[clause]]
id = "long-enough"
on = ["CaseSubmitted"]
kind = "refuse"
citation = "art. 1"
text_zh = "条"
text_en = "clause"
require = "case.days >= params.days"

[[clause]]
id = "second"
on = ["CaseSubmitted"]
kind = "finding"
citation = "art. 2"
text_zh = "条"
text_en = "clause"
require = "case.mark == params.mark"

[[amount]]
code = "living"
citation = "art. 3"
text_zh = "额"
text_en = "amount"
formula = { standard = "base", ratio = "1.3", rounding = "half_up_fen" }

[[limit]]
id = "limit-opinion"
from = "ApplicationAccepted"
to = ["ReviewOpinionGiven"]
n = "days"
unit = "days"
citation = "art. 4"
severity = "low"
text_zh = "限"
text_en = "limit"

[[standard]]
code = "base"
monthly_fen = 100
from = "2021-01-01"
citation = "art. 5"
"""
CHILD = """
id = "child"
version = 2
title = { zh = "子", en = "child" }
jurisdiction = "520123"
status = "draft"
known_since = "2022-01-01"
in_force = { from = "2022-01-01" }
extends = "root"
remove = ["second"]

[[basis]]
text_zh = "细则"

[parameters]
days = 10

[provenance]
days = { citation = "local", local = true }
"""
SMALL = {"root": ROOT.encode(), "child": CHILD.encode()}


def changed(old: str, new: str) -> dict[str, bytes]:
    assert old in ROOT + CHILD
    return {name: text.decode().replace(old, new, 1).encode() for name, text in SMALL.items()}


def test_a_child_overrides_by_key_and_removes_by_id() -> None:
    child = PackLibrary(SMALL).resolve("child")
    facts = {"case": {"days": 8, "mark": "x"}}
    root = PackLibrary(SMALL).resolve("root")

    assert {"days": 10, "mark": "x"} == dict(child.parameters)
    assert ["long-enough"] == [clause.id for clause in child.clauses]
    assert ("met", "failed") == (
        root.clauses[0].evaluate(facts).outcome,
        child.clauses[0].evaluate(facts).outcome,
    )
    assert (7, 10) == (root.limits[0].n, child.limits[0].n)
    assert child.provenance["days"].local
    assert "art. 2" == child.provenance["mark"].citation


def test_a_child_overrides_a_rule_by_its_id() -> None:
    clause = ROOT[ROOT.index("[[clause]]") : ROOT.index("[[amount]]")].split("[[clause]]")[1]
    files = {
        **SMALL,
        "child": (CHILD + "[[clause]]" + clause.replace("refuse", "finding")).encode(),
    }
    child = PackLibrary(files).resolve("child")

    assert [("long-enough", "finding")] == [(c.id, c.kind) for c in child.clauses]


def test_a_pack_that_was_resolved_before_is_another_under_another_parent() -> None:
    """Packs are resolved once in a process: what was kept is of these bytes, and those below them."""
    before = PackLibrary(SMALL).resolve("child")
    after = PackLibrary(changed('mark = "x"', 'mark = "y"')).resolve("child")
    fewer = PackLibrary(changed('require = "case.days >=', 'require = "case.days <')).resolve(
        "child"
    )
    facts = {"case": {"days": 8, "mark": "x"}}

    assert before is PackLibrary(dict(SMALL)).resolve("child")
    assert ("x", "y") == (before.parameters["mark"], after.parameters["mark"])
    assert 3 == len({before.hash, after.hash, fewer.hash})
    assert ("failed", "met") == tuple(
        pack.clauses[0].evaluate(facts).outcome for pack in (before, fewer)
    )


def test_the_chain_runs_from_the_root_and_binds_each_hash() -> None:
    child = PackLibrary(SMALL).resolve("child")
    root_hash = pack_hash(SMALL["root"], None)

    assert (("root", root_hash), ("child", child.hash)) == child.chain
    assert child.hash == pack_hash(SMALL["child"], root_hash)


@given(place=st.integers(0, len(ROOT.encode()) - 1), byte=st.integers(0, 255))
@settings(max_examples=80)
def test_any_changed_byte_changes_the_hash_of_the_pack_and_its_children(
    place: int, byte: int
) -> None:
    content = bytearray(SMALL["root"])
    same = content[place] == byte
    content[place] = byte
    before = pack_hash(SMALL["root"], None)
    after = pack_hash(bytes(content), None)

    assert same == (before == after)
    assert same == (pack_hash(SMALL["child"], before) == pack_hash(SMALL["child"], after))


@pytest.mark.parametrize(
    ("pack", "old", "new", "field"),
    [
        ("root", "version = 1", "version = 1.0", "version"),
        ("root", 'id = "root"', 'id = "other"', "id"),
        ("root", 'id = "root"', 'id = "Root"', "id"),
        ("root", 'in_force = { from = "2021-01-01" }', "in_force = 3", "in_force"),
        ("root", '"2021-01-01" }', '"2021-02-30" }', "in_force.from"),
        ("root", '"2021-01-01" }', '"2021-01-01", to = "2020-01-01" }', "in_force.to"),
        ("root", 'status = "in_force"', 'status = "lapsed"', "in_force.to"),
        ("root", 'status = "in_force"', 'status = "maybe"', "status"),
        ("root", "days = 7", "days = 7.5", "parameters.days"),
        ("root", "days = 7", "days = 7\nother = 1", "parameters.other"),
        ("root", "days = 7", 'days = "7"', "limit.limit-opinion.n"),
        ("root", "days = 7", "days = 0", "limit.limit-opinion.n"),
        ("root", "case.days >=", "case.days >", "ok"),
        (
            "root",
            "case.days >= params.days",
            "case.days >= params.none",
            "clause.long-enough.require",
        ),
        ("root", "case.days >= params.days", "case.days >=", "clause.long-enough.require"),
        ("root", 'id = "second"', 'id = "long-enough"', "clause[1]"),
        ("root", 'ratio = "1.3"', "ratio = 1.3", "amount[0].formula.ratio"),
        ("root", 'ratio = "1.3"', 'ratio = "4/3"', "amount[0].formula.ratio"),
        ("root", "half_up_fen", "nearest", "amount[0].formula.rounding"),
        ("root", 'standard = "base", ', "", "amount[0].formula"),
        ("root", 'standard = "base"', 'parameter = "mark"', "amount.living.formula.parameter"),
        ("root", 'unit = "days"', 'unit = "weeks"', "limit[0].unit"),
        ("root", "monthly_fen = 100", "monthly_fen = -1", "standard[0].monthly_fen"),
        ("root", "[[basis]]", "[[bases]]", "bases"),
        ("root", "[[basis]]", "[basis", "file"),
        ("child", 'extends = "root"', 'extends = "none"', "extends"),
        ("child", 'extends = "root"', 'extends = "child"', "extends"),
        ("child", 'remove = ["second"]', 'remove = ["none"]', "remove"),
        ("child", "days = 10", "days = true", "parameters.days"),
    ],
)
def test_a_faulty_pack_is_refused_by_name_and_field(
    pack: str, old: str, new: str, field: str
) -> None:
    library = PackLibrary(changed(old, new))
    if field == "ok":
        assert library.resolve(pack).clauses
        return
    with pytest.raises(PackError) as caught:
        library.resolve(pack)

    assert field == caught.value.field
    assert caught.value.file in ("root.toml", "child.toml")
    assert "expected" in str(caught.value)


def test_amounts_of_a_group_must_combine_the_same_way() -> None:
    amount = ROOT[ROOT.index("[[amount]]") : ROOT.index("[[limit]]")]
    second = amount.replace('"living"', '"more"') + 'group = "living"\ncombine = "max"\n'
    with pytest.raises(PackError, match=r"amount\.more\.combine: expected sum as in its group"):
        PackLibrary({"root": (ROOT + second).encode()}).resolve("root")


def test_an_unknown_pack_is_an_error_of_the_pack() -> None:
    with pytest.raises(PackError, match="expected a pack in the library, found none"):
        LIBRARY.resolve("none")


@given(st.binary(max_size=60))
@settings(max_examples=80)
def test_hostile_bytes_are_refused_as_a_pack_and_nothing_else(content: bytes) -> None:
    with pytest.raises(PackError):
        load_pack_file(content, file="x.toml")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_pack_loads_or_is_refused_as_a_pack(data: st.DataObject) -> None:
    content = bytearray(SMALL["root"])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    with contextlib.suppress(PackError):
        PackLibrary({"root": bytes(content)}).resolve("root")


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + b"[" * 5_000 + b"]" * 5_000,
        b"a = " + b"9" * 10_000,
        b"a = 1" + b"0" * 400_000,
        "a = '\ud800'".encode("utf-8", "surrogatepass"),
        b"\xff\xfe",
        b"a.b.c.d = 1\n" * 1_000,
        ROOT.replace("days = 7", "days = 99999999999999999999").encode(),
        ROOT.replace("days = 7", "days = { a = { b = { c = 1 } } }").encode(),
    ],
)
def test_hostile_toml_is_refused_as_a_pack(content: bytes) -> None:
    with pytest.raises(PackError):
        load_pack_file(content, file="x.toml")


def adoption(pack: str, depth: int, start: str, end: str | None = None, **more: Any) -> Adoption:
    return Adoption(
        pack=pack,
        pack_hash="0" * 64,
        status=more.get("status", "in_force"),
        in_force_from=start,
        in_force_to=end,
        known_since=more.get("known_since", start),
        depth=depth,
        position=int(more.get("position", "0")),
        programmes=more.get("programmes", ()),
    )


NATION_2016 = adoption("cn-tekun-2016", 1, "2016-02-10")
REPEAL = adoption(
    "cn-tekun-2016",
    1,
    "2016-02-10",
    "2021-06-30",
    status="repealed",
    known_since="2021-05-01",
    position="5",
)
NATION_2021 = adoption("cn-tekun-2021", 1, "2021-07-01", known_since="2021-05-01")
COUNTY = adoption("gz-county-2022", 2, "2022-01-01")
DRAFT = adoption("gz-county-2023", 3, "2022-06-01", status="draft")
LAPSED = adoption("gz-pilot", 4, "2022-03-01", "2022-03-31", status="lapsed")
CANDIDATES = [COUNTY, DRAFT, LAPSED, NATION_2021, REPEAL, NATION_2016]


@pytest.mark.parametrize(
    ("day", "known_on", "pack"),
    [
        ("2015-01-01", "2022-12-31", None),
        ("2021-06-30", "2022-12-31", "cn-tekun-2016"),
        ("2021-07-01", "2022-12-31", "cn-tekun-2021"),
        ("2021-07-01", "2021-04-30", "cn-tekun-2016"),
        ("2022-01-01", "2022-12-31", "gz-county-2022"),
        ("2022-01-01", "2021-12-31", "cn-tekun-2021"),
        ("2022-03-15", "2022-12-31", "gz-pilot"),
        ("2022-07-01", "2022-12-31", "gz-county-2022"),
    ],
)
def test_the_pack_that_holds_depends_on_the_day_and_on_what_was_known(
    day: str, known_on: str, pack: str | None
) -> None:
    # C20
    found = pack_in_force(CANDIDATES, day, known_on)

    assert pack == (found.pack if found else None)


ALLOWANCE = adoption("cn-dibao-2021", 1, "2021-07-01", programmes=("dibao",))
HELP = adoption("gz-help-2022", 3, "2022-01-01", programmes=("temporary", "disaster"))


@pytest.mark.parametrize(
    ("programme", "day", "pack"),
    [
        ("dibao", "2022-01-01", "cn-dibao-2021"),
        ("temporary", "2022-01-01", "gz-help-2022"),
        ("temporary", "2021-12-31", "cn-tekun-2021"),
        ("tekun", "2022-01-01", "gz-county-2022"),
        ("", "2022-01-01", "gz-county-2022"),
    ],
)
def test_a_pack_that_names_the_programme_goes_before_those_for_every_one(
    programme: str, day: str, pack: str
) -> None:
    found = pack_in_force([HELP, *CANDIDATES, ALLOWANCE], day, "2022-12-31", programme)

    assert pack == (found.pack if found else None)


def test_a_draft_is_never_in_force() -> None:
    assert not PackLibrary(SMALL).resolve("child").in_force_on("2022-06-01")


@pytest.mark.parametrize("pack", LIBRARY.ids)
def test_the_shipped_packs_resolve_with_sources_for_every_parameter(pack: str) -> None:
    resolved = LIBRARY.resolve(pack)

    assert set(resolved.parameters) == set(resolved.provenance)
    assert resolved is LIBRARY.resolve(pack)
