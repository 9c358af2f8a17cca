"""``prove``, ``proof check`` and ``receipt check``: what can be checked without the ledger."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.verification import UNWITNESSED
from aidledger.interfaces.cli.wording import counted, yuan
from aidledger.ledger.receipt import MAX_RECEIPT_BYTES, Kept, Receipt, check_receipt, parse_receipt
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tlog_proof import FIRST_LINE
from aidledger.ledger.trust import MAX_POLICY_BYTES, Policy, parse_policy
from aidledger.services.acts.sealing import token_of
from aidledger.services.cases.history import find_stream
from aidledger.services.files import read_file, read_files, write_files
from aidledger.services.proofs.bundle import (
    Files,
    case_files,
    entry_files,
    payment_files,
    person_files,
    row_files,
)
from aidledger.services.proofs.reading import Answer, check_files

MAX_FILE_BYTES: Final = 1_000_000
_is_token: Final = re.compile(r"p[0-9a-f]{32}").fullmatch
_MAX_NUMBER: Final = 64


def prove_one_entry(app: App, *, position: str, output: str | None, json: bool) -> None:
    """Write an entry and its proof."""
    number = _position(position)
    with reading(app) as session:
        files = entry_files(session.store, number)
    _write(app, files, output, json=json)


def prove_one_case(app: App, *, case: str, output: str | None, json: bool) -> None:
    """Write what proves that these are all entries of a case, or that there is none."""
    with reading(app) as session:
        # a full name may be that of a case that is absent: that is then what is proven
        stream = case if case.startswith("case/") else find_stream(session, case)
        files = case_files(session.store, stream)
    _write(app, files, output, json=json)


def prove_one_person(app: App, *, token: str, output: str | None, json: bool) -> None:
    """Write what proves that these are all cases of a person, or that there is none."""
    who = token
    if who == "-":  # so that the number stands in no list of processes and no history of a shell
        number = sys.stdin.readline(_MAX_NUMBER).strip()
        if not number:
            raise CommandError(
                Said("标准输入上没有证件号码", "no identity number on standard input"),
                exit_code=USAGE,
            )
        with writing(app) as session:  # the secrets make the token; nothing is written
            who = token_of(session, number)
        app.screen.note(app.say(f"代号 {who}", f"token {who}"))
    with reading(app) as session:
        files = person_files(session.store, read_token(who, "TOKEN"))
    _write(app, files, output, json=json)


def prove_one_payment(app: App, *, position: str, output: str | None, json: bool) -> None:
    """Write what proves a payment within the total of its month."""
    number = _position(position)
    with reading(app) as session:
        files = payment_files(session.store, number)
    _write(app, files, output, json=json)


def prove_one_row(app: App, *, model: str, key: str, output: str | None, json: bool) -> None:
    """Write what proves a row of the generation that was certified last."""
    with reading(app) as session:
        files = row_files(session.store, model, key)
    _write(app, files, output, json=json)


def check_proofs(
    app: App,
    *,
    file: tuple[str, ...],
    policy: str,
    entry: str | None,
    case: str | None,
    person: str | None,
    json: bool,
) -> int:
    """Check proof files offline under the reader's own policy."""
    trusted = read_policy(policy)
    token = None if person is None else read_token(person, "--person")
    files = read_files([Path(one) for one in file], limit=MAX_FILE_BYTES)
    record = None if entry is None else read_file(Path(entry), limit=MAX_FILE_BYTES)
    answers = check_files(files, trusted, entry=record, case=case, person=token)
    if not answers:
        raise CommandError(
            Said("没有找到任何证明文件", "found no proof among the files"),
            hint=Said(
                "aidledger prove 生成证明文件",
                "aidledger prove makes them: name them or their folder",
            ),
        )
    if json:
        app.screen.json(
            {
                "schema": "aidledger/proof-check/v1",
                "witnessed": trusted.quorum is not None,
                "proofs": [msgspec.to_builtins(answer) for answer in answers],
            }
        )
    else:
        for answer in answers:
            show_answer(app, answer)
        say_unwitnessed(app, trusted)
    return FINDINGS if any(answer.status == "refused" for answer in answers) else OK


def check_kept_receipt(app: App, *, file: str, proofs: str, policy: str, json: bool) -> int:
    """Check that the log has every entry of a receipt where the receipt says."""
    trusted = read_policy(policy)
    try:
        receipt = parse_receipt(read_file(Path(file), limit=MAX_RECEIPT_BYTES))
        found = read_files([Path(proofs)], limit=MAX_FILE_BYTES).values()
        answer = check_receipt(
            receipt, [data for data in found if data.startswith(FIRST_LINE)], trusted
        )
    except FormatError as error:
        raise _unreadable(file, error) from None
    missed = () if isinstance(answer, Kept) else tuple(zip(*answer, strict=True))
    if json:
        app.screen.json(
            {
                "schema": "aidledger/receipt-check/v1",
                "status": "missed" if missed else "kept",
                "origin": receipt.origin,
                "position": receipt.position,
                "count": receipt.count,
                "witnessed": trusted.quorum is not None,
                "missed": [{"position": position, "why": why} for position, why in missed],
            }
        )
    else:
        _show_receipt_check(app, receipt, missed)
        say_unwitnessed(app, trusted)
    return FINDINGS if missed else OK


def read_policy(path: str) -> Policy:
    """Read a trust policy.

    Raises:
        CommandError: it is none.

    """
    try:
        return parse_policy(read_file(Path(path), limit=MAX_POLICY_BYTES))
    except FormatError as error:
        raise _unreadable(path, error) from None


def read_token(text: str, name: str) -> str:
    """Return a person's token. What was typed is never repeated: it may be an identity number.

    Raises:
        CommandError: it is none.

    """
    if _is_token(text) is None:
        raise CommandError(
            Said(
                f"{name}：应为人员代号（p 和 32 位十六进制）", f"{name}: expected a person's token"
            ),
            hint=Said(
                "代号见申请记录的 applicant：aidledger case show --json；证件号码只从标准输入读取",
                "it is the applicant of an application: aidledger case show --json; an identity "
                "number is read from standard input only",
            ),
            exit_code=USAGE,
        )
    return text


def show_answer(app: App, answer: Answer) -> None:
    """Print what one proof says."""
    screen = app.screen
    good = answer.status != "refused"
    mark = screen.style("✓", "green") if good else screen.style("✗", "red")
    first, *rest = layout.wrap(
        layout.plain(f"{answer.file}: {_text(app, answer)}"), screen.width - 4
    )
    screen.line(f"  {mark} {first}")
    screen.lines("    " + more for more in rest)


def _text(app: App, answer: Answer) -> str:
    """Say what a proof proves."""
    match answer:
        case Answer(status="refused"):
            why = chinese(answer.why, app.lang)
            return app.say(f"未证明：{why}", f"not proven: {why}")
        case Answer(what="entry"):
            by = ", ".join(answer.witnesses)
            said = Said(
                f"{answer.type}（{answer.stream}）在 {answer.size} 条的账本中位于 {answer.position}",
                f"{answer.type} of {answer.stream} is entry {answer.position} of a log of"
                f" {answer.size}",
            )
            more = Said(f"，见证：{by}", f", witnessed by {by}").in_(app.lang) if by else ""
            return said.in_(app.lang) + more
        case Answer(what="row"):
            return app.say(
                f"{answer.model} 的 {answer.count} 行之一，由 {answer.size} 条记录推导，截至 "
                f"{answer.as_of}：{answer.row}",
                f"one of {answer.count} rows of {answer.model}, derived from {answer.size} entries "
                f"as of {answer.as_of}: {answer.row}",
            )
        case Answer(what="person"):
            return _person_text(app, answer)
        case Answer(what="receipt"):
            return _kept_text(app, answer.position or 0, answer.count or 0, answer.stream)
        case Answer(status="absent"):
            return app.say(f"没有 {answer.stream}", f"there is no {answer.stream}")
        case Answer(what="case", status="complete"):
            return app.say(
                f"{answer.stream} 共 {answer.count} 条，全部在此",
                f"these are all {answer.count} entries of {answer.stream}",
            )
        case Answer(what="case"):
            return app.say(
                f"{answer.stream} 共 {answer.count} 条（未附记录）",
                f"{answer.stream} has {answer.count} entries (their records were not given)",
            )
        case _:
            return _payment_text(app, answer)


def _person_text(app: App, answer: Answer) -> str:
    """Say what the proof of a person's cases proves, without naming the person."""
    if answer.status == "absent":
        return app.say("此人没有个案", "this person has no case")
    named, count = ", ".join(answer.cases), counted(answer.count or 0, "case", "cases")
    if answer.status == "complete":
        return app.say(
            f"此人共 {answer.count} 个个案，全部在此：{named}",
            f"this person has {count}, all of them here: {named}",
        )
    return app.say(
        f"此人共 {answer.count} 个个案（未附记录）",
        f"this person has {count} (their entries were not given)",
    )


def _payment_text(app: App, answer: Answer) -> str:
    """Say what the proof of a payment proves."""
    one, total = yuan(answer.amount_fen or 0, app.lang), yuan(answer.total_fen or 0, app.lang)
    if answer.status == "withdrawn":
        said = app.say(
            f"{answer.month} 补充结账从已结数中撤回了 {one}",
            f"{one} was taken back by a supplement of {answer.month}",
        )
    else:
        said = app.say(
            f"{one} 计入 {answer.month} 的 {answer.count} 笔、合计 {total}",
            f"{one} is one of {answer.count} payments of {answer.month}, together {total}",
        )
    return said + (app.say("（经更正）", " (as corrected)") if answer.corrected else "")


def _show_receipt_check(app: App, receipt: Receipt, missed: tuple[tuple[Any, ...], ...]) -> None:
    """Print whether a receipt was kept."""
    screen = app.screen
    if not missed:
        text = _kept_text(app, receipt.position, receipt.count, receipt.origin)
        screen.line(screen.style("✓ " + layout.plain(text), "green"))
    for position, why in missed:
        text = app.say(
            f"位置 {position} 未证明：{chinese(str(why), 'zh')}",
            f"entry {position} not proven: {why}",
        )
        screen.line(screen.style("✗ " + layout.plain(text), "red"))


def _kept_text(app: App, position: int, count: int, origin: str) -> str:
    """Say that a log has what a receipt says."""
    last = position + count - 1
    return app.say(
        f"位置 {position} 至 {last} 的记录都在账本 {origin} 中",
        f"entries {position} to {last} are in the log {origin}",
    )


def say_unwitnessed(app: App, policy: Policy) -> None:
    """Say where nobody but the operator vouches for what was proven."""
    if policy.quorum is None:
        app.screen.line(app.screen.style(UNWITNESSED.in_(app.lang), "bold", "yellow"))


def _write(app: App, files: Files, output: str | None, *, json: bool) -> None:
    """Write the files of a proof into a folder, and say which."""
    folder = Path(output or ".")
    write_files(folder, files)
    if json:
        app.screen.json(
            {"schema": "aidledger/prove/v1", "folder": str(folder), "files": sorted(files)}
        )
    else:
        app.screen.lines(str(folder / name) for name in sorted(files))


def _position(text: str) -> int:
    """Return the position that was typed."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise CommandError(
            Said(f"{layout.plain(text)}：应为位置号", f"{layout.plain(text)}: expected a position"),
            hint=Said(
                "aidledger case history 列出各条记录的位置",
                "aidledger case history shows the position of each entry",
            ),
            exit_code=USAGE,
        )
    return int(text)


def _unreadable(path: str, error: FormatError) -> CommandError:
    """Return what to say of a file that is not of its form."""
    said = f"{layout.plain(path)}: {error}"
    return CommandError(Said(chinese(said, "zh"), said), exit_code=USAGE)
