"""The commands of registers of other offices, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli.comparisons:"
_JSON: Final = Opt("--json", "flag")
_ANEW: Final = Opt("--anew", "flag")
_TIMES: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), Opt("--at", "point"))
_ENGINE: Final = (Opt("--memory", "text", "SIZE"), Opt("--threads", "count", "N"))
_KIND: Final = Arg("KIND")

COMPARE: Final = Spec(
    "compare",
    below=(
        Spec(
            "import",
            _HERE + "run_import",
            (_KIND, Arg("FILE")),
            (
                Opt("--from", "text", "UNIT", required=True),
                Opt("--dated", "day", required=True),
                Opt("--actor", "text", "ID"),
                Opt("--office", "text", "CODE"),
                Opt("--column", "many", "NAME=TITLE"),
                Opt("--adds", "flag"),
                Opt("--strict", "flag"),
                Opt("--rejects", "path", "FILE"),
                Opt("--dry-run", "flag"),
                *_ENGINE,
                _JSON,
            ),
        ),
        Spec("list", _HERE + "run_list", opts=(_ANEW, *_TIMES, _JSON)),
        Spec("show", _HERE + "run_show", (Arg("POSITION"),), (_JSON,)),
        Spec(
            "run",
            _HERE + "run_run",
            (_KIND._replace(required=False, many=True),),
            (Opt("--output", "path", "FILE"), _ANEW, *_ENGINE, *_TIMES, _JSON),
        ),
        Spec("kinds", _HERE + "run_kinds", (_KIND._replace(required=False),), (_JSON,)),
    ),
)
