"""What is wrong with an input or a wish, as values; raised together, so that none hides another."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong: where, what was expected and what was found.

    ``line`` counts from 1, in the ``file`` where there are several. ``clause`` and ``citation`` are set
    where a rule refuses. ``found`` never holds a personal value.
    """

    code: str
    file: str = ""
    line: int | None = None
    field: str = ""
    expected: str = ""
    found: str = ""
    clause: str = ""
    citation: str = ""
    text_zh: str = ""
    text_en: str = ""

    def message(self, lang: str) -> str:
        """Return the problem in one line, in ``zh`` or ``en``."""
        where = [self.file] if self.file else []
        if self.line is not None and self.file:
            where = [f"{self.file}:{self.line}"]
        elif self.line is not None:
            where = [f"第 {self.line} 行" if lang == "zh" else f"line {self.line}"]
        if self.field:
            where.append(self.field)
        if self.clause:
            text = self.text_zh if lang == "zh" else self.text_en
            what = f"{self.clause}: {text} ({self.citation})"
            if self.found:
                what += f"；实际 {self.found}" if lang == "zh" else f"; found {self.found}"
        elif lang == "zh":
            why = f"（{self.text_zh}）" if self.text_zh else ""
            what = f"应为 {self.expected}，实际为 {self.found}{why}"
        else:
            why = f" ({self.text_en})" if self.text_en else ""
            what = f"expected {self.expected}, found {self.found}{why}"
        return ": ".join([*where, what])


class RefusedError(Exception):
    """Nothing was recorded; ``problems`` says all that stood in the way."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message("en") for problem in problems))
        self.problems = tuple(problems)


class ServiceError(Exception):
    """A service cannot run; ``hint`` says what to do. ``exit_code`` is for the shell.

    Codes follow the table of the manual: 2 usage, 10 missing, 11 locked, 12 refused key, 75 transient.
    """

    def __init__(self, message: str, *, hint: str = "", exit_code: int = 3) -> None:
        super().__init__(message)
        self.hint = hint
        self.exit_code = exit_code
