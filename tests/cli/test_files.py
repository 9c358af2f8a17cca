"""What a command was asked to write or read is named as it was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.shell import on


def test_a_place_that_is_not_there_is_named_as_it_was_asked_for(
    county: Path, tmp_path: Path
) -> None:
    chart = tmp_path / "none/chart.svg"
    asked = ("whatif", "--pack", "cn-tekun-2021", "--month", "2022-03", "--chart", chart)

    assert f"{chart}: cannot be read or written" in on(county, *asked).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("whatif", "--pack", "nonsense", "--month", "2022-03"), "nonsense：没有这个政策包"),
        (("list", "nonsense"), "nonsense：没有这个读模型"),
    ],
)
def test_what_is_not_there_is_told_in_chinese(
    words: tuple[str, ...], said: str, county: Path
) -> None:
    assert said in on(county, "--lang", "zh", *words).err
