"""Masked names: no more than the surname remains, whatever the script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.masking import COMPOUND_SURNAMES, is_masked, mask_name

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("张 三", "张*"),
        ("欧阳修", "欧阳*"),
        ("司马相如", "司马**"),
        ("欧阳", "欧*"),
        ("张", "*"),
        ("阿依古丽·买买提", "阿***·***"),
        ("阿依古丽•买买提", "阿***·***"),
        ("扎西・顿珠", "扎*·**"),
        ("𠮷田一", "𠮷**"),
        ("John Smith", "J***"),
        ("J", "*"),
        ("أحمد", "أ***"),
        ("·张三", "*"),
        ("***", "*"),
        ("  ", ""),
        ("", ""),
    ],
)
def test_a_name_is_masked_by_its_code_points(name: str, masked: str) -> None:
    assert masked == mask_name(name)


@given(st.text(HAN, min_size=1, max_size=12))
@settings(max_examples=150)
def test_no_more_than_the_surname_of_a_han_name_remains(name: str) -> None:
    masked = mask_name(name)
    kept = masked.rstrip("*")

    assert len(name) == len(masked)
    assert masked.endswith("*")
    assert name.startswith(kept)
    assert len(kept) <= 1 or kept in COMPOUND_SURNAMES


@given(st.lists(st.text(HAN, min_size=1, max_size=5), min_size=2, max_size=4))
@settings(max_examples=80)
def test_of_a_name_with_dots_only_the_first_character_remains(parts: list[str]) -> None:
    masked = mask_name("·".join(parts))

    assert {parts[0][0], "*", "·"} >= set(masked)
    assert 1 == len(masked.replace("*", "").replace("·", ""))


@given(st.text(max_size=30))
@settings(max_examples=200)
def test_of_any_text_at_most_two_characters_remain(name: str) -> None:
    left = mask_name(name).replace("*", "").replace("·", "")

    assert len(left) <= 2
    assert (
        name.strip().startswith(left) or not left or name.split(maxsplit=1)[0].startswith(left[0])
    )


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_whatever_is_masked_is_known_as_masked(name: str) -> None:
    assert is_masked(mask_name(name))


@pytest.mark.parametrize("surname", sorted(COMPOUND_SURNAMES))
def test_a_surname_of_two_characters_may_stay(surname: str) -> None:
    assert is_masked(mask_name(surname + "明"))


@pytest.mark.parametrize(
    "text",
    [
        "张三",
        "张三*",
        "张三丰*",
        "*三",
        "张*三",
        "110101199003077854",
        "J",
        "Jo*",
        "张＊",
        "·",
        "张·",
    ],
)
def test_a_name_with_a_star_behind_it_is_not_masked(text: str) -> None:
    assert not is_masked(text)
