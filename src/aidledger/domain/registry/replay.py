"""The question of power asked along a log: every act that should have been refused, as a finding.

A ledger that was forged past the check of its program is found here. Beside it stand the two things
that no single act shows: an emergency whose paperwork never came, and what a key had signed before
it was revoked from an earlier position on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.duty import EmergencyHelpCompleted
from aidledger.domain.events.helping import DirectPurchaseMade, HelpGranted
from aidledger.domain.events.registry import RuleOverridden
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.authorise import coded, duty_refusal
from aidledger.domain.registry.codes import may_be_broken
from aidledger.domain.registry.context import Act, Actor, Forbidden, Setting, Undeclared
from aidledger.domain.registry.duties import working_days
from aidledger.domain.registry.table import DutyTable, Powers
from aidledger.domain.registry.watch import Settings, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFinding:
    """An act that should have been refused, or a duty that time has broken.

    ``rule`` is the power or duty of the table; ``overridden``: the actor named that duty, a reason
    and an authority with the act; ``late``: nothing was done against it, and time has broken it.
    Stream and act are empty where only the position is known.
    """

    code: str
    position: int
    stream: str
    act: str
    actor: str
    rule: str
    citation: str
    text_zh: str
    text_en: str
    overridden: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay found: of so many judged, and of so many before anything was declared.

    ``declared_at`` is the position of genesis, nothing where the ledger has none.
    """

    findings: tuple[PowerFinding, ...]
    judged: int
    undeclared: int
    declared_at: int | None


def replay(
    entries: Iterable[Recorded],
    *,
    tables: Mapping[str, Powers],
    settings: Settings,
    key_of: Callable[[int], str | None] = lambda _: None,
) -> Replayed:
    """Ask of every entry of a whole log, in order, whether it was allowed.

    Args:
        entries: all readable entries, in position order.
        tables: the tables of powers that the log adopts, by hash.
        settings: the rules of a moment.
        key_of: the key that signed the entry at a position; nothing where none did.

    """
    run = _Replay(watch=Watch(tables=tables, settings=settings), key_of=key_of)
    for entry in entries:
        run.see(entry)
    run.finish()
    genesis_at = run.watch.registry.genesis_at
    return Replayed(
        findings=tuple(sorted(run.findings, key=lambda one: one.position)),
        judged=run.judged,
        undeclared=run.undeclared,
        declared_at=None if run.watch.registry.genesis is None else genesis_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Emergency:
    """Help given at once: the finding that it becomes, unless its paperwork comes in time."""

    found: PowerFinding
    since: str
    limit_working_days: int


@dataclass(slots=True, kw_only=True)
class _Replay:
    """A replay under way; ``overridden`` are the rules named for the next act of a stream."""

    watch: Watch
    key_of: Callable[[int], str | None]
    findings: list[PowerFinding] = field(default_factory=list)
    judged: int = 0
    undeclared: int = 0
    overridden: dict[str, set[tuple[str, str, str]]] = field(default_factory=dict)
    emergencies: dict[str, list[_Emergency]] = field(default_factory=dict)
    signed: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    last: Recorded | None = None

    def see(self, entry: Recorded) -> None:
        """Judge one entry and take note of it."""
        watch, act = self.watch, _act(entry)
        key = self.key_of(entry.position) or ""
        actor = Actor(id=entry.actor, office=entry.office, key=key)
        self.last = entry
        answer = watch.judge(
            actor,
            act,
            position=entry.position,
            effective_on=entry.effective_on,
            recorded_at=entry.recorded_at,
        )
        lawful = not isinstance(answer, Forbidden)
        if isinstance(answer, Undeclared):
            self.undeclared += 1
        else:
            self.judged += 1
        if not lawful:
            self._forbidden(entry, actor, act)
        elif key:
            self.signed.setdefault(key, []).append((entry.position, entry.actor))
        self._override(entry)
        self._emergency(entry)
        watch.take(entry, lawful=lawful)

    def finish(self) -> None:
        """Report what only the end of the log shows."""
        for waiting in self.emergencies.values():
            for one in waiting:
                self._overdue(one)
        for key, uses in self.signed.items():
            record = self.watch.registry.key(key)
            if record is not None:
                self.findings += [_doubt(*use) for use in uses if not record.span.holds(use[0])]

    def _forbidden(self, entry: Recorded, actor: Actor, act: Act) -> None:
        """Keep every rule that forbids an entry."""
        named = self.overridden.get(entry.stream, set())
        for one in self.watch.refusals(
            actor,
            act,
            position=entry.position,
            effective_on=entry.effective_on,
            recorded_at=entry.recorded_at,
        ):
            found = _finding(entry, one)
            waived = may_be_broken(one.code) and (entry.actor, act.type, one.rule) in named
            self.findings.append(replace(found, overridden=waived))

    def _override(self, entry: Recorded) -> None:
        """Remember which rules are named for the next act of the stream."""
        if isinstance(entry.event, RuleOverridden):
            named = self.overridden.setdefault(entry.stream, set())
            named.add((entry.actor, entry.event.act, entry.event.clause))
        else:
            self.overridden.pop(entry.stream, None)

    def _emergency(self, entry: Recorded) -> None:
        """Follow an emergency from the help to its paperwork, which covers all help before it."""
        match entry.event:
            case HelpGranted(kind="emergency") | DirectPurchaseMade():
                for duty, limit in self._completion_duties(entry):
                    one = _Emergency(
                        found=_finding(entry, duty_refusal(duty)),
                        since=self._setting(entry).recorded_on,
                        limit_working_days=limit,
                    )
                    self.emergencies.setdefault(entry.stream, []).append(one)
            case EmergencyHelpCompleted():
                for one in self.emergencies.pop(entry.stream, ()):
                    self._overdue(one)
            case _:
                pass

    def _setting(self, entry: Recorded) -> Setting:
        """Return the rules of the moment of an entry."""
        return self.watch.setting(entry.event, entry.stream, entry.effective_on, entry.recorded_at)

    def _completion_duties(self, entry: Recorded) -> Iterator[tuple[DutyTable, int]]:
        """Yield the duties that give an emergency its time, with the working days it has."""
        watch, act = self.watch, _act(entry)
        context = watch.context(entry.position, entry.effective_on, entry.recorded_at, act)
        table = context.powers
        for duty in table.duties.get(act.type, ()) if table else ():
            limit = context.pack_number(duty.pack_parameter)
            if duty.kind == "completed" and limit is not None:
                yield duty, limit

    def _overdue(self, one: _Emergency) -> None:
        """Report an emergency whose paperwork has taken longer than its time, up to now."""
        taken = working_days(one.since, self._setting(self.last)) if self.last else None
        if taken is not None and taken > one.limit_working_days:
            self.findings.append(replace(one.found, late=True))


def _act(entry: Recorded) -> Act:
    """Return the act of an entry."""
    return Act(type=wire_name(entry.event), event=entry.event, stream=entry.stream)


def _finding(entry: Recorded, refusal: Forbidden) -> PowerFinding:
    """Return the finding of an entry that a rule forbids."""
    return PowerFinding(
        code=refusal.code,
        position=entry.position,
        stream=entry.stream,
        act=wire_name(entry.event),
        actor=entry.actor,
        rule=refusal.rule,
        citation=refusal.citation,
        text_zh=refusal.text_zh,
        text_en=refusal.text_en,
    )


def _doubt(position: int, actor: str) -> PowerFinding:
    """Return the finding of a signature that a later revocation reaches back to."""
    refusal = coded("key_window", "keys")
    return PowerFinding(
        code=refusal.code,
        position=position,
        stream="",
        act="",
        actor=actor,
        rule=refusal.rule,
        citation=refusal.citation,
        text_zh=refusal.text_zh,
        text_en=refusal.text_en,
    )
