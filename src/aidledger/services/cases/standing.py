"""How a case stands on a day, as the columns of the read model ``case_state``."""

from __future__ import annotations

from typing import Any

from aidledger.domain.casestate import Case
from aidledger.replay.agreement import case_row
from aidledger.services.clock import china_day
from aidledger.services.session import Session


def day_of_question(session: Session, known_on: str | None = None) -> str:
    """Return the day a question is about when nobody says: that of the last entry, as known."""
    last = session.store.head().recorded_at
    day = china_day(last) if last else session.today
    return day if known_on is None else min(day, known_on)


def case_columns(case: Case, day: str) -> dict[str, Any]:
    """Return a case as of a day under the model's column names, without its positions."""
    row = case_row(case, day)
    del row["positions"]
    return row
