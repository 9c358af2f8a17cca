"""``fund flow`` over two counties: what closes, what does not, for people and programs, and its pictures."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.cli.shell import Ran, aidledger
from tests.counties import County, county

from aidledger.interfaces.cli import layout
from aidledger.services.funds.fitting import room
from aidledger.services.funds.flowing import fund_flow
from aidledger.services.generations.rebuilding import rebuild
from aidledger.services.session import open_session

SVG = "{http://www.w3.org/2000/svg}"


def rebuilt(factory: pytest.TempPathFactory, *, planted: bool) -> County:
    """Return a copy of a county with a generation of what is asked here, which is then quickly read."""
    of = county(factory, planted=planted)
    folder = factory.mktemp("fund")
    for file in Path(of.location).parent.glob("ledger.sqlite*"):
        shutil.copy(file, folder)
    location = str(folder / "ledger.sqlite")
    with open_session(location, read_only=True) as session:
        rebuild(session, models=["fund_flows", "fund_joints"])
    return County(location, of.listed)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> County:
    return rebuilt(tmp_path_factory, planted=False)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> County:
    return rebuilt(tmp_path_factory, planted=True)


def flow(of: County, *words: str) -> Ran:
    return aidledger("--ledger", of.location, "fund", "flow", *words)


def test_in_an_orderly_county_every_joint_closes_or_is_under_way(clean: County) -> None:
    ran = flow(clean, "--year", "2022", "--json")

    assert 0 == ran.code
    told = ran.object
    assert told["closes"]
    assert {"closed", "waiting", "unchecked"} >= {joint["state"] for joint in told["joints"]}
    assert {"allocated", "lines", "hand"} <= {
        joint["joint"] for joint in told["joints"] if joint["state"] == "closed"
    }
    money = dict.fromkeys(("received", "paid", "spent", "returned", "handed", "given_back"), 0)
    for way in told["ways"]:
        money[way["way"]] += way["amount_fen"]
    assert told["left_fen"] == (
        money["received"] + money["returned"] - money["paid"] - money["spent"]
    )
    assert money["handed"] - money["given_back"] == money["paid"] - money["returned"]


def test_where_money_was_added_on_the_way_the_joint_is_named_with_its_entries(
    spoiled: County,
) -> None:
    # F061, F073: planted at known entries
    ran = flow(spoiled, "--json")
    apart = [joint for joint in ran.object["joints"] if joint["state"] == "apart"]
    named = {at for joint in apart for at in joint["left_positions"] + joint["right_positions"]}

    assert 1 == ran.code
    assert {"account", "answered", "issued", "lines"} <= {joint["joint"] for joint in apart}
    assert spoiled.planted("F073") <= named
    assert spoiled.planted("F061") & named


def test_people_see_it_in_eighty_columns_in_both_languages(spoiled: County) -> None:
    for lang, words in (("zh", "不符"), ("en", "apart")):
        ran = aidledger(
            "--lang", lang, "--ledger", spoiled.location, "fund", "flow", "--year", "2022"
        )

        assert 1 == ran.code
        assert words in ran.out
        assert max(map(layout.width, ran.out.splitlines())) <= 80


def test_a_programme_a_span_of_months_and_a_township_are_parts_of_the_whole(clean: County) -> None:
    with open_session(clean.location, read_only=True) as session:
        whole = fund_flow(session)
        tekun = fund_flow(session, programme="tekun")
        half = fund_flow(session, first="2022-07", last="2022-12")
        town = fund_flow(session, township="520123001")

    assert 0 < tekun.total_fen("handed") < whole.total_fen("handed")
    assert {"tekun"} == {joint.programme for joint in tekun.joints}
    assert {"2022-07", "2022-12"} <= {way.month for way in half.ways}
    assert "2022-06" not in {way.month for way in half.ways}
    assert whole.left_fen == half.left_fen
    assert {("hand", "520123001")} == {(joint.joint, joint.item) for joint in town.joints}
    assert {"520123001"} == {way.item for way in town.ways}


def test_a_year_stands_alone_and_a_month_is_a_month(clean: County) -> None:
    for words in (("--year", "2022", "--from", "2022-01"), ("--year", "22"), ("--to", "2022-13")):
        ran = flow(clean, *words)

        assert 2 == ran.code
        assert "expected" in ran.err


def boxes(root: ET.Element) -> list[tuple[float, float, float, float]]:
    """Return the room of each text: left, top, right, bottom."""
    default = int(root.attrib["font-size"])
    found = []
    for text in root.iter(f"{SVG}text"):
        size = int(text.get("font-size", default))
        long, x, y = room(text.text or "", size), float(text.attrib["x"]), float(text.attrib["y"])
        left = x - long if text.get("text-anchor") == "end" else x
        found.append((left, y - size * 0.8, left + long, y + size * 0.2))
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("option", ["--chart", "--sankey"])
def test_a_picture_is_the_same_again_says_itself_and_no_text_meets_another(
    spoiled: County, tmp_path: Path, option: str, lang: str
) -> None:
    drawn = []
    for number in range(2):
        file = tmp_path / f"{number}.svg"
        aidledger(
            "--lang",
            lang,
            "--ledger",
            spoiled.location,
            "fund",
            "flow",
            "--year",
            "2022",
            option,
            str(file),
        )
        drawn.append(file.read_bytes())
    root = ET.fromstring(drawn[0].decode())  # noqa: S314 - our own picture

    assert drawn[0] == drawn[1]
    assert root.findtext(f"{SVG}title")
    assert "1,800,000.00" in (root.findtext(f"{SVG}desc") or "")
    assert {"desc", "line", "path", "rect", "svg", "text", "title"} >= {
        element.tag.removeprefix(SVG) for element in root.iter()
    }
    assert not {name for element in root.iter() for name in element.attrib} & {
        "style",
        "href",
        "onload",
    }
    places = sorted(boxes(root))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(
        left >= 0 and top >= 0 and right <= width and bottom <= height
        for left, top, right, bottom in places
    )
    assert [] == [
        (one, other)
        for at, one in enumerate(places)
        for other in places[at + 1 :]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
