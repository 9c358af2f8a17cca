"""One engine for many little ledgers, laid one after the other: what makes worked cases cheap.

The views and models are made once, empty, and each query is planned once; a ledger is then loaded by
the loader that loads every ledger, and afterwards taken out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Final

import duckdb

from aidledger.audit.caselog import Log
from aidledger.audit.header import RuleError
from aidledger.audit.rule import Rule
from aidledger.audit.running import Asked, NotRun, RuleFinding, ask, findings_of, unready
from aidledger.replay.engine import EngineLimits, building
from aidledger.replay.kept import lay_kept, put_rows
from aidledger.replay.layout import lay_out
from aidledger.replay.loading import Loader
from aidledger.replay.models import Model, needed
from aidledger.replay.versions import BESIDE_COLUMNS
from aidledger.replay.views import event_views, quoted

_LIMITS: Final = EngineLimits(threads=1)
_PLANNED_ANEW: Final = frozenset({"calendar_days"})
"""Models with thousands of rows even over a little ledger: a good plan is worth more than none."""


class Bench:
    """Rules over one little ledger at a time."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        models: Mapping[str, Model],
        rules: Iterable[Rule],
    ) -> None:
        """Lay out the views and the models that the rules need."""
        self._connection = connection
        self._models = dict(models)
        self._asked: dict[str, Asked] = {}
        self._order: dict[str, list[str]] = {}
        # plans of another moment must not rest on what the tables held then
        connection.execute("PRAGMA disable_optimizer")
        lay_out(connection)
        lay_kept(connection)
        wanted: set[str] = set()
        for rule in rules:
            self._order[rule.id] = list(needed(self._models, rule.models_in(models)))
            wanted |= set(self._order[rule.id])
        if wanted:
            for name, model in needed(self._models, wanted).items():
                connection.execute(f"CREATE TABLE {quoted(name)} AS {model.sql}")
        for name in wanted - _PLANNED_ANEW:
            connection.execute(f"PREPARE {quoted('model_' + name)} AS {self._filling(name)}")

    def reads(self, rule: Rule, model: str) -> bool:
        """Whether a rule rests on a model."""
        return model in self._order[rule.id]

    def findings(
        self, rule: Rule, source: Log, *, as_of: date | None, known_on: date | None
    ) -> tuple[RuleFinding, ...] | NotRun:
        """Return what a rule finds in a ledger, or why it says nothing.

        Raises:
            RuleError: the rule doesn't run, or gives what no rule gives; or a record is none.

        """
        try:
            asked = self._ask(rule)
            loaded = Loader(self._connection, as_of=as_of, known_on=known_on, laid=True).load(
                source
            )
            for one in loaded.findings:
                raise RuleError(
                    rule.file,
                    1,
                    f"an entry: {one.expected}",
                    f"{one.found} ({one.code})",
                    "see docs/AUDIT.md",
                )
            for table, row in source.kept:
                put_rows(self._connection, table, [row])
            for name in self._order[rule.id]:
                self._connection.execute(
                    f"PRAGMA enable_optimizer; {self._filling(name)}; PRAGMA disable_optimizer"
                    if name in _PLANNED_ANEW
                    else f"EXECUTE {quoted('model_' + name)}"
                )
            silent = unready(self._connection, rule)
            if silent is not None:
                return silent
            rows = self._connection.execute(f"EXECUTE {quoted('rule_' + rule.id)}").fetchall()
            return tuple(findings_of(rule, asked, rows))
        except duckdb.Error as error:
            said, _, rest = str(error).partition("\n")
            raise RuleError(
                *rule.at(_line(rest)),
                "SQL that runs",
                said[:200],
                "run it in duckdb over a generation to see where",
            ) from None
        finally:
            self._clear(rule, {table for table, _ in source.kept})

    def _filling(self, name: str) -> str:
        """Return the statement that builds a model where its empty table is."""
        return f"INSERT INTO {quoted(name)} {self._models[name].sql}"

    def _ask(self, rule: Rule) -> Asked:
        """Return the query of a rule, planned once."""
        if rule.id not in self._asked:
            asked = ask(self._connection, rule)
            self._connection.execute(f"PREPARE {quoted('rule_' + rule.id)} AS {asked.sql}")
            self._asked[rule.id] = asked
        return self._asked[rule.id]

    def _clear(self, rule: Rule, kept: set[str]) -> None:
        """Take the ledger of a rule out again."""
        rows = self._connection.execute("SELECT DISTINCT type FROM entry").fetchall()
        views = [event_views()[name].name for (name,) in rows]
        for name in (*views, *self._order[rule.id], "entry", *BESIDE_COLUMNS, *kept):
            self._connection.execute(f"DELETE FROM {quoted(name)}")  # noqa: S608 - quoted


def _line(said: str) -> int:
    """Return how many lines after its first one the engine saw a fault."""
    word, _, rest = said.strip().partition(" ")
    number = rest.partition(":")[0]
    return int(number) - 1 if word == "LINE" and number.isdigit() else 0


@contextmanager
def bench(models: Mapping[str, Model], rules: Iterable[Rule]) -> Iterator[Bench]:
    """Give a bench for some rules."""
    with building(None, _LIMITS) as connection:
        yield Bench(connection, models, rules)
