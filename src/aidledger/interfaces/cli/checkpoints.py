"""``checkpoint``: sign, show and compare the log's size and root, have them witnessed, restore."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, UNPROVEN, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.outcomes import show_outcome
from aidledger.interfaces.cli.trustfiles import (
    named_passphrase,
    passphrase_for,
    read_policy,
    write_output,
)
from aidledger.interfaces.cli.verification import UNWITNESSED
from aidledger.interfaces.cli.witnessed import show_verdict, verdict_object
from aidledger.ledger.acceptance import accepted
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.note import Note
from aidledger.services.checkpoints.checkpointing import (
    Kept,
    log_keys,
    sign_checkpoint,
    signed_path,
)
from aidledger.services.checkpoints.comparing import (
    Compared,
    compare_notes,
    compare_with_ledger,
    signed_note,
)
from aidledger.services.checkpoints.restoring import restoration_of, restorations, restore
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.services.witnessing.asking import (
    ask_witnesses,
    make_request,
    newest_signed,
    take_response,
)
from aidledger.services.witnessing.sending import post
from aidledger.store.keyfiles import create_key, key_path, keys_path, load_signer

_RELATIONS = {
    "same": (OK, Said("相同", "the same")),
    "extends": (OK, Said("只有追加", "only added to")),
    "contradicts": (FINDINGS, Said("自相矛盾", "contradicts")),
    "behind": (FINDINGS, Said("账本短缺", "the ledger lacks entries")),
    "unproven": (UNPROVEN, Said("无法证明", "unproven")),
    "unrelated": (USAGE, Said("不是同一账本", "of another log")),
}


def run_sign(app: App, *, output: str | None, new_key: bool, json: bool) -> int:
    """Sign a checkpoint of everything recorded."""
    location = app.location()
    with writing(app) as session:
        origin, folder = session.store.origin, keys_path(location)
        if new_key:
            seed = session.random_bytes(32)
            create_key(folder, origin, KeyKind.NOTE, passphrase=named_passphrase(), seed=seed)
        signers = []
        for key in log_keys(location, origin):
            path = key_path(folder, key.name)
            signers.append(load_signer(path, passphrase=passphrase_for(app, path)))
        at = int(session.clock.now().timestamp())
        note = sign_checkpoint(session.store, signers, at=at, memory=signed_path(location))
    kept = signed_note(note.encode(), [signer.key for signer in signers], "checkpoint")
    if json:
        vkeys = [signer.key.vkey() for signer in signers]
        app.screen.json({**_note_object(kept), "log_keys": vkeys})
    if not json or output is not None:
        write_output(app, note.encode(), output, Said("检查点写入", "checkpoint written to"))
    if len(note.signatures) == len(signers):
        _warn(app)
    return OK


def run_show(app: App, *, file: str | None, policy: str | None, json: bool) -> int:
    """Show a checkpoint: the newest kept one, or that of a file, against a policy."""
    trusted = read_policy(policy) if policy else None
    restored: list[dict[str, Any]] = []
    if file is None:
        with reading(app) as session:
            keys = _keys(app, session, policy)
            kept = newest_signed(session.store, keys)
            restored = [
                {
                    "position": one.position,
                    "lost_size": one.event.lost_size,
                    "auditor": one.event.auditor.name,
                    "problem": one.problem,
                }
                for one in restorations(session.store)
            ]
    else:
        keys = _keys(app, None, policy)
        kept = signed_note(Path(file).read_bytes(), keys, file)
    verdict = accepted(kept.note, trusted) if trusted else None
    if json:
        vkeys = [key.vkey() for key in keys]
        found = _note_object(kept) | {"log_keys": vkeys, "restorations": restored}
        app.screen.json(found | (verdict_object(verdict) if verdict else {"witnessed": False}))
    else:
        app.screen.pairs(
            [
                (app.say("账本", "origin"), kept.checkpoint.origin),
                (app.say("条数", "size"), str(kept.checkpoint.size)),
                (app.say("树根", "root"), kept.checkpoint.root.hex()),
            ]
        )
        app.screen.lines(key.vkey() for key in keys)  # unbroken, to be copied
        if verdict:
            show_verdict(app, verdict)
        for one in restored:
            said = Said(
                f"位置 {one['position']}：曾有 {one['lost_size']} 条，从备份恢复，"
                f"联署 {one['auditor']} {one['problem']}",
                f"position {one['position']}: restored from a backup, had {one['lost_size']} "
                f"entries, cosigned by {one['auditor']} {one['problem']}",
            )
            app.screen.line(said.in_(app.lang))
    if verdict is None or not verdict.cosigners:
        _warn(app)
    return OK if verdict is None or verdict.accepted else UNPROVEN


def run_compare(
    app: App, *, file: str, other: str | None, policy: str | None, bundle: str | None, json: bool
) -> int:
    """Compare a checkpoint with the ledger, or two with one another."""
    if app.ledger:
        with reading(app) as session:
            keys = _keys(app, session, policy)
            first = signed_note(Path(file).read_bytes(), keys, file)
            if other is None:
                found = compare_with_ledger(first, keys, session.store)
            else:
                second = signed_note(Path(other).read_bytes(), keys, other)
                found = compare_notes(first, second, keys, session.store)
    else:
        if other is None:
            app.location()
        keys = _keys(app, None, policy)
        pair = [signed_note(Path(name).read_bytes(), keys, name) for name in (file, other or file)]
        found = compare_notes(pair[0], pair[1], keys, None)
    return _show_compared(app, found, bundle, json=json)


def run_witness(
    app: App,
    *,
    policy: str,
    to: tuple[str, ...],
    request: str | None,
    old: int | None,
    response: str | None,
    json: bool,
) -> int:
    """Have the newest checkpoint cosigned: over HTTP, or by files."""
    if sum(map(bool, (to, request, response))) > 1:
        raise CommandError(
            Said("--to、--request、--response 只能用一个", "use one of --to, --request, --response")
        )
    trusted = read_policy(policy)
    with writing(app) as session:
        keys = _keys(app, session, policy)
        if request is not None:
            body = make_request(session.store, newest_signed(session.store, keys), old or 0)
            write_output(app, body, request, Said("请求写入", "request written to"))
            return OK
        if response is not None:
            body = Path(response).read_bytes()
            found = take_response(session.store, keys, trusted, body)
        else:
            progress = app.screen.progress(app.say("请见证方联署", "ask witnesses"))
            try:
                found = ask_witnesses(
                    session.store, keys, trusted, to=to, send=post, progress=progress
                )
            finally:
                progress.close()
    if json:
        asked = [{"who": a.who, "outcome": a.outcome, "why": a.why} for a in found.asked]
        app.screen.json(_note_object(found.kept) | verdict_object(found.verdict) | {"asked": asked})
    else:
        words = {
            "cosigned": app.say("已联署", "cosigned"),
            "before": app.say("此前已联署", "had cosigned before"),
            "refused": app.say("拒绝", "refused"),
            "unreachable": app.say("联系不上", "unreachable"),
        }
        app.screen.pairs([(a.who, f"{words[a.outcome]} {a.why}".rstrip()) for a in found.asked])
        show_verdict(app, found.verdict)
    if not found.verdict.cosigners:
        _warn(app)
    return OK if found.verdict.accepted else UNPROVEN


def run_restore(
    app: App,
    *,
    statement: str | None,
    cosigned: str | None,
    policy: str | None,
    reason: str | None,
    actor: str | None,
    office: str | None,
    json: bool,
) -> int:
    """Write the statement for an auditor, or go on with the one that was cosigned."""
    location = app.location()
    if statement is not None:
        with reading(app) as session:
            text = restoration_of(session.store, location).text()
        write_output(app, text, statement, Said("声明写入", "statement written to"))
        return OK
    if not (cosigned and policy and reason and actor and office):
        words = "--cosigned --policy --reason --actor --office"
        raise CommandError(Said(f"须给出 {words}，或 --statement", f"give {words}, or --statement"))
    keys = [witness.key for witness in read_policy(policy).witnesses]
    data = Path(cosigned).read_bytes()
    with writing(app) as session:
        outcome = restore(session, location, data, keys, reason=reason, actor=actor, office=office)
    return show_outcome(app, outcome, json=json)


def _keys(app: App, session: Session | None, policy: str | None) -> list[VerifierKey]:
    """Return whose signature is the log's: the policy's keys, else those of the ledger's folder."""
    if policy is not None:
        keys = [log.key for log in read_policy(policy).logs]
        return [key for key in keys if session is None or key.name == session.store.origin]
    if session is not None:
        return log_keys(app.location(), session.store.origin)
    raise CommandError(
        Said("须用 --policy 说明信任谁的密钥", "say with --policy whose keys are trusted")
    )


def _show_compared(app: App, found: Compared, bundle: str | None, *, json: bool) -> int:
    """Print how two checkpoints stand, and write the bundle where the log convicted itself."""
    code, said = _RELATIONS[found.relation]
    written = None
    if found.bundle is not None:
        written = bundle or f"misbehaviour-{found.older.size}-{found.newer.size}.bundle"
        if os.path.lexists(written) and Path(written).read_bytes() != found.bundle.encode():
            raise ServiceError(f"{written}: already there, not replaced", exit_code=USAGE)
        Path(written).write_bytes(found.bundle.encode())
    if json:
        app.screen.json(
            {
                "schema": "aidledger/compare/v1",
                "relation": found.relation,
                "why": found.why,
                "older_size": found.older.size,
                "newer_size": found.newer.size,
                "bundle": written,
            }
        )
        return code
    colour = {OK: "green", FINDINGS: "red"}.get(code, "yellow")
    app.screen.line(app.screen.style(said.in_(app.lang), "bold", colour))
    app.screen.prose(found.why, 2)
    if written:
        app.screen.prose(
            app.say(
                f"双史证据 {written}：任何知道账本公钥的人都能核对",
                f"misbehaviour bundle {written}: whoever knows the log's key can check it",
            )
        )
    return code


def _note_object(kept: Kept) -> dict[str, Any]:
    note: Note = kept.note
    return {
        "schema": "aidledger/checkpoint/v1",
        "origin": kept.checkpoint.origin,
        "size": kept.checkpoint.size,
        "root": kept.checkpoint.root.hex(),
        "note": note.encode().decode(),
    }


def _warn(app: App) -> None:
    app.screen.note(app.screen.style(UNWITNESSED.in_(app.lang), "bold", "red"))
