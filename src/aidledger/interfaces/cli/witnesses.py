"""``witness``: what the other office runs, over HTTP or with files on a stick."""

from __future__ import annotations

from pathlib import Path

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.trustfiles import (
    named_passphrase,
    passphrase_for,
    read_log_keys,
    write_output,
)
from aidledger.ledger.cosignature import cosign
from aidledger.ledger.note import Note, add_signatures
from aidledger.ledger.restoration import parse_restoration
from aidledger.ledger.strict import FormatError
from aidledger.services.clock import SystemClock
from aidledger.services.problems import ServiceError
from aidledger.services.witnessing.http import WitnessServer
from aidledger.services.witnessing.state import (
    contradictions,
    init_witness,
    read_states,
    trust_log,
)
from aidledger.services.witnessing.witness import Witness, open_witness
from aidledger.store.keyfiles import key_path, list_keys

DEFAULT_LISTEN = "127.0.0.1:8750"
CONVICTS = "tell the other witnesses and whoever verifies: this can't be honest"


def run_init(
    app: App, *, folder: str, name: str, kind: str | None, log: tuple[str, ...], json: bool
) -> int:
    """Make a witness: its key, and the logs it watches."""
    passphrase = named_passphrase()
    key = init_witness(
        Path(folder),
        name=name,
        kind=kind or "ed25519",
        logs=read_log_keys(log),
        passphrase=passphrase,
    )
    if json:
        app.screen.json(
            {"schema": "aidledger/witness/v1", "folder": folder, "vkey": key.vkey(), "logs": []}
            | {"logs": _logs(Path(folder))}
        )
        return OK
    app.screen.line(key.vkey())
    app.screen.note(
        app.say(
            "把这一行公钥交给账本运营方和审计方，写入他们的策略文件",
            "give this line to the operator and to the auditors, for their policy files",
        )
    )
    if passphrase is None:
        app.screen.note(
            app.say(
                "密钥未加口令：谁能读这个目录，谁就能以此见证方的名义联署",
                "the key has no passphrase: who can read the folder can cosign as this witness",
            )
        )
    return OK


def run_trust(app: App, *, folder: str, log: tuple[str, ...], json: bool) -> int:
    """Watch one more log, or trust one more key of a log."""
    for key in read_log_keys(log):
        trust_log(Path(folder), key)
    return run_show(app, folder=folder, json=json)


def run_show(app: App, *, folder: str, json: bool) -> int:
    """Show the witness's keys and what it has seen."""
    place = Path(folder)
    vkeys = [key.vkey() for key in list_keys(place / "keys")]
    logs, kept = _logs(place), [str(path) for path in contradictions(place)]
    if json:
        app.screen.json(
            {"schema": "aidledger/witness/v1", "folder": folder, "vkey": vkeys, "logs": logs}
            | {"contradictions": kept}
        )
        return FINDINGS if kept else OK
    app.screen.lines(vkeys)
    for one in logs:
        app.screen.pairs([(str(one["origin"]), f"{one['size']} {one['root']}")])
    if kept:
        app.screen.prose(
            app.say("有账本在同一条数上签过两个树根：", "a log signed two roots at one size:")
        )
        app.screen.lines(kept)
    return FINDINGS if kept else OK


def run_serve(app: App, *, folder: str, listen: str | None) -> int:
    """Answer requests over HTTP until it is interrupted."""
    host, _, port = (listen or DEFAULT_LISTEN).rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 2**16 and host):
        raise CommandError(
            Said(
                f"--listen：应为 主机:端口，如 {DEFAULT_LISTEN}",
                f"--listen: expected HOST:PORT, such as {DEFAULT_LISTEN}",
            )
        )
    witness = _opened(app, folder)
    read_states(Path(folder))  # damaged memory is told now, not at the first request

    def tell(text: str) -> None:
        app.screen.note(f"aidledger: error: {chinese(text, app.lang)}")

    with WitnessServer(witness, tell=tell, host=host.strip("[]"), port=int(port)) as server:
        app.screen.note(
            app.say(
                f"见证服务 http://{host}:{server.server_port}，按 Ctrl-C 停止",
                f"witness at http://{host}:{server.server_port}, Ctrl-C stops it",
            )
        )
        server.serve_forever()
    return OK


def run_add_checkpoint(app: App, *, folder: str, request: str, output: str | None) -> int:
    """Answer one request that came as a file."""
    answer = _opened(app, folder).add_checkpoint(Path(request).read_bytes())
    if answer.contradicts:
        raise ServiceError(answer.news, hint=CONVICTS, exit_code=FINDINGS)
    if answer.status not in (200, 409):
        why = answer.body.decode("utf-8", "replace").strip()
        raise ServiceError(f"not cosigned ({answer.status}): {why}", exit_code=FINDINGS)
    write_output(app, answer.body, output, Said("答复写入", "response written to"))
    if answer.status == 200:
        return OK
    size = answer.body.decode().strip()
    app.screen.note(
        app.say(
            f"未联署：上次见到 {size} 条，请运营方以 --old {size} 重新提交",
            f"not cosigned: {size} entries were seen last, ask the operator for --old {size}",
        )
    )
    return FINDINGS


def run_restored(app: App, *, folder: str, statement: str, output: str | None) -> int:
    """Cosign the statement that a ledger was restored from an older backup."""
    text = Path(statement).read_bytes()
    try:
        stated = parse_restoration(text)
    except FormatError as error:
        raise ServiceError(f"{statement}: {error}", exit_code=FINDINGS) from None
    witness = _opened(app, folder)
    at = int(witness.clock.now().timestamp())
    lines = [cosign(text, signer, at) for signer in witness.signers]
    content = add_signatures(Note(text, ()), lines).encode()
    write_output(app, content, output, Said("声明写入", "statement written to"))
    app.screen.note(
        app.say(
            f"{stated.origin}：曾有 {stated.lost.size} 条，现为 {stated.kept.size} 条",
            f"{stated.origin}: had {stated.lost.size} entries, and has {stated.kept.size}",
        )
    )
    return OK


def _opened(app: App, folder: str) -> Witness:
    place = Path(folder)
    passphrase = None
    for key in list_keys(place / "keys"):
        passphrase = passphrase or passphrase_for(app, key_path(place / "keys", key.name))
    return open_witness(place, passphrase=passphrase, clock=SystemClock())


def _logs(folder: Path) -> list[dict[str, object]]:
    return [
        {
            "origin": state.keys[0].name,
            "size": state.head.size,
            "root": state.head.root.hex(),
            "keys": [key.vkey() for key in state.keys],
        }
        for state in read_states(folder)
    ]
