from __future__ import annotations

from pathlib import Path

from tests.cli.shell import aidledger, on


def test_the_tour_ends_with_the_byte_that_was_changed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    ran = aidledger("demo", "--cases", "12", "--months", "4", "--keep", kept)

    assert 0 == ran.code, ran.err
    for number in range(1, 8):
        assert f"━━ {number}  " in ran.out
    assert f"$ aidledger --ledger {kept}/county.db verify" in ran.out
    assert "[leaf_hash_differs]" in ran.out
    assert 4 == on(kept / "county.db", "verify").code
    assert 1 == on(kept / "tampered.db", "verify").code


def test_the_tour_does_not_touch_a_directory_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    ran = aidledger("demo", "--keep", tmp_path)

    assert 2 == ran.code
    assert ["letter.txt"] == [path.name for path in tmp_path.iterdir()]
