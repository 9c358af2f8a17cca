"""docs/cli.md: the help of every command, as a terminal of 80 columns shows it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from aidledger.interfaces.cli.errors import EXIT_CODES

_WIDTH = 80


def cli_page(_root: Path) -> str:
    """Return the page."""
    program = import_module("aidledger.interfaces.cli.main")
    group: Any = next(value for value in vars(program).values() if isinstance(value, click.Group))
    parts = ["# Commands", "", "The help of every command of `aidledger`.", ""]
    for names, text in _helps(group, None, ("aidledger",)):
        parts += [f"## {' '.join(names)}", "", "```text", text, "```", ""]
    parts += ["## Exit status", "", "| status | 中文 | English |", "| --- | --- | --- |"]
    parts += [f"| {status} | {said.zh} | {said.en} |" for status, said in EXIT_CODES.items()]
    return "\n".join(parts)


def _helps(
    command: click.Command, parent: click.Context | None, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the name and the help of a command and of all below it."""
    context = click.Context(
        command, info_name=names[-1], parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    text = command.get_help(context)
    yield names, "\n".join(line.rstrip() for line in text.split("\n"))
    if isinstance(command, click.Group):
        for name in sorted(command.list_commands(context)):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _helps(below, context, (*names, name))
