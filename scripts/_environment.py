"""The virtual environment that every script here runs in: made once, reused while nothing changed.

Only the standard library, and only syntax that an old Python can read, so that a machine with
nothing but Python gets a hint instead of a traceback. ``.venv`` in the checkout belongs to these
scripts: it is made again when its interpreter is gone, or the checkout's place, ``pyproject.toml``
or ``constraints.txt`` is another than it was made with.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RECORD = VENV / "aidledger-environment.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
_PROBE = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"


def say(text: str) -> None:
    """Print one line of progress, at once: the programs started next write to the same place."""
    print(f"==> {text}", flush=True)


def fail(what: str, hint: str) -> NoReturn:
    """Stop with an error and what to do about it."""
    name = Path(sys.argv[0]).name
    print(f"{name}: error: {what}\n{name}: hint: {hint}", file=sys.stderr, flush=True)
    sys.exit(3)


def run(command: list[str]) -> int:
    """Run a command in the checkout and return its exit status; the command is shown first."""
    shown = shlex.join(["python" if part == str(PYTHON) else part for part in command])
    say(shown)
    try:
        return subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode
    except KeyboardInterrupt:
        return 130


def run_quietly(command: list[str]) -> tuple[int, str]:
    """Run a command in the checkout and return its exit status and what it said."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=clean_environment(),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead Python to other packages than ours.

    What Python has compiled is kept, too: tests start hundreds of processes that read the same.
    """
    dropped = {
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "VIRTUAL_ENV",
        "__PYVENV_LAUNCHER__",
    }
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    kept["PATH"] = os.pathsep.join([str(PYTHON.parent), kept.get("PATH", os.defpath)])
    kept.setdefault("PYTHONUTF8", "1")
    kept.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    return kept


def prepare(extras: tuple[str, ...], *, constrained: bool = True) -> None:
    """Make ``.venv`` hold the project, editable, with these extras; do nothing where it does.

    Args:
        extras: names of ``[project.optional-dependencies]``.
        constrained: install the exact versions of ``constraints.txt``; otherwise the newest.
    """
    made_with, present = _recorded()
    wanted = _fingerprint()
    if constrained and made_with == wanted and _usable(str(PYTHON)):
        if present.issuperset(extras):
            say("environment: .venv is up to date")
            return
        extras = tuple(sorted(present.union(extras)))
    else:
        _create()
    _install(extras, constrained=constrained)
    RECORD.write_text(json.dumps({"extras": list(extras), "fingerprint": wanted}), encoding="utf-8")


def _recorded() -> tuple[str, frozenset[str]]:
    """Return the fingerprint that ``.venv`` was made with and its extras; empty when unknown."""
    try:
        found = json.loads(RECORD.read_text(encoding="utf-8"))
        return str(found["fingerprint"]), frozenset(map(str, found["extras"]))
    except (OSError, ValueError, LookupError, TypeError):
        return "", frozenset()


def _fingerprint() -> str:
    """Return a hash of everything that ``.venv`` depends on."""
    digest = hashlib.sha256()
    for part in (
        str(ROOT).encode(),
        (ROOT / "pyproject.toml").read_bytes(),
        (ROOT / "constraints.txt").read_bytes(),
    ):
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()


def _interpreter() -> str:
    """Return a Python of 3.11 or newer that can make virtual environments."""
    names = ["python3.%d" % minor for minor in range(19, 10, -1)] + ["python3", "python"]  # noqa: UP031 - read by an old Python too
    found = [sys.executable, *(path for path in map(shutil.which, names) if path)]
    for candidate in found:
        if not candidate.startswith(str(VENV)) and _usable(candidate):
            return candidate
    if sys.version_info < OLDEST:
        fail(
            f"python {sys.version.split()[0]} found, 3.11 or newer expected",
            "install a newer Python, for example with: apt-get install python3.11 python3.11-venv",
        )
    fail(
        "this Python has no ensurepip, so it can't make a virtual environment",
        "on Debian and Ubuntu: apt-get install python3-venv",
    )


def _usable(python: str) -> bool:
    """Say whether this interpreter runs, is new enough and can make virtual environments."""
    try:
        probe = subprocess.run([python, "-I", "-c", _PROBE], capture_output=True, check=False)
    except OSError:
        return False
    return probe.returncode == 0


def _create() -> None:
    """Make an empty ``.venv``, in the place of an older one."""
    python = _interpreter()
    say(f"environment: making .venv with {python}")
    made = subprocess.run([python, "-m", "venv", "--clear", str(VENV)], cwd=ROOT, check=False)
    if made.returncode != 0:
        fail(
            f"no virtual environment could be made at {VENV}",
            "is the checkout writable, and is there space? on Debian: apt-get install python3-venv",
        )


def _install(extras: tuple[str, ...], *, constrained: bool) -> None:
    """Install the project into ``.venv``, editable, with its extras."""
    pins = ["-c", "constraints.txt"] if constrained else ["--upgrade", "--upgrade-strategy=eager"]
    say("environment: installing packages; the first time this takes some minutes")
    # most of ten thousand modules are never read; the others are compiled when they are
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--quiet", "--no-compile", *pins]
    if run([*command, "-e", f".[{','.join(extras)}]"]) != 0:
        fail(
            "the packages could not be installed",
            "is a package index reachable? a folder of wheels serves too: set PIP_FIND_LINKS",
        )
