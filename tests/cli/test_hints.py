"""Every hint that the sources give has its Chinese: none is shown half in English under --lang zh."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aidledger.interfaces.cli.hints import HINTS
from aidledger.interfaces.cli.phrases import chinese
from aidledger.store import postgres_connect, sqlite_connect

SOURCES = Path(__file__).resolve().parents[2] / "src" / "aidledger"
VALUE = "71"
"""Stands for whatever a sentence has of its own."""
PASSED_ON = {
    "hint",  # an error's own constructor
    "error.hint",  # the same sentence, kept with what failed
    "lost.hint",  # the same sentence, seen again
    "_HINTS.get(code, '')",  # the store's tables, read below
    "_HINTS.get(code)",  # already in both languages
}
BY_PLACE = {"GenerationsError": 1, "ModelError": 3, "RuleError": 4}
"""Errors of the read models, whose hint has no keyword: at which place it stands."""
NAMES_ALONE = {"', '.join(names)", "', '.join(sorted(files))"}
COMMAND = re.compile(r"(chmod|pip install) \S+( \S+)?")
TYPED = re.compile(
    r"aidledger( [a-z]+){0,2}|--[a-z-]+( [a-z]+)?|pip install '[^']*'|postgresql\.conf|roles\.sql"
    r"|folder=\S+|[A-Z][A-Za-z_]+"
)
"""What stays as it is typed in any language."""


def texts(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str | None]:
    """Yield what an expression may say, with a value in each gap; None for one that can't be read."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else VALUE for part in parts
            )
        case ast.Name(id=name) if name in constants:
            yield from texts(constants[name], constants)
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one, constants)
            yield from texts(other, constants)
        case ast.Call(func=ast.Name(id="Said")):  # both languages stand there
            return
        case _:
            yield "" if ast.unparse(node) in PASSED_ON | NAMES_ALONE else None


def constants_of(tree: ast.Module) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case _:
                pass
    return found


def given(path: Path) -> Iterator[tuple[str, str | None]]:
    """Yield the place and the English of every hint of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            hints = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
            if isinstance(node.func, ast.Name) and node.func.id in BY_PLACE:
                hints.append(node.args[BY_PLACE[node.func.id]])
            for hint in hints:
                for text in texts(hint, constants_of(tree)):
                    yield f"{path.name}:{node.lineno}", text


def shown(english: str) -> str:
    """Return what of a hint is left in English under --lang zh."""
    said = chinese(english, "zh")
    if COMMAND.fullmatch(said):
        return ""
    if not re.search(r"[\u4e00-\u9fff]", said):
        return said
    return " ".join(re.findall(r"[a-z]{2,} [a-z]{2,}[a-z ]*", TYPED.sub("", said)))


def failures(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the place and the English of every failure that a file of services words itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id.endswith("Error")
            and any(keyword.arg in ("hint", "exit_code") for keyword in node.keywords)
        ):
            for arg in node.args[:1]:
                if isinstance(arg, ast.Constant | ast.JoinedStr):
                    for text in texts(arg, {}):
                        # a value and what a library said of it is nothing of ours
                        if text and re.search("[a-z]{3,} [a-z]{2,}", text):
                            yield f"{path.name}:{node.lineno}", text


FAILED = [one for path in sorted(SOURCES.glob("services/**/*.py")) for one in failures(path)]

FOUND = [
    (place, text)
    for path in sorted(SOURCES.rglob("*.py"))
    for place, text in given(path)
    if text != ""
]


def test_the_sources_give_hints_and_all_of_them_can_be_read() -> None:
    assert 80 < len(FOUND)
    assert [] == [place for place, text in FOUND if text is None]


def test_every_hint_has_its_chinese() -> None:
    assert [] == [(place, text) for place, text in FOUND if text and shown(text)]


def test_every_failure_of_a_service_begins_to_say_in_chinese_what_was_expected() -> None:
    assert 150 < len(FAILED)
    assert [] == [one for one in FAILED if not re.search(r"[\u4e00-\u9fff]", chinese(one[1], "zh"))]


@pytest.mark.parametrize("table", [sqlite_connect._HINTS, postgres_connect._HINTS])
def test_every_hint_of_the_store_has_its_chinese_alone_and_with_what_is_said_behind_it(
    table: dict[str, str],
) -> None:
    for text in table.values():
        assert "" == shown(text)
        assert "" == shown(f"{text}; nothing of this request was recorded")


def test_no_chinese_is_kept_for_a_hint_that_nobody_gives() -> None:
    said = {text for _, text in FOUND}
    said |= {*sqlite_connect._HINTS.values(), *postgres_connect._HINTS.values()}
    said |= {"nothing of this request was recorded"}

    assert [] == [text for text in HINTS if text not in said]


@pytest.mark.parametrize(
    "text", ["a sentence that nobody knows", "free some space; and then go home quietly"]
)
def test_a_hint_without_chinese_is_noticed(text: str) -> None:
    assert "" != shown(text)
