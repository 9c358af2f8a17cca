"""Makes click commands from the tree, in the language asked for, with help that fits a terminal.

Help is laid out here and not by click, which counts a Chinese character as one column.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final

import click

from aidledger import __version__
from aidledger.interfaces.cli import helps, layout
from aidledger.interfaces.cli.app import app_of
from aidledger.interfaces.cli.errors import CommandError, ReaderLeftError
from aidledger.interfaces.cli.given import FILES, Count, Name, Place, Target, Text
from aidledger.interfaces.cli.helping import help_text
from aidledger.interfaces.cli.language import LANGUAGES, Language, Said
from aidledger.interfaces.cli.specs import Arg, Opt, Spec
from aidledger.interfaces.cli.tree import top_commands

_NAMES: Final = {"--actor": "520123-u4", "--office": "520123", "--cause": "town-3:2022-03-01"}
"""Options that take a code, and what one looks like."""


class Day(click.ParamType[str]):
    """A day as YYYY-MM-DD, in a year that a ledger can speak of."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the day as ISO text."""
        from_iso: Callable[[str], Any] = import_module("aidledger.domain.values").parse_day
        try:
            from_iso(str(value))
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)
        return str(value)


class PointInLog(click.ParamType[str]):
    """A position, a day or a time, up to which the log is known."""

    name = "point"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, once it can be read."""
        read: Callable[[str], Any] = import_module("aidledger.domain.point").parse_point
        try:
            read(str(value))
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)
        return str(value)


class Option(click.Option):
    """An option that takes its help from the table, in the language of the call."""

    def said(self, ctx: click.Context) -> tuple[str, str]:
        """Return the option as it is typed, and what it says of itself."""
        names = ", ".join([*self.opts, *self.secondary_opts])
        if not self.is_flag:
            names += f" {self.make_metavar(ctx)}"
        own = f"{getattr(ctx.command, 'path', '')} {self.opts[-1]}"
        text = (helps.OPTIONS.get(own) or helps.OPTIONS[self.opts[-1]]).in_(app_of(ctx).lang)
        return names, text


class Command(click.Command):
    """A command of the tree: imports what carries it out only when it is called."""

    def __init__(self, spec: Spec, path: str) -> None:
        self.spec = spec
        self.path = path
        super().__init__(
            spec.name,
            params=[
                *[_argument(arg) for arg in spec.args],
                *[_option(opt) for opt in spec.opts],
                *_shared(hidden=True),
            ],
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Carry the command out and leave with its exit status."""
        module, _, name = self.spec.target.partition(":")
        run: Callable[..., int | None] = getattr(import_module(module), name)
        try:
            code = run(app_of(ctx), **ctx.params) or 0
            sys.stdout.flush()
        except BrokenPipeError:
            # click would end with 1, which here says that something was found
            raise ReaderLeftError from None
        ctx.exit(code)

    def get_help(self, ctx: click.Context) -> str:
        """Return the help in the language of the call."""
        return help_text(ctx, self.path, app_of(ctx).lang, options=_options(self, ctx))

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line for shells that complete."""
        del limit
        return helps.help_of(self.path).short.en


class Group(click.Group):
    """Commands below a name, made when they are asked for."""

    def __init__(self, specs: dict[str, Spec], name: str, path: str) -> None:
        self.specs = specs
        self.path = path
        top = not path
        super().__init__(
            name,
            params=[*_shared(hidden=not top), *([_version()] if top else [])],
            no_args_is_help=True,
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order they are shown."""
        del ctx
        return list(self.specs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Make a command by its name."""
        del ctx
        spec = self.specs.get(cmd_name)
        if spec is None:
            return None
        path = f"{self.path} {spec.name}".strip()
        if spec.below:
            return Group({below.name: below for below in spec.below}, spec.name, path)
        return Command(spec, path)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a name that is none, say which one may be meant."""
        name = args[0]
        if name in self.specs or name.startswith("-"):
            return super().resolve_command(ctx, args)
        near = get_close_matches(name, self.specs, n=2)
        shown = layout.cut(layout.plain(name), 40)
        path = f"aidledger {self.path}".strip()
        raise CommandError(
            Said(f"{shown}：没有这个命令", f"{shown}: no such command"),
            hint=Said(
                f"是不是 {path} {' / '.join(near)}", f"did you mean {path} {' or '.join(near)}"
            )
            if near
            else Said(f"{path} --help 列出全部命令", f"{path} --help lists the commands"),
        )

    def get_help(self, ctx: click.Context) -> str:
        """Return the help in the language of the call."""
        below = () if not self.path else tuple(self.specs.values())
        return help_text(ctx, self.path, app_of(ctx).lang, options=_options(self, ctx), below=below)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line for shells that complete."""
        del limit
        return helps.help_of(self.path).short.en


def program() -> Group:
    """Return the whole program."""
    return Group(top_commands(), "aidledger", "")


def _argument(arg: Arg) -> click.Argument:
    """Make an argument."""
    return click.Argument(
        [arg.name.lower()],
        required=arg.required,
        nargs=-1 if arg.many else 1,
        metavar=None if arg.required else f"[{arg.name}]" + ("…" if arg.many else ""),
        type=_taken(arg),
    )


def _taken(arg: Arg) -> click.ParamType[Any]:
    """Return what an argument may be."""
    if arg.choices:
        return click.Choice(arg.choices)
    if arg.written:
        return Target()
    return Place() if arg.name in FILES else Text()


def _option(opt: Opt) -> Option:
    """Make an option."""
    kinds: dict[str, dict[str, Any]] = {
        "day": {"type": Day(), "metavar": "YYYY-MM-DD"},
        "point": {
            "type": PointInLog(),
            "metavar": "POINT",
        },
        "count": {"type": Count(), "metavar": opt.metavar},
        "flag": {"is_flag": True},
        "path": {"type": Place(), "metavar": opt.metavar},
        "choice": {"type": click.Choice(opt.choices)},
        "many": {"multiple": True, "type": Text(), "metavar": opt.metavar},
    }
    if opt.name in _NAMES:
        kinds["text"] = {"type": Name(_NAMES[opt.name]), "metavar": opt.metavar}
    more = kinds.get(opt.kind, {"type": Text(), "metavar": opt.metavar or "TEXT"})
    if opt.name in _OF_LEDGER:
        more |= {"expose_value": False, "callback": _OF_LEDGER[opt.name]}
    return Option([opt.name], required=opt.required, **more)


def _shared(*, hidden: bool) -> list[click.Parameter]:
    """Make the options that may stand before or after any command."""
    return [
        Option(
            ["--ledger"],
            metavar="PATH_OR_URL",
            envvar=None if hidden else "AIDLEDGER",
            hidden=hidden,
            expose_value=False,
            callback=_set_ledger,
        ),
        Option(
            ["--lang"],
            type=click.Choice(LANGUAGES),
            hidden=hidden,
            is_eager=True,
            expose_value=False,
            callback=_set_lang,
        ),
    ]


def _options(command: click.Command, ctx: click.Context) -> list[tuple[str, str]]:
    """Return the options of a command as help shows them, ``--help`` last."""
    shown = [p.said(ctx) for p in command.params if isinstance(p, Option) and not p.hidden]
    return [*shown, ("-h, --help", helps.OPTIONS["--help"].in_(app_of(ctx).lang))]


def _set_ledger(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Keep where the ledger lies."""
    del param
    if value:
        app_of(ctx).ledger = value


def _set_point(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Keep where the log is to end."""
    del param
    if value is not None:
        app_of(ctx).at = import_module("aidledger.domain.point").parse_point(value)


def _set_anew(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Keep that nothing but the entries is to answer."""
    del param
    app_of(ctx).anew = value


_OF_LEDGER: Final = {"--anew": _set_anew, "--at": _set_point}
"""What is said of the ledger for whatever is asked: no command looks at it."""


def _set_lang(ctx: click.Context, param: click.Parameter, value: Language | None) -> None:
    """Keep the language."""
    del param
    if value in LANGUAGES:
        app_of(ctx).lang = value


def _version() -> Option:
    """Make ``--version``."""
    return Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_show_version
    )


def _show_version(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Print the version and leave."""
    del param
    if value and not ctx.resilient_parsing:
        click.echo(f"aidledger {__version__}")
        ctx.exit()
