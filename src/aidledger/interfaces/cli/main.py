"""The program: parses, runs one command, and turns whatever happens into an exit status.

The one place where every exception is caught: an unexpected one is a bug of ours, said in one line
and never as a traceback, unless AIDLEDGER_DEBUG is set.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final, NoReturn

import click

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.building import program
from aidledger.interfaces.cli.errors import (
    BUG,
    COULD_NOT_RUN,
    INTERRUPTED,
    OK,
    READER_LEFT,
    USAGE,
    CommandError,
    Fault,
    ReaderLeftError,
    error_lines,
    fault_of,
)
from aidledger.interfaces.cli.language import Language, language_of
from aidledger.interfaces.cli.usage import usage_fault

_COLLECT_AFTER: Final = (100_000, 20, 20)
"""How many objects may be made before Python looks for rings among them: entries make none, and
looking through a log that is in memory takes a sixth of the time of a command that reads it."""

cli: Final = program()


def main() -> NoReturn:
    """Run the program on the arguments of the process."""
    gc.set_threshold(*_COLLECT_AFTER)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the program and return its exit status."""
    app = App(lang=_language(arguments), ledger=None)
    _write_utf8()
    try:
        code = cli.main(list(arguments), prog_name="aidledger", standalone_mode=False, obj=app)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (BrokenPipeError, ReaderLeftError):
        return _reader_left()
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one broad handler: nothing may end in a traceback
        return _tell(error, app.lang)
    status = code if isinstance(code, int) else OK
    return COULD_NOT_RUN if status == OK and app.lacks else status


def _tell(error: Exception, lang: Language) -> int:
    """Say on standard error what went wrong; return the exit status."""
    if os.environ.get("AIDLEDGER_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.ctx.get_help())
        return USAGE
    if isinstance(error, click.UsageError):
        fault = usage_fault(error, lang)
    elif isinstance(error, CommandError):
        fault = fault_of(error, lang)
    else:
        # Only now: help and version must not import the services.
        from aidledger.interfaces.cli.faults import service_fault  # noqa: PLC0415

        fault = service_fault(error, lang) or _bug(error, lang)
    print("\n".join(error_lines(fault)), file=sys.stderr)
    return fault.exit_code


def _bug(error: Exception, lang: Language) -> Fault:
    """Return what to say of an error that nobody expected; its text could hold anything."""
    name = type(error).__name__
    if lang == "zh":
        return Fault(
            BUG,
            f"程序内部错误（{name}）",
            "这是程序的缺陷：设置 AIDLEDGER_DEBUG=1 重新运行，并报告所显示的内容",
        )
    return Fault(
        BUG,
        f"internal error ({name})",
        "this is a bug: run it again with AIDLEDGER_DEBUG=1 and report what it shows",
    )


def _language(arguments: Sequence[str]) -> Language:
    """Return the language, wherever ``--lang`` stands: help may come before it."""
    for at, word in enumerate(arguments):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang" and at + 1 < len(arguments):
            value = arguments[at + 1]
        if value == "zh":
            return "zh"
        if value == "en":
            return "en"
    return language_of(os.environ)


def _write_utf8() -> None:
    """Write UTF-8 whatever the locale: a list must not depend on the terminal it was made in."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _reader_left() -> int:
    """End quietly when nobody reads the output any more, as other tools do."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return READER_LEFT
