"""``import``: sheets of other programs, all or nothing, each file once."""

from __future__ import annotations

from typing import Any

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import OK, USAGE, CommandError
from aidledger.interfaces.cli.faults import told_once
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import writing
from aidledger.interfaces.cli.outcomes import (
    keep_receipt,
    problem_object,
    refused_code,
    show_outcome,
)
from aidledger.interfaces.cli.records import read_input, show_rehearsal
from aidledger.services.acts.rehearsing import rehearse
from aidledger.services.importing.running import (
    Import,
    cause_of,
    import_prepared,
    imported_before,
    prepare,
    sample_file,
)
from aidledger.services.problems import RefusedError


def run_import(
    app: App,
    *,
    kind: str,
    file: str | None,
    dry_run: bool,
    effective_on: str | None,
    actor: str | None,
    office: str | None,
    as_is: bool,
    template: bool,
    receipt: str | None,
    json: bool,
) -> int:
    """Import a file; the same file again gives the first receipt."""
    if template:
        return _show_template(app, kind, json=json)
    if file is None:
        raise CommandError(
            Said("缺少 FILE", "missing FILE"),
            hint=Said(
                f"aidledger import {kind} --template 给出样表",
                f"aidledger import {kind} --template prints a sample",
            ),
            exit_code=USAGE,
        )
    content = read_input(file)
    try:
        with writing(app) as session:
            before = imported_before(session, kind, content)
            origin = session.store.origin
            if before is not None:
                code = show_outcome(app, before, json=json)
                keep_receipt(before, origin, receipt)
                return code
            what = prepare(
                session,
                kind,
                content,
                actor=actor or "",
                office=office or "",
                effective_on=effective_on,
                as_is=as_is,
            )
            if dry_run:
                cause = cause_of(kind, content)
                drafts = rehearse(session, what.proposals, cause=cause)
                code = show_rehearsal(app, len(what.proposals), len(drafts), cause, json=json)
                _show_notes(app, what)
                return code
            outcome = import_prepared(session, what)
    except RefusedError as refused:
        return refused_code(app, refused, json=json)
    code = show_outcome(app, outcome, json=json, file=_file_object(app, what))
    if not json:
        _show_file(app, what)
    _show_notes(app, what)
    keep_receipt(outcome, origin, receipt)
    return code


def _show_template(app: App, kind: str, *, json: bool) -> int:
    """Print the header and a sample row."""
    text = sample_file(kind)
    if json:
        header, sample = text.splitlines()[:2]
        app.screen.json(
            {
                "schema": "aidledger/import-template/v1",
                "kind": kind,
                "columns": header.split(","),
                "sample": sample.split(","),
            }
        )
    else:
        app.screen.lines(text.splitlines())
    return OK


def _file_object(app: App, what: Import) -> dict[str, Any]:
    """Return what stands in the entry about the file, and what of it is to be looked at."""
    notes = [problem_object(note, app) for note in what.notes]
    return {
        "kind": what.kind,
        "sha256": what.file_hash,
        "rows": what.rows,
        "totals": {total.column: total.total for total in what.totals},
        **({"notes": notes} if notes else {}),
    }


def _show_file(app: App, what: Import) -> None:
    """Print the file's hash, its rows and its control totals."""
    app.screen.pairs(
        [
            (app.say("文件", "file"), what.file_hash),
            (app.say("行数", "rows"), str(what.rows)),
            *[(total.column, str(total.total)) for total in what.totals],
        ]
    )


def _show_notes(app: App, what: Import) -> None:
    """Say by line what was not expected: these are facts, and recorded all the same."""
    for text in told_once(what.notes, app.lang):
        app.screen.note(f"⚠ {text}")
