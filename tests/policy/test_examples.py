"""The worked examples that packs carry: each holds, none is missing, and a spoiled one is found.

Facts: those that each example names (``facts``); golden values of limits (S1-031, S1-038, F033,
F035), of the living standard (S4-033) and of supplements (S4-024 to S4-029).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.test_packs import CALENDAR, LIBRARY
from tests.domain.test_policy_pack import CHILD, ROOT

from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.examples import Example, facts_read, load_examples, run_example
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack, pack_hash
from aidledger.domain.policy.schema import split_examples

EXAMPLES = {name: load_examples(LIBRARY, name) for name in LIBRARY.ids}
ALL = [(name, example) for name, examples in EXAMPLES.items() for example in examples]
each_example = pytest.mark.parametrize(
    ("pack", "example"), ALL, ids=[f"{name}:{example.table.id}" for name, example in ALL]
)
INCOMES = {"case.has_income", "case.income_fen", "person.allowance_per_head_fen"}
ALWAYS = {"birthday", "death_on_pay_day", "leap_day", "make_up_day", "year_end", "zero_income"}


def mismatches(pack: str, example: Example) -> list[str]:
    return [m.field for m in run_example(LIBRARY.resolve(pack), example, CALENDAR)]


def spoiled(example: Example, **changes: Any) -> Example:
    table = msgspec.structs.replace(example.table, **changes)
    return Example(table=table, given=example.given, file=example.file, line=example.line)


@each_example
def test_every_example_of_every_pack_holds(pack: str, example: Example) -> None:
    assert [] == mismatches(pack, example)


@pytest.mark.parametrize("pack", LIBRARY.ids)
def test_a_pack_has_at_least_twenty_examples_and_every_edge_that_it_can_have(pack: str) -> None:
    amounts = LIBRARY.resolve(pack).amounts
    edges = set(ALWAYS) if INCOMES & facts_read(LIBRARY.resolve(pack)) else ALWAYS - {"zero_income"}
    if any(rule.formula.rounding for rule in amounts):
        edges.add("rounding")
    if any(rule.for_each and rule.combine == "max" for rule in amounts):
        edges.add("equal_supplements")

    assert len(EXAMPLES[pack]) >= 20
    assert set() == edges - {tag for example in EXAMPLES[pack] for tag in example.table.edge}


def days_of(example: Example) -> set[str]:
    """Return the days an example passes: its own, and those up to its last day."""
    table, case = example.table, example.given.get("case", {})
    passed = {table.on}
    if table.due:
        first, last = date.fromisoformat(table.on), date.fromisoformat(table.due)
        passed = {
            (first + timedelta(days=n)).isoformat() for n in range(1, (last - first).days + 1)
        }
    return passed | {str(case.get("birth_on", "")), str(case.get("died_on", ""))}


def makes_up(days: set[str]) -> bool:
    found = [date.fromisoformat(day) for day in days if day]
    return any(day.weekday() > 4 and CALENDAR.is_working_day(day) for day in found)


def is_birthday(example: Example) -> bool:
    """Whether a birthday falls on the day or the day after: both sides of the edge."""
    on = date.fromisoformat(example.table.on)
    born = str(example.given["case"]["birth_on"])[5:]
    return born in {day.isoformat()[5:] for day in (on, on + timedelta(days=1))}


def exact_parts(example: Example) -> bool:
    """Whether the amount is what no rounding would have changed."""
    fen = [s.monthly_fen for s in example.table.published]
    return all(n * ratio % 100 == 0 for n in fen for ratio in (160, 15))


TRUTH: dict[str, Callable[[Example], bool]] = {
    "birthday": is_birthday,
    "death_on_pay_day": lambda e: e.given["case"]["died_on"] == e.table.on,
    "equal_supplements": lambda e: len(e.given["case"]["members"][0]["categories"]) > 1,
    "leap_day": lambda e: any(day.endswith("-02-29") for day in (e.table.on, *days_of(e))),
    "make_up_day": lambda e: makes_up(days_of(e)),
    "rounding": lambda e: bool(e.table.published) and not exact_parts(e),
    "year_end": lambda e: any(day[5:] in ("12-31", "01-01") for day in (*days_of(e), *_planned(e))),
    "zero_income": lambda e: (
        e.given["case"].get("has_income") is False
        or e.given["case"].get("income_fen") == 0
        or e.given.get("person", {}).get("allowance_per_head_fen") == 0
    ),
}


def _planned(example: Example) -> set[str]:
    return {str(example.given.get("act", {}).get("planned_to", ""))}


@each_example
def test_a_tag_says_what_is_so(pack: str, example: Example) -> None:
    assert example.file == f"{pack}.toml"
    assert [] == [tag for tag in example.table.edge if not TRUTH[tag](example)]


@each_example
def test_a_spoiled_example_is_found_by_what_was_spoiled(pack: str, example: Example) -> None:
    table, rules = example.table, LIBRARY.resolve(pack)
    if table.due is not None:
        later = (date.fromisoformat(table.due) + timedelta(days=1)).isoformat()

        assert ["due"] == mismatches(pack, spoiled(example, due=later))
        assert ["provisional"] == mismatches(
            pack, spoiled(example, provisional=not table.provisional)
        )
    if table.amount_fen is not None:
        assert ["amount_fen"] == mismatches(pack, spoiled(example, amount_fen=table.amount_fen + 1))
    if table.parts:
        code = next(iter(table.parts))
        more = {**table.parts, code: table.parts[code] + 1}

        assert [f"parts.{code}"] == mismatches(pack, spoiled(example, parts=more))
    if table.act is not None:
        for kind, field in (("refuse", "refused_by"), ("finding", "found_by")):
            asked = [c.id for c in rules.clauses_for(table.act) if c.kind == kind]
            wrong = () if getattr(table, field) else tuple(asked[:1])
            if asked:
                assert [field] == mismatches(pack, spoiled(example, **{field: wrong}))


@each_example
def test_an_example_fails_once_the_rule_that_it_shows_is_cut_out(
    pack: str, example: Example
) -> None:
    rules, table = LIBRARY.resolve(pack), example.table
    named = {*table.refused_by, *table.found_by}
    if not named:
        return
    kept = {
        act: tuple(c for c in cs if c.id not in named) for act, cs in rules.clauses_by_act.items()
    }
    without = ResolvedPack(
        **{
            **{name: getattr(rules, name) for name in ResolvedPack.__slots__},
            "clauses_by_act": kept,
        }
    )

    assert run_example(without, example, CALENDAR)


ACT = """
[[example]]
id = "long"
facts = ["S1-034"]
on = "2022-01-31"
act = "CaseSubmitted"
given = { case.days = 7, case.mark = "x" }

[[example]]
id = "short"
facts = ["S1-034"]
on = "2022-01-31"
act = "CaseSubmitted"
like = "long"
given = { case.days = 6, case.mark = "y" }
refused_by = ["long-enough"]
found_by = ["second"]

[[example]]
id = "pays"
facts = ["S4-033"]
on = "2022-01-31"
amount_fen = 130
parts = { living = 130 }

[[example]]
id = "ends"
facts = ["S1-031"]
on = "2022-01-31"
limit = "limit-opinion"
due = "2022-02-07"
"""


def library(examples: str, child: str = "") -> PackLibrary:
    return PackLibrary({"root": (ROOT + examples).encode(), "child": (CHILD + child).encode()})


def outcomes(packs: PackLibrary, pack: str = "root") -> list[tuple[str, list[str]]]:
    rules = packs.resolve(pack)
    return [
        (e.table.id, [m.field for m in run_example(rules, e, CALENDAR)])
        for e in load_examples(packs, pack)
    ]


def test_examples_take_over_facts_and_leave_those_of_the_other_alone() -> None:
    found = load_examples(library(ACT), "root")

    assert [("long", []), ("short", []), ("pays", []), ("ends", [])] == outcomes(library(ACT))
    assert [{"days": 7, "mark": "x"}, {"days": 6, "mark": "y"}] == [
        e.given["case"] for e in found[:2]
    ]


def test_a_child_builds_on_its_parents_examples_and_answers_by_its_own_rules() -> None:
    inherited = """
[[example]]
id = "long"
facts = ["S1-034"]
on = "2022-01-31"
act = "CaseSubmitted"
like = "long"
refused_by = ["long-enough"]
"""

    assert [("long", [])] == outcomes(library(ACT, inherited), "child")


FAULTS = [
    ('facts = ["S4-033"]', "facts = []", "example[2].facts", None),
    ('facts = ["S4-033"]\n', "", "example[2].facts", '"pays"'),
    ('id = "pays"', 'id = "long"', "example[2].id", None),
    ('like = "long"', 'like = "pays"', "example[1].like", None),
    ("on = ", "one = ", "example[0].one", None),
    ("case.days = 7", "case.dais = 7", "example[0].given.case.dais", None),
    ("case.days = 7", "purse.days = 7", "example[0].given.purse.days", None),
    ("amount_fen = 130\n", "", "example[2]", '"pays"'),
    ('due = "2022-02-07"\n', "", "example[3].due", '"ends"'),
    ("2022-02-07", "2022-02-30", "example[3].due", None),
    ("2022-01-31", "2022-1-31", "example[0].on", None),
    ("limit-opinion", "limit-none", "example[3].limit", None),
    ('"long-enough"', '"second"', "example[1].refused_by", None),
    ('found_by = ["second"]', 'found_by = ["long-enough"]', "example[1].found_by", None),
    ("{ living = 130 }", "{ rent = 130 }", "example[2].parts", None),
    ("amount_fen = 130", 'edge = ["late"]\namount_fen = 130', "example[2].edge[0]", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field", "after"), FAULTS)
def test_a_faulty_example_is_refused_with_its_line(
    old: str, new: str, field: str, after: str | None
) -> None:
    assert old in ACT
    text = ACT.replace(old, new, 1)
    whole = (ROOT + text).split("\n")
    where = (ROOT + ACT.partition(old)[0]).count("\n") + 1
    if after:  # what is missing is named where its table begins, a line before its id
        where = next(n for n, line in enumerate(whole) if after in line)
    with pytest.raises(PackError) as caught:
        load_examples(library(text), "root")

    assert ("root.toml", field, where) == (
        caught.value.file,
        caught.value.field.replace("[...]", ""),
        caught.value.line,
    )


def test_an_example_makes_no_other_rule_and_no_other_hash() -> None:
    plain, carrying = library(""), library(ACT)

    assert plain.resolve("child").chain == carrying.resolve("child").chain
    assert plain.resolve("root").parameters == carrying.resolve("root").parameters


@pytest.mark.parametrize(
    "behind",
    [
        "[[clause]]\n",
        "[parameters]\ndays = 1\n",
        'remove = ["second"]\n',
        "[example.given]\ncase.days = 1\n[[ clause ]]\nid = 'x'\n",
    ],
)
def test_a_rule_behind_the_examples_is_refused_and_not_passed_over(behind: str) -> None:
    content = (ROOT + ACT + behind).encode()

    assert pack_hash(ROOT.encode(), None) == pack_hash(content, None)
    with pytest.raises(PackError):
        PackLibrary({"root": content}).resolve("root")


@pytest.mark.parametrize("before", ['text_en = """', "[[ example ]]\nid = 'a'\n"])
def test_rules_end_where_examples_begin_and_are_whole_by_themselves(before: str) -> None:
    text = ROOT.replace('text_en = "limit"', before) + ACT + '"""\n'
    with pytest.raises(PackError):
        PackLibrary({"root": text.encode()}).resolve("root")


@given(behind=st.binary(max_size=60))
@settings(max_examples=60)
def test_any_bytes_behind_the_rules_leave_them_as_they_are(behind: bytes) -> None:
    content = ROOT.encode() + b"\n[[example]]" + behind

    assert (ROOT.encode(), b"\n[[example]]" + behind) == split_examples(content)
    assert pack_hash(ROOT.encode(), None) == pack_hash(content, None)
    with pytest.raises(PackError):
        PackLibrary({"root": content}).resolve("root")


def test_a_birthday_that_is_none_is_no_age() -> None:
    example = next(e for e in EXAMPLES["cn-tekun-2021"] if e.table.id == "approved-in-order")
    given = {**example.given, "case": {**example.given["case"], "birth_on": "2022-02-30"}}
    broken = Example(table=example.table, given=given, file="x", line=1)

    assert ["refused_by"] == mismatches("cn-tekun-2021", broken)
