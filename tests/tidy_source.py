"""One file of the project as the style rules see it, and a problem found in one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One place that breaks a rule."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Source:
    """One file of the project: its path from the root, with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines."""
        return self.text.split("\n")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; empty for files that are not Python."""
        return ast.parse(self.text if self.is_python else "", self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """The nodes of the syntax tree, walked through once for all rules."""
        return list(ast.walk(self.tree))

    @property
    def is_python(self) -> bool:
        """Whether the file is Python, by its ending or its first line."""
        return self.path.endswith(".py") or self.text.startswith("#!/usr/bin/env python3")

    @property
    def ring(self) -> str:
        """The ring of a module of the package; empty outside it."""
        parts = PurePosixPath(self.path).parts
        return parts[2] if parts[:2] == ("src", "aidledger") and len(parts) > 3 else ""

    @property
    def module(self) -> str:
        """The dotted name of a module of the package; empty outside it."""
        parts = list(PurePosixPath(self.path).with_suffix("").parts)
        if parts[:2] != ["src", "aidledger"] or not self.path.endswith(".py"):
            return ""
        return ".".join(parts[1:-1] if parts[-1] == "__init__" else parts[1:])

    @cached_property
    def code_lines(self) -> list[str]:
        """The file's lines with comments and strings that stand alone (docstrings) emptied."""
        kept = [line.split("#", 1)[0] for line in self.lines]
        for node in self.nodes:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                    kept[number - 1] = ""
        return kept

    def problem(self, line: int | ast.AST, text: str) -> Problem:
        """Return a problem at a line or a node of this file."""
        number = line if isinstance(line, int) else getattr(line, "lineno", 1)
        return Problem(path=self.path, line=number, text=text)

    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Yield each imported dotted name with its statement, at any depth.

        ``from a.b import c`` gives ``a.b.c``: whether ``c`` is a module or a name is not known here.
        """
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)
