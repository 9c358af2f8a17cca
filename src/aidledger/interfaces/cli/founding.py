"""``init`` and ``adopt``: a new ledger, and the rules it is run under."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import writing
from aidledger.interfaces.cli.outcomes import refused_code, show_outcome
from aidledger.interfaces.cli.trials import show_trial, trial_object
from aidledger.services.initialising import create_ledger, open_county, shipped_packs
from aidledger.services.problems import RefusedError
from aidledger.store.opening import mark_path
from aidledger.store.secrets import secrets_path

DEFAULT_ORIGIN: Final = "aidledger.local/ledger"


def run_init(app: App, *, origin: str | None, json: bool) -> int:
    """Make a ledger where there is none."""
    location = app.location()
    name = origin or DEFAULT_ORIGIN
    create_ledger(location, origin=name)
    secrets, mark = str(secrets_path(location)), str(mark_path(location))
    if json:
        app.screen.json(
            {
                "schema": "aidledger/init/v1",
                "ledger": location,
                "origin": name,
                "secrets": secrets,
                "mark": mark,
            }
        )
        return OK
    screen = app.screen
    screen.line(screen.style(app.say("账本已新建", "the ledger is made"), "green"))
    screen.pairs(
        [
            (app.say("账本", "ledger"), location),
            (app.say("名称", "origin"), name),
            (app.say("密钥", "secrets"), secrets),
        ]
    )
    screen.note(
        app.say(
            "请把密钥文件另存一份：没有它，密封的个人信息永远打不开",
            "keep a copy of the secrets elsewhere: without them what is sealed stays sealed",
        )
    )
    return OK


def run_adopt(
    app: App,
    *,
    pack: tuple[str, ...],
    county: str | None,
    on: str | None,
    actor: str | None,
    office: str | None,
    json: bool,
) -> int:
    """Adopt policy packs and calendars; without a name the packs are listed."""
    if not pack:
        names = shipped_packs()
        if json:
            app.screen.json({"schema": "aidledger/packs/v1", "packs": names})
        else:
            app.screen.lines(names)
        return OK
    missing = [
        name
        for name, value in (("--county", county), ("--actor", actor), ("--office", office))
        if not value
    ]
    if county is None or actor is None or office is None or missing:
        words = ", ".join(missing)
        raise CommandError(
            Said(f"缺少 {words}", f"missing {words}"),
            hint=Said(
                "采用政策包是一条记录，须写明由谁、为哪个机构",
                "an adoption is an entry: it says by whom and for which office",
            ),
            exit_code=USAGE,
        )
    with writing(app) as session:
        try:
            adopted = open_county(
                session,
                county=county,
                packs=pack,
                actor=actor,
                office=office,
                on=on or session.today,
            )
        except RefusedError as error:
            return refused_code(app, error, json=json)
    if json:
        rows = [trial_object(trial, app) for trial in adopted.tried]
        notices = [one.in_(app.lang) for one in adopted.notices]
        return show_outcome(app, adopted.outcome, json=True, tried=rows, notices=notices)
    for trial in adopted.tried:
        show_trial(app, trial)
    for notice in adopted.notices:
        app.screen.note(notice.in_(app.lang))
    return show_outcome(app, adopted.outcome, json=False)
