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
    act = {
        "type": "PersonErased",
        "stream": f"person/{person}",
        "effective_on": "2022-06-01",
        "actor": "520123-u9",
        "office": "520123",
        "data": {"person": person, "authority": "court order 12"},
    }
    assert 0 == on(path, "record", "-", stdin=lines([act])).code
    return path


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
