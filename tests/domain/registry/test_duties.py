"""S1 to S16: each refused when it is recorded, found where it was forged, and gone with its row."""

from __future__ import annotations

import msgspec
import pytest
from tests.domain.registry import acts
from tests.domain.registry.acts import (
    AID,
    CASE,
    CLERK,
    COMPLETED,
    HEAD,
    SURVEYOR,
    applied,
    genesis_with,
    on_case,
)
from tests.domain.registry.scenarios import LAWFUL, UNLAWFUL
from tests.domain.registry.worlds import TABLE, TOKENS, TOWN, Speech, World, without

from aidledger.domain.events import intake
from aidledger.domain.events.powers import Custodian
from aidledger.domain.events.registry import RuleOverridden
from aidledger.domain.registry.context import Allowed, Forbidden
from aidledger.domain.registry.watch import Watch

CODES = {duty.id: f"duty_{duty.rule.lower()}" for duty in TABLE.all_duties}
IN_TIME = "s14-completed-in-time"
#: S4-051: only the pack gives the days.
TEN_DAYS = {"paperwork_working_days": 10}


def test_every_duty_has_an_act_that_breaks_it_and_a_lawful_twin() -> None:
    assert {f"S{number}" for number in range(1, 17)} == {duty.rule for duty in TABLE.all_duties}
    assert set(CODES) == {*UNLAWFUL, IN_TIME}
    assert set(UNLAWFUL) == set(LAWFUL)


@pytest.mark.parametrize("duty", UNLAWFUL)
def test_an_act_that_breaks_a_duty_is_refused_by_it_alone_and_with_its_citation(duty: str) -> None:
    world = World()
    answer = world.answer(speech := UNLAWFUL[duty](world))
    row = next(one for one in TABLE.all_duties if one.id == duty)

    assert [duty] == world.rules(speech)
    assert isinstance(answer, Forbidden)
    assert (CODES[duty], row.citation) == (answer.code, answer.citation)
    assert answer.text_zh
    assert answer.text_en


@pytest.mark.parametrize("duty", LAWFUL)
def test_its_lawful_twin_is_allowed(duty: str) -> None:
    world = World()
    speech = LAWFUL[duty](world)

    assert [] == world.rules(speech)
    assert isinstance(world.answer(speech), Allowed)


@pytest.mark.parametrize("duty", UNLAWFUL)
def test_what_was_forged_past_the_check_is_found_at_its_position(duty: str) -> None:
    world = World()
    position = world.forges(UNLAWFUL[duty](world))
    found = world.replayed().findings

    assert [(position, CODES[duty], duty)] == [(f.position, f.code, f.rule) for f in found]
    assert [False] == [f.overridden for f in found]


@pytest.mark.parametrize("duty", LAWFUL)
def test_a_log_of_lawful_acts_has_no_finding(duty: str) -> None:
    world = World()
    world.forges(LAWFUL[duty](world))
    replayed = world.replayed()

    assert () == replayed.findings
    assert (len(world.entries), 0) == (replayed.judged, replayed.undeclared)
    assert 0 == replayed.declared_at


@pytest.mark.parametrize("duty", UNLAWFUL)
def test_without_its_row_the_act_would_pass(duty: str) -> None:
    world = World(without(duty))
    speech = UNLAWFUL[duty](world)

    assert isinstance(world.answer(speech), Allowed)


@pytest.mark.parametrize(("days", "found"), [(10, []), (17, [IN_TIME])])
def test_an_emergency_is_flagged_once_its_paperwork_is_late(days: int, found: list[str]) -> None:
    for ending in ("completed", "open"):
        world = World(parameters=TEN_DAYS)
        applied(world)
        position = world.forges(on_case(HEAD, AID))
        world.day = f"2022-03-{1 + days:02d}"
        last = COMPLETED if ending == "completed" else acts.HEARD
        world.says(on_case(CLERK, last))

        assert [(position, rule, True) for rule in found] == [
            (f.position, f.rule, f.late) for f in world.replayed().findings
        ]


def test_without_its_row_or_a_number_of_the_pack_nobody_asks_for_the_paperwork() -> None:
    for world in (World(without(IN_TIME), parameters=TEN_DAYS), World()):
        applied(world)
        world.says(on_case(HEAD, AID))
        world.day = "2022-03-28"
        world.says(on_case(CLERK, acts.HEARD))

        assert () == world.replayed().findings


def test_a_rule_that_was_named_with_the_act_is_found_and_marked() -> None:
    world = World()
    speech = UNLAWFUL["s6-own-case"](world)
    named = RuleOverridden(
        act="NeighbourVisited", authority="a", clause="s6-own-case", reason="nobody else"
    )
    world.says(on_case(SURVEYOR, named))
    world.forges(speech)
    world.forges(speech)

    assert [True, False] == [found.overridden for found in world.replayed().findings]


THREE = tuple(Custodian(actor=f"{office}1", office=office) for office in "abc")


@pytest.mark.parametrize(
    ("custodians", "needed", "refused"),
    [
        (THREE, 2, []),
        (THREE, 3, []),
        (THREE, 1, ["s10-custodians"]),
        (THREE, 4, ["s10-custodians"]),
        (THREE[:2], 2, ["s10-custodians"]),
        (THREE[1:] + THREE[1:2], 2, ["s10-custodians"]),
        ((*THREE[:2], Custodian(actor="b2", office="b")), 2, ["s10-custodians"]),
        (tuple(Custodian(actor=f"{o}2", office=o) for o in "abc"), 2, ["s10-custodians"]),
    ],
)
def test_genesis_wants_custodians_of_different_offices_who_act_together(
    custodians: tuple[Custodian, ...], needed: int, refused: list[str]
) -> None:
    world = World()
    watch = Watch(tables={"00" * 32: TABLE}, settings=world.setting)
    speech = genesis_with(custodians, needed)

    assert refused == [one.rule for one in watch.refusals(**{**world.asked(speech), "position": 0})]


def test_kin_counts_whichever_side_declared_it_and_under_every_name() -> None:
    for first, second in ((CLERK, acts.SECOND), (acts.SECOND, CLERK)):
        world = World()
        applied(world)
        acts.kin(world, first, other=second)

        assert ["s1-no-kin-of-intake"] == world.rules(on_case(SURVEYOR, acts.SURVEY))


def test_distant_relatives_count_only_as_far_as_the_table_says() -> None:
    world = World(parameters={"kin_degrees": ["spouse"]})

    assert [] == world.rules(UNLAWFUL["s6-own-case"](world))


def test_the_officer_of_a_declared_relative_does_not_act_on_the_case() -> None:
    world = World()
    applied(world)
    declared = intake.RelativeDeclared(officer=SURVEYOR, relation="child")
    world.says(on_case(HEAD, declared))

    assert ["s6-own-case"] == world.rules(on_case(SURVEYOR, acts.OPINION))[1:]
    assert [] == world.rules(on_case(acts.DECIDER, acts.APPROVAL))


def test_nobody_takes_in_an_application_of_their_own() -> None:
    world = World()
    own = msgspec.structs.replace(acts.APPLICATION, applicant=TOKENS[CLERK])

    assert ["s6-own-case"] == world.rules(on_case(CLERK, own))


def test_face_to_face_needs_no_waiting_and_waiting_alone_is_not_enough() -> None:
    made = acts.account
    for rule, speech in (
        ([], made(by=HEAD, days=0, channel="face_to_face")),
        (["s12-in-time"], made(by="", days=20)),
    ):
        world = World()

        assert rule == world.rules(speech(world))


def test_a_pack_may_let_the_township_decide_and_duties_hold_there_too() -> None:
    world = World(parameters={"deciding_offices": ["township"]})
    acts.surveyed(world)
    other = f"{TOWN}-u7"
    grant = acts.granted(other, "township_head")
    world.says(grant, on_case(HEAD, acts.OPINION))

    assert ["s3-approver-not-handler"] == world.rules(on_case(HEAD, acts.APPROVAL))
    assert [] == world.rules(Speech(other, acts.APPROVAL, CASE, TOWN))
    assert ["power_level"] == world.codes(on_case(acts.DECIDER, acts.APPROVAL))


@pytest.mark.parametrize(
    ("approvals", "looks", "refused"),
    [(100, 0, False), (101, 0, True), (120, 1, False), (121, 1, True), (121, 2, False)],
)
def test_of_every_twenty_approvals_beyond_a_hundred_one_is_looked_at_again(
    approvals: int, looks: int, *, refused: bool
) -> None:
    world = World()
    speech = acts.approvals(approvals, looks=looks, an_hour_apart=True)(world)

    assert ["s13-second-look"] * refused == world.rules(speech)
