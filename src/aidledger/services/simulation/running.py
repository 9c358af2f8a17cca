"""Runs the simulation: an empty ledger in, a county's year out, and what was planted in it."""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aidledger.domain.values import add_months, parse_day
from aidledger.services.clock import CHINA, SeededBytes, SetClock
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.services.simulation import procedure
from aidledger.services.simulation.banks import Banks
from aidledger.services.simulation.bought import BoughtServices
from aidledger.services.simulation.care import Carers
from aidledger.services.simulation.county import County, Hear
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.planting import (
    Followed,
    Harvest,
    Planted,
    Plants,
    Unplanted,
    all_kinds,
    no_kinds,
)
from aidledger.services.simulation.irregularities.scene import Kind, Tools
from aidledger.services.simulation.keys import make_keys
from aidledger.services.simulation.oversight import Boards, Complaints
from aidledger.services.simulation.payments import PayRuns
from aidledger.services.simulation.places import COUNTY
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.policy import (
    new_rules,
    open_ledger_of,
    rise_month,
    standard_rises,
    working_calendar,
)
from aidledger.services.simulation.programmes.branches import PROGRAMMES, branch_of, draw_plan
from aidledger.services.simulation.protected import know_children
from aidledger.services.simulation.scenarios.scenario import Scenario
from aidledger.services.simulation.stores import Stores
from aidledger.services.simulation.units import Units
from aidledger.store.secrets import KEY_BYTES, Secrets, create_secrets
from aidledger.store.vault import Vault

MAX_CASES: Final = 100_000
MAX_MONTHS: Final = 48
_FIRST_START: Final = "2022-01-01"
"""The local pack is in force from then on; without it no amount can be computed."""

Progress = Callable[[int, int], None]
"""Told how many working days are done, and of how many."""


class SimulationResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a simulation: the ledger's size and root (hex), its cases, what was planted."""

    entries: int
    root: str
    cases: int
    planted: tuple[Planted, ...] = ()
    not_planted: tuple[Unplanted, ...] = ()
    side_effects: tuple[Followed, ...] = ()


def simulate(
    session: Session,
    *,
    cases: int,
    months: int,
    seed: int,
    start: str = _FIRST_START,
    irregularities: Path | None = None,
    scenario: Scenario | None = None,
    statements: bool = False,
    signed: bool = False,
    progress: Progress | None = None,
    hear: Hear | None = None,
) -> SimulationResult:
    """Fill an empty ledger with an invented county's work, the same for the same arguments.

    Everything is recorded through ``record``, as officers would. The ledger's pepper becomes one
    that follows from the seed: tokens, and with them every byte, come out the same again.

    Args:
        session: an empty ledger, opened for writing.
        cases: how many people apply.
        months: how many calendar months the county works.
        seed: what all chance follows from.
        start: the first day of the first month.
        irregularities: plant what auditors look for, and write the list of it to this file.
        scenario: plant what this one has, and nothing else; the list is written all the same.
        statements: let the bank send a statement of each fund's account every month; with
            `irregularities` some of them are wrong.
        signed: make keys for all officers in the keys folder, register them, and sign every batch
            by the one actor it then has. Whoever plants irregularities signs them unasked.
        progress: told after each working day.
        hear: told of each batch, once it is recorded.

    Raises:
        ServiceError: the ledger has entries, an argument is out of its range, or statements are
            wanted and somebody hears.
        KeyFileError: signed, and the keys folder is not fit, or has a key of that name.

    """
    first = _check(session, cases=cases, months=months, start=start)
    _check_heard(heard=hear is not None, statements=statements)
    last = _last_day(start, months)
    registrations = make_keys(session.keyring, seed=seed, cases=cases) if signed else []
    moving = SetClock(datetime.combine(first, time(), tzinfo=CHINA))
    kinds = _kinds(scenario, wanted=irregularities is not None, statements=statements)
    with _simulated(session, moving, seed, judging=not kinds):
        county = County(
            session,
            moving,
            seed=seed,
            days=(first, last),
            calendar=working_calendar(),
            cases=cases,
            registrations=tuple(registrations),
        )
        county.hear = hear
        plants = Plants(county, kinds)
        _people_it(county, cases, start, plants, statements=statements)
        total = sum(day <= last for day in county.workdays)
        for done in county.work():
            if progress is not None:
                progress(done, total)
        harvest = plants.found()
    if irregularities and not scenario:
        harvest = msgspec.structs.replace(harvest, not_planted=harvest.not_planted + no_kinds())
    result = _result(session, cases, harvest)
    if irregularities:
        _write(irregularities, result)
    return result


def _kinds(scenario: Scenario | None, *, wanted: bool, statements: bool) -> tuple[Kind, ...]:
    """Return what is to be planted: a scenario's kinds, all there are, or none."""
    if scenario is not None:
        return scenario.kinds
    if not wanted:
        return ()
    return all_kinds(statements=True) if statements else all_kinds()


def _result(session: Session, cases: int, harvest: Harvest) -> SimulationResult:
    """Return what came of it."""
    head = session.store.head()
    return SimulationResult(
        entries=head.size,
        root=head.root.hex(),
        cases=cases,
        planted=harvest.planted,
        not_planted=harvest.not_planted,
        side_effects=harvest.side_effects,
    )


@contextmanager
def _simulated(session: Session, clock: SetClock, seed: int, *, judging: bool) -> Iterator[None]:
    """Let the session live in invented time and chance; give it back its own afterwards."""
    before, random_bytes, vault = session.clock, session.random_bytes, session.vault
    _use_seed(session, seed)
    session.clock, session.judging = clock, judging
    try:
        yield
    finally:
        session.clock, session.random_bytes, session.judging = before, random_bytes, True
        session.forget()
        if vault is not None and session.secrets is not None:
            session.vault = Vault(session.store, session.secrets, random_bytes)


def _check_heard(*, heard: bool, statements: bool) -> None:
    """Refuse to write requests of a county whose statements are none."""
    if statements and heard:
        raise ServiceError(
            "simulate: expected no --requests beside --statements, found both",
            hint="a statement's lines are no requests: leave one of the two away",
            exit_code=2,
        )


def _check(session: Session, *, cases: int, months: int, start: str) -> date:
    """Return the first day, having checked that a simulation may begin."""
    if session.secrets is None or session.secrets_file is None:
        raise ServiceError("the ledger is open for reading only", exit_code=12)
    size = session.store.head().size
    if size:
        raise ServiceError(
            f"simulate: expected an empty ledger, found {size} entries",
            hint="make a new ledger with aidledger init: invented people don't belong among others",
            exit_code=2,
        )
    for name, value, most in (("cases", cases, MAX_CASES), ("months", months, MAX_MONTHS)):
        least = 0 if name == "cases" else 1
        if not least <= value <= most:
            raise ServiceError(
                f"simulate: expected {name} from {least} to {most}, found {value}", exit_code=2
            )
    try:
        first = parse_day(start)
    except ValueError as error:
        raise ServiceError(f"simulate: start: {error}", exit_code=2) from None
    if first.day != 1 or start < _FIRST_START:
        raise ServiceError(
            f"simulate: expected a start on the first of a month from {_FIRST_START}, found {start}",
            exit_code=2,
        )
    return first


def _last_day(start: str, months: int) -> date:
    """Return the last day of the last month."""
    year, month = map(int, add_months(start[:7], months - 1).split("-"))
    return date(year, month, gregorian.monthrange(year, month)[1])


def _people_it(county: County, cases: int, start: str, plants: Plants, *, statements: bool) -> None:
    """Start every process of the county: its rules, people, money and oversight."""
    packs = tuple(dict.fromkeys(pack for branch in PROGRAMMES for pack in branch.packs))
    county.spawn(open_ledger_of(county, start, packs))
    county.spawn(new_rules(county, start, packs))
    plans = plants.change([draw_plan(county, number) for number in range(1, cases + 1)])
    dossiers = [_dossier(county, plan) for plan in plans]
    carers, checks, looks = Carers(county), procedure.SpotChecks(), procedure.SecondLooks()
    runs = [PayRuns(county, branch.programme, dossiers) for branch in PROGRAMMES if branch.monthly]
    complaints, boards = Complaints(county, dossiers), Boards(county, dossiers)
    funds = {one.programme: one.fund for one in runs}
    stores, banks = Stores(county, dossiers, funds), Banks(county, funds)
    stores.whole_statements = statements
    units, bought = Units(county, dossiers), BoughtServices(county)
    tools = Tools(
        carers=carers,
        checks=checks,
        all_runs={one.programme: one for one in runs},
        complaints=complaints,
        boards=boards,
        stores=stores,
        units=units,
        bought=bought,
        banks=banks,
    )
    plants.give_tools(tools, dossiers)

    def approved(case: Dossier) -> None:
        county.spawn(units.bear(case))
        if looks.wanted():
            county.spawn(procedure.second_look(case))
        for process in branch_of(case.plan).live(case, carers, rise_month(county)):
            county.spawn(process)

    for case in dossiers:
        county.spawn(branch_of(case.plan).apply(case, checks, approved))
    county.spawn(standard_rises(county, dossiers))
    for one in runs:
        county.spawn(one.monthly())
    county.spawn(complaints.arrive())
    for town in county.towns:
        county.spawn(carers.supervise(town))
        county.spawn(boards.show(town))
        county.spawn(know_children(county, town))
    county.spawn(stores.monthly())
    if statements:
        county.spawn(banks.monthly())
    county.spawn(bought.monthly())
    units.begin()
    plants.start()


def _dossier(county: County, plan: CasePlan) -> Dossier:
    """Return the dossier of a plan, under its name in the ledger."""
    stream = f"case/{COUNTY}-{plan.apply_on.year}-{plan.number:06d}"
    return Dossier(county=county, plan=plan, stream=stream, rng=county.rng("life", plan.number))


def _use_seed(session: Session, seed: int) -> None:
    """Let tokens and salts follow from the seed, now and in later commands."""
    if session.secrets is None or session.secrets_file is None:
        return
    pepper = HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"aidledger/simulated-pepper/v1\n"
    ).derive(str(seed).encode())
    secrets = Secrets(pepper=pepper, vault_key=session.secrets.vault_key)
    replace_secrets(session.secrets_file, secrets)
    session.secrets = secrets
    session.random_bytes = SeededBytes(b"aidledger/simulated-salts/v1\n" + str(seed).encode())
    session.vault = Vault(session.store, secrets, session.random_bytes)


def replace_secrets(path: Path, secrets: Secrets) -> None:
    """Write other secrets in place of a ledger's own, in one step.

    Only for a ledger that has sealed nothing yet: what was sealed under the old ones stays shut.
    """
    parts = iter((secrets.pepper, secrets.vault_key))
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    create_secrets(beside, lambda _: next(parts))
    beside.replace(path)


def _write(path: Path, result: SimulationResult) -> None:
    """Write the list of what was planted, sorted by rule and position."""
    listed = {
        "irregularities": result.planted,
        "not_planted": result.not_planted,
        "side_effects": result.side_effects,
    }
    text = msgspec.json.encode(listed, order="sorted")
    path.write_bytes(msgspec.json.format(text, indent=2) + b"\n")
