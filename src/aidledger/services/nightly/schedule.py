"""Writes the files by which a machine runs it each night: systemd units, cron line, alert rules, dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from aidledger.services.files import write_files
from aidledger.services.problems import ServiceError

_PACKAGE: Final = "aidledger.services.nightly"
_FOLDER: Final = "shipped"
_USAGE: Final = 2


def shipped() -> dict[str, str]:
    """Return the files as they are shipped, by name; words between @ stand for answers."""
    folder = resources.files(_PACKAGE).joinpath(_FOLDER)
    return {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.is_file()}


def schedule(folder: Path, answers: Mapping[str, str]) -> list[str]:
    """Write the files into a folder, with the answers in their places; return their names.

    Args:
        folder: is made where it is not there; files in it are replaced.
        answers: program, ledger, user, actor, office and policy, in capitals.

    Raises:
        ServiceError: an answer would not stand for itself in a unit or a cron line.
        OSError: the folder can't be written.

    """
    for name, answer in answers.items():
        if not answer or any(char in answer for char in "%$\"'\\\n\r@"):
            raise ServiceError(
                f"{name.lower()}: expected a text without quotes, %, $, @ and line ends",
                exit_code=_USAGE,
            )
    units = {}
    for name, text in sorted(shipped().items()):
        for word, answer in answers.items():
            text = text.replace(f"@{word}@", answer)  # noqa: PLW2901 - one answer after another
        units[name] = text.encode()
    write_files(folder, units)
    return list(units)
