"""What ``scripts/test`` and ``scripts/check`` run, in which order."""

from __future__ import annotations

from _environment import PYTHON, run, say

_RUFF = [str(PYTHON), "-m", "ruff"]
LINTERS = (
    [*_RUFF, "format", "--check"],
    [*_RUFF, "check"],
    [str(PYTHON), "-m", "mypy"],
)


def lint() -> list[str]:
    """Run every linter, also after one has failed, and return the names of those that failed."""
    failed = [" ".join(command[2:]) for command in LINTERS if run(command) != 0]
    say(f"linters: failed: {', '.join(failed)}" if failed else "linters: all passed")
    return failed


def pytest(arguments: list[str]) -> int:
    """Run the tests on two processes and return pytest's exit status."""
    ours = any(part.startswith(("-n", "--numprocesses")) for part in arguments)
    # some tests take a minute: whoever is done takes over what waits for the other
    spread = [] if ours else ["-n2", "--dist=worksteal"]
    return run([str(PYTHON), "-m", "pytest", *spread, *arguments])
