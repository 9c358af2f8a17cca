"""Checks taken out of the product, one by one: its own source without one comparison of it.

A cut names a function and the text of the check in it, as `ast.unparse` writes it (so that no line
break counts). It must stand there exactly once: a table that no longer fits the product fails.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable
from importlib import import_module
from typing import Any, NamedTuple

import pytest


class Cut(NamedTuple):
    """In the function `where` ("module:name", without the package) `check` becomes `instead`.

    `more` are further pairs of the same function.
    """

    where: str
    check: str
    instead: str
    more: tuple[tuple[str, str], ...] = ()


def cut_out(patch: pytest.MonkeyPatch, cuts: Iterable[Cut]) -> None:
    """Put the product's functions without these checks in their places, wherever they are used."""
    for one in cuts:
        module_name, _, path = one.where.partition(":")
        module = import_module(f"aidledger.{module_name}")
        *outer, name = path.split(".")
        holder: Any = module
        for step in outer:
            holder = getattr(holder, step)
        known = inspect.getattr_static(holder, name)
        changed = _without(known, one, vars(module))[name]
        if holder is not module:
            patch.setattr(holder, name, changed)
            continue
        for other in [
            m for key, m in sys.modules.items() if key.startswith(("aidledger", "tests.twins"))
        ]:
            for called in [key for key, value in vars(other).items() if value is known]:
                patch.setattr(other, called, changed)


def _without(known: Any, one: Cut, around: dict[str, Any]) -> dict[str, Any]:
    """Compile the function's own source once more, without the check."""
    source: str = getattr(known, "cut_source", "") or inspect.getsource(known)
    source = ast.unparse(ast.parse(textwrap.dedent(source)))
    for check, instead in ((one.check, one.instead), *one.more):
        assert source.count(check) == 1, f"{one.where}: {check!r} stands there not once"
        source = source.replace(check, instead)
    flags = __future__.annotations.compiler_flag
    made: dict[str, Any] = {}
    exec(compile(source, one.where, "exec", flags, dont_inherit=True), around, made)  # noqa: S102
    next(iter(made.values())).cut_source = source  # for another cut in the same function
    return made
