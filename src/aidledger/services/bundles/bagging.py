"""Puts files into a bag (BagIt 1.0, RFC 8493): the same files and time give the same bytes.

A bag is written beside its place under another name, synced, and renamed: it is there whole or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aidledger.services.files import write_files
from aidledger.services.handing.placing import placed_folder

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
BAGIT, INFO = "bagit.txt", "bag-info.txt"
PAYLOAD_MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
PAYLOAD: Final = "data/"


def bag(
    payload: Mapping[str, bytes], tags: Mapping[str, bytes], info: Mapping[str, str]
) -> dict[str, bytes]:
    """Return the files of a bag by path.

    Args:
        payload: what goes below ``data/``.
        tags: what lies beside it, such as a page to open.
        info: the fields of ``bag-info.txt`` but the size, in their order.

    """
    octets = sum(len(content) for content in payload.values())
    told = {**info, "Payload-Oxum": f"{octets}.{len(payload)}"}
    files = {f"{PAYLOAD}{name}": payload[name] for name in sorted(payload)}
    beside = {
        **tags,
        BAGIT: DECLARATION,
        INFO: "".join(f"{name}: {value}\n" for name, value in told.items()).encode(),
        PAYLOAD_MANIFEST: hashes_of(files),
    }
    return {**files, **beside, TAG_MANIFEST: hashes_of(beside)}


def hashes_of(files: Mapping[str, bytes]) -> bytes:
    """Return the lines of a manifest over some files, by path."""
    return "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    ).encode()


def write_bag(folder: Path, files: Mapping[str, bytes], *, for_owner_only: bool = False) -> None:
    """Write a bag into a folder that is new or empty; it may be for nobody else to read.

    Raises:
        ServiceError: something is in it already.
        OSError: it can't be written; nothing is there then.

    """
    with placed_folder(folder, for_owner_only=for_owner_only) as draft:
        write_files(draft, files)
