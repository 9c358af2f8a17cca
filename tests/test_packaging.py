"""The three ways to install the project all hold everything, and build to the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import aidledger

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"aidledger": ROOT / "src", "aidledger_projections": ROOT / "projections"}

#: Asked of an installation: where the packages are, and which data files can be read from them.
LOOK = """
import json
from importlib import resources
import aidledger, aidledger_projections

def names(package, *folders):
    there = resources.files(package).joinpath(*folders)
    return sorted(f.name for f in there.iterdir() if f.is_file() and f.read_bytes())

print(json.dumps({
    "from": [aidledger.__file__, aidledger_projections.__file__],
    "models": [n for n in names("aidledger_projections") if n.endswith(".sql")],
    "packs": names("aidledger", "policies", "packs"),
    "calendars": names("aidledger", "policies", "calendars"),
}))
"""


def build(kind: str, source: Path, out: Path) -> Path:
    """Build a wheel or an sdist of a source tree, offline, and return the file."""
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", out, source],
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
        check=True,
        capture_output=True,
    )
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def package_files() -> set[str]:
    """Return the path in a wheel of every file of the two packages."""
    return {
        path.relative_to(base).as_posix()
        for name, base in PACKAGES.items()
        for path in (base / name).rglob("*")
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.parts)
    }


def look(path: Path | None = None) -> dict[str, list[str]]:
    """Return what an installation holds: the current one, or the one in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(path)} if path else dict(os.environ)
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def install(wheel: Path, target: Path) -> Path:
    """Install a wheel into a folder, without its dependencies and without an index."""
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, "--target", target, wheel], check=True, capture_output=True)
    return target


def test_the_wheel_holds_every_file_of_both_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert package_files() == found


def test_the_wheel_holds_packs_calendars_models_and_the_mark_of_types() -> None:
    files = package_files()

    assert "aidledger/py.typed" in files
    assert any(f.startswith("aidledger/policies/packs/") and f.endswith(".toml") for f in files)
    assert any(f.startswith("aidledger/policies/calendars/cn-") for f in files)
    assert any(f.startswith("aidledger_projections/") and f.endswith(".sql") for f in files)


def test_the_wheel_carries_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/LICENSE"))
        licence = archive.read(name)

    assert (ROOT / "LICENSE").read_bytes() == licence


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_building_twice_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    first, second = (build(kind, ROOT, tmp_path / name) for name in ("first", "second"))

    assert first.read_bytes() == second.read_bytes()


def test_a_wheel_from_the_sdist_is_the_wheel_from_the_tree(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tarfile", "--extract", str(sdist)]
    subprocess.run([*command, str(tmp_path / "source")], check=True, capture_output=True)
    (source,) = (tmp_path / "source").iterdir()

    assert wheel.read_bytes() == build("wheel", source, tmp_path / "out").read_bytes()


def test_the_sdist_carries_tests_scripts_and_docs(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    expected = {"tests/test_packaging.py", "scripts/test", "docs/ARCHITECTURE.md", "LICENSE"}

    assert expected <= names


def test_an_installed_wheel_holds_what_the_editable_install_holds(
    wheel: Path, tmp_path: Path
) -> None:
    installed = look(install(wheel, tmp_path / "target"))
    editable = look()

    assert all(str(tmp_path) in path for path in installed.pop("from"))
    assert all(str(ROOT) in path for path in editable.pop("from"))
    assert editable == installed
    assert all(installed.values())


def test_the_version_is_said_once_and_has_a_heading_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n")

    assert project["version"] == aidledger.__version__
    assert "## [Unreleased]" in changelog
    assert any(line.startswith(f"## [{aidledger.__version__}]") for line in changelog)


def test_every_dependency_is_pinned_by_name_and_version_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]
    pinned = {Requirement(line).name: Requirement(line) for line in lines}
    extras = project["optional-dependencies"].values()
    wanted = [Requirement(text) for text in sum(extras, project["dependencies"])]

    assert sorted(pinned) == list(pinned)
    assert all(r.url is None and str(r.specifier).startswith("==") for r in pinned.values())
    for requirement in wanted:
        pin = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(str(pin.specifier)[2:])


@pytest.mark.parametrize("name", ["test", "check", "demo", "lock", "make_docs"])
def test_a_script_can_be_run_and_needs_only_python(name: str) -> None:
    path = ROOT / "scripts" / name

    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env python3\n")
    assert os.access(path, os.X_OK)
