"""The commands of the archive as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Opt, Spec

_HERE: Final = "aidledger.interfaces.cli."
_JSON: Final = Opt("--json", "flag")
BY_ARCHIVE: Final = (Opt("--archive", "text", "PLACE"), Opt("--no-columns", "flag"))
"""Of commands that verify an archive."""

ARCHIVE: Final = Spec(
    "archive",
    below=(
        Spec(
            "seal",
            _HERE + "archives:run_seal",
            opts=(
                Opt("--actor", "text", "ID", required=True),
                Opt("--office", "text", "CODE", required=True),
                Opt("--on", "day"),
                BY_ARCHIVE[0],
                _JSON,
            ),
        ),
        Spec("list", _HERE + "archives:run_list", opts=(BY_ARCHIVE[0], _JSON)),
        Spec(
            "verify",
            _HERE + "archives:run_verify",
            opts=(
                *BY_ARCHIVE,
                Opt("--checkpoint", "many", "FILE"),
                Opt("--policy", "path", "FILE"),
                _JSON,
            ),
        ),
    ),
)
