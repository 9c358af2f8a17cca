"""Lays out the help of a command: usage, what it does, examples, then options.

Not left to click, which counts a Chinese character as one column and breaks only at spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from aidledger.interfaces.cli import helps, layout
from aidledger.interfaces.cli.language import Language, Said
from aidledger.interfaces.cli.specs import Spec
from aidledger.interfaces.cli.tree import SECTIONS

WIDEST: Final = 100

USAGE: Final = Said("用法", "Usage")
EXAMPLES: Final = Said("示例", "Examples")
OPTIONS: Final = Said("选项", "Options")
COMMANDS: Final = Said("命令", "Commands")
_MORE: Final = Said(
    "aidledger 命令 --help 说明该命令", "aidledger COMMAND --help explains a command"
)


def help_text(
    ctx: click.Context,
    path: str,
    lang: Language,
    *,
    options: Sequence[tuple[str, str]],
    below: Sequence[Spec] = (),
) -> str:
    """Return the help of a command.

    Args:
        ctx: the call, which knows the width of the terminal.
        path: the command below ``aidledger``; empty for the program itself.
        lang: the language of the call.
        options: each option as it is typed, and what it says of itself.
        below: the commands below it.

    """
    columns = ctx.make_formatter().width if ctx.terminal_width else _terminal_width()
    columns = min(columns, WIDEST)
    said = helps.help_of(path)
    pieces = ctx.command.collect_usage_pieces(ctx)
    colon = "：" if lang == "zh" else ": "
    usage = USAGE.in_(lang) + colon + " ".join([ctx.command_path, *pieces])
    lines = [*layout.wrap(usage, columns), ""]
    for text in filter(None, (said.short.in_(lang), said.long.in_(lang))):
        lines += [*layout.indent(text, columns, 2), ""]
    lines += _titled(
        EXAMPLES.in_(lang) + colon, [line for e in said.examples for line in _example(e, columns)]
    )
    if not path:
        for section in SECTIONS:
            lines += _titled(
                section.title.in_(lang) + colon, _commands(section.commands, "", lang, columns)
            )
    elif below:
        lines += _titled(COMMANDS.in_(lang) + colon, _commands(below, path, lang, columns))
    lines += _titled(OPTIONS.in_(lang) + colon, layout.pairs(options, columns))
    if not path:
        lines += layout.wrap(_MORE.in_(lang), columns)
    return "\n".join(lines).rstrip()


def _terminal_width() -> int:
    """Return the width of the terminal, or 80."""
    import_width = click.HelpFormatter().width
    return import_width + 2


def _titled(title: str, lines: Sequence[str]) -> list[str]:
    """Return lines below a title, and an empty line."""
    return [title.rstrip(), *lines, ""] if lines else []


def _commands(specs: Sequence[Spec], path: str, lang: Language, columns: int) -> list[str]:
    """Return commands with what each does."""
    rows = [
        (spec.name, helps.help_of(f"{path} {spec.name}".strip()).short.in_(lang)) for spec in specs
    ]
    return layout.pairs(rows, columns)


def _example(line: str, columns: int) -> list[str]:
    """Return an example, broken with a backslash where it is too long."""
    if layout.width(line) + 2 <= columns:
        return ["  " + line]
    words = line.split(" ")
    out, current = [], "  " + words[0]
    for word in words[1:]:
        if layout.width(current) + layout.width(word) + 3 > columns:
            out.append(current + " \\")
            current = "      " + word
        else:
            current += " " + word
    return [*out, current]
