"""Reads a bundle's folder and holds its files against the bag's own manifests (RFC 8493).

A manifest proves nothing to whoever mistrusts its maker; it says which file, and which line of it, is
another than it was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from aidledger.services.bundles.bagging import (
    BAGIT,
    DECLARATION,
    INFO,
    PAYLOAD,
    PAYLOAD_MANIFEST,
    TAG_MANIFEST,
)
from aidledger.services.bundles.contents import LINES, MANIFEST, PAGE, split_lines
from aidledger.services.problems import ServiceError

MAX_FILE_BYTES: Final = 64 * 2**20
MAX_BYTES: Final = 2**29
"""Of all files together: what is on the disk may be far less, where files have holes."""
MAX_FILES: Final = 100_000
BESIDE: Final = frozenset({BAGIT, INFO, PAYLOAD_MANIFEST, PAGE})
"""What may lie beside the payload, and the manifest over these."""
_row: Final = re.compile(r"([0-9a-f]{64})  (\S(?:.*\S)?)").fullmatch
_oxum: Final = re.compile(r"(?m)^Payload-Oxum: ([0-9]{1,15})\.([0-9]{1,15})$").search


MISSING: Final = ("缺失", "is missing")


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that does not hold: the file, its line from 1 where one can be told, and what."""

    file: str
    line: int | None = None
    zh: str
    en: str


def read_bundle(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by path, with slashes.

    Raises:
        ServiceError: it is no bundle, or too large to be one.
        OSError: it can't be read.

    """
    # whoever takes one of these away makes a damaged bundle of it, and not none
    if not any((folder / name).is_file() for name in (BAGIT, PAYLOAD_MANIFEST, PAYLOAD + MANIFEST)):
        raise ServiceError(
            f"{folder}: expected an evidence bundle, found none",
            hint="aidledger bundle create makes one",
            exit_code=3,
        )
    found: dict[str, bytes] = {}
    left = MAX_BYTES
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or len(found) >= MAX_FILES:
            raise ServiceError(f"{name}: expected plain files, found another", exit_code=3)
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ServiceError(f"{name}: expected at most {MAX_FILE_BYTES} bytes", exit_code=3)
        left -= len(content)
        if left < 0:
            raise ServiceError(f"{folder}: expected at most {MAX_BYTES} bytes", exit_code=3)
        found[name] = content
    return found


def bag_flaws(files: Mapping[str, bytes]) -> list[Flaw]:
    """Return what is wrong with a bag: files missing, added or changed, each with its line."""
    found = []
    if files.get(BAGIT) != DECLARATION:
        found.append(
            Flaw(file=BAGIT, zh="不是 BagIt 1.0 的声明", en="is not the declaration of BagIt 1.0")
        )
    payload = {name for name in files if name.startswith(PAYLOAD)}
    beside = set(files) - payload - {TAG_MANIFEST}
    for manifest, listed in ((PAYLOAD_MANIFEST, payload), (TAG_MANIFEST, beside)):
        found += _of_manifest(files, manifest, listed)
    told = _oxum(files.get(INFO, b"").decode("utf-8", "replace"))
    size = (sum(len(files[name]) for name in payload), len(payload))
    if told is None or (int(told[1]), int(told[2])) != size:
        found.append(
            Flaw(file=INFO, zh="大小与文件数不符", en="names another size or number of files")
        )
    return found


def _of_manifest(files: Mapping[str, bytes], manifest: str, listed: set[str]) -> list[Flaw]:
    """Return what a manifest says that isn't so."""
    found, told = [], set()
    content = files.get(manifest)
    if content is None:
        return [Flaw(file=manifest, zh=MISSING[0], en=MISSING[1])]
    if content and not content.endswith(b"\n"):
        found.append(Flaw(file=manifest, zh="末行不完整", en="ends within a line"))
    for number, line in enumerate(split_lines(content), 1):
        match = _row(line.decode("utf-8", "replace"))
        if match is None or match[2] in told:
            found.append(
                Flaw(file=manifest, line=number, zh="不是清单行", en="is no line of a manifest")
            )
            continue
        digest, name = match.groups()
        told.add(name)
        if name not in files or name not in listed:
            found.append(Flaw(file=name, zh=MISSING[0], en=MISSING[1]))
        elif hashlib.sha256(files[name]).hexdigest() != digest:
            found.append(
                Flaw(
                    file=name,
                    line=changed_line(files, name),
                    zh="与清单所载散列不符，已被改动",
                    en="is not what the manifest has: it was changed",
                )
            )
    # what the maker put beside the payload under hashes of his own would be read as part of it
    found += [
        Flaw(file=name, zh="不是证据包的文件", en="is no file of a bundle")
        for name in sorted(told & listed - BESIDE if manifest == TAG_MANIFEST else ())
    ]
    found += [
        Flaw(file=name, zh="不在清单中", en="is not in the manifest")
        for name in sorted(listed - told)
    ]
    return found


def changed_line(files: Mapping[str, bytes], name: str) -> int | None:
    """Return the first line of a changed file that is another, where the bundle can tell."""
    short = name.removeprefix(PAYLOAD)
    for row in split_lines(files.get(PAYLOAD + LINES, b"")):
        path, *was = row.decode("utf-8", "replace").split(" ")
        if path != short:
            continue
        now = [hashlib.sha256(one).hexdigest()[:8] for one in split_lines(files[name])]
        for number, (one, other) in enumerate(zip(was, now, strict=False), 1):
            if one != other:
                return number
        return min(len(was), len(now)) + 1 if len(was) != len(now) else len(now)
    return None
