"""Records one step on a doubt, as its own request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from aidledger.domain.doubt import settled_fen
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import cause_of, record
from aidledger.services.acts.who import Who
from aidledger.services.doubts.naming import named_entries
from aidledger.services.session import Session
from aidledger.store.draft import Evidence
from aidledger.store.outcome import Outcome


def take_step(
    session: Session,
    stream: str,
    step: str,
    who: Who,
    *,
    data: Mapping[str, Any],
    text: str | None = None,
    evidence: Sequence[Evidence] = (),
) -> Outcome:
    """Record a step on a doubt.

    Args:
        session: a ledger opened for writing.
        stream: the doubt's.
        step: an event type of doubts.
        who: who takes it.
        data: its fields; what settles a doubt is worked out from the entries that it names.
        text: what is said in words; it is sealed.
        evidence: files that the step names by hash.

    Raises:
        RefusedError: the step may not be taken now, or not by them.

    """
    told = dict(data)
    if step == "DoubtSettled":
        told["amount_fen"] = settled_fen(named_entries(session, told["entries"]))
    proposal = proposal_of(
        {
            "type": step,
            "stream": stream,
            "effective_on": who.on,
            "actor": who.actor,
            "office": who.office,
            "data": told,
            "personal": {} if text is None else {"text": text},
        }
    )
    # the same words may be said again later: the doubt has then come further
    content = msgspec.json.encode([stream, session.states.version(stream), step, told, text])
    return record(session, [proposal], cause=cause_of(session, content), evidence=evidence)
