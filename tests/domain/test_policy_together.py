"""Clauses answered together say what each says alone, whatever the facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.policy.pack import PackLibrary
from aidledger.domain.policy.together import together

PACKS = Path(__file__).parents[2] / "src" / "aidledger" / "policies" / "packs"
COUNTY = PackLibrary({path.stem: path.read_bytes() for path in PACKS.glob("*.toml")}).resolve(
    "gz-county-2022"
)
VALUES: Any = (
    st.none()
    | st.booleans()
    | st.integers(0, 2)
    | st.sampled_from(["", "2022-02", "2022-02-30", "2022-03-01", "x"])
    | st.lists(st.sampled_from(["u1", "u2"]), max_size=2)
    | st.just(1.5)
)


@pytest.mark.parametrize("act", sorted(COUNTY.clauses_by_act))
@given(data=st.data())
@settings(max_examples=25)
def test_together_as_alone(act: str, data: st.DataObject) -> None:
    clauses = COUNTY.clauses_for(act)
    facts: dict[str, Any] = {}
    for path in sorted({path for clause in clauses for path in clause.paths}):
        root, name = path.split(".")[:2]
        if data.draw(st.booleans(), label=path):
            facts.setdefault(root, {})[name] = data.draw(VALUES, label=path)
    answers = together(clauses).evaluate(facts, None)

    assert answers.results == tuple(clause.evaluate(facts, None) for clause in clauses)
    assert answers.refusals == tuple(r for r in answers.results if r.refuses)
