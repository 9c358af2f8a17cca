"""``audit report``: what rules found and in what, as a page, a PDF or a workbook."""

from __future__ import annotations

from pathlib import Path

from aidledger.audit.running import BROKEN
from aidledger.domain.policy.schema import Severity
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.days import day_of
from aidledger.interfaces.cli.engines import engine_limits
from aidledger.interfaces.cli.errors import COULD_NOT_RUN
from aidledger.interfaces.cli.handed import tell
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.proofs import read_policy
from aidledger.services.audits.auditing import rules_of
from aidledger.services.audits.sampling import held_samples
from aidledger.services.reporting.figures import figures_of
from aidledger.services.reporting.writing import Form, form_of, write_report


def run_report(
    app: App,
    *,
    output: str,
    format: Form | None,  # noqa: A002 - the option's name
    rule: tuple[str, ...],
    rules: str | None,
    severity: Severity | None,
    policy: str | None,
    sample: tuple[str, ...],
    memory: str | None,
    threads: int | None,
    as_of: str | None,
    known_on: str | None,
    json: bool,
) -> int:
    """Run rules and write the report; 3 where one of them failed, or a form could not be made."""
    path = Path(output)
    form_of(path, format)
    wanted = rules_of(Path(rules) if rules else None, rule)
    trusted = None if policy is None else read_policy(policy)
    written = [(Path(name).name, Path(name).read_bytes()) for name in sample]
    limits = engine_limits(memory, threads)
    with app.screen.reading_entries() as progress, reading(app) as session:
        figures = figures_of(
            session,
            wanted,
            least=severity,
            policy=trusted,
            samples=held_samples(session, written),
            as_of=day_of(as_of),
            known_on=day_of(known_on),
            limits=limits,
            progress=progress,
        )
    manifest = write_report(path, figures, app.lang, format)
    code = tell(app, path, manifest, json=json)
    failed = any(one.code in BROKEN for one in figures.found.report.not_run)
    return COULD_NOT_RUN if failed else code
