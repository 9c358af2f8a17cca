"""Holds every line of the imported bank statements against the ledger, as the audit rule M07 does.

There is one text of it, the rule's SQL: what it calls `groups` are the chains of one account, side and
amount. Here its findings are told by side, and what was matched is counted. No order of lines matters.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from aidledger.audit.running import RuleFinding, run_rules
from aidledger.replay.engine import EngineLimits
from aidledger.replay.models import load_models
from aidledger.services.audits.auditing import rules_of
from aidledger.services.problems import ServiceError
from aidledger.services.questions.answering import answering
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

RULE: Final = "M07"
_FINDINGS: Final = "\nSELECT fund AS subject"
_COUNTED: Final = """
SELECT CASE WHEN party <> '' THEN 'payments' WHEN run <> '' THEN 'run_totals' ELSE 'one_to_one' END,
       SUM(LEAST(lines, entries)), SUM(LEAST(lines, entries) * each_fen)
FROM groups
WHERE lines > 0 AND entries > 0
GROUP BY 1
"""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines of the bank were matched in one way, and their sum in fen."""

    lines: int = 0
    fen: int = 0


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: statements and lines, those matched in each way, what is left on either side."""

    as_of: str
    known_on: str | None
    position: int
    statements: int
    lines: int
    one_to_one: Way
    run_totals: Way
    payments: Way
    bank_only: tuple[RuleFinding, ...]
    ledger_only: tuple[RuleFinding, ...]

    @property
    def left_over(self) -> bool:
        """Whether something is left over on either side."""
        return bool(self.bank_only or self.ledger_only)


def match_statements(
    session: Session | LedgerStore,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Matched:
    """Match all imported statements; the rest is as `answering` has it.

    Raises:
        GenerationsError: the engine had no room to work, or the generation is damaged.
        ServiceError: the lines of a statement are lost, or a day outside 1850-2200.

    """
    rule = rules_of(names=(RULE,))[RULE]
    with answering(
        session,
        rule.models_in(load_models()) | rule.kept(),
        as_of=as_of,
        known_on=known_on,
        limits=limits,
        progress=progress,
    ) as (laid, _):
        report = run_rules(laid.connection, [rule], laid.lost)
        failed = [one for one in report.not_run if one.code != "need"]
        if failed:
            raise ServiceError(
                failed[0].why_en, hint="bring the file back, or import it again", exit_code=3
            )
        ways, (statements, lines) = _counted(laid.connection, rule.query)
        return Matched(
            as_of=str(report.as_of),
            known_on=str(report.known_on) if report.known_on else None,
            position=laid.position,
            statements=statements,
            lines=lines,
            one_to_one=ways.get("one_to_one", Way()),
            run_totals=ways.get("run_totals", Way()),
            payments=ways.get("payments", Way()),
            bank_only=_of_side(report.findings, "bank_only"),
            ledger_only=_of_side(report.findings, "ledger_only"),
        )


def _of_side(findings: tuple[RuleFinding, ...], side: str) -> tuple[RuleFinding, ...]:
    return tuple(one for one in findings if one.values["side"] == side)


def _counted(connection: Any, query: str) -> tuple[dict[str, Way], tuple[int, int]]:
    """Return what was matched by way, and how many statements and lines there are."""
    rows: list[Any] = connection.execute(query.partition(_FINDINGS)[0] + _COUNTED).fetchall()
    (counts,) = connection.execute(
        "SELECT (SELECT COUNT(*) FROM statement_imported), (SELECT COUNT(*) FROM statement_lines)"
    ).fetchall()
    return {way: Way(lines=lines, fen=fen) for way, lines, fen in rows}, counts
