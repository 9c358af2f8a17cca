"""``province``: the log over the counties' logs."""

from __future__ import annotations

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.ledgers import writing
from aidledger.interfaces.cli.outcomes import show_outcome
from aidledger.interfaces.cli.records import read_input
from aidledger.interfaces.cli.trustfiles import read_log_keys
from aidledger.services.acts.who import Who
from aidledger.services.provinces.gathering import gather, trust_county


def run_trust(
    app: App,
    *,
    county: str,
    log: tuple[str, ...],
    actor: str,
    office: str,
    on: str | None,
    json: bool,
) -> int:
    """Record the keys of a county's log."""
    keys = read_log_keys(log)
    with writing(app) as session:
        outcome = trust_county(
            session, county, keys, by=Who(actor=actor, office=office, on=on or session.today)
        )
    return show_outcome(app, outcome, json=json)


def run_gather(
    app: App, *, county: str, file: str, actor: str, office: str, on: str | None, json: bool
) -> int:
    """Record a county's checkpoint, once it is proven to extend the one before."""
    data = read_input(file)
    with writing(app) as session:
        outcome = gather(
            session, county, data, by=Who(actor=actor, office=office, on=on or session.today)
        )
    return show_outcome(app, outcome, json=json)
