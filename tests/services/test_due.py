"""``due`` names what units owe: returns, joint meetings and what audits asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.services.cases.due import DueItem, due
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.departments import WITHOUT_RETURN
from aidledger.services.simulation.places import DEPARTMENTS, FINANCE, department, townships
from aidledger.services.simulation.running import simulate

UNITS = sorted(
    [
        FINANCE,
        *(town.code for town in townships()),
        *(department(kind) for kind, _, _ in DEPARTMENTS if kind not in WITHOUT_RETURN),
    ]
)


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county that worked for one month, without a single case."""
    folder = tmp_path_factory.mktemp("january")
    location = str(folder / "ledger.sqlite")
    create_ledger(location, origin="simulated/520123/7")
    with open_session(location) as session:
        simulate(session, cases=0, months=1, seed=7)
    return folder


def asked(folder: Path, as_of: str) -> list[DueItem]:
    with open_session(str(folder / "ledger.sqlite")) as session:
        return list(due(session, as_of=as_of).items)


def test_a_return_stands_there_for_each_unit_until_it_comes(january: Path) -> None:
    """S4-101, S4-102, F098: January's came, February's has not."""
    for as_of, state in (("2022-02-27", "open"), ("2022-02-28", "missed")):
        returns = [item for item in asked(january, as_of) if item.stream.startswith("unit/")]

        assert [(f"unit/{unit}", "return 2022-02", "2022-02-27", state) for unit in UNITS] == [
            (item.stream, item.what, item.due_on, item.state) for item in returns
        ]


def test_the_meeting_of_a_running_quarter_and_a_finding_stand_there(january: Path) -> None:
    """S4-104, S4-117, F097: the first quarter's was held; the audit waits for its answer."""
    items = {item.what: item for item in asked(january, "2022-04-10")}

    assert ("2022-06-30", "open") == (
        items["joint meeting 2022-04-01"].due_on,
        items["joint meeting 2022-04-01"].state,
    )
    assert "missed" == items["rectify F091"].state
    assert [] == [what for what in items if "2022-01-01" in what]
