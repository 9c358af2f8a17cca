"""What a decoder asks of a value is said in words, in both languages, and never with the value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from tests.cli.shell import aidledger, on

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.schema import PackFile
from aidledger.domain.policy.year import CalendarFile
from aidledger.domain.shapes import shape_words
from aidledger.interfaces.cli.phrases import term


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """A field of each kind that a file or an act may have."""

    count: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    either: int | str | None = None
    few: Annotated[tuple[int, ...], msgspec.Meta(min_length=1, max_length=2)] = (1,)
    flag: bool = True
    month: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\Z")] = "2022-01"
    pair: tuple[int, int] = (1, 2)
    table: dict[str, int] = {}
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=3)] = "a"


SAID = [
    ({"count": -9}, "a number of at least 0", "another number", "不小于 0 的数"),
    ({"count": 9}, "a number of at most 5", "another number", "不大于 5 的数"),
    ({"count": 1.5}, "a whole number", "a decimal number", "整数"),
    ({"count": "张三"}, "a whole number", "text in quotes", "整数"),
    ({"either": []}, "a whole number or text in quotes or nothing", "a list", None),
    ({"few": []}, "at least 1 items", "another count", "至少 1 项"),
    ({"few": [1, 2, 3]}, "at most 2 items", "another count", "至多 2 项"),
    ({"flag": 1}, "true or false", "a whole number", "true 或 false"),
    ({"month": "2022-5"}, "a month as YYYY-MM", "a text of another form", None),
    ({"pair": [1]}, "2 items", "another count", "2 项"),
    ({"table": 3}, "a table", "a whole number", None),
    ({"text": ""}, "at least 1 characters", "another count", "至少 1 个字符"),
    ({"text": "abcd"}, "at most 3 characters", "another count", "至多 3 个字符"),
]


@pytest.mark.parametrize(("value", "expected", "found", "zh"), SAID)
def test_what_is_asked_of_a_value_is_said_in_words(
    value: dict[str, Any], expected: str, found: str, zh: str | None
) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, Wanted, strict=True)
    message, _, _ = str(caught.value).partition(" - at ")

    assert (expected, found) == shape_words(message)
    for words in (expected, found):
        assert not re.search("`|int|str|regex", words)
        assert re.search("[一-鿿]", term(words, "zh")), words
    assert zh in (None, term(expected, "zh"))


def patterns(shape: Any) -> Iterator[str]:
    """Yield the patterns of all fields below a type, as `msgspec` describes it."""
    if isinstance(shape, msgspec.inspect.StrType) and shape.pattern:
        yield shape.pattern
    for name in ("types", "item_types", "fields"):
        for one in getattr(shape, name, ()):
            yield from patterns(getattr(one, "type", one))
    for name in ("item_type", "key_type", "value_type"):
        if hasattr(shape, name):
            yield from patterns(getattr(shape, name))


def test_every_form_of_a_file_or_an_act_has_words() -> None:
    structs = [PackFile, CalendarFile, *(kind.struct for kind in EVENTS.values())]
    found = {one for kind in structs for one in patterns(msgspec.inspect.type_info(kind))}
    shown = {one: shape_words(f"Expected `str` matching regex {one!r}")[0] for one in sorted(found)}

    assert len(shown) > 10
    assert {} == {one: words for one, words in shown.items() if words.startswith("the form ")}
    assert [] == [words for words in shown.values() if not re.search("[一-鿿]", term(words, "zh"))]


def test_an_act_and_a_pack_with_a_value_of_another_kind_are_told_so(
    county: Path, tmp_path: Path
) -> None:
    acts, pack = tmp_path / "acts.jsonl", tmp_path / "my.toml"
    acts.write_text(
        '{"type":"PaymentIssued","stream":"case/520123-2022-000001","effective_on":"2022-05-10",'
        '"actor":"u1","office":"520123001","data":{"amount_fen":1.5}}\n',
        encoding="utf-8",
    )
    pack.write_text('id = "my"\nversion = "1"\n', encoding="utf-8")
    act, tried = on(county, "record", acts), aidledger("policy", "show", pack)
    zh = (
        on(county, "record", acts, "--lang", "zh"),
        aidledger("--lang", "zh", "policy", "show", pack),
    )

    assert "data.amount_fen: expected a whole number, found a decimal number" in act.err
    assert "应为 整数，实际为 小数" in zh[0].err
    assert f"{pack}:2: version: expected a whole number, found text in quotes" in tried.err
    assert "version 应为 整数，实际为 带引号的文字" in zh[1].err


def test_a_pack_that_begins_with_a_byte_order_mark_is_told_how_to_be_saved(tmp_path: Path) -> None:
    pack = tmp_path / "my.toml"
    pack.write_text('id = "my"\n', encoding="utf-8-sig")

    assert (
        "without a byte order mark, found one: save the file"
        in aidledger("policy", "show", pack).err
    )
    assert "请另存为不带 BOM 的 UTF-8" in aidledger("--lang", "zh", "policy", "show", pack).err
