"""Every code that an event may have is called by a word, in Chinese and in English."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
import pytest

from aidledger.domain.casestate import Case
from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.events.codes import EVENT_CODES
from aidledger.domain.policy.codes import CODES
from aidledger.domain.policy.words import value_words
from aidledger.interfaces.cli.casefields import CASE_FIELDS
from aidledger.interfaces.cli.wording import SEALED, STAGES, VALUES, field_name, word
from aidledger.services.cases.blaming import field_values

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def codes(kind: Any) -> Iterator[str]:
    """Yield the texts that a type lets a value be."""
    if typing.get_origin(kind) is Literal:
        yield from (one for one in typing.get_args(kind) if isinstance(one, str))
        return
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for one in typing.get_type_hints(kind, include_extras=True).values():
            yield from codes(one)
    for one in typing.get_args(kind):
        yield from codes(one)


@pytest.mark.parametrize("name", EVENTS)
def test_every_code_of_an_event_has_chinese_words(name: str) -> None:
    found = set(codes(EVENTS[name].struct))

    assert set() == {c for c in found if not (VALUES.get(c) or STAGES.get(c) or c in ALL)}


ALL = CODES.keys() | EVENT_CODES.keys()


def test_the_words_are_words_in_each_language_and_said_once() -> None:
    assert set() == CODES.keys() & EVENT_CODES.keys()
    for zh, en in EVENT_CODES.values():
        assert CHINESE.search(zh), zh
        assert en.isascii(), en
    assert ("不适用", "not applicable") == value_words("not_applicable")
    assert ("x_y", "x y") == value_words("x_y")
    assert ("", "当面") == (word("", "zh"), word("in_person", "zh"))


def test_every_sealed_field_has_a_chinese_name() -> None:
    assert {field for kind in EVENTS.values() for field in kind.sealed} == SEALED.keys()


def test_every_field_of_a_case_has_a_chinese_name() -> None:
    fields = set(field_values(Case(stream="case/x")))
    names = {f: CASE_FIELDS.get(f) or field_name("case_state", f, "zh") for f in fields}

    assert set() == {field for field, name in names.items() if not CHINESE.search(name)}
    assert set() == CASE_FIELDS.keys() - fields
