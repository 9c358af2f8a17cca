"""The commands of generations of the read models, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Opt, Spec

_HERE: Final = "aidledger.interfaces.cli.generations:"
_JSON: Final = Opt("--json", "flag")

GENERATIONS: Final = Spec(
    "generations",
    below=(
        Spec("list", _HERE + "run_list", opts=(_JSON,)),
        Spec(
            "diff",
            _HERE + "run_diff",
            opts=(
                Opt("--old", "count", "N"),
                Opt("--new", "count", "N"),
                Opt("--model", "many", "NAME"),
                Opt("--most", "count", "N"),
                _JSON,
            ),
        ),
        Spec("prune", _HERE + "run_prune", opts=(Opt("--last", "count", "N"), _JSON)),
        Spec(
            "check",
            _HERE + "run_check",
            opts=(Opt("--position", "count", "N"), Opt("--anew", "flag"), _JSON),
        ),
        Spec(
            "certify",
            _HERE + "run_certify",
            opts=(
                Opt("--actor", "text", "ID", required=True),
                Opt("--office", "text", "CODE", required=True),
                Opt("--on", "day"),
                _JSON,
            ),
        ),
    ),
)
