"""A folder is put in its place in one step, and a writer that was killed leaves nothing for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aidledger.services.handing.placing import placed_folder


def twice(path: Path) -> Iterator[tuple[Path, Path]]:
    """Write a folder while another writes it: whoever ends first has the place."""
    with placed_folder(path) as first, placed_folder(path) as second:
        (first / "a").write_text("1")
        (second / "a").write_text("2")
        yield first, second


def test_what_a_killed_writer_left_is_taken_away_and_what_is_written_stays(tmp_path: Path) -> None:
    """A bundle with revealed names was killed: they lay in a hidden folder that nobody looked for."""
    left, another = tmp_path / ".evidence.abc.part", tmp_path / ".evidence2.abc.part"
    for one in (left, another):
        (one / "data").mkdir(parents=True)
        (one / "data" / "values.json").write_text("a name")
    writing = twice(tmp_path / "evidence")

    assert all(draft.is_dir() for draft in next(writing))
    assert (False, True) == (left.exists(), another.exists())
    with pytest.raises(OSError, match="evidence"):
        next(writing)
    assert "2" == (tmp_path / "evidence" / "a").read_text()
