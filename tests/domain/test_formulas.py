"""Formulas of amounts: exact, rounded last, never below nothing, and every fact read is kept."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.money import round_fen
from aidledger.domain.policy.amounts import Amounts
from aidledger.domain.policy.decision import compute_amounts, decide, redecide
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack

HEAD = """
id = "test"
version = 1
title = { zh = "测试", en = "test" }
jurisdiction = "000000"
status = "in_force"
known_since = "2022-01-01"
in_force = { from = "2022-01-01" }
basis = [{ text_zh = "办法" }]
parameters = { top = 60000, tiers = [10000, 50000, 20000, 30000], mark = "x" }

[provenance]
top = { citation = "test" }
tiers = { citation = "test" }
mark = { citation = "test" }

[[standard]]
code = "urban"
monthly_fen = 70500
from = "2022-01-01"
citation = "test"

[[standard]]
code = "rural"
monthly_fen = 46000
from = "2022-01-01"
citation = "test"

[[standard]]
code = "consumption"
monthly_fen = 200000
from = "2022-01-01"
citation = "test"
"""
DIFFERENCE = (
    'standard_by = { fact = "case.area", of = { rural = "rural", urban = "urban" } }, '
    'times = "case.persons", minus = "case.income"'
)
FEN = st.integers(0, 10**9)


def rule(formula: str, more: str = "", code: str = "living") -> str:
    return (
        f'\n[[amount]]\ncode = "{code}"\ncitation = "test"\ntext_zh = "额"\ntext_en = "sum"\n'
        f"{more}\nformula = {{ {formula} }}\n"
    )


def pack(*rules: str) -> ResolvedPack:
    return PackLibrary({"test": (HEAD + "".join(rules)).encode()}).resolve("test")


def facts(**case: Any) -> dict[str, Any]:
    return {"act": {"type": "EntitlementSet", "from_month": "2022-03"}, "case": case}


def worked(formula: str, **case: Any) -> Amounts:
    return compute_amounts(pack(rule(formula)), facts(**case))


FLOORED = (
    'standard = "urban", ratio = "1.3", rounding = "half_up_fen", '
    'at_least = [{ standard = "consumption", ratio = "0.6" }]'
)
PACK = pack(rule(DIFFERENCE))


@pytest.mark.parametrize(
    ("formula", "fen", "text"),
    [
        ('standard = "urban", ratio = "1.6", rounding = "half_up_fen"', 112_800, "1.6 × 705.00"),
        (FLOORED, 120_000, "max(1.3 × 705.00, 0.6 × 2000.00)"),
    ],
)
def test_one_base_gives_another_living_standard_by_formula(
    formula: str, fen: int, text: str
) -> None:
    """C10: 1.6 times the urban allowance here; there 1.3 times, but 60 % of consumption at least."""
    amounts = worked(formula)

    assert (fen, [text]) == (amounts.fen, [part.formula for part in amounts.parts])


@pytest.mark.parametrize(
    ("case", "fen"),
    [
        ({"area": "urban", "persons": 3, "income": 100_000}, 111_500),
        ({"area": "rural", "persons": 3, "income": 100_000}, 38_000),
        ({"area": "urban", "persons": 1, "income": 0}, 70_500),
        ({"area": "urban", "persons": 1, "income": 70_500}, 0),
        ({"area": "urban", "persons": 1, "income": 70_501}, 0),
    ],
)
def test_the_difference_is_the_standard_of_the_area_for_each_person_less_the_income(
    case: dict[str, Any], fen: int
) -> None:
    amounts = compute_amounts(PACK, facts(**case))

    assert fen == amounts.fen
    assert {f"case.{name}": value for name, value in case.items()}.items() <= amounts.facts.items()


@pytest.mark.parametrize(
    ("income", "fen"),
    [(0, 50_000), (10_000, 50_000), (10_001, 30_000), (20_000, 30_000), (20_001, 0)],
)
def test_a_tier_holds_up_to_its_bound(income: int, fen: int) -> None:
    formula = 'tier = { fact = "case.income", parameter = "tiers" }'

    assert fen == worked(formula, income=income).fen


def test_a_cap_holds_the_sum_down() -> None:
    formula = 'standard = "urban", cap = "top"'

    assert (60_000, "min(705.00, 600.00)") == (
        worked(formula).fen,
        worked(formula).parts[0].formula,
    )


@pytest.mark.parametrize(
    "case",
    [
        {},
        {"area": "urban", "persons": 1},
        {"area": "town", "persons": 1, "income": 0},
        {"area": "urban", "persons": "1", "income": 0},
        {"area": "urban", "persons": True, "income": 0},
        {"area": "urban", "persons": -1, "income": 0},
        {"area": ["urban"], "persons": 1, "income": 0},
        {"area": "urban", "persons": 2**52, "income": 0},
    ],
)
def test_without_the_facts_there_is_no_sum_and_a_reason(case: dict[str, Any]) -> None:
    amounts = compute_amounts(PACK, facts(**case))

    assert amounts.fen is None
    assert ("living: no", 1) == (amounts.problems[0][:10], len(amounts.problems)) or (
        "living: a sum beyond every record for 2022-03",
    ) == amounts.problems


@settings(deadline=None)
@given(st.sampled_from(["rural", "urban"]), st.integers(0, 20), FEN)
def test_more_persons_never_get_less_and_nobody_gets_less_than_nothing(
    area: str, persons: int, income: int
) -> None:
    fewer, more = (
        compute_amounts(PACK, facts(area=area, persons=count, income=income)).fen
        for count in (persons, persons + 1)
    )

    assert fewer is not None
    assert more is not None
    assert 0 <= fewer <= more


@settings(deadline=None, max_examples=60)
@given(
    st.decimals(0, 9, places=3).map(lambda ratio: f"{ratio:f}"),
    st.decimals(0, 2, places=2).map(lambda ratio: f"{ratio:f}"),
    st.integers(0, 9),
    FEN,
    st.sampled_from(["half_up_fen", "up_yuan", "down_jiao"]),
)
def test_fractions_are_exact_and_rounded_once_at_the_end(
    ratio: str, floor: str, persons: int, income: int, rounding: str
) -> None:
    amounts = worked(
        f'standard = "urban", ratio = "{ratio}", times = "case.persons", minus = "case.income", '
        f'at_least = [{{ standard = "consumption", ratio = "{floor}" }}], rounding = "{rounding}"',
        persons=persons,
        income=income,
    )
    exact = max(Fraction(ratio) * 70_500, Fraction(floor) * 200_000) * persons - income

    assert round_fen(max(exact, Fraction(0)), rounding) == amounts.fen


@pytest.mark.parametrize(
    ("formula", "field", "expected"),
    [
        ('standard = "urban", ratio = "1.5"', "amount[0].formula.rounding", "one of"),
        (
            'standard = "urban", at_least = [{ standard = "rural", ratio = "0.6" }]',
            "amount[0].formula.rounding",
            "one of",
        ),
        ('standard = "urban", parameter = "top"', "amount[0].formula", "either"),
        ('standard = "urban", at_least = [{}]', "amount[0].formula.at_least[0]", "either"),
        ('standard = "urban", cap = "mark"', "amount.living.formula.cap", "a whole-number"),
        (
            'tier = { fact = "case.income", parameter = "top" }',
            "amount.living.formula.tier.parameter",
            "a list",
        ),
        ('standard = "urban", times = "run.lines"', "amount[0].formula.times", "a fact such as"),
    ],
)
def test_a_faulty_formula_is_refused_by_its_field(formula: str, field: str, expected: str) -> None:
    with pytest.raises(PackError) as raised:
        pack(rule(formula))

    assert field == raised.value.field
    assert raised.value.expected.startswith(expected)


def test_a_rounding_may_be_left_out_where_no_fraction_can_arise() -> None:
    assert 141_000 == worked('standard = "urban", ratio = "2"').fen


def supplement(code: str, ratio: str, of: str, citation: str = "test") -> str:
    more = f'group = "more"\ncombine = "max"\nfor_each = "case.members"\nshown_as = "more"\nwhen = \'"{of}" in member.groups\''
    formula = f'standard = "urban", ratio = "{ratio}", rounding = "half_up_fen"'
    return rule(formula, more, code).replace('citation = "test"', f'citation = "{citation}"')


SUPPLEMENTS = pack(supplement("aa", "0.3", "ill"), supplement("bb", "0.2", "old"))


def test_each_member_gets_the_highest_of_a_group_and_the_code_tells_nothing() -> None:
    """S4-028, S4-029: at most one supplement a person, the highest; what is sealed is not told."""
    members = [{"groups": ["ill", "old"]}, {"groups": ["old"]}, {"groups": []}]
    record, hidden = decide(
        SUPPLEMENTS,
        "EntitlementSet",
        facts(members=members),
        with_amount=True,
        withhold=frozenset({"case.members"}),
    )

    assert [("more", 21_150 + 14_100, "")] == [(p.code, p.fen, p.formula) for p in record.parts]
    assert {"case.members": members} == hidden
    assert [] == redecide(record, SUPPLEMENTS, withheld=hidden)
    assert ["unchecked"] == [one.kind for one in redecide(record, SUPPLEMENTS)]
    assert ["amount", "part"] == [
        one.kind for one in redecide(record, SUPPLEMENTS, withheld={"case.members": members[:1]})
    ]


def test_parts_shown_as_one_must_cite_the_same() -> None:
    with pytest.raises(PackError) as raised:
        pack(supplement("aa", "0.3", "ill"), supplement("bb", "0.2", "old", citation="art. 2"))

    assert "amount.bb.citation" == raised.value.field


@pytest.mark.parametrize("members", [None, 3, "x", [3], {"a": 1}])
def test_a_list_of_members_that_is_none_gives_no_sum(members: Any) -> None:
    amounts = compute_amounts(SUPPLEMENTS, facts(members=members))

    assert amounts.fen is None
    assert "aa: no list case.members for 2022-03" == amounts.problems[0]
