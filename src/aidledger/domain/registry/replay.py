"""The question of power asked along a log: every act that should have been refused, as a finding.

A ledger that was forged past the check of its program is found here. Beside it stand the two things
that no single act shows: an emergency whose paperwork never came, and what a key had signed before
it was revoked from an earlier position on.

What a replay knows after some entries can be kept (`ReplayState`), and a later one goes on from there:
it then says of the whole log what one from the first entry on says, as long as those entries, their
keys and the rules are the same. Whether they are, whoever keeps it must ask.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Help given at once: the finding that it becomes, unless its paperwork comes in time."""

    found: PowerFinding
    since: str
    limit_working_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayState:
    """What a replay knows after the entries below `size`, beside the registry and the histories.

    ``refused`` are the positions that no rule allowed; ``overridden`` the rules named for the next act
    of a stream, as (actor, act, rule); ``signed`` the runs of neighbouring positions that a key signed
    lawfully for an actor, as (first, last, actor).
    """

    size: int = 0
    judged: int = 0
    undeclared: int = 0
    findings: tuple[PowerFinding, ...] = ()
    refused: tuple[int, ...] = ()
    overridden: Mapping[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)
    emergencies: Mapping[str, tuple[Emergency, ...]] = field(default_factory=dict)
    signed: Mapping[str, tuple[tuple[int, int, str], ...]] = field(default_factory=dict)


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
    run = Replay(watch=Watch(tables=tables, settings=settings), key_of=key_of)
    for entry in entries:
        run.see(entry)
    return run.replayed()


@dataclass(slots=True, kw_only=True)
class Replay:
    """A replay under way; ``overridden`` are the rules named for the next act of a stream."""

    watch: Watch
    key_of: Callable[[int], str | None]
    findings: list[PowerFinding] = field(default_factory=list)
    judged: int = 0
    undeclared: int = 0
    refused: list[int] = field(default_factory=list)
    overridden: dict[str, set[tuple[str, str, str]]] = field(default_factory=dict)
    emergencies: dict[str, list[Emergency]] = field(default_factory=dict)
    signed: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    last: Recorded | None = None

    @classmethod
    def resumed(
        cls,
        state: ReplayState,
        *,
        watch: Watch,
        key_of: Callable[[int], str | None],
        enrolled: Iterable[Recorded],
        last: Recorded | None,
    ) -> Replay:
        """Go on where another replay was.

        Args:
            state: what it knew.
            watch: with the histories after the same entries; its registry is made here.
            key_of: the key that signed the entry at a position.
            enrolled: the entries before that change the registry, in position order.
            last: the newest readable entry before.

        """
        refused = set(state.refused)
        for entry in enrolled:
            watch.enrol(entry, lawful=entry.position not in refused)
        return cls(
            watch=watch,
            key_of=key_of,
            findings=list(state.findings),
            judged=state.judged,
            undeclared=state.undeclared,
            refused=list(state.refused),
            overridden={stream: set(named) for stream, named in state.overridden.items()},
            emergencies={stream: list(several) for stream, several in state.emergencies.items()},
            signed={key: list(runs) for key, runs in state.signed.items()},
            last=last,
        )

    def state(self, size: int) -> ReplayState:
        """Return what is known now, after the entries below `size`."""
        return ReplayState(
            size=size,
            judged=self.judged,
            undeclared=self.undeclared,
            findings=tuple(self.findings),
            refused=tuple(self.refused),
            overridden={stream: tuple(sorted(named)) for stream, named in self.overridden.items()},
            emergencies={stream: tuple(several) for stream, several in self.emergencies.items()},
            signed={key: tuple(runs) for key, runs in self.signed.items()},
        )

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
            self.refused.append(entry.position)
            self._forbidden(entry, actor, act)
        elif key:
            self._sign(key, entry)
        self._override(entry)
        self._emergency(entry)
        watch.take(entry, lawful=lawful)

    def replayed(self) -> Replayed:
        """Return what was found so far, with what only the end of the log shows."""
        found = list(self.findings)
        for waiting in self.emergencies.values():
            found += self._overdue(waiting)
        for key, runs in self.signed.items():
            record = self.watch.registry.key(key)
            if record is not None:
                holds = record.span.holds
                found += [
                    _doubt(position, actor)
                    for first, last, actor in runs
                    if not (holds(first) and holds(last))
                    for position in range(first, last + 1)
                    if not holds(position)
                ]
        registry = self.watch.registry
        return Replayed(
            findings=tuple(sorted(found, key=lambda one: one.position)),
            judged=self.judged,
            undeclared=self.undeclared,
            declared_at=None if registry.genesis is None else registry.genesis_at,
        )

    def _sign(self, key: str, entry: Recorded) -> None:
        """Take note that a key signed an entry lawfully."""
        runs = self.signed.setdefault(key, [])
        if runs and (runs[-1][1], runs[-1][2]) == (entry.position - 1, entry.actor):
            runs[-1] = (runs[-1][0], entry.position, entry.actor)
        else:
            runs.append((entry.position, entry.position, entry.actor))

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
                    one = Emergency(
                        found=_finding(entry, duty_refusal(duty)),
                        since=self._setting(entry).recorded_on,
                        limit_working_days=limit,
                    )
                    self.emergencies.setdefault(entry.stream, []).append(one)
            case EmergencyHelpCompleted():
                self.findings += self._overdue(self.emergencies.pop(entry.stream, ()))
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

    def _overdue(self, waiting: Iterable[Emergency]) -> Iterator[PowerFinding]:
        """Yield the emergencies whose paperwork has taken longer than its time, up to now."""
        for one in waiting:
            taken = working_days(one.since, self._setting(self.last)) if self.last else None
            if taken is not None and taken > one.limit_working_days:
                yield replace(one.found, late=True)


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
