"""Doubts by hand: one raised, and each step on it."""

from __future__ import annotations

from typing import Any, Final

from tests.replay.histories import Log, case_name

CASE: Final = case_name(1)
DOUBT: Final = "doubt/F001-0001"
_LEAST: Final[dict[str, dict[str, Any]]] = {
    "DoubtSeenAgain": {"positions": (1,), "severity": "high"},
    "DoubtAssigned": {"to_office": "520123-audit"},
    "DoubtVerified": {
        "by": ("v1",),
        "found": ("so",),
        "on_site": True,
        "verified_on": "2022-03-02",
    },
    "DoubtConfirmed": {"reason": "so"},
    "DoubtRefuted": {"reason": "not_so"},
    "DoubtDecided": {"outcomes": ("none",)},
    "DoubtSettled": {"entries": (1,)},
    "DoubtClosed": {},
    "DoubtReopened": {"reason": "seen_again"},
}


def raised(log: Log, on: str, *, doubt: str = DOUBT, **more: Any) -> int:
    """Add a doubt; `more` changes it."""
    fields = {
        "amount_fen": 100,
        "identity": "1d" * 32,
        "positions": (0,),
        "rule": "F001",
        "severity": "high",
        "subject": CASE,
    }
    return log.add("DoubtRaised", doubt, on, **{**fields, **more})


def step(log: Log, on: str, *, name: str, doubt: str = DOUBT, **more: Any) -> int:
    """Add a step on a doubt; `more` changes it."""
    return log.add(name, doubt, on, **{**_LEAST[name], **more})


def doubted(log: Log) -> None:
    """Write what makes the models of doubts have rows."""
    raised(log, "2022-03-28")
    step(log, "2022-03-29", name="DoubtAssigned", due_on="2022-04-10")
