"""The commands of audit rules, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli.audits:"
_JSON: Final = Opt("--json", "flag")
_TIMES: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), Opt("--at", "point"))
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
                Opt("--memory", "text", "SIZE"),
                Opt("--threads", "count", "N"),
                *_TIMES,
                _JSON,
            ),
        ),
        Spec("rules", _HERE + "run_rules", opts=(_OWN, _JSON)),
        Spec("show", _HERE + "run_show", (Arg("RULE"),), (_OWN, _JSON)),
        Spec("test", _HERE + "run_test", (Arg("RULE", False, many=True),), (_OWN, _JSON)),
    ),
)
