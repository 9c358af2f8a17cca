"""How much the engine of the models may take, as options say it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.replay.engine import EngineLimits

MAX_THREADS: Final = 1_024
"""More than any machine has: an engine that is to begin a hundred thousand never begins to work."""
_memory_form = re.compile(r"[1-9][0-9]{0,5}(MB|GB)").fullmatch


def engine_limits(
    memory: str | None, threads: int | None, spill: str | None = None
) -> EngineLimits:
    """Return what the engine may take.

    Raises:
        CommandError: one of the three is not what the engine understands.

    """
    if memory is not None and _memory_form(memory) is None:
        raise CommandError(
            Said(
                f"--memory：应为 512MB 或 2GB 这样的大小，实际为 {memory}",
                f"--memory: expected a size such as 512MB or 2GB, found {memory}",
            ),
            exit_code=USAGE,
        )
    if threads is not None and not 1 <= threads <= MAX_THREADS:
        raise CommandError(
            Said(
                f"--threads：应为 1 至 {MAX_THREADS}，实际为 {threads}",
                f"--threads: expected 1 to {MAX_THREADS}, found {threads}",
            ),
            exit_code=USAGE,
        )
    if spill is not None and not Path(spill).is_dir():
        raise CommandError(
            Said(
                f"--spill：应为文件夹，实际为 {spill}", f"--spill: expected a folder, found {spill}"
            ),
            exit_code=USAGE,
        )
    usual = EngineLimits()
    return EngineLimits(
        memory=memory or usual.memory,
        threads=threads or usual.threads,
        spill=Path(spill) if spill else None,
    )
