"""Attacks on what lies beside the log for policy packs: their texts, and what adoptions say of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing as closed
from typing import Any, Final

import msgspec
from tests.services.conftest import Office
from tests.services.forging import forge
from tests.twins.cuts import Cut
from tests.twins.deep_twins import Deep

from aidledger.domain.recorded import Recorded

PACKS = "services.ladder.packcheck"


def in_the_evidence(office: Office, statement: str) -> int:
    """Change the evidence of an adopted pack; return where the adoption stands."""
    adopted: Any = adoption(office).event
    digest = adopted.chain[-1].rpartition("@")[2]
    with closed(sqlite3.connect(office.location)) as file:
        for trigger in ("evidence_no_delete", "evidence_no_update"):
            file.execute(f"DROP TRIGGER {trigger}")
        assert file.execute(statement, (digest,)).rowcount == 1
        file.commit()
    office.session.forget()
    return adoption(office).position


def adoption(office: Office) -> Recorded:
    stream = office.session.stream("policy/520123")
    return next(one for one in stream if getattr(one.event, "pack", "") == "gz-county-2022")


def a_text_lost(office: Office) -> int:
    return in_the_evidence(office, "DELETE FROM evidence WHERE hash = ?")


def an_example_altered(office: Office) -> int:
    """What is changed stands behind the rules: no decision comes out otherwise."""
    return in_the_evidence(
        office, "UPDATE evidence SET content = CAST(content || x'0a' AS BLOB) WHERE hash = ?"
    )


def a_parameter_said_otherwise(office: Office) -> int:
    """Adopt the pack again by hand: the read models are told of another pass mark than decisions have."""
    known: Any = adoption(office).event
    parameters = tuple(
        msgspec.structs.replace(one, value="61") if one.key == "pass_mark" else one
        for one in known.parameters
    )
    return forge(office, "policy/520123", msgspec.structs.replace(known, parameters=parameters))


PACK_TWINS: Final[dict[str, Deep]] = {
    "pack_missing": Deep(
        a_text_lost,
        (
            Cut(
                f"{PACKS}:_of_adoption",
                "yield _finding('pack_missing', entry, f'chain[{index}]', link, 'nothing')",
                "pass",
            ),
        ),
        "decision_not_replayed",
    ),
    "pack_altered": Deep(
        an_example_altered,
        (
            Cut(
                f"{PACKS}:_of_adoption",
                "yield _finding('pack_altered', entry, f'chain[{index}]', link, 'another text')",
                "pass",
            ),
        ),
        "decision_not_replayed",
    ),
    "pack_differs": Deep(
        a_parameter_said_otherwise,
        (Cut(f"{PACKS}:_as_it_says", "if one.value != expected:", "if False:"),),
    ),
}
