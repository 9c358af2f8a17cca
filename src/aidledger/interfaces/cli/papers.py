"""``export workpapers``: an audit run as a workbook that auditors go on writing in."""

from __future__ import annotations

from pathlib import Path

from aidledger.audit.running import BROKEN
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import COULD_NOT_RUN
from aidledger.interfaces.cli.handed import tell
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.lists import read_table
from aidledger.replay.models import load_models, needed
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.audits.sampling import held_samples
from aidledger.services.handing.manifest import log_of
from aidledger.services.handing.workpapers import write_workpapers


def run_workpapers(
    app: App,
    *,
    file: str,
    rule: tuple[str, ...],
    rules: str | None,
    sample: tuple[str, ...],
    model: tuple[str, ...],
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Run rules and write the workbook; 3 where one of them failed."""
    wanted = rules_of(Path(rules) if rules else None, rule)
    written = [(Path(name).name, Path(name).read_bytes()) for name in sample]
    models = needed(load_models(), model) if model else {}
    limits = engine_limits(memory, threads)
    path = Path(file)
    with app.screen.reading_entries() as progress, reading(app) as session:
        found = audit(
            session,
            wanted,
            as_of=day_of(as_of),
            known_on=day_of(known_on),
            limits=limits,
            progress=progress,
        )
        samples = held_samples(session, written)
        log = log_of(session.store, found.position + 1)
    lists = [read_table(app, models[name], as_of=as_of, known_on=known_on) for name in model]
    manifest = write_workpapers(path, found, log, lang=app.lang, samples=samples, lists=lists)
    code = tell(app, path, manifest, json=json)
    failed = any(one.code in BROKEN for one in found.report.not_run)
    return COULD_NOT_RUN if failed else code
