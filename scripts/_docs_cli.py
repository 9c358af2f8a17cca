"""docs/cli.md and docs/cli.zh.md: the help of every command, as a terminal of 80 columns shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import EXIT_CODES
from aidledger.interfaces.cli.language import Language
from aidledger.interfaces.cli.main import cli

_WIDTH = 80
_TITLES = {
    "en": ("Commands", "The help of every command of `aidledger`. 中文: [cli.zh](cli.zh.md)."),
    "zh": ("命令", "`aidledger` 全部命令的帮助。English: [cli](cli.md)."),
}


def cli_page(_root: Path) -> str:
    """Return the page in English."""
    return _page("en")


def cli_page_zh(_root: Path) -> str:
    """Return the page in Chinese."""
    return _page("zh")


def _page(lang: Language) -> str:
    """Return the page in a language."""
    title, first = _TITLES[lang]
    parts = [f"# {title}", "", first, ""]
    for name, text in _helps(cli, None, "aidledger", App(lang=lang, ledger=None)):
        parts += [f"## {name}", "", "```text", text, "```", ""]
    parts += ["## 退出码" if lang == "zh" else "## Exit status", ""]
    parts += ["| | |", "| --- | --- |"]
    parts += [f"| {status} | {said.in_(lang)} |" for status, said in EXIT_CODES.items()]
    return "\n".join(parts)


def _helps(
    command: click.Command, parent: click.Context | None, name: str, app: App
) -> Iterator[tuple[str, str]]:
    """Yield the name and the help of a command and of all below it, in the order of the help."""
    context = click.Context(
        command,
        info_name=name.rpartition(" ")[2],
        parent=parent,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        obj=app,
    )
    yield name, "\n".join(line.rstrip() for line in command.get_help(context).split("\n"))
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None and not found.hidden:
                yield from _helps(found, context, f"{name} {below}", app)
