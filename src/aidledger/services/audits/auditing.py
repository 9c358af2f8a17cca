"""Runs audit rules over a ledger, lists them, and tries them on their worked cases.

What the current generation answers is read from it; all else is computed in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from aidledger.audit.bench import bench
from aidledger.audit.cases import Cases, Outcome, Shipped
from aidledger.audit.laying import Laid
from aidledger.audit.rule import Rule, joined, load_rules
from aidledger.audit.running import Report, run_rules
from aidledger.ledger.canonical import clip
from aidledger.replay.engine import EngineLimits
from aidledger.replay.models import load_models
from aidledger.services.acts.adoption import shipped
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.generations.rebuilding import store_of
from aidledger.services.problems import ServiceError
from aidledger.services.questions.answering import answering
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """A run of rules over one ledger: `position` is the last entry read (-1: none).

    `log_root` (hex) is that of the log up to there, empty where the tree is damaged; `skipped` counts the rows that could not be read, `generation` is the one it was read from.
    """

    report: Report
    rules: dict[str, Rule]
    position: int
    log_root: str
    skipped: int
    generation: int | None


def rules_of(folder: Path | None = None, names: Iterable[str] = ()) -> dict[str, Rule]:
    """Return the rules of the package and of an auditor's folder by id, or those that are named.

    Raises:
        RuleError: a file that can't be used, or an id that two rules have.
        ServiceError: a name that no rule has.

    """
    models = load_models()
    rules = load_rules(models)
    if folder is not None:
        rules = joined(rules, load_rules(models, folder))
    return _named(rules, names)


def _named(rules: dict[str, Rule], names: Iterable[str]) -> dict[str, Rule]:
    wanted = [name.upper() for name in names]
    for name in wanted:
        if name not in rules:
            raise ServiceError(
                f"{clip(name)}: expected the id of a rule, found none",
                hint="aidledger audit rules lists them",
            )
    return {name: rules[name] for name in sorted(set(wanted))} if wanted else rules


def audit(
    session: Session | LedgerStore,
    rules: dict[str, Rule],
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Audit:
    """Run rules over a ledger, each by its id; nothing is written. The rest is as `answering` has it.

    Raises:
        GenerationsError: the engine had no room to work, or the generation is damaged.
        ServiceError: a day outside 1850-2200.

    """
    with audited(
        session,
        rules,
        as_of=as_of,
        known_on=known_on,
        limits=limits,
        progress=progress,
    ) as (_, found):
        return found


@contextmanager
def audited(
    session: Session | LedgerStore,
    rules: dict[str, Rule],
    *,
    also: Iterable[str] = (),
    **more: Any,
) -> Iterator[tuple[Laid, Audit]]:
    """Run rules, and leave their views and models, and `also` these models, laid out to be read.

    The rest is as `audit` has it, and as it raises.
    """
    models = load_models()
    names = {name for rule in rules.values() for name in rule.models_in(models) | rule.kept()}
    with answering(session, names | set(also), **more) as (laid, generation):
        found = Audit(
            report=run_rules(laid.connection, rules.values(), laid.lost),
            rules=rules,
            position=laid.position,
            log_root=_log_root(store_of(session), laid.position + 1),
            skipped=laid.skipped,
            generation=generation,
        )
        yield laid, found


def _log_root(store: LedgerStore, size: int) -> str:
    try:
        return root_at(store, size).hex()
    except ServiceError:  # what is wrong with a tree, verify says; rules read entries
        return ""


def try_cases(folder: Path | None = None, names: Iterable[str] = ()) -> Iterator[Outcome]:
    """Yield what becomes of each worked case: of the package's rules, or of an auditor's folder.

    Raises:
        RuleError: a rule or its cases can't be used.
        ServiceError: a name that no rule has.

    """
    models = load_models()
    rules = _named(load_rules(models, folder), names)
    cases = Cases(Shipped(packs=shipped("packs"), calendars=shipped("calendars")))
    with bench(models, rules.values()) as laid:
        for rule in rules.values():
            yield from cases.tried(laid, rule, folder)
