"""The commands of evidence bundles, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli.bundles:"
_JSON: Final = Opt("--json", "flag")
_POLICY: Final = Opt("--policy", "path", "FILE")

BUNDLE: Final = Spec(
    "bundle",
    below=(
        Spec(
            "create",
            _HERE + "run_create",
            (Arg("WHAT"),),
            (
                Opt("--to", "path", "DIR", required=True),
                _POLICY,
                Opt("--rule", "text", "ID"),
                Opt("--rules", "path", "DIR"),
                Opt("--case", "text", "CASE"),
                Opt("--row", "many", "MODEL=KEY"),
                Opt("--as-of", "day"),
                Opt("--anew", "flag"),
                Opt("--reveal", "many", "FIELD"),
                Opt("--purpose", "text", "TEXT"),
                Opt("--request", "text", "STREAM"),
                Opt("--actor", "text", "ID"),
                Opt("--office", "text", "CODE"),
                _JSON,
            ),
        ),
        Spec(
            "verify",
            _HERE + "run_verify",
            (Arg("FOLDER"),),
            (_POLICY, Opt("--checkpoint", "path", "FILE"), _JSON),
        ),
    ),
)
