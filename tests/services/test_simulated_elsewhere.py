"""Counties under other rules than the shipped one's: townships that decide, and a year in which the law changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.services.detectors import History, first, only
from tests.services.onlycounty import history_of, only_county, said
from tests.services.test_simulation_findings import DETECTORS

from aidledger.services.acts.adoption import shipped
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.programmes.branches import PROGRAMMES
from aidledger.services.simulation.programmes.households import HouseholdPlan

CASES = 30
APPLYING = ("tekun", "dibao")
SANMING = {
    "tekun": ("cn-tekun-2021", "fj-sanming-2021"),
    "dibao": ("cn-dibao-2021", "fj-sanming-dibao-2021", "fj-sanming-dibao-n22-2022"),
}
YANAN = {
    "tekun": ("cn-tekun-2016", "sn-yanan-2020", "cn-tekun-2021"),
    "dibao": ("cn-dibao-2012", "cn-dibao-2021"),
}
DECIDED = ("ApplicationApproved", "ApplicationRefused", "TerminationApproved")


def unmoved(plan: CasePlan) -> CasePlan:
    """Return a plan without a relocation site: no rule but the shipped county's knows one."""
    return replace(plan, relocated="") if isinstance(plan, HouseholdPlan) else plan


def as_of_old(plan: CasePlan) -> CasePlan:
    """Return a plan as the rules of 2012 want it: appraised, registered here, and nobody alone."""
    plan = replace(unmoved(plan), appraisal="held")
    if not isinstance(plan, HouseholdPlan):
        return plan
    return replace(plan, by_permit=False, limb="household", disability=None)


@pytest.fixture(scope="module")
def sanming(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Location of a county under Sanming's rules, before and after the notice of 2022."""
    folder = tmp_path_factory.mktemp("sanming")
    return only_county(
        folder,
        APPLYING,
        cases=CASES,
        months=7,
        seed=8,
        start="2022-07-01",
        packs=SANMING,
        alter=unmoved,
    )


@pytest.fixture(scope="module")
def yanan(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Location of a county under Yan'an's lapsing plan, before and after the law of July 2021."""
    folder = tmp_path_factory.mktemp("yanan")
    return only_county(
        folder,
        APPLYING,
        cases=CASES,
        months=6,
        seed=8,
        start="2021-05-01",
        packs=YANAN,
        alter=as_of_old,
    )


@pytest.fixture(params=["sanming", "yanan"])
def location(request: pytest.FixtureRequest) -> str:
    """Location of the one county and of the other."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def session(location: str) -> Iterator[Session]:
    with open_session(location, read_only=True) as opened:
        yield opened


def test_every_decision_stands_and_nothing_is_found(session: Session, location: str) -> None:
    """C2, S2-001: a lapsed plan replays as well as a rule in force."""
    report = deep_check(session)

    assert () == report.findings
    assert report.decisions > 2 * CASES
    assert [] == verify(location).findings


@pytest.mark.parametrize("rule", sorted({*DETECTORS} - {"F044"}))
def test_no_detector_finds_anything(rule: str, location: str) -> None:
    assert [] == sorted(DETECTORS[rule](_history(location)))


def test_where_the_township_decides_nothing_is_submitted(sanming: str) -> None:
    """C2, S3-028, F043: by a township, by somebody who neither surveyed nor gave the opinion."""
    history = _history(sanming)
    decided = [e for name in DECIDED for e in said(history, name)]

    assert decided
    assert [] == said(history, "CaseSubmitted")
    for one in decided:
        case = history.streams[one.stream]
        survey, opinion = first(case, "HouseholdSurveyed"), first(case, "ReviewOpinionGiven")
        assert one.office == first(case, "ApplicationSubmitted").event.township
        assert one.actor not in {opinion.actor, *survey.event.investigators}
    # The rule of the shipped county gives no township that power without a delegation.
    granted = {e.position for e in decided if type(e.event).__name__ != "ApplicationRefused"}
    assert granted <= {*DETECTORS["F044"](history)}


def test_a_decision_is_taken_by_the_rule_of_its_day(sanming: str, yanan: str) -> None:
    """C4, S2-001: the packs that approved, before and after the day on which another came into force."""
    assert {
        "fj-sanming-2021": True,
        "fj-sanming-dibao-2021": True,
        "fj-sanming-dibao-n22-2022": True,
    } == _approving(_history(sanming))
    assert {
        "cn-dibao-2012": True,
        "cn-dibao-2021": True,
        "cn-tekun-2021": True,
        "sn-yanan-2020": True,
    } == _approving(_history(yanan))


def test_every_shipped_pack_is_adopted_by_a_simulated_county(sanming: str, yanan: str) -> None:
    """By these two, or by the shipped county: the packs of its branches, each when it is known."""
    adopted = {
        place: {e.event.pack for e in said(_history(place), "PackAdopted")}
        for place in (sanming, yanan)
    }

    assert {pack for packs in SANMING.values() for pack in packs} == adopted[sanming]
    assert {pack for packs in YANAN.values() for pack in packs} == adopted[yanan]
    shipped_county = {pack for branch in PROGRAMMES for pack in branch.packs}
    assert set(shipped("packs")) == shipped_county.union(*adopted.values())


_READ: dict[str, History] = {}


def _history(location: str) -> History:
    """Return all that a county has recorded, read once."""
    if location not in _READ:
        assert Path(location).exists()
        _READ[location] = history_of(location)
    return _READ[location]


def _approving(history: History) -> dict[str, bool]:
    """Return the packs that approvals were pinned to: whether each was in force on all their days."""
    packs = {e.event.pack_hash: e.event for e in said(history, "PackAdopted")}
    held: dict[str, list[bool]] = defaultdict(list)
    for case in history.cases():
        for approved in only(case, "ApplicationApproved"):
            pack = packs[approved.pack_hash]
            last = pack.in_force_to or "9999"
            held[pack.pack].append(pack.in_force_from <= approved.effective_on <= last)
    return {pack: all(each) for pack, each in held.items()}
