"""Money: exact reading and writing, rounding by name, golden products."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.money import (
    ROUNDINGS,
    format_yuan,
    grouped_yuan,
    parse_ratio,
    round_fen,
)
from aidledger.interfaces.cli.wording import yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1128.00", 112_800), ("0.00", 0), ("0.07", 7), ("-3.50", -350), ("705.00", 70_500)],
)
def test_yuan_are_written_exactly(text: str, fen: int) -> None:
    assert text == format_yuan(fen)


@given(st.integers(-(10**14), 10**14))
@settings(max_examples=80)
def test_yuan_are_the_hundredth_of_fen(fen: int) -> None:
    assert f"{Decimal(fen).scaleb(-2):f}" == format_yuan(fen)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(180_000_000, "1,800,000.00"), (0, "0.00"), (-50, "-0.50"), (-112_800, "-1,128.00")],
)
def test_people_read_yuan_with_thousands_set_off_and_with_their_sign(fen: int, text: str) -> None:
    assert text == grouped_yuan(fen)
    assert f"{text} yuan" == yuan(fen, "en")


@pytest.mark.parametrize(
    ("ratio", "base", "fen"),
    [
        ("1.6", 70_500, 112_800),
        ("0.3", 70_500, 21_150),
        ("0.2", 70_500, 14_100),
        ("0.15", 70_500, 10_575),
        ("0.15", 46_000, 6_900),
    ],
)
def test_ratios_give_the_golden_amounts(ratio: str, base: int, fen: int) -> None:
    assert fen == round_fen(base * parse_ratio(ratio), "half_up_fen")


@pytest.mark.parametrize("text", ["", "1.", ".5", "1,6", "-1.6", "1e3", "1/3", "1.6 ", "01.6"])
def test_another_writing_of_a_ratio_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a decimal ratio"):
        parse_ratio(text)


@pytest.mark.parametrize(
    ("rounding", "fen"),
    [
        ("half_up_fen", 10_051),
        ("down_fen", 10_050),
        ("up_fen", 10_051),
        ("half_up_jiao", 10_050),
        ("up_jiao", 10_060),
        ("half_up_yuan", 10_100),
        ("down_yuan", 10_000),
        ("up_yuan", 10_100),
    ],
)
def test_the_named_rounding_is_used(rounding: str, fen: int) -> None:
    assert fen == round_fen(Fraction(20_101, 2), rounding)
    assert -fen == round_fen(Fraction(-20_101, 2), rounding)


def test_an_unknown_rounding_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a rounding of"):
        round_fen(Fraction(1), "half_even_fen")


@given(st.integers(0, 10**9), st.decimals("0", "9", places=4), st.sampled_from(sorted(ROUNDINGS)))
@settings(max_examples=80)
def test_rounding_moves_by_less_than_one_step(base: int, ratio: Decimal, rounding: str) -> None:
    step = {"fen": 1, "jiao": 10, "yuan": 100}[rounding.rpartition("_")[2]]
    exact = base * Fraction(ratio)
    rounded = round_fen(exact, rounding)

    assert abs(rounded - exact) < step
    assert 0 == rounded % step


@given(st.integers(0, 10**9), st.decimals("0", "9", places=4))
@settings(max_examples=80)
def test_half_up_agrees_with_decimal(base: int, ratio: Decimal) -> None:
    expected = int((base * ratio).quantize(Decimal(1), ROUND_HALF_UP))

    assert expected == round_fen(base * Fraction(ratio), "half_up_fen")
