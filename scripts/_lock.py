"""Write constraints.txt from the packages that this interpreter has installed.

Only what the project and its extras reach by their requirements is written, as names and exact
versions: no address, so that every site can use an index or a folder of wheels of its own.
"""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
HEADING = (
    "# Exact versions that the tests run with. Written by scripts/lock: names and versions only.\n"
)


def closure(requirements: list[str]) -> dict[str, str]:
    """Return name and version of every installed package that the requirements reach.

    Raises:
        importlib.metadata.PackageNotFoundError: a package that is required is not installed.
    """
    found: dict[str, str] = {}
    waiting = [Requirement(text) for text in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen or not _applies(requirement, frozenset()):
            continue
        seen.add(key)
        package = metadata.distribution(requirement.name)
        found[key[0]] = package.version
        for text in package.requires or ():
            needed = Requirement(text)
            if _applies(needed, key[1]):
                needed.marker = None
                waiting.append(needed)
    return found


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    """Say whether a requirement counts on this machine with these extras of its owner."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def main() -> None:
    """Write the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted.extend(extra)
    lines = [f"{name}=={version}\n" for name, version in sorted(closure(wanted).items())]
    (ROOT / "constraints.txt").write_text(HEADING + "".join(lines), encoding="utf-8")
    print(f"constraints.txt: {len(lines)} packages")


if __name__ == "__main__":
    main()
