"""The commands of policy packs, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli."
_JSON: Final = Opt("--json", "flag")
_DAYS: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), Opt("--at", "point"))
_ADOPTING: Final = (
    (Arg("PACK", False, many=True),),
    (
        Opt("--county", "text", "CODE"),
        Opt("--on", "day"),
        Opt("--actor", "text", "ID"),
        Opt("--office", "text", "CODE"),
        _JSON,
    ),
)

ADOPT: Final = Spec("adopt", _HERE + "founding:run_adopt", *_ADOPTING)
"""Stands below ``policy`` and, as the first command of every ledger, at the top as well."""

POLICY: Final = Spec(
    "policy",
    below=(
        Spec("list", _HERE + "policies:run_list", opts=(*_DAYS, _JSON)),
        Spec("show", _HERE + "policies:run_show", (Arg("PACK"),), (*_DAYS, _JSON)),
        Spec("diff", _HERE + "policies:run_diff", (Arg("A"), Arg("B")), (*_DAYS[1:], _JSON)),
        Spec("test", _HERE + "policies:run_test", (Arg("PACK", False, many=True),), (_JSON,)),
        ADOPT,
    ),
)
