"""The commands about the money of the funds, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Opt, Spec

_JSON: Final = Opt("--json", "flag")
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
                *_ENGINE,
                *_TIMES,
                _JSON,
            ),
        ),
    ),
)
