"""A file that a command is asked for is there whole or not, and is named as it was asked for."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from tests.cli.shell import on

from aidledger.interfaces.cli.files import write_whole


def test_a_place_that_is_not_there_is_named_as_it_was_asked_for(
    county: Path, tmp_path: Path
) -> None:
    chart = tmp_path / "none/chart.svg"
    asked = ("whatif", "--pack", "cn-tekun-2021", "--month", "2022-03", "--chart", chart)

    assert f"{chart}: cannot be read or written" in on(county, *asked).err


def test_a_full_disk_leaves_what_stood_there_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    place = tmp_path / "chart.svg"
    write_whole(place, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"chart\.svg") as met:
        write_whole(place, b"new")

    assert (errno.ENOSPC, str(place)) == (met.value.errno, met.value.filename)
    assert {"chart.svg": b"old"} == {one.name: one.read_bytes() for one in tmp_path.iterdir()}


def test_a_link_is_followed_and_a_pipe_is_written_to_and_both_stay(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, pipe = tmp_path / "link.csv", tmp_path / "pipe"
    link.symlink_to(tmp_path / "there/list.csv")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(link, b"rows")
    write_whole(pipe, b"rows")
    read = os.read(reader, 100)
    os.close(reader)

    assert (True, b"rows") == (link.is_symlink(), (tmp_path / "there/list.csv").read_bytes())
    assert (True, b"rows") == (pipe.is_fifo(), read)


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
