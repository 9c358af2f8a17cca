"""Spark: the same models over the views of one ledger or of a whole province, with the same digests.

Views come as Parquet: the sealed segments of each ledger where they lie, and what lies beside them (see
`overlay`). Every model is built for all
ledgers at once and written as Parquet, partitioned by ledger: what a lost worker held is computed
again from those files. Each row is hashed where it was made, and again where it is taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Final

import msgspec
import sqlglot
from pyspark.errors import PySparkException, PySparkRuntimeError
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import (
    concat,
    create_map,
    element_at,
    encode,
    lit,
    sha2,
    struct,
    to_json,
    unhex,
)
from pyspark.sql.types import StructType, TimestampNTZType
from sqlglot import exp

from aidledger.ledger.canonical import clip
from aidledger.replay.byledger import EVERY_LEDGER, LEDGER, by_ledger
from aidledger.replay.generation import GenerationsError
from aidledger.replay.models import Model, ModelError
from aidledger.replay.overlay import SealedViews
from aidledger.replay.portable import check_portable, parse
from aidledger.replay.sparksql import FUNCTIONS, ModelSpark
from aidledger.replay.stages import stages
from aidledger.replay.views import event_views

LEAF: Final = "leaf"
"""The column of a built model that holds the RFC 6962 leaf hash of each row."""

ENTRY: Final = "entry"
"""The view of every entry of every type."""

_VIEW: Final = "of_view"
_SEALED: Final = "from_segment"
"""What the folders tell of their files, as columns which no view has."""

MUST: Final[Mapping[str, str]] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
"""Settings that the answers depend on."""

QUIETLY: Final[Mapping[str, str]] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.constraintPropagation.enabled": "false",
}
"""Settings of a session of ours: no port that nobody asked for, no plan written out at length for
nobody, and no endless planning."""


class LedgerViews(msgspec.Struct, frozen=True, kw_only=True):
    """The views of one ledger: its name, the folder they lie in, and which sealed rows count.

    All ledgers of a run share the folder: each file lies at its `place_of`.
    """

    ledger: str
    folder: Path
    sealed: SealedViews | None = None


def place_of(view: str, ledger: str, *, sealed: bool) -> str:
    """Return the folder, below the shared one, for what a ledger has of a view."""
    return f"{_VIEW}={view}/{LEDGER}={ledger}/{_SEALED}={int(sealed)}"


def session_of(master: str | None, settings: Mapping[str, str] | None = None) -> SparkSession:
    """Start Spark, or take the session that runs.

    Args:
        master: where, as Spark writes it (``spark://host:7077``, ``yarn``, ``local[2]``); None: as
            spark-submit or spark-defaults.conf say.
        settings: more of Spark's own settings.

    Raises:
        GenerationsError: Spark does not start.

    """
    builder = SparkSession.builder.appName("aidledger")
    if master is not None:
        builder = builder.master(master)
    quietly = {**QUIETLY, "spark.sql.warehouse.dir": str(Path(gettempdir()) / "aidledger-spark")}
    for name, value in {**quietly, **(settings or {}), **MUST}.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkRuntimeError, PySparkException) as error:
        raise GenerationsError(
            f"spark: expected Spark to start at {master or 'its configured master'}, found "
            f"{clip(str(error).splitlines()[0], 160)}",
            "Spark needs Java 17 or newer and a master that answers",
        ) from error


def build_ledgers(
    session: SparkSession,
    ledgers: Sequence[LedgerViews],
    models: Mapping[str, Model],
    shapes: Mapping[str, str],
    folder: Path,
    *,
    progress: Callable[[str], None] | None = None,
    failed: Callable[[ModelError], None] | None = None,
) -> set[str]:
    """Build the models of every ledger; return those that were built.

    Args:
        session: from `session_of`.
        ledgers: each with a name of its own.
        models: in order, each after those it reads.
        shapes: for each view the statement that makes an empty table of it in DuckDB.
        folder: where to write; the driver and the workers see it by the same path.
        progress: told of each model that is begun.
        failed: told of each that fails; those that read it are left out.

    Raises:
        ModelError: a model is not portable, or Spark cannot build it, and nobody is told.

    """
    for statement in FUNCTIONS:
        session.sql(statement)
    read = {view for model in models.values() for view in model.uses} - set(models)
    for view in sorted(read | {EVERY_LEDGER}):
        register_view(session, ledgers, view, shapes[view])
    built: set[str] = set()
    for name, model in models.items():
        if not built.issuperset(set(model.uses).intersection(models)):
            continue
        if progress is not None:
            progress(name)
        try:
            _build_model(session, model, folder)
        except ModelError as error:
            if failed is None:
                raise
            failed(error)
        else:
            built.add(name)
    return built


def _build_model(session: SparkSession, model: Model, folder: Path) -> None:
    """Build one model over what is registered.

    Raises:
        ModelError: it is not portable, or Spark cannot build it.

    """
    query = parse(model)
    check_portable(model.name, query)
    try:
        for table, part in stages(model.name, query):
            _build(session, table, by_ledger(part), folder / table, hashed=table == model.name)
    except PySparkException as error:
        raise ModelError(
            model.name,
            "SQL that Spark runs as well",
            clip(str(error).splitlines()[0], 200),
            "aidledger rebuild builds it in DuckDB; docs/SCALE.md says which SQL is portable",
        ) from error


def _build(
    session: SparkSession, table: str, query: exp.Query, folder: Path, *, hashed: bool
) -> None:
    """Build one table and register what was written."""
    frame = session.sql(query.sql(dialect=ModelSpark, comments=False))
    shape = frame.schema
    written = frame.withColumn(LEAF, _leaf(frame)) if hashed else frame
    written.write.mode("overwrite").partitionBy(LEDGER).parquet(str(folder))
    if any(folder.glob(f"{LEDGER}=*")):
        plain = StructType([field for field in shape if field.name != LEDGER])
        # the partition tells the ledger
        session.read.schema(plain.add(LEDGER, "string")).parquet(
            str(folder)
        ).createOrReplaceTempView(table)
    else:
        _empty(session, table, [(f.name, f.dataType.simpleString()) for f in shape])


def _leaf(frame: DataFrame) -> Column:
    """Return the leaf hash of a row: of its canonical JSON, as `digest` has it."""
    columns = [
        frame[f"`{field.name}`"].cast("string").alias(field.name)
        if isinstance(field.dataType, TimestampNTZType)
        else frame[f"`{field.name}`"]
        for field in sorted(frame.schema.fields, key=lambda field: field.name)
        if field.name != LEDGER
    ]
    row = to_json(struct(*columns), {"ignoreNullFields": "false"})
    return unhex(sha2(concat(lit(b"\x00"), encode(row, "UTF-8")), 256))


def register_view(
    session: SparkSession, ledgers: Sequence[LedgerViews], view: str, create: str
) -> None:
    """Register one view of all ledgers; `create` makes an empty table of it in DuckDB."""
    columns = _columns(create)
    frames = [*_laid_out(session, ledgers, view, columns)]
    if not frames:
        _empty(session, view, [*columns, (LEDGER, "STRING")])
        return
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.unionByName(frame)
    whole.createOrReplaceTempView(view)


def _laid_out(
    session: SparkSession, ledgers: Sequence[LedgerViews], view: str, columns: list[tuple[str, str]]
) -> Iterator[DataFrame]:
    """Yield what lies there of a view: one frame for all ledgers, as a plan grows with each."""
    folder = ledgers[0].folder
    names = [*(name for name, _ in columns), LEDGER]
    told = [(LEDGER, "STRING"), (_SEALED, "STRING")]
    if (folder / f"{_VIEW}={view}").is_dir():
        frame = session.read.schema(_schema([*columns, *told]))
        read = frame.parquet(str(folder / f"{_VIEW}={view}"))
        yield _counting(read, ledgers, view).select(*names)
    if view == ENTRY and any(held.sealed and held.sealed.files for held in ledgers):
        frame = session.read.schema(_schema([*columns[:-1], *told, (_VIEW, "STRING")]))
        read = frame.parquet(str(folder)).where(f"{_SEALED} = '1'")  # every view of the segments
        typed = read.withColumn(columns[-1][0], element_at(_type_names(ledgers), read[_VIEW]))
        yield _counting(typed, ledgers, view).select(*names)


def _counting(frame: DataFrame, ledgers: Sequence[LedgerViews], view: str) -> DataFrame:
    """Leave out of sealed rows those that don't count."""
    sealed = {held.ledger: held.sealed for held in ledgers if held.sealed is not None}
    alike: dict[tuple[date, datetime | None], list[str]] = {}
    for ledger, cut in sealed.items():
        if view == ENTRY or view in cut.files:
            alike.setdefault((cut.as_of, cut.known_until), []).append(ledger)
    if not alike:
        return frame
    counts = frame[_SEALED] == lit("0")
    for (as_of, known_until), names in alike.items():
        within = frame[LEDGER].isin(names) & (frame["effective_on"] <= lit(as_of))
        if known_until is not None:
            until = lit(known_until.isoformat(sep=" ")).cast("timestamp_ntz")
            within = within & (frame["recorded_at"] <= until)
        counts = counts | within
    for ledger, cut in sealed.items():
        out = cut.taken_out if view == ENTRY else {view: cut.taken_out.get(view, ())}
        positions = [at for several in out.values() for at in several]
        if positions:  # they stand beside the segments as they were put right
            here = (frame[_SEALED] == lit("1")) & (frame[LEDGER] == lit(ledger))
            counts = counts & ~(here & frame["position"].isin(positions))
    return frame.where(counts)


def _type_names(ledgers: Sequence[LedgerViews]) -> Column:
    """Return the wire name of the type of each view of which there are sealed rows."""
    held = {name for one in ledgers if one.sealed is not None for name in one.sealed.files}
    views = [view for view in event_views().values() if view.name in held]
    return create_map(*(lit(text) for view in views for text in (view.name, view.type_name)))


def _schema(columns: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"`{name}` {kind}" for name, kind in columns)


def _columns(create: str) -> list[tuple[str, str]]:
    """Return the columns of a table that DuckDB makes, with Spark's types."""
    table = sqlglot.parse_one(create, read="duckdb").this
    return [
        (
            column.name,
            "TIMESTAMP_NTZ"  # DuckDB's has no time zone
            if column.kind.is_type("timestamp")
            else column.kind.sql("spark"),
        )
        for column in table.expressions
    ]


def _empty(session: SparkSession, name: str, columns: Iterable[tuple[str, str]]) -> None:
    """Register a table without rows, which Spark knows to be empty: joins to it cost nothing."""
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS `{column}`" for column, kind in columns)
    session.sql(f"SELECT {nothing} WHERE FALSE").createOrReplaceTempView(name)
