"""What people read of packs is in words, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest

from aidledger.domain.events.base import Programme
from aidledger.domain.policy.codes import CODES
from aidledger.domain.policy.pack import PackLibrary
from aidledger.domain.policy.vocabulary import PARAMETERS
from aidledger.domain.policy.words import programme_words
from aidledger.services.acts.adoption import shipped

LIBRARY = PackLibrary(shipped("packs"))
VALUES = {
    name: value
    for pack in sorted(shipped("packs"))
    for name, value in LIBRARY.resolve(pack).parameters.items()
}
CHINESE, CODE = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[a-z][a-z0-9_]*")


def codes(value: Any) -> Iterator[str]:
    """Yield the codes in a value: texts that are no day and no name of somebody's own."""
    match value:
        case str():
            yield from [value] if CODE.fullmatch(value) else []
        case list() | tuple():
            for one in value:
                yield from codes(one)
        case Mapping():
            for key, one in value.items():
                yield from (*codes(key), *codes(one))
        case _:
            pass


def test_every_parameter_of_the_shipped_packs_has_words() -> None:
    assert set() == VALUES.keys() - PARAMETERS.keys()


def test_every_code_in_their_values_has_words() -> None:
    assert set() == {code for value in VALUES.values() for code in codes(value)} - CODES.keys()


def test_each_has_them_in_chinese_and_in_english() -> None:
    for zh, en in (*PARAMETERS.values(), *CODES.values()):
        assert CHINESE.search(zh), zh
        assert en, zh
        assert not CHINESE.search(en), en


def test_no_parameter_is_named_that_no_pack_has() -> None:
    assert set() == PARAMETERS.keys() - VALUES.keys()


@pytest.mark.parametrize("code", get_args(Programme))
def test_every_programme_is_called_by_chinese_words_that_are_no_office(code: str) -> None:
    zh, en = programme_words(code)

    assert not zh.isascii()
    assert "部门" not in zh
    assert en.isascii()


def test_what_is_no_programme_has_words_all_the_same() -> None:
    odd: list[object] = ["x", 1, {}]

    assert [("x", "x"), ("1", "1"), ("", "")] == [programme_words(one) for one in odd]
