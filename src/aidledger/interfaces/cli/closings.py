"""``index seal``, ``month close``, ``month supplement`` and ``reconcile``: what closes and seals."""

from __future__ import annotations

import msgspec

from aidledger.domain.events.proving import BankFileReconciled
from aidledger.domain.money import format_yuan
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.ledgers import writing
from aidledger.interfaces.cli.outcomes import refused_code, show_outcome
from aidledger.interfaces.cli.records import read_input
from aidledger.interfaces.cli.wording import counted
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
            event, outcome = reconcile(
                session, stream, bank.lines, file=bank.hash, actor=actor, office=office, on=on
            )
    except RefusedError as refused:
        return refused_code(app, refused, json=json, of_file=False)
    code = show_outcome(app, outcome, json=json, reconciled=msgspec.to_builtins(event))
    if not json:
        _show_agreement(app, event)
    return code


def _show_agreement(app: App, event: BankFileReconciled) -> None:
    """Print both sides, and what stands on one of them only."""
    lines = app.say("{} 笔，{} 元", "{} · {} yuan")
    app.screen.pairs(
        [
            (
                app.say("账本", "ledger"),
                lines.format(_lines(app, event.ledger_count), format_yuan(event.ledger_fen)),
            ),
            (
                app.say("银行", "bank"),
                lines.format(_lines(app, event.bank_count), format_yuan(event.bank_fen)),
            ),
        ]
    )
    if event.ledger_only_count or event.bank_only_count:
        ours, theirs, apart = event.ledger_only_count, event.bank_only_count, event.difference_fen
        app.screen.note(
            app.say(
                f"⚠ 不一致：仅账本有 {ours} 笔，仅银行有 {theirs} 笔，账本比银行多 {format_yuan(apart)} 元",
                f"⚠ they differ: {_lines(app, ours)} in the ledger only, {_lines(app, theirs)} in the "
                f"bank's file only, {format_yuan(apart)} yuan more in the ledger",
            )
        )
    else:
        app.screen.note(app.say("✓ 逐笔一致", "✓ they agree line by line"))


def _lines(app: App, count: int) -> str:
    return app.say(f"{count:,}", counted(count, "line", "lines"))
