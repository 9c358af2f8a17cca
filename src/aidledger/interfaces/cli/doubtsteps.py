"""``doubt assign`` to ``doubt reopen``: one step on a doubt, recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, get_args

from aidledger.domain.events.doubt import Outcome
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import writing
from aidledger.interfaces.cli.outcomes import refused_code, show_outcome
from aidledger.interfaces.cli.records import evidence_of, read_input
from aidledger.services.acts.who import Who
from aidledger.services.cases.history import find_stream
from aidledger.services.doubts.stepping import take_step
from aidledger.services.problems import RefusedError

_OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)


def run_assign(
    app: App, *, to_office: str, to_officer: str | None, due: str | None, **step: Any
) -> int:
    """Give a doubt to somebody to look into."""
    data = {"to_office": to_office, "to_officer": to_officer, "due_on": due}
    return _take(app, "DoubtAssigned", data, **step)


def run_verify(
    app: App,
    *,
    by: tuple[str, ...],
    found: tuple[str, ...],
    on_site: bool,
    verified_on: str | None,
    **step: Any,
) -> int:
    """Record what was found by looking."""
    data = {"by": by, "found": found, "on_site": on_site, "verified_on": verified_on}
    return _take(app, "DoubtVerified", data, **step)


def run_confirm(app: App, *, reason: str, amount_fen: int | None, **step: Any) -> int:
    """Find a doubt to be so."""
    return _take(app, "DoubtConfirmed", {"reason": reason, "amount_fen": amount_fen}, **step)


def run_refute(app: App, *, reason: str, **step: Any) -> int:
    """Find a doubt not to be so."""
    return _take(app, "DoubtRefuted", {"reason": reason}, **step)


def run_decide(app: App, *, outcome: tuple[str, ...], amount_fen: int | None, **step: Any) -> int:
    """Decide what is done about a doubt."""
    strange = sorted(set(outcome) - set(_OUTCOMES))
    if strange:
        words = " ".join(_OUTCOMES)
        raise CommandError(
            Said(
                f"--outcome {strange[0]}：没有这种处理", f"--outcome {strange[0]}: no such outcome"
            ),
            hint=Said(words, words),
            exit_code=USAGE,
        )
    data = {"outcomes": outcome, "amount_fen": amount_fen or 0}
    return _take(app, "DoubtDecided", data, **step)


def run_settle(app: App, *, position: tuple[str, ...], **step: Any) -> int:
    """Name the entries that did what was decided."""
    return _take(app, "DoubtSettled", {"entries": positions_of(position)}, **step)


def run_close(app: App, *, evidence: str | None, **step: Any) -> int:
    """Close a doubt."""
    files = () if evidence is None else (evidence,)
    return _take(app, "DoubtClosed", {}, evidence=files, **step)


def run_reopen(app: App, *, reason: str, **step: Any) -> int:
    """Open a doubt again."""
    return _take(app, "DoubtReopened", {"reason": reason}, **step)


def positions_of(texts: Iterable[str]) -> list[int]:
    """Return positions from what was typed. Raises CommandError."""
    given = list(texts)
    if not all(text.isascii() and text.isdigit() and len(text) <= 12 for text in given):
        raise CommandError(
            Said("--position：应为记录的位置", "--position: expected the position of an entry"),
            hint=Said("aidledger log 列出各条记录的位置", "aidledger log shows the positions"),
            exit_code=USAGE,
        )
    return [int(text) for text in given]


def _take(
    app: App,
    step: str,
    data: dict[str, Any],
    *,
    doubt: str,
    actor: str,
    office: str,
    on: str | None,
    json: bool,
    evidence: tuple[str, ...] = (),
    text: str | None = None,
) -> int:
    """Record a step, and say what became of it."""
    files = [evidence_of(path) for path in evidence]
    words = None if text is None else read_input(text).decode("utf-8", "replace").strip()
    try:
        with writing(app) as session:
            who = Who(actor=actor, office=office, on=on or session.today)
            told = {name: value for name, value in data.items() if value is not None}
            if step == "DoubtVerified":
                told |= {"verified_on": data["verified_on"] or who.on}
                told |= {"evidence": [one.hash for one in files]}
            elif files:
                told |= {"evidence": files[0].hash}
            outcome = take_step(
                session,
                find_stream(session, doubt, "doubt"),
                step,
                who,
                data=told,
                text=words,
                evidence=files,
            )
    except RefusedError as refused:
        return refused_code(app, refused, json=json, of_file=False)
    return show_outcome(app, outcome, json=json)
