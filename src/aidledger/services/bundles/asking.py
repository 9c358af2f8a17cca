"""What somebody asks to have bundled, and where in the log it stands."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from aidledger.audit.running import RuleFinding
from aidledger.domain.events.doubt import DoubtRaised, DoubtSeenAgain
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.bundles.contents import Kind
from aidledger.services.cases.history import find_stream
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

_is_month: Final = re.compile(r"[0-9]{4}-[0-9]{2}").fullmatch
_MOST_FINDINGS: Final = 1_000


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for.

    `what` is a case, a doubt, a list, a month, or with `rule` the subject of a finding. `case` narrows a month
    or list to one case. `rows` are ``MODEL=KEY`` of certified rows. `policy` is the trust policy to
    go with it. `as_of` is the day that a rule is asked about; default: that of the last entry.
    """

    what: str
    rule: str | None = None
    rules: Path | None = None
    case: str | None = None
    rows: tuple[str, ...] = ()
    policy: bytes | None = None
    as_of: date | None = None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle is about: its streams whole, and single entries beside them."""

    kind: Kind
    name: str
    streams: tuple[str, ...]
    positions: tuple[int, ...] = ()
    case: str | None = None
    month: str | None = None
    rule_file: bytes = b""
    rule: str = ""
    findings: tuple[RuleFinding, ...] = ()
    as_of: str = ""


def subject_of(session: Session, asked: Request) -> Subject:
    """Return what is meant.

    Raises:
        ServiceError: nothing or several things are meant, or the rule found nothing of it.

    """
    if asked.rule is not None:
        return _finding(session, asked)
    case = None if asked.case is None else find_stream(session, asked.case)
    what = asked.what
    if _is_month(what) or what.startswith("month/"):
        month = what.removeprefix("month/")
        stream = find_stream(session, f"month/{month}", "month")
        return Subject(kind="month", name=stream, streams=(stream,), case=case, month=month)
    if what.startswith("list/"):
        stream = find_stream(session, what, "list")
        return Subject(kind="list", name=stream, streams=(stream,), case=case)
    if what.startswith("doubt/"):
        return _doubt(session, find_stream(session, what, "doubt"), asked)
    if case is not None:
        raise ServiceError(
            "--case: expected with a month or a list, found with a case", exit_code=2
        )
    stream = find_stream(session, what)
    return Subject(kind="case", name=stream, streams=(stream,), case=stream)


def _doubt(session: Session, stream: str, asked: Request) -> Subject:
    """Return a doubt: its own entries, those that prove it, the case, and the rule as it was run."""
    entries = session.stream(stream)
    events = [one.event for one in entries]
    told = [one for one in events if isinstance(one, (DoubtRaised, DoubtSeenAgain))]
    raised = next((one for one in entries if isinstance(one.event, DoubtRaised)), None)
    if raised is None or not isinstance(raised.event, DoubtRaised):
        raise ServiceError(f"{stream}: expected a doubt that was raised, found none", exit_code=2)
    event = raised.event
    case = event.case if event.case and session.states.version(event.case) else None
    content, day = _as_run(event, asked.rules), event.asked_on or raised.effective_on
    return Subject(
        kind="doubt",
        name=stream,
        streams=(stream, case) if case else (stream,),
        positions=tuple(sorted({at for one in told for at in one.positions})),
        case=case,
        rule_file=content,
        rule=event.rule if content else "",
        as_of=day,
    )


def _as_run(event: DoubtRaised, folder: Path | None) -> bytes:
    """Return the text of a doubt's rule if it is the one that was run, by its hash; else nothing."""
    try:
        (rule,) = rules_of(folder, (event.rule,)).values()
    except ServiceError:  # a rule that is not there today, or a doubt that no rule raised
        return b""
    return rule.text.encode() if rule.sha256 == event.rule_hash else b""


def _finding(session: Session, asked: Request) -> Subject:
    """Return the findings of a rule about one subject."""
    rules = rules_of(asked.rules, (asked.rule or "",))
    found = audit(session, rules, as_of=asked.as_of)
    (rule,) = rules.values()
    about = [
        one for one in found.report.findings if one.subject in {asked.what, f"case/{asked.what}"}
    ][:_MOST_FINDINGS]
    if not about:
        raise ServiceError(
            f"{rule.id}: expected a finding about {asked.what}, found none",
            hint=f"aidledger audit run --rule {rule.id} lists what it finds",
            exit_code=2,
        )
    name = about[0].subject
    known = session.store.stream_heads([name]) if "/" in name else {}
    return Subject(
        kind="finding",
        name=name,
        streams=(name,) if known else (),
        positions=tuple(sorted({at for one in about for at in one.positions})),
        case=name if name.startswith("case/") and known else None,
        rule_file=rule.text.encode(),
        rule=rule.id,
        findings=tuple(about),
        as_of=found.report.as_of.isoformat(),
    )
