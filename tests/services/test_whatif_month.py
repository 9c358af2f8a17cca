"""A month under another pack: who gains and loses adds up, and the text that decides is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.cli.shell import aidledger

from aidledger.domain.values import add_months
from aidledger.interfaces.cli import layout
from aidledger.services.cases.history import case_as_of, case_streams
from aidledger.services.chart import Bar, svg_chart
from aidledger.services.decisions.redeciding import whatif
from aidledger.services.decisions.whatif_month import MonthUnder, whatif_month
from aidledger.services.initialising import create_ledger
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate

MONTH = "2022-04"
OTHER = """
id = "test-other"
version = 1
title = { zh = "试算", en = "trial" }
jurisdiction = "520123"
status = "in_force"
known_since = "2022-01-01"
extends = "gz-county-2022"
in_force = { from = "2022-01-01" }

[[basis]]
text_zh = "试算方案"
date = "2022-01-01"
facts = ["S4-033"]

[[clause]]
id = "trial-area"
on = ["ApplicationApproved"]
kind = "refuse"
citation = "trial art. 3"
facts = ["S4-021"]
text_zh = "只限农村"
text_en = "the country only"
require = 'case.area == "rural"'

[[amount]]
code = "living"
citation = "trial art. 1"
facts = ["S4-033"]
text_zh = "基本生活标准：1.7倍"
text_en = "living: 1.7 times"
formula = { standard = "dibao_urban", ratio = "1.7", rounding = "half_up_fen" }

[[amount]]
code = "nursing-partly"
citation = "trial art. 2"
facts = ["S4-036"]
text_zh = "照料护理标准：半护理"
text_en = "nursing: partly"
when = 'case.ability == "partly"'
formula = { standard = "nursing_partly", ratio = "0.1", rounding = "half_up_fen" }
group = "nursing"
combine = "max"
"""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A simulated county of some cases."""
    place = str(tmp_path_factory.mktemp("whatif") / "county.db")
    create_ledger(place, origin="test/county")
    with open_session(place) as session:
        simulate(session, cases=30, months=5, seed=4)
    return place


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a pack that pays more for living, less for nursing, and nothing in towns."""
    path = tmp_path_factory.mktemp("packs") / "test-other.toml"
    path.write_text(OTHER, encoding="utf-8")
    return str(path)


def under(county: str, pack: str, month: str = MONTH) -> MonthUnder:
    with open_session(county) as session:
        return whatif_month(session, pack, month)


def test_the_pack_that_decided_changes_nothing_in_any_month(county: str) -> None:
    found = [under(county, "gz-county-2022", add_months("2022-02", number)) for number in range(4)]

    assert [(0, 0, ())] * 4 == [(one.unchecked, one.gains_fen, one.changes) for one in found]
    assert all(one.before_fen == one.after_fen for one in found)
    assert found[-1].cases > 15


def test_each_case_gains_and_loses_what_the_other_texts_say(county: str, other: str) -> None:
    """S4-033, S4-036: other amounts for living and nursing."""
    found = under(county, other)
    changed = {one.case: one for one in found.changes}
    expected: dict[str, int] = {}
    with open_session(county) as session:
        for stream in case_streams(session):
            case = case_as_of(session, stream)
            due = case.payable_fen(MONTH)
            if not due or case.programme != "tekun":
                continue
            if case.area == "urban":
                expected[stream] = -due
                continue
            living = 119_850 - 112_800
            then = case_as_of(session, stream, as_of="2022-03-31")
            nursing = 2_350 - 23_500 if then.ability == "partly" else 0
            expected[stream] = living + nursing

    assert expected == {case: one.difference_fen for case, one in changed.items()}
    assert {"newly_refused", "gain", "loss"} == {one.effect for one in found.changes}
    assert {
        ("newly_refused", "trial-area", "trial art. 3"),
        ("gain", "living", "trial art. 1"),
        ("loss", "nursing-partly", "trial art. 2"),
    } == {(one.effect, one.decides, one.citation) for one in found.changes}


@pytest.mark.parametrize("pack", ["test-other", "fj-sanming-2021", "cn-tekun-2021"])
def test_gains_less_losses_are_the_difference_of_the_totals(
    county: str, pack: str, other: str
) -> None:
    """C2: who decides differs between the packs, and whom it would refuse is named."""
    found = under(county, other if pack == "test-other" else pack)

    assert found.gains_fen - found.losses_fen == found.after_fen - found.before_fen
    assert found.gains + found.losses == sum(one.difference_fen != 0 for one in found.changes)
    assert sum(one.difference_fen for one in found.reasons) == found.after_fen - found.before_fen
    assert sum(one.cases for one in found.reasons) == len(found.changes)
    assert (pack == "test-other") == found.gives_amounts
    assert {"test-other": True, "fj-sanming-2021": True, "cn-tekun-2021": False}[pack] == bool(
        found.newly_refused
    )


def test_who_would_be_refused_is_refused_by_a_clause_with_its_citation(county: str) -> None:
    """C2: the county decided what the other text leaves to the townships."""
    found = under(county, "fj-sanming-2021")

    assert {"decision-by-decider"} == {one.decides for one in found.changes}
    assert all(one.citation and one.after_fen == 0 for one in found.changes)
    assert found.cases == found.newly_refused
    assert 0 == found.after_fen


def test_a_decision_that_comes_out_the_same_under_another_pack_is_no_difference(
    county: str, other: str
) -> None:
    """That the pack is another one was asked for, and tells nothing."""
    with open_session(county) as session:
        found = [
            again for stream in case_streams(session) for again in whatif(session, stream, other)
        ]
    kinds = {one.kind for again in found for one in again.differences}

    assert {"amount", "clause"} <= kinds
    assert "pack" not in kinds
    assert {"test-other"} == {again.pack for again in found}
    assert any(again.stands for again in found)


def test_a_pack_decides_the_cases_of_its_programmes_only(county: str) -> None:
    """S4-022: households are not held to the amounts of extreme hardship, nor the other way."""
    whole, households = under(county, "gz-county-2022"), under(county, "gz-dibao-2022")
    with open_session(county) as session:
        cases = [case_as_of(session, stream) for stream in case_streams(session)]
    due = Counter(case.programme for case in cases if case.payable_fen(MONTH))

    assert (due["tekun"], due["dibao"]) == (whole.cases, households.cases)
    assert min(due["tekun"], due["dibao"]) > 1
    assert () == households.changes


def test_sealed_facts_that_stay_shut_leave_a_case_as_it_is(county: str) -> None:
    with open_session(county, read_only=True) as session:
        found = whatif_month(session, "gz-county-2022", MONTH)

    assert 0 < found.unchecked == found.cases
    assert found.before_fen == found.after_fen


def test_nothing_is_recorded_and_an_unknown_pack_is_refused(county: str) -> None:
    with open_session(county) as session:
        before = session.store.head()
        whatif_month(session, "cn-tekun-2016", MONTH)
        after = session.store.head()
        with pytest.raises(ServiceError, match="expected a policy pack"):
            whatif_month(session, "nothing", MONTH)

    assert before == after


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_chart_fits_80_columns_and_the_file_names_cases_only(
    county: str, tmp_path: Path, lang: str, other: str
) -> None:
    file = tmp_path / "month.svg"
    ran = aidledger(
        *("--ledger", county, "--lang", lang, "whatif", "--pack", other),
        *("--month", MONTH, "--chart", file),
    )
    numbers = under(county, other)
    drawn = ET.fromstring(file.read_text(encoding="utf-8"))  # noqa: S314  (our own)
    texts = [node.text or "" for node in drawn.iter("{http://www.w3.org/2000/svg}text")]
    bars = [
        node
        for node in drawn.iter("{http://www.w3.org/2000/svg}rect")
        if node.get("fill") != "#ffffff"
    ]

    assert 0 == ran.code, ran.err
    assert [] == [line for line in ran.out.splitlines() if layout.width(line) > 80]
    assert "│" in ran.out
    assert "█" in ran.out
    assert len(bars) == len(numbers.changes)
    assert [f"{one.case.removeprefix('case/')}" for one in numbers.changes] == [
        text for text in texts if text.startswith("520123-")
    ]
    assert ("若适用" in ran.out) == (lang == "zh")


def test_the_command_answers_in_json_and_refuses_what_is_no_month(county: str) -> None:
    ran = aidledger(
        *("--ledger", county, "whatif", "--pack", "fj-sanming-2021", "--month", MONTH, "--json")
    )
    bad = aidledger("--ledger", county, "whatif", "--pack", "fj-sanming-2021", "--month", "2022-13")

    assert "aidledger/whatif/v1" == ran.object["schema"]
    assert ran.object["cases"] == len(ran.object["changes"])
    assert 2 == bad.code
    assert "expected a month as YYYY-MM" in bad.err


def test_a_chart_escapes_its_texts_and_keeps_every_bar_inside() -> None:
    bars = [Bar("a<b&", -5_000, "-50.00"), Bar("c", 2_500, "+25.00"), Bar("d", 0, "0.00")]
    drawn = svg_chart('x"<y>', "z&", bars)
    root = ET.fromstring(drawn)  # noqa: S314  (our own)
    whole = float(root.get("width") or 0)
    rects = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    reach: Callable[[ET.Element], float] = lambda r: (  # noqa: E731
        float(r.get("x") or 0) + float(r.get("width") or 0)
    )

    assert "script" not in drawn
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", drawn)
    assert all(0 <= reach(rect) <= whole for rect in rects)
    assert [420 * 2 / 3, 420 / 3, 1.0] == [
        pytest.approx(float(rect.get("width") or 0), abs=0.1) for rect in rects[1:]
    ]
