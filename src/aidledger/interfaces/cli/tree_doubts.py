"""The commands of doubts, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec
from aidledger.interfaces.cli.tree_audit import SEVERITIES

_HERE: Final = "aidledger.interfaces.cli.doubts:"
_JSON: Final = Opt("--json", "flag")
_TIMES: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), Opt("--at", "point"))
_WHO: Final = (
    Opt("--actor", "text", "ID", required=True),
    Opt("--office", "text", "CODE", required=True),
    Opt("--on", "day"),
)
_STEP: Final = "aidledger.interfaces.cli.doubtsteps:"
_DOUBT: Final = Arg("DOUBT")
_REASON: Final = Opt("--reason", "text", "CODE", required=True)
_FEN: Final = Opt("--amount-fen", "count", "FEN")
_TEXT: Final = Opt("--text", "path", "FILE")
_SEVERITY: Final = Opt("--severity", "choice", choices=SEVERITIES)

DOUBT: Final = Spec(
    "doubt",
    below=(
        Spec(
            "raise",
            _HERE + "run_raise",
            opts=(
                *_WHO,
                Opt("--rule", "many", "ID"),
                Opt("--rules", "path", "DIR"),
                _SEVERITY,
                Opt("--from", "path", "FILE"),
                Opt("--subject", "text", "STREAM"),
                Opt("--position", "many", "N"),
                Opt("--period", "text", "PERIOD"),
                _FEN,
                Opt("--as-of", "day"),
                Opt("--known-on", "day"),
                Opt("--anew", "flag"),
                Opt("--dry-run", "flag"),
                _JSON,
            ),
        ),
        Spec(
            "list",
            _HERE + "run_list",
            opts=(
                Opt("--state", "many", "STATE"),
                Opt("--rule", "many", "ID"),
                Opt("--township", "text", "CODE"),
                _SEVERITY,
                Opt("--overdue", "flag"),
                Opt("--format", "choice", "", ("table", "json", "csv", "xlsx")),
                Opt("--output", "path", "FILE"),
                *_TIMES,
                _JSON,
            ),
        ),
        Spec("show", _HERE + "run_show", (_DOUBT,), (*_TIMES, _JSON)),
        Spec(
            "assign",
            _STEP + "run_assign",
            (_DOUBT,),
            (
                Opt("--to-office", "text", "CODE", required=True),
                Opt("--to-officer", "text", "ID"),
                Opt("--due", "day"),
                *_WHO,
                _JSON,
            ),
        ),
        Spec(
            "verify",
            _STEP + "run_verify",
            (_DOUBT,),
            (
                Opt("--by", "many", "ID", required=True),
                Opt("--found", "many", "CODE", required=True),
                Opt("--on-site", "flag"),
                Opt("--verified-on", "day"),
                Opt("--evidence", "many", "FILE"),
                _TEXT,
                *_WHO,
                _JSON,
            ),
        ),
        Spec("confirm", _STEP + "run_confirm", (_DOUBT,), (_REASON, _FEN, _TEXT, *_WHO, _JSON)),
        Spec("refute", _STEP + "run_refute", (_DOUBT,), (_REASON, _TEXT, *_WHO, _JSON)),
        Spec(
            "decide",
            _STEP + "run_decide",
            (_DOUBT,),
            (Opt("--outcome", "many", "OUTCOME", required=True), _FEN, _TEXT, *_WHO, _JSON),
        ),
        Spec(
            "settle",
            _STEP + "run_settle",
            (_DOUBT,),
            (Opt("--position", "many", "N", required=True), *_WHO, _JSON),
        ),
        Spec(
            "close",
            _STEP + "run_close",
            (_DOUBT,),
            (Opt("--evidence", "path", "FILE"), *_WHO, _JSON),
        ),
        Spec("reopen", _STEP + "run_reopen", (_DOUBT,), (_REASON, _TEXT, *_WHO, _JSON)),
    ),
)
