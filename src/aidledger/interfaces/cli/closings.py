"""``index seal``, ``month close``, ``month supplement`` and ``reconcile``: what closes and seals."""

from __future__ import annotations

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.ledgers import writing
from aidledger.interfaces.cli.outcomes import refused_code, show_outcome
from aidledger.interfaces.cli.records import read_input
from aidledger.services.payments.bankfile import read_bank_file
from aidledger.services.payments.closing import close_month, supplement_month
from aidledger.services.payments.reconciling import reconcile
from aidledger.services.problems import RefusedError
from aidledger.services.proofs.completeness import seal_indexes


def run_seal(app: App, *, actor: str, office: str, on: str | None, json: bool) -> int:
    """Seal an index of all cases and of all persons' cases."""
    with writing(app) as session:
        outcome = seal_indexes(session, actor=actor, office=office, on=on)
    return show_outcome(app, outcome, json=json)


def run_close(app: App, *, month: str, actor: str, office: str, on: str | None, json: bool) -> int:
    """Close the payments for a month."""
    with writing(app) as session:
        outcome = close_month(session, month, actor=actor, office=office, on=on)
    return show_outcome(app, outcome, json=json)


def run_supplement(
    app: App, *, month: str, actor: str, office: str, on: str | None, json: bool
) -> int:
    """Add to a closed month what has changed since."""
    with writing(app) as session:
        outcome = supplement_month(session, month, actor=actor, office=office, on=on)
    return show_outcome(app, outcome, json=json)


def run_reconcile(
    app: App,
    *,
    stream: str,
    file: str,
    actor: str,
    office: str,
    on: str | None,
    json: bool,
) -> int:
    """Hold a bank's file against the payments of a run or a month, and record how they agree."""
    content = read_input(file)
    try:
        bank = read_bank_file(content)
        with writing(app) as session:
            outcome = reconcile(
                session, stream, bank.lines, file=bank.hash, actor=actor, office=office, on=on
            )
    except RefusedError as refused:
        return refused_code(app, refused, json=json, of_file=False)
    return show_outcome(app, outcome, json=json)
