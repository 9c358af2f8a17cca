"""What a command is as data: its name, what it takes, and where it is carried out."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["text", "day", "point", "count", "flag", "path", "choice", "many"]


class Opt(NamedTuple):
    """An option: its name with dashes, what it takes, and the word for it in usage lines."""

    name: str
    kind: Kind = "text"
    metavar: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


class Arg(NamedTuple):
    """An argument: its name in capitals, whether it may be left out, or be several.

    ``written``: what is made under this name writes the name down.
    """

    name: str
    required: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()
    written: bool = False


class Spec(NamedTuple):
    """A command: the function that carries it out as ``module:name``, or the commands below it."""

    name: str
    target: str = ""
    args: tuple[Arg, ...] = ()
    opts: tuple[Opt, ...] = ()
    below: tuple[Spec, ...] = ()
