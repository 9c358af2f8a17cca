"""Writes the files that a command is asked for: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: never half of it.

    A link is followed; a device or a pipe is written to, for another file must not take its place.

    Raises:
        OSError: it can't be written; it names the file that was asked for, and nothing is left beside it.

    """
    place = draft = Path(os.path.realpath(path))
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            path.write_bytes(content)
            return
        with tempfile.NamedTemporaryFile(
            dir=place.parent, prefix=f".{place.name}.", delete=False
        ) as out:
            draft = Path(out.name)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.chmod(0o644)
        draft.replace(place)
    except OSError as error:
        if draft != place:
            with suppress(OSError):
                draft.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error
