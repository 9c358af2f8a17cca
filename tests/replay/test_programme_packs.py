"""Which pack holds for a programme: SQL and the domain choose the same of any adoptions."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replay.conftest import Ask
from tests.replay.histories import Log, adopt_pack, apply_for, case_name

from aidledger.domain.policy.adoption import Adoption, pack_in_force
from aidledger.replay.deriving import compute
from aidledger.replay.models import load_models
from aidledger.services.clock import china_day

DAYS = ("2022-01-05", "2022-02-14", "2022-03-31")
NAMED = ("tekun", "dibao")
MODELS = load_models()
ADOPTED = st.fixed_dictionaries(
    {
        "pack": st.sampled_from(["one", "two", "three"]),
        "known_since": st.sampled_from(DAYS),
        "in_force_from": st.sampled_from(DAYS),
        "in_force_to": st.none() | st.sampled_from(DAYS),
        "status": st.sampled_from(["draft", "in_force", "lapsed"]),
        "depth": st.integers(1, 3),
        "programmes": st.lists(st.sampled_from(NAMED), max_size=2, unique=True).map(tuple),
    }
)


def adopt(log: Log, one: dict[str, Any]) -> Adoption:
    named = {"programmes": one["programmes"]} if one["programmes"] else {}
    same = {name: one[name] for name in ("pack", "in_force_from", "in_force_to", "status")}
    position = log.add(
        "PackAdopted",
        "policy/520123",
        one["known_since"],
        chain=["x@" + "0" * 64] * one["depth"],
        known_since=one["known_since"],
        pack_hash="ab" * 32,
        parameters=[],
        **same,
        **named,
    )
    recorded = china_day(json.loads(log.written[position][1])["recorded_at"])
    return Adoption(
        **same,
        pack_hash="ab" * 32,
        known_since=max(one["known_since"], recorded),
        depth=one["depth"],
        position=position,
        programmes=one["programmes"],
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(ADOPTED, min_size=1, max_size=6), st.sampled_from([*DAYS, "2022-04-05"]))
def test_sql_and_the_domain_choose_the_same_pack_for_every_programme(
    adoptions: list[dict[str, Any]], known_on: str
) -> None:
    log = Log()
    for number, programme in enumerate(NAMED):
        apply_for(log, case_name(number), "2022-01-05", programme=programme)
    candidates = [adopt(log, one) for one in adoptions]

    _, columns, rows = compute(
        log,
        MODELS,
        "pack_in_force",
        as_of=date(2022, 4, 5),
        known_on=date.fromisoformat(known_on),
    )
    derived = {
        (row["day"], row["programme"]): row["adoption"]
        for row in (dict(zip(columns, cells, strict=True)) for cells in rows)
    }

    for day in ("2022-01-31", "2022-02-28", "2022-04-05"):
        for programme in ("", "tekun", "dibao"):
            held = pack_in_force(candidates, day, known_on, programme)

            assert (None if held is None else held.position) == derived.get((day, programme))


def test_limits_and_lists_follow_the_pack_of_the_case(ask: Ask) -> None:
    log = Log()
    limit = {"from": "ApplicationAccepted", "to": "ReviewOpinionGiven", "unit": "days"}
    flat = {f"limit__start__{key}": value for key, value in limit.items()}
    adopt_pack(log, "2022-01-01", limit__start__days="15", **flat)
    log.add(
        "PackAdopted",
        "policy/520123",
        "2022-01-01",
        chain=["other@" + "ab" * 32],
        in_force_from="2022-01-01",
        known_since="2022-01-01",
        pack="other",
        pack_hash="ab" * 32,
        parameters=[
            {"key": f"limit.start.{key}", "value": value}
            for key, value in sorted({**limit, "days": "3"}.items())
        ],
        programmes=["dibao"],
        status="in_force",
    )
    for number, programme in ((1, "tekun"), (2, "dibao")):
        apply_for(log, case_name(number), "2022-01-05", programme=programme)
        log.add("ApplicationAccepted", case_name(number), "2022-01-10")

    answer = ask(log, "deadlines", "public_names", as_of="2022-02-01")

    assert {case_name(1): "2022-01-25", case_name(2): "2022-01-13"} == {
        row["stream"]: row["due_on"] for row in answer["deadlines"]
    }
    # the second pack says nothing of minors: nobody of that programme has a public name
    assert ["tekun", "dibao"] == [row["category"] for row in answer["public_names"]]
    assert "unnamed" == answer["public_names"][1]["kind"]
