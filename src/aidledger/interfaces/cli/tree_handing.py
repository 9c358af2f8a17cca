"""The commands that hand out what a ledger holds, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli."
_JSON: Final = Opt("--json", "flag")
_AT: Final = Opt("--at", "point")
_TIMES: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), _AT)
_ENGINE: Final = (Opt("--memory", "text", "SIZE"), Opt("--threads", "count", "N"))
_FILE: Final = Arg("FILE")

EXPORTS: Final = Spec(
    "export",
    below=(
        Spec(
            "beancount",
            _HERE + "exports:write_beancount",
            opts=(Opt("--output", "path", "FILE"), *_TIMES, _JSON),
        ),
        Spec(
            "workpapers",
            _HERE + "papers:run_workpapers",
            (_FILE,),
            (
                Opt("--rule", "many", "ID"),
                Opt("--rules", "path", "DIR"),
                Opt("--sample", "many", "FILE"),
                *_ENGINE,
                *_TIMES,
                _JSON,
            ),
        ),
    ),
)
