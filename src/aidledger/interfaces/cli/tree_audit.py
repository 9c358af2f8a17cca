"""The commands of audit rules, and of questions of one's own, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli.audits:"
_JSON: Final = Opt("--json", "flag")
_ANEW: Final = Opt("--anew", "flag")
_TIMES: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), Opt("--at", "point"))
_ENGINE: Final = (Opt("--memory", "text", "SIZE"), Opt("--threads", "count", "N"))
_OWN: Final = Opt("--rules", "path", "DIR")
SEVERITIES: Final = ("critical", "high", "medium", "low")

AUDIT: Final = Spec(
    "audit",
    below=(
        Spec(
            "run",
            _HERE + "run_run",
            opts=(
                Opt("--rule", "many", "ID"),
                _OWN,
                Opt("--severity", "choice", choices=SEVERITIES),
                _ANEW,
                *_ENGINE,
                *_TIMES,
                _JSON,
            ),
        ),
        Spec(
            "report",
            "aidledger.interfaces.cli.reports:run_report",
            opts=(
                Opt("--output", "path", "PATH", required=True),
                Opt("--format", "choice", choices=("html", "pdf", "xlsx")),
                Opt("--rule", "many", "ID"),
                _OWN,
                Opt("--severity", "choice", choices=SEVERITIES),
                Opt("--policy", "path", "FILE"),
                Opt("--sample", "many", "FILE"),
                _ANEW,
                *_ENGINE,
                *_TIMES,
                _JSON,
            ),
        ),
        Spec("rules", _HERE + "run_rules", opts=(_OWN, _JSON)),
        Spec("show", _HERE + "run_show", (Arg("RULE"),), (_OWN, _JSON)),
        Spec(
            "sample",
            "aidledger.interfaces.cli.samples:run_sample",
            (Arg("NAME", False),),
            (
                Opt("--rows", "count", "N"),
                Opt("--by", "text", "COLUMN"),
                Opt("--money", "text", "COLUMN"),
                Opt("--words", "text", "TEXT"),
                Opt("--output", "path", "FILE"),
                Opt("--check", "path", "FILE"),
                _ANEW,
                *_TIMES,
                _JSON,
            ),
        ),
        Spec("test", _HERE + "run_test", (Arg("RULE", False, many=True),), (_OWN, _JSON)),
    ),
)

SQL: Final = Spec(
    "sql",
    "aidledger.interfaces.cli.queries:run_sql",
    (Arg("SQL", False),),
    (
        Opt("--shell", "flag"),
        Opt("--format", "choice", "", ("table", "json", "csv", "xlsx")),
        Opt("--output", "path", "FILE"),
        Opt("--seconds", "count", "N"),
        Opt("--most", "count", "N"),
        _ANEW,
        *_ENGINE,
        *_TIMES,
        _JSON,
    ),
)
