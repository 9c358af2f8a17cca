"""The project's style as functions: each takes one source file and yields what is wrong with it.

``test_tidy.py`` runs them over the tree and tests each of them on bad samples. A problem prints as
a compiler would print it: ``file:line: what is wrong; what to do instead``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from tests.tidy_source import Problem, Source

MAX_FILE_LINES = 400
#: One file by design: an auditor carries it alone, and reads it from beginning to end.
LONG_FILES = {"scripts/verify_alone.py": 2_730}
MAX_FUNCTION_LINES = 70

#: Which rings a ring may import besides itself. ``policies`` is data: only ``services`` reads it.
INWARD: dict[str, frozenset[str]] = {
    "domain": frozenset(),
    "ledger": frozenset(),
    "policies": frozenset(),
    "store": frozenset({"domain", "ledger"}),
    "replay": frozenset({"domain", "ledger"}),
    "archive": frozenset({"domain", "ledger", "replay"}),
    "audit": frozenset({"domain", "ledger", "replay"}),
    "services": frozenset(
        {"domain", "ledger", "policies", "store", "replay", "archive", "audit"},
    ),
    "interfaces": frozenset(
        {"domain", "ledger", "policies", "store", "replay", "archive", "audit", "services"},
    ),
}
PURE_RINGS = ("domain", "ledger")
#: All that a pure ring may import from outside; a list of what is allowed has no holes.
PURE_IMPORTS = frozenset(
    "__future__ abc base64 binascii bisect calendar cel collections contextlib cryptography "
    "dataclasses datetime enum fractions functools hashlib heapq hmac itertools json math msgspec "
    "operator re string struct textwrap tomllib types typing unicodedata zlib".split()
)
PURE_BANNED_CALLS = frozenset("open print input float exec eval compile __import__".split())
CLOCK_READS = frozenset({"now", "utcnow", "today"})
CLOCK_HOME = "src/aidledger/services/clock.py"
#: The one ring (or the rings) that may import a library.
HOUSED: dict[str, tuple[str, ...]] = {
    "click": ("interfaces",),
    "duckdb": ("archive", "audit", "replay"),
    "eventsourcing": ("store",),
    "fsspec": ("archive",),
    "psycopg": ("store",),
    "pyspark": ("replay",),
    "pysqlite3": ("store",),
    "rich": ("interfaces",),
    "sqlalchemy": ("store",),
    "sqlglot": ("replay",),
    "sqlite3": ("store",),
    "typst": ("services",),
}
#: Declares the tables to SQLAlchemy: declarations, though they look like calls.
TABLES_HOME = "src/aidledger/store/schema.py"
BROAD_HANDLER_HOME = "src/aidledger/interfaces/cli/main.py"
ENVIRON_HOMES = (
    "src/aidledger/interfaces/",
    "src/aidledger/store/keyfiles.py",
    "src/aidledger/store/secrets.py",
)

# The words are put together here so that this file does not find itself.
_UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|NotImplemented" r"Error)\b")
_STAND_IN = re.compile(r"\b(place" r"holder|stu" r"b)s?\b", re.IGNORECASE)
_UNSAFE_SQLITE = re.compile(r"synchronous\W{0,4}(normal|off|[01])\b", re.IGNORECASE)
_UNSAFE_LIBRARY = re.compile(r"ENABLE_DB_FUNCTIONS\W{1,6}(y|yes|t|true|on|1)\b", re.IGNORECASE)
_SOMEBODYS_FOLDER = re.compile(r"(?<![\w/.:%-])/(?:home|root|tmp|Users|work)(?=[/\s\"'`),;]|$)")
_REGISTRY = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi|pythonhosted|npmjs|debian|crates|rubygems)\.(?:org|com|io)\b"
    r"|\bfile:///",
)
_SQL_OTHER_INPUT = re.compile(
    r"\b(now|today|current_date|current_time|current_timestamp|get_current_time\w*|random|uuid|"
    r"gen_random_uuid|getenv|read_\w+|glob|nextval|setseed)\b(?=\s*\()"
    r"|\bcurrent_(date|time|timestamp)\b",
    re.IGNORECASE,
)


Rule = Callable[[Source], Iterator[Problem]]


def imports_go_inward(source: Source) -> Iterator[Problem]:
    """A ring imports itself and the rings inside it."""
    if not source.ring:
        return
    allowed = {source.ring, *INWARD.get(source.ring, ())}
    if source.ring not in INWARD:
        yield source.problem(1, f"ring {source.ring} is not known; add it to INWARD")
    for node, name in source.imports():
        parts = name.split(".")
        if parts[0] == "aidledger" and parts[1] in INWARD and parts[1] not in allowed:
            yield source.problem(node, f"{source.ring} imports {parts[1]}; imports go inward only")


def imports_are_absolute(source: Source) -> Iterator[Problem]:
    """Full names, no stars."""
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom):
            if node.level:
                yield source.problem(node, "relative import; write the full name")
            if any(alias.name == "*" for alias in node.names):
                yield source.problem(node, "star import; name what is used")


def libraries_are_housed(source: Source) -> Iterator[Problem]:
    """A library with a home is imported only there."""
    for node, name in source.imports():
        homes = HOUSED.get(name.split(".")[0])
        if homes and source.module and source.ring not in homes:
            yield source.problem(node, f"{name.split('.')[0]} is housed in {', '.join(homes)}")


def pure_rings_are_pure(source: Source) -> Iterator[Problem]:
    """No I/O, clock, randomness, environment, logging or float in domain and ledger."""
    if source.ring not in PURE_RINGS:
        return
    for node, name in source.imports():
        root = name.split(".")[0]
        if name.startswith("aidledger.disk"):
            yield source.problem(node, "a pure ring writes nothing; return what is to be written")
        if root not in PURE_IMPORTS and root != "aidledger":
            yield source.problem(
                node, f"import of {root} in a pure ring; pass it in as an argument"
            )
    for item in source.nodes:
        match item:
            case ast.Call(func=ast.Name(id=name)) if name in PURE_BANNED_CALLS:
                yield source.problem(item, f"{name}() in a pure ring")
            case ast.Constant(value=float()):
                yield source.problem(item, "a float in a pure ring; money is int fen")


def the_clock_is_read_once(source: Source) -> Iterator[Problem]:
    """Only services/clock.py asks what time it is; all others are told."""
    if not source.module or source.path == CLOCK_HOME:
        return
    for node in source.nodes:
        match node:
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=attr) if (
                attr in CLOCK_READS
            ):
                yield source.problem(node, f"{attr} reads the clock; take the time as an argument")
            case ast.Attribute(value=ast.Name(id="time"), attr="time" | "time_ns"):
                yield source.problem(node, "time.time reads the clock; take it as an argument")


def the_environment_is_read_at_the_edge(source: Source) -> Iterator[Problem]:
    """Only the interfaces and the place of the secrets look at environment variables."""
    if not source.module or source.path.startswith(ENVIRON_HOMES):
        return
    for node in source.nodes:
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv"):
                yield source.problem(node, "the environment is read here; pass the value in")


def handlers_are_narrow(source: Source) -> Iterator[Problem]:
    """Nothing swallows every exception; cleaning up and raising again is no swallowing."""
    if source.path == BROAD_HANDLER_HOME:
        return
    for node in source.nodes:
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {getattr(kind, "id", "") if kind else "everything" for kind in caught}
        last = node.body[-1]
        raises_again = isinstance(last, ast.Raise) and last.exc is None
        if names & {"Exception", "BaseException", "everything"} and not raises_again:
            yield source.problem(node, "catches everything; name the exceptions")


def sizes_are_small(source: Source) -> Iterator[Problem]:
    """Files of at most 400 lines, functions of at most 70."""
    if not source.path.endswith((".py", ".sql", ".js", ".css", ".typ")):
        return
    count = len(source.text.splitlines())
    most = LONG_FILES.get(source.path, MAX_FILE_LINES)
    if count > most:
        yield source.problem(count, f"{count} lines; at most {most} in a file")
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield source.problem(
                    node, f"{node.name} has {length} lines; at most {MAX_FUNCTION_LINES}"
                )


def docstrings_are_there(source: Source) -> Iterator[Problem]:
    """Every module says what it is responsible for; so do public classes and functions."""
    if not source.is_python or source.path.startswith("tests/"):
        return
    if not ast.get_docstring(source.tree):
        yield source.problem(1, "module without a docstring; say what it is responsible for")
    yield from _undocumented(source, source.tree.body)


def _undocumented(source: Source, body: list[ast.stmt]) -> Iterator[Problem]:
    """Yield the public definitions of a body that have no docstring, and of its classes."""
    excused = {"override", "overload", "setter"}
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        marks = {getattr(d, "attr", getattr(d, "id", "")) for d in node.decorator_list}
        if node.name.startswith("_") or marks & excused:
            continue
        if not ast.get_docstring(node):
            yield source.problem(node, f"{node.name} has no docstring")
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(source, node.body)


def nothing_is_unfinished(source: Source) -> Iterator[Problem]:
    """No words that promise work for later."""
    for number, line in enumerate(source.lines, 1):
        if found := _UNFINISHED.search(line):
            yield source.problem(number, f"{found[0]}; finish it or leave it out")
        elif source.path.startswith(("src/", "projections/")) and (found := _STAND_IN.search(line)):
            yield source.problem(number, f"{found[0]}: no stand-ins; say what it is")


def databases_are_opened_safely(source: Source) -> Iterator[Problem]:
    """Durability is not turned down, and the library's unlocked functions are not turned on."""
    if not source.path.startswith(("src/", "scripts/", "projections/")):
        return
    for number, line in enumerate(source.code_lines, 1):
        if _UNSAFE_SQLITE.search(line):
            yield source.problem(number, "synchronous below FULL loses acknowledged entries")
        if _UNSAFE_LIBRARY.search(line):
            yield source.problem(number, "ENABLE_DB_FUNCTIONS takes no lock: readers lose events")


def no_machine_is_named(source: Source) -> Iterator[Problem]:
    """No folder of somebody's machine and no package registry's address in any file."""
    for number, line in enumerate(source.lines, 1):
        if found := _SOMEBODYS_FOLDER.search(line):
            yield source.problem(number, f"{found[0]} is a folder of one machine")
        if found := _REGISTRY.search(line):
            yield source.problem(number, f"{found[0]} is a registry's address; name the package")


def private_names_are_used(source: Source) -> Iterator[Problem]:
    """A private top-level definition that its own file never uses is dead."""
    if not source.is_python or source.path.startswith("tests/"):
        return
    defined: dict[str, ast.stmt] = {}
    for node in source.tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                defined[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                defined[name] = node
    used = {n.id for n in source.nodes if isinstance(n, ast.Name) and _is_load(n)}
    for name, node in defined.items():
        if name.startswith("_") and not name.startswith("__") and name not in used:
            yield source.problem(node, f"{name} is never used")


def _is_load(node: ast.Name) -> bool:
    """Say whether a name is read here, not set."""
    return isinstance(node.ctx, ast.Load)


def importing_does_nothing(source: Source) -> Iterator[Problem]:
    """A module of the package defines; it does no work when it is imported."""
    if not source.module or source.path == TABLES_HOME:
        return
    for node in source.tree.body:
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Expr | ast.For | ast.While | ast.With | ast.Delete) and not text:
            yield source.problem(node, "work at import time; put it into a function")
    defines = any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in source.tree.body)
    if defines and "from __future__ import annotations" not in source.text:
        yield source.problem(1, "add: from __future__ import annotations")


def read_models_are_sql_alone(source: Source) -> Iterator[Problem]:
    """The read models are SQL files that import nothing and have no input but entries."""
    if not source.path.startswith("projections/"):
        return
    if not source.path.endswith((".sql", "/__init__.py")):
        yield source.problem(1, "read models are .sql files, and nothing else lies here")
    for node, name in source.imports():
        yield source.problem(node, f"import of {name}; read models import nothing")
    if source.path.endswith(".sql"):
        for number, line in enumerate(source.lines, 1):
            if found := _SQL_OTHER_INPUT.search(line.split("--", 1)[0]):
                yield source.problem(number, f"{found[0]} is an input besides the entries")


def the_store_says_whom_to_trust(source: Source) -> Iterator[Problem]:
    """Each file of store/ begins with whether it is trusted and what an attacker gains."""
    if source.ring == "store" and source.is_python and not source.path.endswith("/__init__.py"):
        words = ast.get_docstring(source.tree) or ""
        if not words.startswith(("Trusted", "Not trusted")):
            yield source.problem(1, "begin with: Trusted …, or Not trusted …, and what is gained")


RULES: tuple[Rule, ...] = (
    imports_go_inward,
    imports_are_absolute,
    libraries_are_housed,
    pure_rings_are_pure,
    the_clock_is_read_once,
    the_environment_is_read_at_the_edge,
    handlers_are_narrow,
    sizes_are_small,
    docstrings_are_there,
    nothing_is_unfinished,
    databases_are_opened_safely,
    no_machine_is_named,
    private_names_are_used,
    importing_does_nothing,
    read_models_are_sql_alone,
    the_store_says_whom_to_trust,
)


def unreachable(sources: list[Source], entries: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the modules that no import and no dotted name in a string leads to from the entries."""
    known = {source.module: source for source in sources if source.module}
    reached: set[str] = set()
    waiting = [name for name in entries if name in known]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        waiting.extend(_leads_to(known[name], known))
    for name, source in sorted(known.items()):
        if name not in reached and not source.path.endswith("/__init__.py"):
            yield source.problem(1, f"{name} is reached from nowhere; use it or remove it")


def _leads_to(source: Source, known: dict[str, Source]) -> set[str]:
    """Return the known modules that a module names; a dotted prefix in a string names all below."""
    names = {name for _, name in source.imports()}
    texts = {
        node.value
        for node in source.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    prefixes = tuple(text for text in texts if re.fullmatch(r"aidledger(\.\w+)+\.", text))
    names |= {text.partition(":")[0] for text in texts if text.startswith("aidledger.")}
    found = {name for name in known if prefixes and name.startswith(prefixes)}
    for name in names:
        found |= {name, name.rpartition(".")[0]} & known.keys()
    return found
