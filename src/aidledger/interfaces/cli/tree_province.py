"""The commands of an office above the counties, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli.counties:"
_COUNTY: Final = Arg("COUNTY")
_JSON: Final = Opt("--json", "flag")
_BY: Final = (
    Opt("--actor", "text", "ID", required=True),
    Opt("--office", "text", "CODE", required=True),
    Opt("--on", "day"),
    _JSON,
)

PROVINCE: Final = Spec(
    "province",
    below=(
        Spec("trust", _HERE + "run_trust", (_COUNTY,), (Opt("--log", "many", "FILE"), *_BY)),
        Spec("gather", _HERE + "run_gather", (_COUNTY, Arg("FILE")), _BY),
    ),
)
