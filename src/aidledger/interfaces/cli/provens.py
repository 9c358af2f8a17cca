"""``--proven`` of ``due`` and ``case history``: limits by the times that others vouch for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from aidledger.domain.events.catalog import EVENTS
from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.duewords import limit_words
from aidledger.interfaces.cli.errors import OK, UNPROVEN, USAGE, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.phrases import chinese
from aidledger.interfaces.cli.proofs import read_policy
from aidledger.interfaces.cli.wording import counted, moment
from aidledger.services.cases.history import find_stream
from aidledger.services.checkpoints.timestamping import read_pin
from aidledger.services.ladder.outside import read_outside
from aidledger.services.proofs.proven import (
    Flag,
    ProvenEntry,
    ProvenLimit,
    ProvenReport,
    prove_limits,
)
from aidledger.services.proofs.timeproofs import Sources

_VERDICTS: Final = {
    "kept": Said("确已按期", "kept for certain"),
    "exceeded": Said("确已超期", "exceeded for certain"),
    "unsaid": Said("无法断定", "cannot be said"),
}
_EARLY: Final = Said("确实过早", "early for certain")
_COLOURS: Final = {"kept": "green", "exceeded": "red", "unsaid": "yellow"}
_FLAGS: Final[dict[Flag, Said]] = {
    "claimed_before": Said(
        "自称的日期早于证明：当时账本中还没有它（补记）",
        "claimed for an earlier day than the log was shown without it: entered later",
    ),
    "recorded_before": Said(
        "记录时间早于证明：时钟被拨回，或检查点签署很久后才得到联署",
        "recorded before the log was shown without it: its clock was set back, or the checkpoint "
        "was cosigned long after it was signed",
    ),
    "recorded_after": Said(
        "记录时间晚于证明：时钟被拨快",
        "recorded after others had seen it: its clock was set forward",
    ),
}


class Asked(NamedTuple):
    """The options of ``BY_PROOF`` as they were given."""

    proven: bool
    policy: str | None
    checkpoint: tuple[str, ...]
    stamps: str | None
    tsa: str | None
    lag: int | None


class ByProof(NamedTuple):
    """Whose word about time counts, and how late checkpoints are cosigned at most."""

    sources: Sources
    lag_days: int | None


def read_sources(asked: Asked, **questions: object) -> ByProof | None:
    """Read what the options name; nothing where ``--proven`` was not asked for.

    Raises:
        CommandError: an option is missing or of no use here.
        ServiceError: a file is not what it is given as.

    """
    given = [
        f"--{name}"
        for name, value in asked._asdict().items()
        if name != "proven" and value not in (None, ())
    ]
    if not asked.proven:
        if given:
            raise _usage(f"{given[0]} 须与 --proven 同用", f"{given[0]} goes with --proven")
        return None
    for name, value in questions.items():
        if value is not None:
            option = "--" + name.replace("_", "-")
            # what is left out of the question would look as if it were missing from the log
            raise _usage(f"{option} 不能与 --proven 同用", f"{option} does not go with --proven")
    if asked.policy is None:
        raise _usage("--proven 须有 --policy", "--proven needs --policy")
    if (asked.stamps is None) != (asked.tsa is None):
        raise _usage("--stamps 与 --tsa 须同用", "--stamps and --tsa go together")
    stamps = None
    if asked.stamps is not None and asked.tsa is not None:
        stamps = Path(asked.stamps), read_pin(Path(asked.tsa).read_bytes())
    outside = read_outside(asked.checkpoint)
    sources = Sources(
        policy=read_policy(asked.policy), checkpoints=outside.checkpoints, stamps=stamps
    )
    return ByProof(sources, asked.lag)


def show_limits(app: App, by_proof: ByProof, *, json: bool, case: str | None = None) -> int:
    """Print every limit that began, of one case with its entries or of all; exit status 4 without proof."""
    with reading(app) as session:
        stream = None if case is None else find_stream(session, case)
        found = prove_limits(
            session,
            by_proof.sources,
            stream=stream,
            lag_days=by_proof.lag_days,
        )
    if json:
        about: dict[str, Any] = {} if stream is None else {"case": stream}
        schema = "aidledger/due-proven/v1" if stream is None else "aidledger/case-proven/v1"
        app.screen.json({"schema": schema, **about, **msgspec.to_builtins(found)})
    else:
        _show(app, found, stream)
    return OK if found.proofs else UNPROVEN


def _show(app: App, found: ProvenReport, stream: str | None) -> None:
    """Print a report."""
    screen = app.screen
    if stream is None:
        title = app.say(f"{found.as_of} 时限（按证明）", f"Limits by proof as of {found.as_of}")
    else:
        title = stream.removeprefix("case/")
    screen.line(screen.style(title, "bold"))
    if stream is not None:
        _show_entries(app, found.entries)
    _show_table(app, found.limits, with_stream=stream is None)
    if stream is None:
        for entry in found.entries:
            for flag in entry.flags:
                _flag(app, entry, flag)
    counts = dict.fromkeys(_VERDICTS, 0)
    for limit in found.limits:
        counts[limit.verdict] += 1
    screen.note(
        app.say(
            f"时限 {len(found.limits)} 个：确已按期 {counts['kept']}，确已超期 {counts['exceeded']}，"
            f"无法断定 {counts['unsaid']}；时间证明 {len(found.proofs)} 个",
            f"{counted(len(found.limits), 'limit', 'limits')}: {counts['kept']} kept, "
            f"{counts['exceeded']} exceeded, {counts['unsaid']} cannot be said; "
            f"{counted(len(found.proofs), 'proof', 'proofs')} of time",
        )
    )
    for why in found.unused:
        screen.note(app.say(f"不算数：{chinese(why, 'zh')}", f"does not count: {why}"))
    if not found.proofs:
        none = Said(
            "没有时间证明：只有经办方自己的时钟", "no proof of time: only the operator's own clock"
        )
        screen.line(screen.style(none.in_(app.lang), "bold", "yellow"))


def _show_entries(app: App, entries: tuple[ProvenEntry, ...]) -> None:
    """Print the entries of a case with their three times."""
    screen = app.screen
    for entry in entries:
        kind = EVENTS.get(entry.type)
        name = entry.type if kind is None else Said(kind.title_zh, kind.title_en).in_(app.lang)
        head = f"{entry.position:>7}  {entry.effective_on}  {name}"
        screen.line(screen.style(layout.plain(head), "bold"))
        recorded = moment(entry.recorded_at)
        before, after = (moment(one) if one else "…" for one in (entry.not_before, entry.not_after))
        text = app.say(
            f"记于 {recorded} · 证明：不早于 {before}，不晚于 {after}",
            f"recorded {recorded} · proven: not before {before}, not after {after}",
        )
        screen.lines(screen.style(line, "dim") for line in layout.indent(text, screen.width, 9))
        for flag in entry.flags:
            _flag(app, entry, flag)


def _flag(app: App, entry: ProvenEntry, flag: Flag) -> None:
    """Print what is wrong with an entry's times."""
    text = app.say(
        f"位置 {entry.position}（{entry.stream}）：{_FLAGS[flag].zh}",
        f"position {entry.position} ({entry.stream}): {_FLAGS[flag].en}",
    )
    first, *rest = layout.wrap(layout.plain(text), app.screen.width - 4)
    app.screen.line(f"  {app.screen.style('!', 'yellow')} {first}")
    app.screen.lines("    " + line for line in rest)


def _show_table(app: App, limits: tuple[ProvenLimit, ...], *, with_stream: bool) -> None:
    """Print the limits with what was used of each."""
    heads = (
        *([app.say("对象", "about")] if with_stream else []),
        *(app.say("时限", "limit"), app.say("自称", "claimed"), app.say("记录", "recorded")),
        *(app.say("证明", "proven"), app.say("结论", "by proof")),
    )
    rows = [
        [
            *([one.stream.removeprefix("case/")] if with_stream else []),
            limit_words(one.limit_id, app.lang),
            f"{_number(one.claimed_used)}/{one.n}",
            f"{_number(one.recorded_used)}/{one.n}",
            _span(one),
            _verdict(app, one),
        ]
        for one in limits
    ]
    app.screen.table(list(heads), rows)


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)


def _span(limit: ProvenLimit) -> str:
    """Write between which numbers of days the proofs leave the answer."""
    least, most = limit.proven_least, limit.proven_most
    if most is None:
        return "?" if least is None else f"≥{max(least, 0)}"
    return f"≤{most}" if least is None else f"{max(least, 0)}–{most}"


def _verdict(app: App, limit: ProvenLimit) -> str:
    """Say what the proofs say, in colour."""
    early = limit.verdict == "exceeded" and limit.bound == "at_least"
    said = (_EARLY if early else _VERDICTS[limit.verdict]).in_(app.lang)
    if limit.provisional and limit.done_position is None:
        said += app.say("，暂定", ", provisional")
    return app.screen.style(said, _COLOURS[limit.verdict])


def _usage(zh: str, en: str) -> CommandError:
    return CommandError(Said(zh, en), exit_code=USAGE)
