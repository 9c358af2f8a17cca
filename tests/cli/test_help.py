from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest
from tests.cli.shell import aidledger

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.errors import EXIT_CODES
from aidledger.interfaces.cli.helps import COMMANDS, OPTIONS
from aidledger.interfaces.cli.main import cli
from aidledger.interfaces.cli.specs import Spec
from aidledger.interfaces.cli.tree import top_commands


def paths(specs: dict[str, Spec], above: str = "") -> Iterator[str]:
    for name, spec in specs.items():
        path = f"{above} {name}".strip()
        yield path
        yield from paths({below.name: below for below in spec.below}, path)


PATHS = ["", *paths(top_commands())]


def test_every_command_and_no_other_has_a_help_text() -> None:
    assert set(PATHS) - {""} == set(COMMANDS)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_help_shows_an_example_and_fits_80_columns(path: str, lang: str) -> None:
    ran = aidledger("--lang", lang, *path.split(), "--help")

    title = "示例：" if lang == "zh" else "Examples:"
    assert 0 == ran.code
    assert title in ran.out
    assert f"\n  aidledger{path and ' '}" in ran.out
    assert [] == [line for line in ran.out.splitlines() if layout.width(line) > 80]


@pytest.mark.parametrize("path", PATHS)
def test_help_is_in_the_language_asked_for(path: str) -> None:
    zh = aidledger("--lang", "zh", *path.split(), "--help").out
    en = aidledger("--lang", "en", *path.split(), "--help").out

    assert zh != en
    assert not any("\u4e00" <= char <= "\u9fff" for char in en)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "用法"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "Usage"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "C"}, "用法"),
        ({"LC_ALL": "C.UTF-8", "AIDLEDGER_LANG": "zh"}, "用法"),
        ({"LC_ALL": "zh_CN.UTF-8", "AIDLEDGER_LANG": "en"}, "Usage"),
    ],
)
def test_the_locale_chooses_the_language(environ: dict[str, str], expected: str) -> None:
    assert expected in aidledger("--help", environ=environ).out


def test_lang_may_stand_after_help() -> None:
    assert "用法" in aidledger("verify", "--help", "--lang", "zh").out


def test_every_option_has_a_text_in_the_table() -> None:
    used, of_command = set(), set()
    for path in PATHS:
        command: click.Command = cli
        for name in path.split():
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), name) or command
        mine = {p.opts[-1] for p in command.params if isinstance(p, click.Option)}
        used |= mine
        of_command |= {f"{path} {option}" for option in mine}
    one_command = {name for name in OPTIONS if " " in name}

    assert one_command <= of_command
    assert used | {"--help"} <= set(OPTIONS) | {name.split()[-1] for name in one_command}
    assert set(OPTIONS) - one_command <= used | {"--help"}


def test_an_option_may_have_a_text_of_its_own_in_one_command() -> None:
    assert "the case that the clause is held against" in aidledger("bisect", "--help").out
    assert "only this case" in aidledger("diff", "--help").out


@pytest.mark.parametrize("example", [line for said in COMMANDS.values() for line in said.examples])
def test_every_example_is_a_command_that_parses(example: str) -> None:
    words = shlex.split(example.split(" > ", maxsplit=1)[0].split(" < ", maxsplit=1)[0])[1:]
    context = cli.make_context("aidledger", list(words), resilient_parsing=True)
    name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
    while isinstance(command, click.Group):
        name, command, rest = command.resolve_command(context, rest)

    assert name is not None
    assert command is not None
    assert command.make_context(name, rest, parent=context).params is not None


def test_a_wrong_command_is_answered_with_the_right_one() -> None:
    ran = aidledger("verfy")

    assert 2 == ran.code
    assert (
        "aidledger: error: verfy: no such command\naidledger: hint: did you mean aidledger verify\n"
    ) == ran.err


def test_python_m_and_the_program_are_the_same() -> None:
    assert aidledger("--version").out.startswith("aidledger 0.")


def test_every_exit_status_has_a_meaning_in_both_languages() -> None:
    assert {0, 1, 2, 3, 4, 5, 10, 11, 12, 70, 75, 130, 141, 143} == set(EXIT_CODES)
    assert all(said.zh and said.en for said in EXIT_CODES.values())
