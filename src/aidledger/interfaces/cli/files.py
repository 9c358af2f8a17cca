"""Writes the files that a command is asked for: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: never half of it.

    Raises:
        OSError: it can't be written; it names the file that was asked for, and nothing is left beside it.

    """
    draft = path
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as out:
            draft = Path(out.name)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.chmod(0o644)
        draft.replace(path)
    except OSError as error:
        if draft != path:
            with suppress(OSError):
                draft.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error
