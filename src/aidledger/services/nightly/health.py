"""What a look at a machine or a ledger finds, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from aidledger.said import Said

Health = Literal["ok", "warn", "fail"]

ASK_OWNER: Final = Said("请其所有者开放权限", "ask its owner for it")


class Check(NamedTuple):
    """One thing that was looked at: how it is, what was found, and what to do about it."""

    name: str
    health: Health
    found: Said
    hint: Said = Said("", "")


def barred(name: str, error: PermissionError) -> Check:
    """Say that what is to be looked at may not be read: no reason to leave out the rest."""
    found = Said(f"{error.filename}：没有读取权限", f"{error.filename} may not be read")
    return Check(name, "fail", found, ASK_OWNER)


def worst(checks: Iterable[Check]) -> Health:
    """Return the worst that was found."""
    found = {check.health for check in checks}
    return "fail" if "fail" in found else "warn" if "warn" in found else "ok"
