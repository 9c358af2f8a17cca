"""How a policy's verdict on a checkpoint is shown: who cosigned, when, and whether it is accepted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aidledger.interfaces.cli.app import App
from aidledger.ledger.acceptance import Cosigner, Verdict


def verdict_object(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as the object that programs read."""
    return {
        "accepted": verdict.accepted,
        "reason": verdict.reason,
        "why": verdict.why,
        "witnessed": bool(verdict.cosigners),
        "signers": list(verdict.signers),
        "cosigners": [
            {"name": _name(one), "key": one.key, "time": _time(one)} for one in verdict.cosigners
        ],
    }


def show_verdict(app: App, verdict: Verdict) -> None:
    """Print who cosigned, and what the policy says."""
    app.screen.pairs(
        [(app.say("联署", "cosigned"), f"{_name(one)} {_time(one)}") for one in verdict.cosigners]
    )
    said = (
        app.say("按此策略：接受", "accepted by the policy")
        if verdict.accepted
        else app.say(f"按此策略：不接受（{verdict.why}）", f"not accepted: {verdict.why}")
    )
    app.screen.line(app.screen.style(said, "bold", "green" if verdict.accepted else "yellow"))


def _name(one: Cosigner) -> str:
    return one.name.decode("utf-8", "replace")


def _time(one: Cosigner) -> str:
    try:
        return datetime.fromtimestamp(one.timestamp, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return str(one.timestamp)
