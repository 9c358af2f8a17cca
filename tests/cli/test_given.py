"""What may be typed for an option or an argument."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.shell import on

from aidledger.interfaces.cli.errors import USAGE
from aidledger.interfaces.cli.specs import Spec
from aidledger.interfaces.cli.tree import top_commands


def _leaves(specs: tuple[Spec, ...], *path: str) -> list[tuple[tuple[str, ...], Spec]]:
    found = []
    for spec in specs:
        here = (*path, spec.name)
        found += _leaves(spec.below, *here) if spec.below else [(here, spec)]
    return found


_EMPTY = [
    (path, f"{opt.name}=")
    for path, spec in _leaves(tuple(top_commands().values()))
    for opt in spec.opts
    if opt.kind != "flag"
]


def test_an_option_that_is_empty_is_never_taken_for_one_that_was_not_given(tmp_path: Path) -> None:
    taken = []
    for path, option in _EMPTY:
        ran = on(tmp_path / "no.db", "--lang", "en", *path, option)
        if ran.code != USAGE or f"{option.rstrip('=')}: " not in ran.err:
            taken.append((path, option, ran.err))

    assert len(_EMPTY) > 300
    assert [] == taken


@pytest.mark.parametrize(
    ("words", "en", "zh"),
    [
        (("case", "show", ""), "CASE: expected a value, found nothing", "CASE：不能为空"),
        (("case", "show", " "), "CASE: expected a value, found nothing", "CASE：不能为空"),
        (("log", "--stream="), "--stream: expected a value, found nothing", "--stream：不能为空"),
        (("case", "show", "\udcd6\udcd0"), "CASE: expected text in UTF-8", "应为 UTF-8 文字"),
        (("log", "--actor=\udcd6"), "--actor: expected text in UTF-8", "应为 UTF-8 文字"),
        (("log", "--actor", "张三"), "--actor: expected a code such as 520123-u4", "不写姓名"),
        (("log", "--office", "a b"), "--office: expected a code such as 520123 of", "不含空格"),
        (("record", "-", "--cause", "某请求"), "a code such as town-3:2022-03-01", "应为代号"),
        (("log", "--actor", "u" * 129), "of 1 to 128 printable ASCII", "1 至 128 个可见 ASCII"),
        (("export", "flat", "\udcd6"), "FOLDER: expected a name in UTF-8", "名称应为 UTF-8"),
        (("export", "ocel", "\udcd6.json"), "FILE: expected a name in UTF-8", "名称应为 UTF-8"),
        (("export", "check", "\udcd6"), "expected the manifest", "清单"),
        (("due", "--as-of", "2021-02-29"), "expected a day that exists", "没有这一天"),
        (("due", "--as-of", "0001-01-01"), "expected a year from 1850", "年份应在 1850"),
        (("log", f"--limit={10**20}"), "a whole number from 0 to 9007", "应为 0 至 9007"),
        (("log", "--limit=-1"), "a whole number from 0 to 9007", "应为 0 至 9007"),
        (("log", "--limit=1.5"), "a whole number from 0 to 9007", "应为 0 至 9007"),
    ],
)
def test_what_was_typed_wrongly_is_said_in_both_languages(
    county: Path, words: tuple[str, ...], en: str, zh: str
) -> None:
    for lang, expected in (("en", en), ("zh", zh)):
        ran = on(county, *words, "--lang", lang)

        assert USAGE == ran.code, ran.err
        assert expected in ran.err


def test_a_ledger_whose_name_is_not_in_utf_8_is_a_usage_error() -> None:
    for lang, expected in (("en", "expected text in UTF-8"), ("zh", "应为 UTF-8 文字")):
        ran = on(Path("\udcd6.db"), "case", "list", "--lang", lang)

        assert USAGE == ran.code, ran.err
        assert expected in ran.err


def test_a_file_may_have_a_name_in_another_encoding(county: Path) -> None:
    ran = on(county, "record", "\udcd6\udcd0.jsonl", "--lang", "en")

    assert "UTF-8" not in ran.err
    assert "can't be read" in ran.err or "no such file" in ran.err.lower(), ran.err
