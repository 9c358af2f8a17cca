"""A file is there whole or as it was, on the disk, and open to nobody who could not read it before."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aidledger.disk import read_plain, replace_file
from aidledger.services.files import placed_file, write_file, write_files
from aidledger.services.problems import ServiceError
from aidledger.store.errors import SecretsError
from aidledger.store.secrets import create_secrets, load_secrets

Write = Callable[[Path, bytes], object]


def place(path: Path, content: bytes) -> None:
    with placed_file(path) as draft:
        draft.write_bytes(content)


def put(path: Path, content: bytes) -> None:
    write_files(path.parent, {path.name: content})


ASKED = pytest.mark.parametrize("write", [write_file, place])
EVERY = pytest.mark.parametrize("write", [write_file, place, put, replace_file])


def names(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@EVERY
def test_it_is_on_the_disk_before_it_has_its_name_and_its_name_before_all_is_done(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[tuple[bytes | None, str]] = []
    real = os.fsync
    path = tmp_path / "file"

    def synced(number: int) -> None:
        real(number)
        is_folder = stat.S_ISDIR(os.fstat(number).st_mode)
        found.append(
            (path.read_bytes() if path.exists() else None, "folder" if is_folder else "file")
        )

    monkeypatch.setattr(os, "fsync", synced)
    write(path, b"whole")

    assert [(None, "file"), (b"whole", "folder")] == found
    assert ["file"] == names(tmp_path)


def test_secrets_that_find_no_room_are_not_there_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left would refuse the next `init`, which knows of no ledger to it."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "county.db.secrets"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space") as met:
            create_secrets(path)

    assert (str(path), False) == (met.value.filename, path.exists())
    create_secrets(path)


@pytest.mark.parametrize("write", [write_file, place, put])
def test_a_full_disk_leaves_what_stood_there_and_nothing_beside_it(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "chart.svg"
    write(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"chart\.svg") as met:
        write(path, b"new")

    assert (errno.ENOSPC, str(path)) == (met.value.errno, met.value.filename)
    assert {"chart.svg": b"old"} == {one.name: one.read_bytes() for one in tmp_path.iterdir()}


def test_a_state_that_finds_no_room_is_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "head"
    replace_file(path, b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space") as met:
            replace_file(path, b"new and longer")

    assert str(path) == met.value.filename
    assert b"old" == path.read_bytes()
    replace_file(path, b"next")  # over the draft that was left
    assert b"next" == path.read_bytes()


@ASKED
def test_a_link_is_followed_where_somebody_asked_for_a_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "there/list.csv")
    for content in (b"first", b"second"):
        write(link, content)

        assert link.is_symlink()
        assert {"list.csv": content} == {
            one.name: one.read_bytes() for one in (tmp_path / "there").iterdir()
        }


@pytest.mark.parametrize("write", [put, replace_file])
def test_a_link_in_a_folder_of_our_own_is_replaced(write: Write, tmp_path: Path) -> None:
    other, link = tmp_path / "other", tmp_path / "link"
    other.write_bytes(b"somebody's")
    link.symlink_to(other)
    write(link, b"ours")

    assert (False, b"ours", b"somebody's") == (
        link.is_symlink(),
        link.read_bytes(),
        other.read_bytes(),
    )


@pytest.mark.parametrize(("write", "draft"), [(put, ".file.{}.part"), (replace_file, "file.new")])
def test_a_link_in_the_place_of_a_draft_is_not_written_through(
    write: Write, draft: str, tmp_path: Path
) -> None:
    (tmp_path / "other").write_bytes(b"somebody's")
    (tmp_path / draft.format(os.getpid())).symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic links"):
        write(tmp_path / "file", b"ours")

    assert b"somebody's" == (tmp_path / "other").read_bytes()


def test_a_pipe_in_the_place_of_secrets_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "secrets", 0o600)

    with pytest.raises(SecretsError, match="not a plain file"):
        load_secrets(tmp_path / "secrets")


def test_a_file_of_our_own_with_a_hole_in_it_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.touch()
    os.truncate(path, 40 << 30)

    with pytest.raises(OSError, match="current") as met:
        read_plain(path)
    assert errno.EFBIG == met.value.errno
    assert b"\0" == read_plain(path, 1)


def test_a_pipe_is_written_to_or_refused_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, b"rows")
    read = os.read(reader, 100)
    os.close(reader)
    with pytest.raises(ServiceError, match="pipe: this is a device or a pipe"):
        place(pipe, b"a database")

    assert (True, b"rows") == (pipe.is_fifo(), read)
    assert ["pipe"] == names(tmp_path)


@pytest.mark.parametrize("write", [write_file, place, put])
def test_who_may_read_it_is_as_before_and_of_a_new_one_as_the_umask_says(
    write: Write, tmp_path: Path
) -> None:
    shut, fresh, strict = tmp_path / "shut", tmp_path / "fresh", tmp_path / "strict"
    shut.touch(mode=0o600)
    with umask(0o022):
        write(shut, b"personal")
        write(fresh, b"for all")
    with umask(0o077):
        write(strict, b"personal")

    assert [0o600, 0o644, 0o600] == [mode_of(one) for one in (shut, fresh, strict)]


@pytest.mark.parametrize("write", [write_file, put])
def test_not_even_the_draft_is_open_to_more(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shut"
    path.touch(mode=0o600)
    opened: list[int] = []
    real = os.fdopen

    def seen(number: int, mode: str) -> object:
        opened.append(stat.S_IMODE(os.fstat(number).st_mode))
        return real(number, mode)

    monkeypatch.setattr(os, "fdopen", seen)
    with umask(0o022):
        write(path, b"personal")

    assert [0o600] == opened


def test_a_state_is_for_its_owner_unless_told_otherwise(tmp_path: Path) -> None:
    with umask(0o022):
        replace_file(tmp_path / "state", b"1")
        replace_file(tmp_path / "current", b"1", mode=0o666)

    assert [0o600, 0o644] == [mode_of(tmp_path / one) for one in ("state", "current")]


@ASKED
def test_a_folder_that_was_asked_for_is_not_made_up(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "none/list.csv"
    with pytest.raises(FileNotFoundError) as met:
        write(path, b"rows")

    assert (str(path), []) == (met.value.filename, names(tmp_path))


def test_a_folder_of_our_own_gets_its_folders_and_what_is_the_same_is_left_alone(
    tmp_path: Path,
) -> None:
    first = write_files(tmp_path, {"a/b": b"1", "c": b"2"})
    before = (tmp_path / "a/b").stat().st_ino
    again = write_files(tmp_path, {"a/b": b"1", "c": b"3"})

    assert (2, 1, b"3") == (first, again, (tmp_path / "c").read_bytes())
    assert before == (tmp_path / "a/b").stat().st_ino
