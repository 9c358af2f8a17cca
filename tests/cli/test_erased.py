from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.cli.shell import lines, on


@pytest.fixture
def erased(tmp_path: Path, county: Path, a_case: str) -> Path:
    """A county that destroyed the values of the person of a case."""
    path = tmp_path / "county.db"
    for ending in ("", ".secrets"):
        shutil.copy(f"{county}{ending}", f"{path}{ending}")
    person = on(path, "case", "show", a_case, "--json").object["applicant"]
    assert (0, "") == on(path, "record", "-", stdin=erasure(person))[:3:2]
    return path


def erasure(person: str, *, stream: str | None = None) -> bytes:
    """Return the act that destroys a person's values."""
    act = {
        "type": "PersonErased",
        "stream": stream or f"person/{person}",
        "effective_on": "2022-06-01",
        "actor": "520123-u9",
        "office": "520123",
        "data": {"person": person, "authority": "court order 12"},
    }
    return lines([act])


def test_decisions_on_values_that_were_destroyed_are_not_told_to_come_out_otherwise(
    erased: Path, a_case: str
) -> None:
    ran = on(erased, "case", "redecide", a_case)
    zh = on(erased, "case", "redecide", a_case, environ={"AIDLEDGER_LANG": "zh"})

    told = " ".join(ran.out.split())

    assert 4 == ran.code, ran.err
    assert "otherwise" not in told
    assert "comes out the same, as far as it was checked" in told
    assert "sealed facts stayed shut: case." in told
    assert "能核对的部分结果相同" in zh.out
    assert 4 == on(erased, "case", "redecide", a_case, "--json").code


def test_a_case_says_that_the_values_of_its_person_were_destroyed(
    erased: Path, county: Path, a_case: str
) -> None:
    told = on(erased, "case", "show", a_case, "--json").object["erased"]
    ran = on(erased, "case", "show", a_case)

    assert "2022-06-01" == told["effective_on"]
    assert f"destroyed 2022-06-01 (position {told['position']})" in ran.out
    assert on(county, "case", "show", a_case, "--json").object["erased"] is None
    assert "destroyed" not in on(erased, "case", "show", a_case, "--known-on", "2022-06-30").out


def test_nobody_else_is_said_to_be_destroyed(erased: Path, a_case: str) -> None:
    cases = on(erased, "case", "list", "--json").object["cases"]
    person = on(erased, "case", "show", a_case, "--json").object["applicant"]
    shown = [on(erased, "case", "show", one["case"], "--json").object for one in cases[:5]]
    others = [one["erased"] for one in shown if one["applicant"] != person]

    assert {None} == {*others}


def test_who_has_nothing_sealed_is_told_so_and_recorded(erased: Path) -> None:
    nobody = erasure("p" + "0" * 32)
    ran = on(erased, "record", "-", "--json", stdin=nobody)
    tried = on(erased, "record", "-", "--dry-run", "--lang", "zh", stdin=erasure("p" + "1" * 32))

    assert {"1": "nothing_sealed"} == ran.object["changes_nothing"]
    assert "⚠ line 1: destroys nothing" in ran.err
    assert "⚠ 第 1 行：什么也没有销毁" in tried.err
    assert "⚠" not in on(erased, "record", "-", stdin=nobody).err, "recorded before"


def test_the_values_of_another_than_the_stream_is_of_are_not_destroyed(
    erased: Path, a_case: str
) -> None:
    person = on(erased, "case", "show", a_case, "--json").object["applicant"]
    ran = on(erased, "record", "-", stdin=erasure(person, stream="person/p" + "0" * 32))

    assert 1 == ran.code
    assert "line 1: data.person: expected the person of the stream, found another" in ran.err
