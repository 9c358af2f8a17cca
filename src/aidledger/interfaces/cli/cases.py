"""``case list``, ``case show`` and ``case history``: what a case is, and how it came about."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from aidledger.domain.casestate import Case
from aidledger.domain.recorded import END_OF_TIME, Recorded, amended
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.entries import amendment_marks, brief, entry_lines, full
from aidledger.interfaces.cli.errors import OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.provens import Asked, read_sources, show_limits
from aidledger.interfaces.cli.sheet import show_sheet
from aidledger.interfaces.cli.wording import STAGES, counted, word, yuan
from aidledger.services.acts.lateness import lateness
from aidledger.services.cases.amending import Amendments, amendments
from aidledger.services.cases.erased import erased_by
from aidledger.services.cases.history import case_as_of, find_stream, history
from aidledger.services.cases.running import LimitShown, limit_shown, running_limits
from aidledger.services.cases.standing import case_columns, day_of_question
from aidledger.services.generations.rebuilding import read_rows
from aidledger.services.session import Session

_LISTED: Final = (
    "case",
    "stage",
    "display_name",
    "township",
    "village",
    "applied_on",
    "decided_on",
    "form",
    "monthly_fen",
    "paid_fen",
)
_OF_MEMBER: Final = ("person", "relation", "from_on", "to_on")
"""What is told of a member of the household: no name, and no birthday."""


def list_cases(
    app: App, *, stage: str | None, as_of: str | None, known_on: str | None, json: bool
) -> None:
    """Print every case with what matters of it."""
    if stage is not None and stage not in STAGES:
        raise CommandError(
            Said(f"--stage {stage}：没有这个阶段", f"--stage {stage}: no such stage"),
            hint=Said(" ".join(STAGES), " ".join(STAGES)),
            exit_code=USAGE,
        )
    with app.screen.reading_entries() as progress, reading(app) as session:
        day = as_of or day_of_question(session, known_on)
        cases = read_rows(session, "case_state", as_of=day, known_on=known_on, progress=progress)
    rows = [row for row in cases if stage in (None, row["stage"])]
    if json:
        app.screen.json(
            {
                "schema": "aidledger/case-list/v1",
                "as_of": day,
                "known_on": known_on,
                "cases": [{key: row[key] for key in _LISTED} for row in rows],
            }
        )
        return
    lang = app.lang
    app.screen.table(
        [
            app.say("个案", "case"),
            app.say("阶段", "stage"),
            app.say("姓名", "name"),
            app.say("村", "village"),
            app.say("每月", "a month"),
            app.say("已发", "paid"),
        ],
        [
            [
                row["case"].removeprefix("case/"),
                word(row["stage"], lang),
                row["display_name"] or "",
                row["village"] or "",
                yuan(row["monthly_fen"], lang).split(" ")[0],
                yuan(row["paid_fen"], lang).split(" ")[0],
            ]
            for row in rows
        ],
        right=frozenset({4, 5}),
    )
    app.screen.note(
        app.say(
            f"共 {len(rows)} 个个案，截至 {day}",
            f"{counted(len(rows), 'case', 'cases')} as of {day}",
        )
    )


def show_case(app: App, *, case: str, as_of: str | None, known_on: str | None, json: bool) -> None:
    """Print one case on one page."""
    with reading(app) as session:
        name = find_stream(session, case)
        day = as_of or day_of_question(session, known_on)
        state = case_as_of(session, name, as_of=day, known_on=known_on)
        entries, made = _entries(session, name, as_of, known_on)
        limits = running_limits(session, name, entries, as_of=day, known_on=known_on)
        erased = erased_by(session, state.applicant, known_on)
    if json:
        app.screen.json(
            {
                "schema": "aidledger/case/v1",
                "as_of": day,
                "known_on": known_on,
                **case_columns(state, day),
                "members": [
                    {key: getattr(one, key) or None for key in _OF_MEMBER}
                    | {"covered": one.covered}
                    for one in state.household.members
                ],
                "erased": erased
                and {"position": erased.position, "effective_on": erased.effective_on},
                "limits": [msgspec.to_builtins(limit_shown(timer)) for timer in limits],
                "entries": [brief(entry) | _amended_by(made, entry) for entry in entries],
            }
        )
        return
    _known(state, name, day)
    marks = {entry.position: amendment_marks(app, made, entry.position) for entry in entries}
    show_sheet(app, state, entries, limits, day=day, known_on=known_on, marks=marks, erased=erased)


def show_history(
    app: App,
    *,
    case: str,
    as_of: str | None,
    known_on: str | None,
    json: bool,
    **by_proof: Any,
) -> int:
    """Print every entry of a case; by proof also when it was made, and its limits."""
    sources = read_sources(Asked(**by_proof), as_of=as_of, known_on=known_on, at=app.at)
    if sources is not None:
        return show_limits(app, sources, case=case, json=json)
    with reading(app) as session:
        name = find_stream(session, case)
        entries, made = _entries(session, name, as_of, known_on)
        book = session.policy()
        late = {entry.position: lateness(book, entry, known_on) for entry in entries}
        found = running_limits(
            session, name, entries, as_of=as_of or END_OF_TIME, known_on=known_on
        )
        begun = [limit_shown(timer) for timer in found]
    if json:
        app.screen.json(
            {
                "schema": "aidledger/case-history/v1",
                "case": name,
                "as_of": as_of,
                "known_on": known_on,
                "entries": [
                    {
                        **full(entry, late[entry.position]),
                        **_amended_by(made, entry),
                        "limits": msgspec.to_builtins(_begun_by(entry, begun)),
                    }
                    for entry in entries
                ],
            }
        )
        return OK
    app.screen.line(app.screen.style(name.removeprefix("case/"), "bold"))
    for entry in entries:
        app.screen.lines(
            entry_lines(app, entry, late[entry.position], limits=_begun_by(entry, begun), made=made)
        )
    return OK


def _begun_by(entry: Recorded, limits: list[LimitShown]) -> list[LimitShown]:
    """Return the limits that began with an entry."""
    return [limit for limit in limits if limit.from_position == entry.position]


def _amended_by(made: Amendments, entry: Recorded) -> dict[str, Any]:
    """Return what amended an entry, and why it changes nothing where it is meant to amend another."""
    return {
        "amended_by": msgspec.to_builtins(made.of(entry.position)),
        "changes_nothing": made.idle.get(entry.position),
    }


def _entries(
    session: Session, name: str, as_of: str | None, known_on: str | None
) -> tuple[list[Recorded], Amendments]:
    """Return the entries of a case known on one day and in force on another, with all that amends them.

    Amendments are knowledge: an entry is in force from its corrected day on, whenever that was corrected.
    """
    found = history(session, name, known_on=known_on)
    day = {entry.position: entry.effective_on for entry in amended(found)}
    entries = [
        entry
        for entry in found
        if as_of is None or day.get(entry.position, entry.effective_on) <= as_of
    ]
    return entries, amendments(found)


def _known(state: Case, name: str, day: str) -> None:
    """Refuse to show a case of which nothing was there yet."""
    if not state.version:
        raise CommandError(
            Said(f"{name}：{day} 尚无记录", f"{name}: nothing was there yet on {day}"),
            hint=Said("用较晚的 --as-of 或 --known-on", "ask for a later --as-of or --known-on"),
            exit_code=USAGE,
        )
