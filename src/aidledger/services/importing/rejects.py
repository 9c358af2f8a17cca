"""The file of rows that were not recorded, each as it stood and with every reason, in their order.

It holds what the history holds, persons' names and numbers too: only its owner may read it. A row is
on the disk here before the batch that leaves it out is in the ledger.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.disk import named
from aidledger.services.importing.sources import RawRow
from aidledger.services.problems import Problem, ServiceError

_MODE: Final = 0o600
_SCHEMA: Final = "aidledger/rejects/v1"


class Refused(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row that is not recorded, and why."""

    row: RawRow
    reasons: Sequence[Problem]


class Rejects:
    """The rejects of one import; its first line names the file that they come from."""

    def __init__(self, path: Path, file_hash: str) -> None:
        self._path = path
        self._header = msgspec.json.encode({"schema": _SCHEMA, "file": file_hash}) + b"\n"

    def keep_before(self, first: int, count: int) -> None:
        """Keep the rejects of the lines before `first`; what stands behind comes again.

        Args:
            first: the first line that is not in the ledger yet.
            count: how many rows before it the ledger says were left out.

        Raises:
            ServiceError: the file is of another history, or lacks some of them.
            OSError: it can't be written.

        """
        self._path.touch(mode=_MODE)
        with self._path.open("r+b") as file:
            header = file.readline()
            if header and header != self._header and self._header.startswith(header):
                header = b""  # killed while it was written
            if header not in (b"", self._header):
                raise self._other("another file")
            kept, end = 0, len(self._header)
            file.seek(end)
            for line in file if header else ():
                number = _line_of(line)
                if number is None or number >= first:
                    break
                kept, end = kept + 1, end + len(line)
            if kept != count:
                raise self._other(f"{kept}")
            file.seek(0)
            file.write(self._header)
            file.truncate(end)
            file.flush()
            os.fsync(file.fileno())

    def write(self, refused: Iterable[Refused]) -> None:
        """Add rows, and have them on the disk. Raises OSError."""
        lines = b"".join(_encoded(one) for one in refused)
        if lines:
            with named(self._path), self._path.open("ab") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())

    def _other(self, found: str) -> ServiceError:
        return ServiceError(
            f"{self._path.name}: expected the rejected rows that this import has left out so far,"
            f" found {found}",
            hint="name with --rejects the file that the first run wrote; for a new import, a new one",
            exit_code=2,
        )


def read_rejects(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what stands in a file of rejects: `line`, `row` and `reasons` of each."""
    with path.open("rb") as file:
        file.readline()
        for line in file:
            yield msgspec.json.decode(line)


def _line_of(text: bytes) -> int | None:
    """Return the line that a reject tells of; nothing where it was cut off."""
    try:
        return msgspec.json.decode(text, type=_Placed).line if text.endswith(b"\n") else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class _Placed(msgspec.Struct):
    """What is read again of a reject."""

    line: int


def _encoded(one: Refused) -> bytes:
    """Return a reject as a line; bytes that are no text in base64, so that nothing is lost."""
    row: dict[str, Any] = {"line": one.row.line}
    if one.row.cells is not None:
        row["cells"] = {key: _shown(cell) for key, cell in one.row.cells.items()}
    else:
        try:
            row["row"] = one.row.text.decode()
        except UnicodeDecodeError:
            row["row_base64"] = base64.b64encode(one.row.text).decode()
    reasons = [
        {key: value for key, value in msgspec.to_builtins(problem).items() if value}
        for problem in one.reasons
    ]
    return msgspec.json.encode({**row, "reasons": reasons}) + b"\n"


def _shown(cell: object) -> object:
    """Return a cell as JSON has it; days and other values as texts."""
    return cell if isinstance(cell, (str, int, float, bool)) or cell is None else str(cell)
