"""``bundle``: evidence that stands without the ledger, made and verified."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import FINDINGS, OK, UNPROVEN, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading, writing
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.proofs import MAX_FILE_BYTES, read_policy
from aidledger.interfaces.cli.verification import UNWITNESSED
from aidledger.interfaces.cli.wording import counted
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import MAX_POLICY_BYTES
from aidledger.services.bundles.asking import Request
from aidledger.services.bundles.creating import Made, create_bundle
from aidledger.services.bundles.reading import read_bundle
from aidledger.services.bundles.revealing import Release
from aidledger.services.bundles.verifying import Answer, verify_bundle
from aidledger.services.files import read_file

_FLAWS: Final = 5
"""How many flaws of one file are told: one byte may undo every line of it."""
_MARKS: Final = {"good": ("✓", "green"), "bad": ("✗", "red"), "not": ("–", "yellow")}
_VERDICTS: Final = {
    "proven": Said("已证明", "proven"),
    "unproven": Said(
        "未证明：没有自己的信任策略（--policy）", "unproven: no policy of your own (--policy)"
    ),
    "damaged": Said("不能采信", "does not hold: do not rely on it"),
}
_NOT_THE_PAGE: Final = Said(
    "；但 index.html 不是由这些数据写出，不要依据它",
    "; but not index.html: do not rely on what it shows",
)
_CODES: Final = {"proven": OK, "unproven": UNPROVEN, "damaged": FINDINGS}


def run_create(
    app: App,
    *,
    what: str,
    to: str,
    policy: str | None,
    rule: str | None,
    rules: str | None,
    case: str | None,
    row: tuple[str, ...],
    as_of: str | None,
    reveal: tuple[str, ...],
    purpose: str | None,
    request: str | None,
    actor: str | None,
    office: str | None,
    json: bool,
) -> None:
    """Make a bundle and say what is in it, and what is not."""
    release = None
    if reveal:
        if not (purpose and request and actor and office):
            raise CommandError(
                Said(
                    "--reveal 须同时写明 --purpose、--request、--actor 和 --office",
                    "--reveal: expected --purpose, --request, --actor and --office with it",
                ),
                exit_code=USAGE,
            )
        release = Release(
            fields=reveal, purpose=purpose, request=request, actor=actor, office=office
        )
    asked = Request(
        what=what,
        rule=rule,
        rules=None if rules is None else Path(rules),
        case=case,
        rows=row,
        policy=None if policy is None else read_file(Path(policy), limit=MAX_POLICY_BYTES),
        as_of=None if as_of is None else date.fromisoformat(as_of),
    )
    opening = reading(app) if release is None else writing(app)
    try:
        with opening as session:
            made = create_bundle(session, asked, Path(to), release)
    except FormatError as error:
        raise CommandError(
            Said(chinese(f"{policy}: {error}", "zh"), f"{policy}: {error}"), exit_code=USAGE
        ) from None
    if json:
        told = msgspec.to_builtins(made)
        told["missing"] = [app.say(*one) for one in made.missing]
        app.screen.json({"schema": "aidledger/bundle/v1", **told})
    else:
        _show_made(app, made)


def _show_made(app: App, made: Made) -> None:
    screen = app.screen
    screen.line(
        app.say(
            f"{made.folder}：{made.subject}，{made.entries:,} 条记录，账本 {made.size:,} 条",
            f"{made.folder}: {made.subject}, {counted(made.entries, 'entry', 'entries')} of a log of "
            f"{made.size:,}",
        )
    )
    for one in made.missing:
        screen.prose("– " + app.say(*one), 2)
    if made.newer:
        screen.prose(
            app.say(
                f"– 检查点之后另有 {made.newer} 条，未列入：先签署检查点",
                f"– {counted(made.newer, 'entry', 'entries')} behind the checkpoint left out: sign one first",
            ),
            2,
        )
    if made.unaccepted:
        screen.prose(
            app.say(
                f"– 所附策略尚不接受其检查点（{chinese(made.unaccepted, 'zh')}）：先运行 aidledger checkpoint witness",
                f"– the policy with it does not accept its checkpoint ({made.unaccepted}): run "
                "aidledger checkpoint witness first",
            ),
            2,
        )
    screen.pairs([(app.say("散列", "digest"), made.digest)])
    screen.note(
        app.say(
            "用浏览器打开其中的 index.html，或运行 aidledger bundle verify",
            "open its index.html in a browser, or run aidledger bundle verify",
        )
    )


def run_verify(
    app: App,
    *,
    folder: str,
    policy: str | None,
    checkpoint: str | None,
    json: bool,
) -> int:
    """Verify a bundle: 0 proven, 1 something doesn't hold, 4 nothing but itself says so."""
    trusted = None if policy is None else read_policy(policy)
    outside = None if checkpoint is None else read_file(Path(checkpoint), limit=MAX_FILE_BYTES)
    answer = verify_bundle(read_bundle(Path(folder)), trusted, outside)
    if json:
        app.screen.json({"schema": "aidledger/bundle-verify/v1", **msgspec.to_builtins(answer)})
    else:
        _show_answer(app, folder, answer)
    return _CODES[answer.verdict]


def _show_answer(app: App, folder: str, answer: Answer) -> None:
    """Print each check, what does not hold with file and line, and what it comes to."""
    screen = app.screen
    head = app.say(
        f"{answer.subject or folder}（{answer.origin or '?'}，{answer.size or 0:,} 条）",
        f"{answer.subject or folder} ({answer.origin or '?'}, {answer.size or 0:,} entries)",
    )
    screen.line(screen.style(layout.plain(head), "bold"))
    for one in answer.checks:
        mark, colour = _MARKS[one.state]
        first, *rest = layout.wrap(layout.plain(app.say(one.zh, one.en)), screen.width - 4)
        screen.line(f"  {screen.style(mark, colour)} {first}")
        screen.lines("    " + more for more in rest)
    seen: Counter[str] = Counter()
    for flaw in answer.flaws:
        seen[flaw.file] += 1
        if seen[flaw.file] > _FLAWS:
            continue
        place = flaw.file
        if flaw.line is not None:
            place += app.say(f" 第 {flaw.line} 行", f", line {flaw.line}")
        text = layout.plain(app.say(f"{place}：{flaw.zh}", f"{place}: {flaw.en}"))
        first, *rest = layout.wrap(text, screen.width - 4)
        screen.line("  " + screen.style(f"✗ {first}", "red"))
        screen.lines("    " + more for more in rest)
    for file, count in seen.items():
        if count > _FLAWS:
            more = count - _FLAWS
            text = app.say(
                f"{file}：另有 {more} 处（--json 全部列出）",
                f"{file}: {more} more places (--json lists them)",
            )
            screen.line("  " + screen.style(f"✗ {layout.plain(text)}", "red"))
    if not answer.witnessed and answer.verdict != "damaged":
        screen.line(screen.style(UNWITNESSED.in_(app.lang), "bold", "yellow"))
    colour = {"proven": "green", "damaged": "red"}.get(answer.verdict, "yellow")
    told = _VERDICTS[answer.verdict].in_(app.lang)
    if any(one.name == "page" and one.state == "not" for one in answer.checks):
        told, colour = told + _NOT_THE_PAGE.in_(app.lang), "yellow"
    screen.line(screen.style(told, "bold", colour))
