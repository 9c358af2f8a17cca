"""The project's style, checked like a compiler would; and the checks, checked on bad samples."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import tidy_rules as tidy
from tests.tidy_rules import RULES, Rule
from tests.tidy_source import Source

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("aidledger.__main__", "aidledger.interfaces.cli.main")
#: What is imported by name from outside: proofs, of single entries and of completeness; the signed
#: formats; closing and reconciling for a county's own nightly run; powers over a whole
#: ledger; the event library's factory; the models on Spark, for a province.
FOR_OTHER_PROGRAMS = (
    "aidledger.ledger.batch",
    "aidledger.ledger.misbehaviour",
    "aidledger.ledger.witnessing",
    "aidledger.replay.onspark",
    "aidledger.services.ladder.closingcheck",
    "aidledger.services.ladder.indexcheck",
    "aidledger.services.keys.powers",
    "aidledger.store.factory",
)
NOT_OURS = {".git", "__pycache__", "build", "dist", "node_modules"}


def project_sources() -> list[Source]:
    """Read every text file of the checkout that is ours; what is not UTF-8 is no text."""
    found = []
    for path in _files(ROOT):
        with contextlib.suppress(UnicodeDecodeError):
            text = path.read_text(encoding="utf-8")
            found.append(Source(path.relative_to(ROOT).as_posix(), text))
    return found


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder; what is hidden, as an environment of packages, is not looked into."""
    for path in sorted(folder.iterdir()):
        name = path.name
        if name in NOT_OURS or (name.startswith(".") and name not in {".ci", ".gitignore"}):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file():
            yield path


def test_the_tree_is_tidy() -> None:
    sources = project_sources()

    found = [str(problem) for source in sources for rule in RULES for problem in rule(source)]
    problems = list(dict.fromkeys(found))

    assert [] == problems, "\n" + "\n".join(problems)


def test_every_module_is_reached_from_a_command_or_is_for_other_programs() -> None:
    problems = tidy.unreachable(project_sources(), (*COMMANDS, *FOR_OTHER_PROGRAMS))

    assert [] == [str(problem) for problem in problems]


def test_the_walk_sees_every_kind_of_file() -> None:
    paths = {source.path for source in project_sources()}

    assert {
        "pyproject.toml",
        ".ci/run",
        "scripts/test",
        "src/aidledger/__init__.py",
        "tests/test_tidy.py",
        "docs/ARCHITECTURE.md",
    } <= paths


# Each row: the rule, where the sample stands, the sample, and line and part of the message.
# Samples are put together from pieces where the whole would make this file untidy.
BAD = [
    (tidy.imports_go_inward, "domain/a.py", "import aidledger.ledger.tree", 1, "domain imports"),
    (tidy.imports_go_inward, "ledger/a.py", "from aidledger.domain import x", 1, "inward only"),
    (tidy.imports_go_inward, "store/a.py", "from aidledger import services", 1, "store imports"),
    (tidy.imports_go_inward, "replay/a.py", "from aidledger.store.x import y", 1, "inward"),
    (tidy.imports_go_inward, "store/a.py", "def f():\n import aidledger.replay.x", 2, "inward"),
    (tidy.imports_go_inward, "sixth/a.py", "", 1, "ring sixth is not known"),
    (tidy.imports_are_absolute, "store/a.py", "x = 1\nfrom . import b", 2, "relative"),
    (tidy.imports_are_absolute, "store/a.py", "from os.path import *", 1, "star"),
    (tidy.libraries_are_housed, "replay/a.py", "import sqlalchemy as sa", 1, "housed in store"),
    (tidy.libraries_are_housed, "services/a.py", "from duckdb import x", 1, "replay"),
    (tidy.libraries_are_housed, "services/a.py", "def f():\n  import click", 2, "interfaces"),
    (tidy.pure_rings_are_pure, "domain/a.py", "import os", 1, "import of os"),
    (
        tidy.pure_rings_are_pure,
        "ledger/a.py",
        "from aidledger.disk import sync",
        1,
        "writes nothing",
    ),
    (tidy.pure_rings_are_pure, "ledger/a.py", "from pathlib import Path", 1, "pathlib"),
    (tidy.pure_rings_are_pure, "ledger/a.py", "import concurrent.futures", 1, "concurrent"),
    (tidy.pure_rings_are_pure, "ledger/a.py", "def f():\n  import random", 2, "random"),
    (tidy.pure_rings_are_pure, "domain/a.py", "x = 1\ny = open('a')", 2, "open()"),
    (tidy.pure_rings_are_pure, "domain/a.py", "share = 0.3", 1, "int fen"),
    (tidy.pure_rings_are_pure, "domain/a.py", "x = float('1')", 1, "float()"),
    (tidy.the_clock_is_read_once, "domain/a.py", "x = datetime.now(UTC)", 1, "now"),
    (tidy.the_clock_is_read_once, "services/a.py", "x = date.today()", 1, "today"),
    (tidy.the_clock_is_read_once, "interfaces/a.py", "x = time.time()", 1, "time.time"),
    (tidy.the_environment_is_read_at_the_edge, "store/a.py", "x = os.environ['A']", 1, "pass"),
    (tidy.the_environment_is_read_at_the_edge, "services/a.py", "os.getenv('A')", 1, "pass"),
    (tidy.handlers_are_narrow, "store/a.py", "try:\n  x\nexcept Exception:\n  pass", 3, "name"),
    (tidy.handlers_are_narrow, "store/a.py", "try:\n  x\nexcept:\n  pass", 3, "name"),
    (tidy.handlers_are_narrow, "a.py", "try:\n  x\nexcept (A, BaseException):\n  y", 3, "name"),
    (tidy.sizes_are_small, "store/a.py", "x = 1\n" * 401, 401, "401 lines"),
    (tidy.sizes_are_small, "services/a.js", "x();\n" * 401, 401, "401 lines"),
    (tidy.sizes_are_small, "store/a.py", "\ndef f():\n" + "  x\n" * 70, 2, "f has 71 lines"),
    (tidy.docstrings_are_there, "store/a.py", "x = 1", 1, "module"),
    (tidy.docstrings_are_there, "a.py", '"""M."""\ndef f():\n  pass', 2, "f has no"),
    (tidy.docstrings_are_there, "a.py", '"""M."""\nclass A:\n  "A."\n  def g(self): 1', 4, "g"),
    (tidy.nothing_is_unfinished, "store/a.py", "x = 1\n# TO" + "DO: later", 2, "finish it"),
    (tidy.nothing_is_unfinished, "store/a.py", "raise NotImplemented" + "Error", 1, "finish it"),
    (tidy.nothing_is_unfinished, "store/a.py", "# a stu" + "b", 1, "no stand-ins"),
    (tidy.databases_are_opened_safely, "store/a.py", "x = 'PRAGMA synchronous=NORMAL'", 1, "FULL"),
    (
        tidy.databases_are_opened_safely,
        "a.py",
        "x = {'POSTGRES_ENABLE_DB_FUNCTIONS': 'y'}",
        1,
        "lock",
    ),
    (tidy.no_machine_is_named, "a.py", "# see /ro" + "ot/notes", 1, "one machine"),
    (tidy.no_machine_is_named, "a.py", "x = '/wo" + "rk/main'", 1, "one machine"),
    (tidy.no_machine_is_named, "a.py", "# files.pythonhosted" + ".org", 1, "registry"),
    (tidy.private_names_are_used, "a.py", "x = 1\n_LIMIT = 3", 2, "_LIMIT is never used"),
    (tidy.private_names_are_used, "a.py", "def _f(): return 1", 1, "_f is never used"),
    (tidy.importing_does_nothing, "store/a.py", "x = 1\nconnect()", 2, "import time"),
    (tidy.importing_does_nothing, "store/a.py", "class A: 1", 1, "annotations"),
    (tidy.read_models_are_sql_alone, "projections/p/a.py", "", 1, ".sql files"),
    (tidy.read_models_are_sql_alone, "projections/p/__init__.py", "import os", 1, "nothing"),
    (tidy.read_models_are_sql_alone, "projections/p/a.sql", "select\n now()", 2, "now"),
    (tidy.read_models_are_sql_alone, "projections/p/a.sql", "select current_date", 1, "input"),
    (tidy.read_models_are_sql_alone, "projections/p/a.sql", "from read_csv('x')", 1, "read_csv"),
    (tidy.the_store_says_whom_to_trust, "store/a.py", '"""Opens it."""', 1, "Not trusted"),
]

GOOD = [
    (tidy.imports_go_inward, "services/a.py", "from aidledger.store.x import y"),
    (tidy.imports_go_inward, "domain/a.py", "from aidledger.domain.events import care"),
    (tidy.imports_go_inward, "store/a.py", "from aidledger import __version__"),
    (tidy.libraries_are_housed, "store/a.py", "import sqlalchemy"),
    (tidy.pure_rings_are_pure, "ledger/a.py", "import hashlib\nx: float\nisinstance(1, float)"),
    (tidy.the_clock_is_read_once, "services/clock.py", "x = datetime.now(UTC)"),
    (tidy.the_clock_is_read_once, "services/a.py", "x = clock.now()"),
    (tidy.the_environment_is_read_at_the_edge, "interfaces/cli/a.py", "os.environ"),
    (tidy.handlers_are_narrow, "store/a.py", "try:\n  x\nexcept BaseException:\n  y\n  raise"),
    (tidy.handlers_are_narrow, "interfaces/cli/main.py", "try:\n  x\nexcept Exception:\n  y"),
    (tidy.sizes_are_small, "store/a.py", "def f():\n" + "  x\n" * 69),
    (tidy.docstrings_are_there, "a.py", '"""M."""\ndef _f(): 1\nclass _A:\n  def f(self): 1'),
    (tidy.databases_are_opened_safely, "store/a.py", "x = 'PRAGMA synchronous=FULL'"),
    (tidy.databases_are_opened_safely, "store/a.py", '"""synchronous=NORMAL loses."""'),
    (tidy.databases_are_opened_safely, "store/a.py", "{'POSTGRES_ENABLE_DB_FUNCTIONS': 'no'}"),
    (tidy.no_machine_is_named, "a.py", "# https://c2sp.org/tlog-tiles and a/work/b and /etc"),
    (tidy.private_names_are_used, "a.py", "_A = 1\ndef f(): return _A"),
    (tidy.importing_does_nothing, "store/a.py", '"""M."""\nx = 1\n"""What x is."""'),
    (tidy.read_models_are_sql_alone, "projections/p/a.sql", "-- now()\nselect as_of"),
    (tidy.the_store_says_whom_to_trust, "store/a.py", '"""Not trusted: x finds it."""'),
]


def placed(path: str, text: str) -> Source:
    return Source(path if path.startswith("projections/") else f"src/aidledger/{path}", text)


@pytest.mark.parametrize(("rule", "path", "text", "line", "message"), BAD)
def test_a_bad_sample_is_reported_where_it_is(
    rule: Rule, path: str, text: str, line: int, message: str
) -> None:
    problems = list(rule(placed(path, text)))

    assert [line] == [problem.line for problem in problems]
    assert message in problems[0].text


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_a_good_sample_passes(rule: Rule, path: str, text: str) -> None:
    assert [] == list(rule(placed(path, text)))


def test_each_rule_has_a_bad_sample() -> None:
    assert set(RULES) == {row[0] for row in BAD}


def test_a_problem_prints_as_a_compiler_would() -> None:
    problems = list(tidy.pure_rings_are_pure(placed("domain/a.py", "\nimport os")))

    assert [
        "src/aidledger/domain/a.py:2: import of os in a pure ring; pass it in as an argument"
    ] == [str(problem) for problem in problems]


def test_a_module_that_nothing_leads_to_is_reported() -> None:
    sources = [
        placed("__main__.py", "from aidledger.services import a"),
        placed("services/a.py", "NAMES = ['aidledger.services.b:run']"),
        placed("services/b.py", "import_module(f'aidledger.replay.{name}')"),
        placed("replay/c.py", ""),
        placed("store/d.py", ""),
    ]

    problems = [problem.path for problem in tidy.unreachable(sources, ("aidledger.__main__",))]

    assert ["src/aidledger/store/d.py"] == problems
