"""Which programmes the shipped rules never show: there is no notice, no announcement, no line."""

from __future__ import annotations

import tomllib
from typing import Any, Final

from aidledger.services.adoption import shipped

UNPUBLISHED: Final = {
    programme
    for content in shipped("packs").values()
    for programme in tomllib.loads(content.decode())["parameters"].get("unpublished_programmes", ())
}
"""S4-109: by the parameter of their packs."""


def never_shown(case: list[Any]) -> bool:
    """Whether the rule of a case's programme lets nothing of it be shown."""
    applied = [e.event for e in case if type(e.event).__name__ == "ApplicationSubmitted"]
    return bool(applied) and applied[0].programme in UNPUBLISHED
