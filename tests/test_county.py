"""One simulated county, on both engines: the same bytes, and every derivation of it agrees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.conftest import url_of

from aidledger.services.cases.history import case_streams
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.generations.rebuilding import RebuildResult, disagreements, rebuild
from aidledger.services.initialising import create_ledger
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import SimulationResult, simulate

CASES, MONTHS, SEED = 40, 8, 5
ENGINES = ("sqlite", "postgresql")
MIDDLE = date(2022, 5, 31)
DATABASE = "simulated_county"
NOT_HERE = {
    # what so small a county has none of: nobody in publicity on the last day, no household on the
    # allowance, no institution, no incident
    *("list_publicity", "households", "income", "dibao_amounts", "elderly", "facilities"),
    *("residents", "institution_ratios", "placement_queue", "pocket_money", "gifts"),
    *("incidents", "plan_steps", "facility_subsidies", "respite", "recognitions"),
    # nor help beside the allowance, nor a supported child
    *("help_paid", "help_by_kind", "temporary_grants", "lookbacks", "medical_costs", "referrals"),
    *("housing_queue", "zero_employment", "emergency_paperwork", "programmes_by_person"),
    *("assessed_property", "county_visits", "guardians", "owed_acts", "suspensions"),
    # and no entry of money is amended, and no other log is kept
    *("amended_chains", "amended_money", "county_logs"),
    # nor was anything imported from another office, nor is there a limit of property
    *("property_limits", "registers"),
    # nobody raises doubts there
    *("doubts", "doubts_by_rule"),
}


class Counties:
    """The same county in a file and on the server, and what was rebuilt halfway through."""

    def __init__(
        self,
        sessions: dict[str, Session],
        results: dict[str, SimulationResult],
        then: RebuildResult,
    ) -> None:
        self.sessions, self.results, self.then = sessions, results, then


@pytest.fixture(scope="module")
def counties(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counties]:
    folder = tmp_path_factory.mktemp("county")
    with (
        pytest.MonkeyPatch.context() as patch,
        psycopg.connect(postgres_server, autocommit=True) as admin,
        ExitStack() as opened,
    ):
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.delenv("AIDLEDGER_SECRETS", raising=False)
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
        admin.execute(drop)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        opened.callback(admin.execute, drop)
        places = {
            "sqlite": str(folder / "county.db"),
            "postgresql": url_of(postgres_server, DATABASE),
        }
        sessions: dict[str, Session] = {}
        results: dict[str, SimulationResult] = {}
        halfway: list[RebuildResult] = []

        def rebuild_halfway(done: int, total: int) -> None:
            if done == total // 2 and not halfway:
                halfway.append(rebuild(session, folder=folder / "halfway"))

        for engine, place in places.items():
            create_ledger(place, origin="test/county")
            session = opened.enter_context(open_session(place))
            results[engine] = simulate(
                session,
                cases=CASES,
                months=MONTHS,
                seed=SEED,
                irregularities=folder / f"{engine}.json",
                progress=rebuild_halfway,
            )
            sessions[engine] = session
        yield Counties(sessions, results, halfway[0])


def digests(result: RebuildResult) -> dict[str, tuple[int, str]]:
    return {model.name: (model.rows, model.digest) for model in result.models}


def test_both_engines_hold_the_same_ledger(counties: Counties) -> None:
    sqlite, postgres = (counties.results[engine] for engine in ENGINES)
    rows = [list(counties.sessions[engine].store.read()) for engine in ENGINES]

    assert sqlite == postgres
    assert sqlite.cases == CASES
    assert len(sqlite.planted) >= 15
    assert rows[0] == rows[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_wrong_in_a_simulated_county_and_the_planted_acts_beyond_their_powers_are_leads(
    counties: Counties, engine: str
) -> None:
    report = verify(counties.sessions[engine])

    assert {"act_forbidden"} == {lead.code for lead in report.leads}
    assert ([], "unproven") == (report.findings, report.verdict)
    assert counties.results[engine].root == report.root
    assert report.entries == counties.results[engine].entries


def test_both_engines_give_the_same_models(counties: Counties, tmp_path: Path) -> None:
    found = [
        rebuild(counties.sessions[engine], folder=tmp_path / engine, known_on=known_on)
        for engine in ENGINES
        for known_on in (None, MIDDLE)
    ]

    assert digests(found[0]) == digests(found[2])
    assert digests(found[1]) == digests(found[3])
    assert digests(found[0]) != digests(found[1])
    assert {name for name, (rows, _) in digests(found[0]).items() if not rows} <= NOT_HERE
    assert [] == [one for result in found for one in result.skipped]


@pytest.mark.parametrize(
    ("as_of", "known_on"),
    [
        (None, None),
        (MIDDLE, None),
        (MIDDLE, MIDDLE),
        (date(2022, 8, 31), date(2022, 3, 10)),
        (date(2022, 2, 18), date(2022, 8, 31)),
        (date(2023, 6, 1), None),
    ],
)
def test_every_case_is_the_same_folded_in_python_and_derived_in_sql(
    counties: Counties, as_of: date | None, known_on: date | None
) -> None:
    found = disagreements(counties.sessions["sqlite"], as_of=as_of, known_on=known_on)

    assert [] == found


def test_every_recorded_decision_stands_when_it_is_taken_again(counties: Counties) -> None:
    session = counties.sessions["sqlite"]
    repeated = [one for case in case_streams(session) for one in redecide(session, case)]

    assert [] == [one for one in repeated if not one.stands]
    assert {"ApplicationApproved", "EntitlementSet", "ReviewOpinionGiven"} <= {
        one.type for one in repeated
    }


def test_what_was_known_earlier_comes_out_as_it_did_then(
    counties: Counties, tmp_path: Path
) -> None:
    then = counties.then
    now = rebuild(
        counties.sessions["sqlite"], as_of=then.as_of, known_on=then.as_of, folder=tmp_path
    )

    assert then.entries < counties.results["sqlite"].entries
    assert then.entries == now.entries
    assert digests(then) == digests(now)
