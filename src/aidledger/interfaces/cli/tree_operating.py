"""The commands of the nightly run and of whoever operates it, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_NIGHT: Final = "aidledger.interfaces.cli.nightlies:"
_DAY: Final = "aidledger.interfaces.cli.operating:"
_JSON: Final = Opt("--json", "flag")
_POLICY: Final = Opt("--policy", "path", "FILE")
_REPORT: Final = Opt("--report", "path", "DIR")
_WHO: Final = (
    Opt("--actor", "text", "ID", required=True),
    Opt("--office", "text", "CODE", required=True),
)

OPERATING: Final[tuple[Spec, ...]] = (
    Spec(
        "nightly",
        _NIGHT + "run_nightly",
        opts=(
            *_WHO,
            _POLICY,
            Opt("--checkpoint", "many", "FILE"),
            Opt("--model", "many", "NAME"),
            Opt("--without-powers", "flag"),
            Opt("--full", "flag"),
            Opt("--full-each", "count", "N"),
            _REPORT,
            Opt("--metrics", "path", "FILE"),
            Opt("--hooks", "path", "DIR"),
            Opt("--max-time", "count", "SECONDS"),
            Opt("--jobs", "count", "N"),
            _JSON,
        ),
    ),
    Spec(
        "retry",
        _NIGHT + "run_retry",
        opts=(
            Opt("--reason", "text", "TEXT", required=True),
            *_WHO,
            Opt("--override", "many", "STEP"),
            _REPORT,
            _JSON,
        ),
    ),
    Spec(
        "schedule",
        _NIGHT + "run_schedule",
        (Arg("DIR"),),
        (*_WHO, _POLICY._replace(required=True), Opt("--user", "text", "NAME"), _JSON),
    ),
    Spec(
        "freshness",
        _DAY + "show_freshness",
        opts=(
            Opt("--limits", "path", "FILE"),
            Opt("--warn-after", "text", "TIME"),
            Opt("--error-after", "text", "TIME"),
            _POLICY,
            _REPORT,
            _JSON,
        ),
    ),
    Spec("status", _DAY + "show_status", opts=(_REPORT, _JSON)),
    Spec("doctor", _DAY + "show_doctor", opts=(_REPORT, _JSON)),
)
