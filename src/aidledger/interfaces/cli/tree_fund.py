"""The commands about the money of the funds, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_STATEMENTS: Final = "aidledger.interfaces.cli.fundstatements:"
_JSON: Final = Opt("--json", "flag")
_ANEW: Final = Opt("--anew", "flag")
_TIMES: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), Opt("--at", "point"))
_ENGINE: Final = (Opt("--memory", "text", "SIZE"), Opt("--threads", "count", "N"))

FUND: Final = Spec(
    "fund",
    below=(
        Spec(
            "flow",
            "aidledger.interfaces.cli.fundflows:show_flow",
            opts=(
                Opt("--programme", "text", "CODE"),
                Opt("--year", "count", "YYYY"),
                Opt("--from", "text", "YYYY-MM"),
                Opt("--to", "text", "YYYY-MM"),
                Opt("--township", "text", "CODE"),
                Opt("--chart", "path", "FILE"),
                Opt("--sankey", "path", "FILE"),
                _ANEW,
                *_ENGINE,
                *_TIMES,
                _JSON,
            ),
        ),
        Spec(
            "statement",
            below=(
                Spec(
                    "import",
                    _STATEMENTS + "run_import",
                    (Arg("FILE"),),
                    (
                        Opt("--account", "text", "FUND", required=True),
                        Opt("--month", "text", "YYYY-MM"),
                        Opt("--actor", "text", "ID"),
                        Opt("--office", "text", "CODE"),
                        Opt("--on", "day"),
                        Opt("--dry-run", "flag"),
                        Opt("--receipt", "path", "FILE"),
                        _JSON,
                    ),
                ),
                Spec("match", _STATEMENTS + "run_match", opts=(_ANEW, *_ENGINE, *_TIMES, _JSON)),
            ),
        ),
    ),
)
