"""What is said when a command was typed wrongly."""

from __future__ import annotations

from typing import Final

import click

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.errors import USAGE, Fault
from aidledger.interfaces.cli.language import Language, Said
from aidledger.interfaces.cli.phrases import chinese

_LONGEST: Final = 200


def usage_fault(error: click.UsageError, lang: Language) -> Fault:
    """Return what to say of a usage error, with where to read more."""
    path = error.ctx.command_path if error.ctx else "aidledger"
    hint = Said(f"{path} --help 说明用法", f"{path} --help explains it")
    match error:
        case click.NoSuchOption(option_name=name, possibilities=near):
            said = Said(f"没有选项 {name}", f"no such option {name}")
            if near:
                hint = Said(f"是不是 {' / '.join(near)}", f"did you mean {' or '.join(near)}")
        case click.MissingParameter():
            name = _name_of(error)
            said = Said(f"缺少 {name}", f"missing {name}")
        case click.BadParameter():
            name, text = _name_of(error), _small(error.message)
            said = Said(f"{name}：{chinese(error.message, 'zh')}", f"{name}: {text}")
        case _:
            text = _small(error.format_message())
            said = Said(chinese(text, "zh"), text)
    shown = layout.cut(layout.plain(said.in_(lang)), _LONGEST)
    return Fault(USAGE, shown, hint.in_(lang))


def _name_of(error: click.BadParameter) -> str:
    """Return the option or argument that an error is about, as it is typed."""
    param = error.param
    if isinstance(param, click.Option):
        return param.opts[-1]
    return (param.name or "").upper() if param is not None else str(error.param_hint or "")


def _small(text: str) -> str:
    """Return a text that begins with a small letter."""
    return text[:1].lower() + text[1:]
