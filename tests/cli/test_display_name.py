"""A name that lists may show comes into the log masked, or not at all: the log is for ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import lines, on

_APPLICATION: dict[str, Any] = {
    "type": "ApplicationSubmitted",
    "stream": "case/520123-2022-000001",
    "effective_on": "2022-03-04",
    "actor": "520123001-u1",
    "office": "520123001",
    "data": {
        "birth_on": "1945-03-07",
        "area": "rural",
        "township": "520123001",
        "village": "520123001001",
        "programme": "tekun",
        "route": "self",
    },
    "personal": {"name": "张三丰", "identity_number": "110101194503070015"},
}
_CARER: dict[str, Any] = {
    **_APPLICATION,
    "type": "CarerRegistered",
    "stream": "carer/520123-0001",
    "data": {"kind": "person", "township": "520123001"},
}


def _named(request: dict[str, Any], name: str) -> bytes:
    return lines([{**request, "data": request["data"] | {"display_name": name}}])


@pytest.mark.parametrize("name", ["张三丰", "张三丰*", "110101194503070015*", "患病的张*"])
@pytest.mark.parametrize("request_", [_APPLICATION, _CARER], ids=["application", "carer"])
def test_a_whole_name_is_refused_and_not_repeated(
    ledger: Path, request_: dict[str, Any], name: str
) -> None:
    for lang, word in (("en", "expected a masked name"), ("zh", "应为 隐去名字的形式")):
        ran = on(ledger, "--lang", lang, "record", "-", stdin=_named(request_, name))

        assert 1 == ran.code
        assert f"data.display_name: {word}" in ran.err
        assert name.strip("*") not in ran.out + ran.err


@pytest.mark.parametrize("name", ["", "张**", "欧阳*", "阿***·***", "J***"])
def test_a_masked_name_is_taken(ledger: Path, name: str) -> None:
    ran = on(ledger, "record", "-", stdin=_named(_APPLICATION, name))

    assert 0 == ran.code, ran.err


@pytest.mark.parametrize("value", ['"张三丰"', "张三丰", '"张三丰*"', "[" * 400 + "张三丰"])
def test_a_correction_brings_no_whole_name_in_either(ledger: Path, value: str) -> None:
    data = {"position": 0, "field": "display_name", "reason": "typed wrong", "authority": "county"}
    correction = {**_APPLICATION, "type": "EntryCorrected", "personal": {}}
    refused = lines([{**correction, "data": data | {"value": value}}])
    taken = lines([{**correction, "data": data | {"value": '"张**"'}}])
    assert 0 == on(ledger, "record", "-", stdin=_named(_APPLICATION, "李*")).code
    ran = on(ledger, "record", "-", stdin=refused)

    assert 1 == ran.code
    assert "data.value: expected a masked name" in ran.err
    assert "张三丰" not in ran.out + ran.err
    assert 0 == on(ledger, "record", "-", stdin=taken).code
