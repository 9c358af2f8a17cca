"""Disks that can be made full, or made unable to sync: what this machine lets a test do.

A small file system of its own is the best: the harness runs in namespaces where it is mounted, and
with the harness the kernel takes all away, the mount and whatever was started. Root may do so, and
elsewhere anybody who may make user namespaces. Where neither is allowed, a shim that is compiled
here and preloaded gives the same errors to the same calls. Where that cannot be made either, a test
fails: what was not tried is not known.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SHIM: Final = Path(__file__).with_name("shim.c")
_MOUNT: Final = 'mount -t tmpfs -o size="$1",mode=755 tmpfs "$2" && shift 2 && "$@"; exit $?'
_NAMESPACES: Final = ("--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc")


@dataclass(frozen=True, kw_only=True)
class Means:
    """How to run a program on a bad disk: words before it, and variables for it."""

    words: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


def small_disk(disk: Path, megabytes: int) -> Means:
    """A disk that is soon full."""
    mounted = mounting(disk, megabytes)
    return mounted if mounted is not None else preloading(disk)


def mounting(disk: Path, megabytes: int) -> Means | None:
    """A file system in memory; None: this machine does not let us mount one."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    as_root: list[str] = []
    as_ourselves: list[str] = []
    if os.geteuid() != 0:  # root of a namespace mounts; a PostgreSQL refuses root
        as_root = ["--user", "--map-root-user"]
        ourselves = [f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]
        as_ourselves = [unshare, "--user", *ourselves]
    mount = ["sh", "-c", _MOUNT, "sh", f"{megabytes}m", str(disk)]
    words = (unshare, *as_root, *_NAMESPACES, *mount, *as_ourselves)
    tried = subprocess.run([*words, "true"], capture_output=True, check=False)
    return Means(words=words) if tried.returncode == 0 else None


def preloading(disk: Path) -> Means:
    """The shim, in the folder where the disk lies."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    assert compiler, "no means to make a disk fail: expected a C compiler (cc, gcc, clang)"
    library = disk.parent / "shim.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SHIM), "-ldl"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    library.chmod(0o755)  # a server may run as somebody else
    variables = {"FAULTY_DISK": f"{disk}/", "FAULTY_SWITCHES": str(disk.parent)}
    return Means(variables={**variables, "LD_PRELOAD": str(library)})
