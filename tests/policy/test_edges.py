"""Every clause exactly at its limit, and one step beyond it: the last day, the last fen, each part alone.

A row is facts that just meet a clause (as they stand, and with each of ``meet``); any one of ``fail``
beside them fails it. It holds for every pack that has the clause, unless it names some.
"""

from __future__ import annotations

import pytest
from tests.domain.test_packs import CALENDAR, LIBRARY
from tests.policy.edges import PROCEDURE, Facts, Row
from tests.policy.edges_money import MONEY

from aidledger.domain.policy.clause import nested
from aidledger.domain.policy.decision import decide_clauses

CASES = [
    (row, pack)
    for row in (*PROCEDURE, *MONEY)
    for pack in LIBRARY.ids
    if pack in (row.packs or LIBRARY.ids)
    and row.clause in {clause.id for clause in LIBRARY.resolve(pack).clauses}
]


@pytest.mark.parametrize(
    ("row", "pack"), CASES, ids=[f"{pack}-{row.clause}-{n}" for n, (row, pack) in enumerate(CASES)]
)
def test_a_clause_holds_to_the_last_step_and_not_beyond(row: Row, pack: str) -> None:
    rules = LIBRARY.resolve(pack)
    acts = {on for clause in rules.clauses if clause.id == row.clause for on in clause.on}

    def says(changes: Facts) -> set[str]:
        facts = nested({**row.at, **changes})
        answers = [
            one
            for act in acts
            for one in decide_clauses(rules, act, facts, CALENDAR).results
            if one.id == row.clause
        ]
        return {one.outcome for one in answers}

    for changes in ({}, *row.meet):
        assert (changes, {"met"}) == (changes, says(changes))
    for changes in row.fail:
        assert (changes, {"failed"}) == (changes, says(changes))
    for changes in row.not_asked:
        assert (changes, {"not_applicable"}) == (changes, says(changes))


@pytest.mark.parametrize("pack", LIBRARY.ids)
def test_an_opinion_against_a_grant_asks_nobody_to_be_eligible(pack: str) -> None:
    rules = LIBRARY.resolve(pack)
    asked = {
        opinion: {
            one.id
            for one in decide_clauses(
                rules,
                "ReviewOpinionGiven",
                nested({"act.type": "ReviewOpinionGiven", "act.opinion": opinion}),
                CALENDAR,
            ).results
            if one.outcome != "not_applicable"
        }
        for opinion in ("approve", "refuse")
    }
    of_grants = {
        clause.id
        for clause in rules.clauses_for("ReviewOpinionGiven")
        if {"ApplicationApproved", "RecognitionGranted"} & {*clause.on}
    }

    assert of_grants <= asked["approve"]
    assert set() == of_grants & asked["refuse"]
