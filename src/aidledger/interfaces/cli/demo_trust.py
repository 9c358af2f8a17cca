"""The steps of the tour about trust: witnesses, what they prove, and two attacks that they find."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aidledger.interfaces.cli.demo_stage import LEDGER, Stage
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.trustfiles import passphrase_for
from aidledger.interfaces.cli.wording import counted, yuan
from aidledger.services.adversary.onebyte import tamper_with_copy
from aidledger.services.adversary.payment import Forged, forge_copy, sign_as_officers
from aidledger.services.checkpoints.checkpointing import log_keys
from aidledger.services.clock import SystemClock
from aidledger.store.keyfiles import key_path, keys_path, load_signer

ORIGIN: Final = "demo.aidledger.example/520123"
_OFFICES: Final = (
    ("audit", ()),
    ("finance", ()),
    ("supervision", ("--kind", "ml-dsa-44")),
)
"""The witnesses, and what kind of key; the last one's a quantum computer can't forge."""
_CHECKPOINT: Final = "stick/checkpoint"
_POLICY: Final = "stick/policy.txt"
_STICK: Final = ("--checkpoint", _CHECKPOINT, "--policy", _POLICY)
_KEEPER: Final = ("--actor", "520123-u6", "--office", "520123")
"""The simulated county's keeper of records."""
_SHOWN_FILES: Final = 2


class Trust:
    """What nobody has to take the operator's word for."""

    def __init__(self, stage: Stage) -> None:
        """Go on with a ledger that is full."""
        self._stage = stage

    def witness(self, day: str) -> None:
        """Sign a checkpoint, and have three other offices cosign it, by files."""
        stage = self._stage
        stage.step(
            Said("签名，并请三家单位见证", "Sign it, and have three other offices witness it")
        )
        stage.say(
            "先把每个个案的条数和树根封存为索引；再由账本的密钥对整本账的条数和树根签名。",
            "First an index is sealed: how many entries each case has, and their root. Then the "
            "log's key signs the size and root of it all.",
        )
        stage.run("index", "seal", *_KEEPER, "--on", day)
        note = stage.taken("checkpoint", "sign", "--new-key", then="| head -n 3")
        stage.app.screen.lines(note.splitlines()[:3])
        stage.type("mkdir stick offices")
        for name in ("stick", "offices"):
            Path(name).mkdir()
        shown = stage.taken("checkpoint", "show", then="| grep + > county.vkey")
        _write("county.vkey", [line for line in shown.splitlines() if "+" in line])
        stage.say(
            "审计、财政、纪检监察各有自己的密钥和记忆；最后一家用抗量子的 ML-DSA-44。",
            "Audit, finance and supervision each have a key and a memory of their own; the last "
            "one's is ML-DSA-44, which a quantum computer can't forge.",
        )
        for name, kind in _OFFICES:
            words = ("witness", "init", f"offices/{name}", "--name", f"{name}.example")
            file = f"offices/{name}.vkey"
            key = stage.taken(*words, *kind, "--log", "county.vkey", ledger=None, then=f"> {file}")
            _write(file, [key.strip()])
        self._policy()
        self._cosign()

    def _policy(self) -> None:
        """Write whose cosignatures count, as an auditor would."""
        names = [name for name, _ in _OFFICES]
        end = [f"group offices 2 {' '.join(names)}", "quorum offices"]
        self._stage.say(
            "审计人员自己的信任策略：三家之中须有两家联署。",
            "The auditor's own policy: two of the three must have cosigned.",
        )
        self._stage.type(
            f"cat > {_POLICY} <<END",
            "log $(cat county.vkey)",
            *(f"witness {name} $(cat offices/{name}.vkey)" for name in names),
            *end,
            "END",
        )
        lines = [f"log {_first_line('county.vkey')}"]
        lines += [f"witness {name} {_first_line(f'offices/{name}.vkey')}" for name in names]
        _write(_POLICY, [*lines, *end])

    def _cosign(self) -> None:
        """Carry the request to the offices and their answers back, and the checkpoint to the stick."""
        stage = self._stage
        asked = ("checkpoint", "witness", "--policy", _POLICY)
        stage.run(*asked, "--request", "request")
        for name, _ in _OFFICES:
            answer = f"offices/{name}.response"
            words = ("witness", "add-checkpoint", f"offices/{name}", "request")
            stage.run(*words, "--output", answer, ledger=None)
            stage.run(*asked, "--response", answer)
        stage.run("checkpoint", "sign", "--output", _CHECKPOINT)

    def verify(self) -> bool:
        """Climb the ladder with the stick. Returns whether all was proven."""
        stage = self._stage
        stage.step(Said("凭 U 盘逐级核验", "Verify every entry, rung by rung, with the stick"))
        return stage.timed(lambda: stage.run("verify", *_STICK)) == 0

    def bundle(self, case: str) -> bool:
        """Prove that these are all entries of a case. Returns whether that held."""
        stage = self._stage
        stage.step(
            Said("证明一个个案的记录全部在此", "Prove that these are all entries of one case")
        )
        words = ("prove", "case", case, "--output", "stick/case")
        files = stage.taken(*words, then=f"| tail -n {_SHOWN_FILES}").splitlines()
        stage.app.screen.lines(files[-_SHOWN_FILES:])
        return stage.run("proof", "check", "stick/case", "--policy", _POLICY, ledger=None) == 0

    def change_a_byte(self) -> bool:
        """Change one byte in a copy, and find it. Returns whether it was found."""
        stage, app = self._stage, self._stage.app
        stage.step(Said("在副本中改动一个字节", "Change one byte in a copy"))
        copy = "tampered.db"
        with reading(app) as session:
            done = tamper_with_copy(session, Path(LEDGER), Path(copy))
        before, after = yuan(done.before_fen, app.lang), yuan(done.after_fen, app.lang)
        stage.say(
            f"绕过程序直接改文件：{done.stream} 的一笔发放由 {before} 变成 {after}"
            f"（位置 {done.position}）",
            f"Behind the program's back, in the file itself: a payment of {done.stream} was "
            f"{before} and is now {after} (position {done.position}).",
        )
        stage.type(f"cp {LEDGER} {copy}")
        stage.type(f"printf 9 | dd of={copy} bs=1 seek={done.offset} conv=notrunc status=none")
        return stage.timed(lambda: stage.run("verify", ledger=copy)) == 1

    def forge(self) -> bool:
        """Rewrite a copy as the operator can, and find it. Returns whether the stick found it."""
        stage, app = self._stage, self._stage.app
        stage.step(Said("运营方整本重写并重新签名", "The operator rewrites it all and signs anew"))
        forged = self._forged("forged.db")
        before, after = yuan(forged.before_fen, app.lang), yuan(forged.after_fen, app.lang)
        count = len(forged.batches)
        stage.say(
            f"forged.db：{forged.stream} 的一笔发放由 {before} 变成 {after}（位置 "
            f"{forged.position}）；其后 {forged.following} 条、全部散列、树根一并重做，检查点用账本的"
            "密钥重新签名。不带 U 盘，只有经办人的签名露出破绽。",
            f"forged.db: a payment of {forged.stream} was {before} and is now {after} (position "
            f"{forged.position}); {counted(forged.following, 'entry', 'entries')} after it, every "
            "hash and every root were made again, and the log's key signed a new checkpoint. "
            "Without the stick only the officers' signatures show it.",
        )
        found = stage.run("verify", ledger="forged.db") == 1
        sign_as_officers(Path("forged.db"), Path("resigned.db"), forged.batches, keys_path(LEDGER))
        stage.say(
            f"resigned.db：这台服务器还存着经办人的密钥（assurance=low），于是这 {count} 批也冒名重签。"
            "账本里面再无破绽：",
            "resigned.db: this server holds the officers' keys too (assurance=low), so "
            f"{counted(count, 'batch is', 'batches are')} signed again in their names. Nothing "
            "inside the ledger shows it any more:",
        )
        inside = stage.run("verify", ledger="resigned.db") == 4
        stage.say(
            "带上 U 盘：三家联署的是另一个树根。账本的密钥自相矛盾，证据可交第三方核对。",
            "With the stick: three offices have cosigned another root. The log's key has "
            "contradicted itself, and a third party can check the evidence.",
        )
        evidence = ("--misbehaviour", "misbehaviour.bundle")
        return (
            found and inside and stage.run("verify", *_STICK, *evidence, ledger="resigned.db") == 1
        )

    def _forged(self, copy: str) -> Forged:
        """Make the forged copy, with the log's keys."""
        signers = []
        for key in log_keys(LEDGER, ORIGIN):
            path = key_path(keys_path(LEDGER), key.name)
            signers.append(load_signer(path, passphrase=passphrase_for(self._stage.app, path)))
        at = int(SystemClock().now().timestamp())
        return forge_copy(Path(LEDGER), Path(copy), signers, at=at)


def _write(path: str, lines: list[str]) -> None:
    """Write the lines of a file."""
    Path(path).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _first_line(path: str) -> str:
    """Return what the shell puts in the place of ``$(cat path)``."""
    return Path(path).read_text(encoding="utf-8").rstrip("\n")
