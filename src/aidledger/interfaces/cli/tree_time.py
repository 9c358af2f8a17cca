"""The commands that ask about the log as time went by, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli."
_JSON: Final = Opt("--json", "flag")
_TIMES: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), Opt("--at", "point"))

TIME: Final = (
    Spec(
        "log",
        _HERE + "logs:show_log",
        opts=(
            Opt("--stream", "text", "NAME"),
            Opt("--type", "many", "TYPE"),
            Opt("--actor", "text", "ID"),
            Opt("--office", "text", "CODE"),
            Opt("--programme", "text", "NAME"),
            Opt("--since", "point"),
            Opt("--from", "day"),
            *_TIMES,
            Opt("--limit", "count", "N"),
            Opt("--reverse", "flag"),
            _JSON,
        ),
    ),
    Spec(
        "diff",
        _HERE + "diffs:show_diff",
        (Arg("A"), Arg("B")),
        (
            Opt("--case", "text", "CASE"),
            Opt("--township", "text", "CODE"),
            Opt("--programme", "text", "NAME"),
            Opt("--known-then", "flag"),
            Opt("--anew", "flag"),
            *_TIMES,
            _JSON,
        ),
    ),
)

BISECT: Final = Spec(
    "bisect",
    _HERE + "bisects:run_bisect",
    (Arg("RULE", False),),
    (
        Opt("--sql", "path", "FILE"),
        Opt("--case", "text", "CASE"),
        Opt("--clause", "text", "ID"),
        Opt("--every", "flag"),
        Opt("--anew", "flag"),
        *_TIMES,
        _JSON,
    ),
)
