"""A statement of SQL that somebody hands in: all of it or none, in UTF-8."""

from __future__ import annotations

from typing import BinaryIO, Final

from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.language import Said

MAX_SQL_BYTES: Final = 1_048_576
_UTF_8: Final = "iconv -f gb18030 -t utf-8"


def read_statement(stream: BinaryIO, name: str) -> str:
    """Return the text of a file or of standard input, which errors call `name`.

    A part of it might run as well, and answer another question.

    Raises:
        CommandError: it is longer than a statement may be, or no UTF-8.

    """
    content = stream.read(MAX_SQL_BYTES + 1)
    if len(content) > MAX_SQL_BYTES:
        raise CommandError(
            Said(f"{name}：SQL 超过 1 MiB", f"{name}: more than 1 MiB of SQL"), exit_code=USAGE
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(
            Said(f"{name}：不是 UTF-8 文本", f"{name}: not text in UTF-8"),
            hint=Said(f"请另存为 UTF-8，例如 {_UTF_8}", f"save it as UTF-8, such as by {_UTF_8}"),
            exit_code=USAGE,
        ) from None
