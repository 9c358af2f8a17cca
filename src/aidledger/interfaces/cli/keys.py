"""``keys``: make, list, register, replace and revoke the keys that officers sign with."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import cast

import msgspec

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import OK
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.outcomes import refused_code, show_outcome
from aidledger.interfaces.cli.passphrases import new_passphrase
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import SEED_BYTES
from aidledger.services.acts.who import Who
from aidledger.services.keys.register import (
    Assurance,
    KeyState,
    Reason,
    find_key,
    key_states,
    register_key,
    revoke_key,
    rotate_key,
)
from aidledger.services.problems import RefusedError
from aidledger.services.session import Session
from aidledger.store.keyfiles import create_key, key_path, keys_path
from aidledger.store.outcome import Outcome


def run_new(app: App, *, name: str, no_passphrase: bool, json: bool) -> int:
    """Make a key in the ledger's folder of keys."""
    folder = keys_path(app.location())
    word = None if no_passphrase else new_passphrase(app, name)
    seed = secrets.token_bytes(SEED_BYTES)
    key = create_key(folder, name, KeyKind.BATCH, passphrase=word, seed=seed)
    path = str(key_path(folder, name))
    if json:
        app.screen.json(
            {
                "schema": "aidledger/key/v1",
                "name": name,
                "label": key.label,
                "vkey": key.vkey(),
                "file": path,
                "locked": not no_passphrase,
            }
        )
        return OK
    app.screen.line(app.screen.style(app.say("密钥已新建", "the key is made"), "green"))
    app.screen.pairs([(app.say("文件", "file"), path)])
    app.screen.line(key.vkey())
    app.screen.note(
        app.say(
            "登记后才能签名：aidledger keys register",
            "it counts once somebody else has registered it: aidledger keys register",
        )
    )
    return OK


def run_list(app: App, *, json: bool) -> int:
    """Print every key with its owner and the positions at which it counts."""
    with reading(app) as session:
        states = key_states(session)
    if json:
        app.screen.json(
            {"schema": "aidledger/keys/v1", "keys": [msgspec.to_builtins(one) for one in states]}
        )
        return OK
    if not states:
        app.screen.line(app.say("没有密钥", "there are no keys"))
        return OK
    app.screen.table(
        [
            app.say("名称", "name"),
            app.say("所属人员", "owner"),
            app.say("保管", "held by"),
            app.say("状态", "status"),
            app.say("起", "from"),
            app.say("止", "to"),
            app.say("在手", "at hand"),
        ],
        [_row(app, one) for one in states],
    )
    return OK


def _row(app: App, one: KeyState) -> list[str]:
    status = {
        "in_force": app.say("有效", "in force"),
        "revoked": app.say("已吊销", "revoked"),
        "unregistered": app.say("未登记", "not registered"),
    }[one.status]
    held = {
        "": "",
        "server": app.say("服务器", "server"),
        "file": app.say("本人文件", "own file"),
        "token": app.say("本人设备", "own token"),
    }.get(one.assurance, one.assurance)
    first, last = ("" if at is None else str(at) for at in (one.first, one.last))
    at_hand = app.say("是", "yes") if one.at_hand else app.say("否", "no")
    return [one.name, one.owner, held, status, first, last, at_hand]


def run_register(
    app: App,
    *,
    key: str,
    owner: str,
    assurance: str | None,
    actor: str,
    office: str,
    county: str | None,
    on: str | None,
    json: bool,
) -> int:
    """Register a key of the folder, or one given as text, for an actor."""

    def act(session: Session, by: Who) -> Outcome:
        held = cast("Assurance", assurance or "server")
        found = find_key(session, key)
        return register_key(session, by, key=found, owner=owner, assurance=held, county=county)

    return _recorded(app, act, (actor, office, on), json=json)


def run_rotate(
    app: App,
    *,
    key: str,
    new: str,
    actor: str,
    office: str,
    county: str | None,
    on: str | None,
    json: bool,
) -> int:
    """Put a new key in the place of one that is in force."""

    def act(session: Session, by: Who) -> Outcome:
        return rotate_key(session, by, old=key, new=find_key(session, new), county=county)

    return _recorded(app, act, (actor, office, on), json=json)


def run_revoke(
    app: App,
    *,
    key: str,
    reason: str,
    from_position: int | None,
    actor: str,
    office: str,
    county: str | None,
    on: str | None,
    json: bool,
) -> int:
    """Revoke a key, from now on or from an earlier position on."""

    def act(session: Session, by: Who) -> Outcome:
        why = cast("Reason", reason)
        return revoke_key(
            session, by, key=key, reason=why, from_position=from_position, county=county
        )

    return _recorded(app, act, (actor, office, on), json=json)


def _recorded(
    app: App,
    act: Callable[[Session, Who], Outcome],
    who: tuple[str, str, str | None],
    *,
    json: bool,
) -> int:
    """Do something about a key as an entry, and print what became of it."""
    actor, office, on = who
    with writing(app) as session:
        by = Who(actor=actor, office=office, on=on or session.today)
        try:
            outcome = act(session, by)
        except RefusedError as refused:
            return refused_code(app, refused, json=json, of_file=False)
    return show_outcome(app, outcome, json=json)
