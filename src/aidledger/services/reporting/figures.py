"""What a report tells of a ledger, as numbers: its rules' findings beside the whole they were found in.

All of it is read where the rules were run: the same entries, under the same two days. What a model
would say that could not be built is None, never nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from aidledger.audit.laying import Laid
from aidledger.audit.rule import SEVERITIES, Rule
from aidledger.audit.running import RuleFinding
from aidledger.domain.policy.schema import Severity
from aidledger.ledger.trust import Policy
from aidledger.replay.digest import digest_of
from aidledger.replay.models import load_models
from aidledger.services.audits.auditing import Audit, audited
from aidledger.services.audits.sampling import SampleOf
from aidledger.services.clock import china_day
from aidledger.services.generations.certifying import certified
from aidledger.services.generations.rebuilding import store_of
from aidledger.services.handing.manifest import OfLog, log_of
from aidledger.services.reporting.population import (
    POPULATION,
    Population,
    population_of,
    townships_of,
)
from aidledger.services.reporting.vouched import Vouched, vouched
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

DOUBTS: Final = "doubts"
_month: Final = re.compile(r"[0-9]{4}-[0-9]{2}").match


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """How many findings, and what is at risk in fen."""

    count: int = 0
    fen: int = 0


class Doubts(msgspec.Struct, frozen=True, kw_only=True):
    """The doubts in one state, or of one rule: how many, how many late, and the money in fen."""

    name: str
    count: int
    open: int
    overdue: int
    fen: int
    confirmed_fen: int
    decided_fen: int
    settled_fen: int


class Derived(msgspec.Struct, frozen=True, kw_only=True):
    """A model that the report reads: its rows, and the root (hex) over them."""

    name: str
    rows: int
    root: str


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """All that a report says. `recorded_at` is that of the last entry, None of an empty log.

    `severities` are those that the report is about, the worst first. Findings by township and month are
    those that were kept: `left_out` were only counted. `certificate` is (position, hash, size) of the
    newest one of a generation. `doubts_by_…` are None where this program knows no doubts.
    """

    found: Audit
    log: OfLog
    recorded_at: str | None
    day: str
    vouched: Vouched
    lost: dict[str, str]
    population: Population | None
    models: tuple[Derived, ...]
    certificate: tuple[int, str, int] | None
    severities: tuple[Severity, ...]
    shown: tuple[RuleFinding, ...]
    by_severity: dict[str, Found]
    by_rule: dict[str, Found]
    by_township: dict[str, Found]
    by_month: dict[str, Found]
    left_out: int
    doubts_by_state: tuple[Doubts, ...] | None
    doubts_by_rule: tuple[Doubts, ...] | None
    samples: tuple[tuple[str, SampleOf], ...]

    @property
    def limited(self) -> Audit:
        """The run with findings of these severities alone; its root is over all findings still."""
        if self.severities == SEVERITIES:
            return self.found
        ran = tuple(
            msgspec.structs.replace(
                one,
                findings=self.by_rule[one.rule].count,
                amount_fen=self.by_rule[one.rule].fen,
                by_severity={n: k for n, k in one.by_severity.items() if n in self.severities},
            )
            for one in self.found.report.ran
        )
        report = msgspec.structs.replace(self.found.report, findings=self.shown, ran=ran)
        return msgspec.structs.replace(self.found, report=report)

    @property
    def total(self) -> Found:
        """All findings of these severities, and what they come to."""
        every = self.by_severity.values()
        return Found(count=sum(one.count for one in every), fen=sum(one.fen for one in every))


def figures_of(
    session: Session | LedgerStore,
    rules: dict[str, Rule],
    *,
    least: Severity | None = None,
    policy: Policy | None = None,
    samples: Sequence[tuple[str, SampleOf]] = (),
    **more: Any,
) -> Figures:
    """Run rules over a ledger, and count what they were run over.

    Args:
        session: an opened ledger; nothing is written.
        rules: by id.
        least: the report is about findings at least so severe; default: all.
        policy: whose witnesses count; without one nothing is witnessed.
        samples: name of its file and the sample, for each that was drawn.
        more: days, folder, limits and progress, as `audit` has them.

    Raises:
        GenerationsError: the engine had no room to work, or the generation is damaged.
        ServiceError: a day outside 1850-2200, or the log's tree is damaged.

    """
    store, models = store_of(session), load_models()
    also = [*POPULATION, *([DOUBTS] if DOUBTS in models else [])]
    severities = SEVERITIES[: SEVERITIES.index(least) + 1] if least else SEVERITIES
    with audited(session, rules, also=also, **more) as (laid, found):
        lost = {name: laid.lost[name] for name in also if name in laid.lost}
        shown = tuple(one for one in found.report.findings if one.severity in severities)
        doubts = DOUBTS in models and DOUBTS not in lost
        size = found.position + 1
        recorded_at = _recorded_at(store, size)
        return Figures(
            found=found,
            log=log_of(store, size),
            recorded_at=recorded_at,
            day=china_day(recorded_at) if recorded_at else found.report.as_of.isoformat(),
            vouched=vouched(store, policy),
            lost=lost,
            population=None if lost.keys() & set(POPULATION) else population_of(laid),
            models=tuple(
                _derived(laid, name, models[name].key) for name in also if name not in lost
            ),
            certificate=_certificate(store, size),
            severities=severities,
            shown=shown,
            by_severity=_by_severity(found, severities),
            by_rule=_by_rule(found, severities),
            by_township=_by_township(laid, shown, lost),
            by_month=_summed((month_of(one.period), one) for one in shown),
            left_out=sum(one.left_out for one in found.report.ran),
            doubts_by_state=doubts_of(laid, "state") if doubts else None,
            doubts_by_rule=doubts_of(laid, "rule") if doubts else None,
            samples=tuple(samples),
        )


def _recorded_at(store: LedgerStore, size: int) -> str | None:
    """Return when the last of so many entries was recorded."""
    last = next(iter(store.read(size - 1, size)), None) if size else None
    return str(last[4]) if last is not None else None


def month_of(period: str | None) -> str:
    """Return the month in which a period begins; nothing where a finding has none."""
    return period[:7] if period and _month(period) else ""


def _derived(laid: Laid, name: str, key: tuple[str, ...]) -> Derived:
    digest = digest_of(laid.connection, name, key)
    return Derived(name=name, rows=digest.rows, root=digest.root)


def _certificate(store: LedgerStore, size: int) -> tuple[int, str, int] | None:
    """Return the newest certificate of a generation that the log names below a size."""
    known = [one for one in certified(store) if one.position < size]
    if not known:
        return None
    return known[-1].position, known[-1].event.certificate, known[-1].event.size


def _by_severity(found: Audit, severities: Sequence[Severity]) -> dict[str, Found]:
    return {
        name: Found(
            count=sum(one.by_severity.get(name, 0) for one in found.report.ran),
            fen=sum(one.fen_by_severity.get(name, 0) for one in found.report.ran),
        )
        for name in severities
    }


def _by_rule(found: Audit, severities: Sequence[Severity]) -> dict[str, Found]:
    """Return what each rule that ran found, the most money first."""
    rules = {
        one.rule: Found(
            count=sum(one.by_severity.get(name, 0) for name in severities),
            fen=sum(one.fen_by_severity.get(name, 0) for name in severities),
        )
        for one in found.report.ran
    }
    order = sorted(rules, key=lambda rule: (-rules[rule].fen, -rules[rule].count, rule))
    return {rule: rules[rule] for rule in order}


def _by_township(
    laid: Laid, findings: Sequence[RuleFinding], lost: Mapping[str, str]
) -> dict[str, Found]:
    """Return what was found in each township; of none: what is about no case, or about several places."""
    subjects = {one.subject for one in findings}
    places = {} if lost.keys() & set(POPULATION) else townships_of(laid, subjects)
    return _summed(
        (str(one.values.get("township") or places.get(one.subject, "")), one) for one in findings
    )


def _summed(findings: Iterable[tuple[str, RuleFinding]]) -> dict[str, Found]:
    """Return count and sum of findings by name, in the order of the names."""
    count, fen = Counter[str](), Counter[str]()
    for name, one in findings:
        count[name] += 1
        fen[name] += one.amount_fen or 0
    return {name: Found(count=count[name], fen=fen[name]) for name in sorted(count)}


def doubts_of(laid: Laid, by: str) -> tuple[Doubts, ...]:
    """Return the register of doubts by state or by rule."""
    rows: list[tuple[Any, ...]] = laid.connection.execute(
        f"SELECT {by}, COUNT(*), SUM(CASE WHEN state NOT IN ('refuted', 'closed') THEN 1 ELSE 0 END), "  # noqa: S608 - a literal of this module
        "SUM(CASE WHEN overdue THEN 1 ELSE 0 END), SUM(COALESCE(amount_fen, 0)), "
        "SUM(COALESCE(confirmed_fen, 0)), SUM(COALESCE(decided_fen, 0)), SUM(settled_fen) "
        f"FROM doubts GROUP BY {by} ORDER BY {by}"
    ).fetchall()
    return tuple(
        Doubts(
            name=name,
            count=count,
            open=left,
            overdue=overdue,
            fen=fen,
            confirmed_fen=confirmed,
            decided_fen=decided,
            settled_fen=settled,
        )
        for name, count, left, overdue, fen, confirmed, decided, settled in rows
    )
