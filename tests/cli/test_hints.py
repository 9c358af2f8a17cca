"""Every hint and refusal of the services has its Chinese: none is half in English under --lang zh."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aidledger.interfaces.cli.hints import HINTS
from aidledger.interfaces.cli.phrases import chinese, term
from aidledger.store import postgres_connect, sqlite_connect

SOURCES = Path(__file__).resolve().parents[2] / "src" / "aidledger"
VALUE = "71"
"""Stands for whatever a sentence has of its own."""
PASSED_ON = {
    "hint",  # an error's own constructor
    "HINT",  # a constant of another file, read there
    "error.hint",  # the same sentence, kept with what failed
    "one.hint",  # the same, of a model that failed
    "lost.hint",  # the same sentence, seen again
    "_HINTS.get(code, '')",  # the store's tables, read below
    "sqlite_connect.NO_LEDGER_HINT",  # a constant of another file, read there
    "_HINTS.get(code)",  # already in both languages
}
BY_PLACE = {"GenerationsError": 1, "ModelError": 3, "RuleError": -1}
"""Errors of the read models, whose hint has no keyword: at which place it stands."""
NAMES_ALONE = {"', '.join(names)"}
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
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[_, other]) if (
            isinstance(table := constants.get(name), ast.Dict)
        ):
            for one in (*table.values, other):
                yield from texts(one, constants)
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


RAISED = {
    *("ServiceError", "StoreError", "KeyFileError", "SecretsError", "VaultError"),
    *("LedgerExistsError", "LedgerMissingError", "UnsafeDatabaseError"),
}
"""Errors by whose text the one who typed a command is told what went wrong."""
LIBRARY = {"loose.py", "recorders.py", "subscription.py"}
"""The housed library alone comes here, and with it programs, not people."""


def refusals(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield of every error that a service raises, and of every problem of an input: place, text, Chinese."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in RAISED:
                told, said = [first], chinese
            case ast.Call(func=ast.Name(id="Problem")):
                told, said = (
                    [k.value for k in node.keywords if k.arg in ("expected", "found")],
                    term,
                )
            case _:
                continue
        for text in {text for one in told for text in texts(one, constants_of(tree)) if text}:
            if re.search(r"[a-z]{2,} [a-z]{2,}", text):
                yield f"{path.name}:{node.lineno}", text, said(text, "zh")


REFUSED = [
    found
    for folder in ("services", "store", "replay", "audit")
    for path in sorted((SOURCES / folder).rglob("*.py"))
    if "simulation" not in path.parts and "adversary" not in path.parts
    if path.name not in LIBRARY
    for found in refusals(path)
]


def half_english(said: str) -> bool:
    return not re.search(r"[\u4e00-\u9fff]", said) or bool(
        re.search(r"[a-z]{2,} [a-z]{2,}", TYPED.sub("", said))
    )


def test_every_refusal_of_a_service_has_its_chinese() -> None:
    assert 150 < len(REFUSED)
    assert [] == [(place, text) for place, text, said in REFUSED if half_english(said)]


@pytest.mark.parametrize(
    "text", ["a file nobody knows", "line 3: expected a thing nobody knows, found none"]
)
def test_a_refusal_without_chinese_is_noticed(text: str) -> None:
    assert half_english(chinese(text, "zh"))


@pytest.mark.parametrize(
    "text", ["a sentence that nobody knows", "free some space; and then go home quietly"]
)
def test_a_hint_without_chinese_is_noticed(text: str) -> None:
    assert "" != shown(text)
