"""Identity numbers: golden values, every class of number, and nothing that raises or tells."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.identity import check_character, check_identity_number, to_18

BIRTHS = st.dates(date(1900, 1, 1), date(2025, 12, 31))


def number(area: str, birth_on: date, order: int) -> str:
    first_17 = f"{area}{birth_on:%Y%m%d}{order:03d}"
    return first_17 + check_character(first_17)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("110101199003077854", None),
        ("11010119900307785x", "check_digit"),
        ("11010119900307761X", "check_digit"),
        ("110101199003077855", "check_digit"),
        ("110101199002307854", "birth_date"),
        ("110101900307785", None),
        ("110101900230785", "birth_date"),
        ("1101019003077854", "length"),
        ("", "length"),
        ("1101011990030778５4", "characters"),
        ("11010119900307x854", "characters"),
        ("11010190030778x", "characters"),
        (110101199003077854, "not_text"),
        (None, "not_text"),
    ],
)
def test_the_problem_of_a_number_is_named_by_a_code(text: object, problem: str | None) -> None:
    assert problem == check_identity_number(text).problem


def test_a_lower_case_x_is_normalized() -> None:
    upper = next(
        n for n in (number("110101", date(1990, 3, 7), i) for i in range(99)) if n[-1] == "X"
    )

    assert upper == check_identity_number(upper[:-1] + "x").normalized


def test_fifteen_digits_become_eighteen() -> None:
    check = check_identity_number("110101900307785")

    assert "110101199003077854" == check.normalized == to_18("110101900307785")
    assert date(1990, 3, 7) == check.birth_on


@pytest.mark.parametrize("area", ["810000", "820000", "830000", "931156", "710000"])
def test_residence_permits_and_foreigners_cards_are_accepted(area: str) -> None:
    check = check_identity_number(number(area, date(1980, 2, 29), 12))

    assert (True, None, "female") == (check.ok, check.warning, check.sex)


def test_an_unknown_area_is_a_warning_only() -> None:
    check = check_identity_number(number("770101", date(1980, 1, 1), 1))

    assert (True, "unknown_area", "male") == (check.ok, check.warning, check.sex)


@pytest.mark.parametrize(
    ("on", "problem"),
    [
        (date(1990, 3, 6), "birth_in_future"),
        (date(1990, 3, 7), None),
        (date(2111, 3, 6), None),
        (date(2111, 3, 7), "birth_too_early"),
    ],
)
def test_the_birth_must_be_possible_on_the_day(on: date, problem: str | None) -> None:
    assert problem == check_identity_number("110101199003077854", on=on).problem


def test_the_number_stays_out_of_the_representation() -> None:
    shown = repr(check_identity_number("110101199003077854"))

    assert "1101" not in shown
    assert "1990" not in shown


@given(area=st.integers(110000, 659999), birth_on=BIRTHS, order=st.integers(0, 999))
@settings(max_examples=100)
def test_a_number_with_its_own_check_character_is_valid(
    area: int, birth_on: date, order: int
) -> None:
    check = check_identity_number(number(str(area), birth_on, order))

    assert (None, birth_on) == (check.problem, check.birth_on)


@given(birth_on=BIRTHS, order=st.integers(0, 999), place=st.integers(0, 16), by=st.integers(1, 9))
@settings(max_examples=100)
def test_one_wrong_digit_is_always_found(birth_on: date, order: int, place: int, by: int) -> None:
    good = number("520123", birth_on, order)
    digit = str((int(good[place]) + by) % 10)

    assert not check_identity_number(good[:place] + digit + good[place + 1 :]).ok


@given(st.one_of(st.text(max_size=20), st.text("0123456789xX", min_size=15, max_size=18)))
@settings(max_examples=200)
def test_any_text_gives_an_answer(text: str) -> None:
    check = check_identity_number(text, on=date(2022, 1, 1))

    assert check.ok == (check.normalized is not None)
