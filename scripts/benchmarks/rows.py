"""The rows of the table: what is compared with what, and the goal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison. `goal` is a ratio to the peer; `goal_rate` a rate; `goal_limit` a share of the limit."""

    title: str
    unit: str
    ours: str
    peer: str = ""
    limit: str = ""
    goal: float | None = None
    goal_rate: int | None = None
    goal_limit: float | None = None
    rounds: int = 30

    @property
    def roles(self) -> dict[str, str]:
        """The measurements that the row needs, by what they are in it."""
        named = {"ours": self.ours, "stock": self.peer, "limit": self.limit}
        return {role: name for role, name in named.items() if name}


ENGINES = (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))
GOALS = {
    ("append", "sqlite"): 0.7,
    ("append", "postgresql"): 3.0,
    ("services", "sqlite"): 2.0,
    ("services", "postgresql"): 3.0,
    ("command", "sqlite"): 1.0,
    ("command", "postgresql"): 1.0,
    ("bulk", "sqlite"): 4.0,
    ("bulk", "postgresql"): 7.0,
}

ROWS: tuple[Row, ...] = (
    *(
        Row(
            title=f"recorder, 1,000 events a batch, {name}",
            unit="events/s",
            ours=f"append ours {engine}",
            peer=f"append stock {engine}",
            limit=f"bare batch {engine}",
            goal=GOALS["append", engine],
        )
        for engine, name in ENGINES
    ),
    *(
        Row(
            title=f"recorder, 1,000 entries a batch, read strictly and chained, {name}",
            unit="entries/s",
            ours=f"append entries {engine}",
            peer=f"append stock {engine}",
            limit=f"bare batch {engine}",
        )
        for engine, name in ENGINES
    ),
    *(
        Row(
            title=f"services, 1,000 proposals a batch, {name}",
            unit="entries/s",
            ours=f"services ours {engine}",
            peer=f"services stock {engine}",
            limit=f"bare batch {engine}",
            goal=GOALS["services", engine],
            rounds=20,
        )
        for engine, name in ENGINES
    ),
    *(
        Row(
            title=f"import of a history, {batch:,} rows a batch, decided and recorded, {name}",
            unit="rows/s",
            ours=f"history {batch} {engine}",
            rounds=3,
        )
        for engine, name in ENGINES
        for batch in (1_000, 5_000)
    ),
    *(
        Row(
            title=f"one durable command, {name}",
            unit="commands/s",
            ours=f"command ours {engine}",
            peer=f"command stock {engine}",
            limit=f"bare one {engine}",
            goal=GOALS["command", engine],
        )
        for engine, name in ENGINES
    ),
    Row(
        title="verify: bytes, chain, tree, two processes",
        unit="entries/s",
        ours="verify ours",
        limit="bare hashing",
        goal_rate=150_000,
        rounds=7,
    ),
    Row(
        title="verify 1,000,000 entries: bytes, chain, tree, two processes",
        unit="entries/s",
        ours="verify million",
        limit="bare verifying",
        goal_rate=200_000,
        goal_limit=0.6,
        rounds=7,
    ),
    Row(
        title="verify: signatures of 10,000 batches, all cores",
        unit="batches/s",
        ours="verify signatures",
        limit="bare signatures",
        goal_limit=0.8,
        rounds=7,
    ),
    Row(
        title="verify: the whole command, processes started anew",
        unit="entries/s",
        ours="verify service",
        limit="bare hashing",
        rounds=3,
    ),
    Row(
        title="decisions of a county taken again, two processes",
        unit="decisions/s",
        ours="redecide ours",
        goal_rate=3_000,
        rounds=5,
    ),
    Row(
        title="rebuild of all models, PostgreSQL",
        unit="entries/s",
        ours="rebuild ours",
        peer="rebuild stock",
        limit="bare reading",
        goal=100.0,
        rounds=3,
    ),
    Row(
        title="rebuild of case_state alone, PostgreSQL",
        unit="entries/s",
        ours="rebuild ours, cases",
        peer="rebuild stock, cases",
        limit="bare reading",
        rounds=3,
    ),
    Row(
        title="inclusion proof at 1,000,000 entries, from the stored nodes",
        unit="proofs/s",
        ours="prove million",
        goal_rate=1_000,
    ),
    Row(
        title="month of 100,000 payments closed",
        unit="payments/s",
        ours="close month",
        goal_rate=50_000,
        rounds=7,
    ),
    Row(
        title="pymerkle, 100,000 leaves: append, in memory",
        unit="entries/s",
        ours="append memory",
        peer="append memory pymerkle",
        rounds=7,
    ),
    Row(
        title="pymerkle, 100,000 leaves: append, SQLite",
        unit="entries/s",
        ours="append file",
        peer="append file pymerkle",
        rounds=3,
    ),
    Row(
        title="pymerkle, 100,000 leaves: prove, in memory",
        unit="proofs/s",
        ours="prove memory",
        peer="prove memory pymerkle",
        goal=10.0,
    ),
    Row(
        title="pymerkle, 100,000 leaves: prove, SQLite",
        unit="proofs/s",
        ours="prove stored",
        peer="prove file pymerkle",
        goal=40.0,
    ),
    Row(
        title="pymerkle, 100,000 leaves: prove, SQLite, ours checked before it is handed out",
        unit="proofs/s",
        ours="prove checked",
        peer="prove file pymerkle",
    ),
    Row(
        title="pymerkle, 100,000 leaves: verify a proof",
        unit="proofs/s",
        ours="verify proofs",
        peer="verify proofs pymerkle",
    ),
    *(
        Row(
            title=f"bulk append, 1,000 entries a batch, chained and signed, {name}",
            unit="entries/s",
            ours=f"bulk ours {engine}",
            peer=f"services stock {engine}",
            limit=f"bare batch {engine}",
            goal=GOALS["bulk", engine],
            goal_limit=0.6 if engine == "postgresql" else None,
            rounds=20,
        )
        for engine, name in ENGINES
    ),
    *(
        Row(
            title=f"one entry, durable, chained and signed, {name}",
            unit="entries/s",
            ours=f"entry ours {engine}",
            peer=f"command stock {engine}",
            limit=f"bare one {engine}",
            goal=2.0,
            goal_limit=0.66,
        )
        for engine, name in ENGINES
    ),
    *(
        Row(
            title=f"history of a case of 33 entries, {name}",
            unit="entries/s",
            ours=f"history ours {engine}",
            peer=f"history stock {engine}",
            goal=10.0,
            rounds=10,
        )
        for engine, name in ENGINES
    ),
    *(
        Row(
            title=f"history of a case of 33 entries, each proven and checked, {name}",
            unit="entries/s",
            ours=f"history proven {engine}",
            peer=f"history stock {engine}",
            goal=1.0,
            rounds=10,
        )
        for engine, name in ENGINES
    ),
    *(
        Row(
            title=f"kept by others, 1,000 entries a batch: {what}",
            unit="entries/s",
            ours=f"bulk ours {engine}",
            peer=theirs,
            rounds=5,
        )
        for what, engine, theirs in (
            ("audit trigger with a hash chain, PostgreSQL", "postgresql", "audited batch"),
            ("SQLAlchemy-Continuum, SQLite", "sqlite", "versioned sqlite"),
            ("SQLAlchemy-Continuum, PostgreSQL", "postgresql", "versioned postgresql"),
        )
    ),
    Row(
        title="kept by others, one entry: audit trigger with a hash chain, PostgreSQL",
        unit="entries/s",
        ours="entry ours postgresql",
        peer="audited one",
        rounds=10,
    ),
    Row(
        title="400 bytes written and kept by the disk",
        unit="writes/s",
        ours="bare fsync",
        rounds=10,
    ),
    *(
        Row(
            title=f"first seal: read, checked, decoded, written, two processes, {name}",
            unit="entries/s",
            ours=f"seal {engine}",
            limit="bare verifying",
            goal_rate=200_000,
            rounds=5,
        )
        for engine, name in ENGINES
    ),
    Row(
        title="verify an archive: bytes, chain, tree, two processes",
        unit="entries/s",
        ours="verify archive",
        limit="bare verifying",
        goal_rate=400_000,
        goal_limit=0.6,
        rounds=5,
    ),
    Row(
        title="verify an archive, its columns derived again, two processes",
        unit="entries/s",
        ours="verify archive and columns",
        limit="bare verifying",
        rounds=5,
    ),
    Row(
        title="rebuild of all models from the archive",
        unit="entries/s",
        ours="rebuild archived",
        peer="rebuild stock",
        limit="bare models",
        goal=1_000.0,
        goal_rate=1_000_000,
        goal_limit=0.5,
        rounds=5,
    ),
    Row(
        title="rebuild of case_state alone from the archive",
        unit="entries/s",
        ours="rebuild archived, cases",
        peer="rebuild stock, cases",
        goal_rate=3_000_000,
        rounds=5,
    ),
    Row(
        title="nightly of 1,000,000 entries, 20,000 of them new, in 30 s",
        unit="entries/s",
        ours="nights",
        goal_rate=34_000,
        rounds=3,
    ),
    Row(
        title="paid by month: asked of the archive, of JSON lines in DuckDB",
        unit="entries/s",
        ours="paid by month, columns",
        peer="paid by month, JSON",
        rounds=7,
    ),
)
