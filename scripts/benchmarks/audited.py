"""(h) What others do to see changes: an audited table in PostgreSQL, and versioned objects."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any, ClassVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session, configure_mappers

from benchmarks.appending import BATCH, STATE
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.servers import new_database, new_file

OBJECTS = 200
"""Objects in one commit of the library of versions: a thousand take seconds."""
AUDITED = """
CREATE TABLE visits (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream TEXT NOT NULL, data JSONB NOT NULL);
CREATE TABLE head (hash BYTEA NOT NULL);
INSERT INTO head VALUES ('');
CREATE TABLE audit (
    position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, happened_at TIMESTAMPTZ NOT NULL,
    operation TEXT NOT NULL, content JSONB NOT NULL, hash BYTEA NOT NULL);
CREATE FUNCTION keep() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE chained BYTEA;
BEGIN
    UPDATE head SET hash = sha256(hash || convert_to(to_jsonb(NEW)::TEXT, 'UTF8'))
        RETURNING hash INTO chained;
    INSERT INTO audit (happened_at, operation, content, hash)
        VALUES (clock_timestamp(), TG_OP, to_jsonb(NEW), chained);
    RETURN NULL;
END $$;
CREATE TRIGGER kept AFTER INSERT OR UPDATE OR DELETE ON visits
    FOR EACH ROW EXECUTE FUNCTION keep();
"""


def audited(width: int, job: Job) -> Iterator[Chunk]:
    """Insert rows into a table whose trigger keeps each as JSON in a chain of hashes."""
    with psycopg.connect(new_database(job), autocommit=True) as connection:
        connection.execute(AUDITED)
        rows = [(f"case/520123-2022-{number % 200:06d}", STATE.decode()) for number in range(BATCH)]
        chunk = rows[:width] if width > 1 else rows[:20]

        def insert() -> None:
            for at in range(0, len(chunk), width):
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.executemany(
                        "INSERT INTO visits (stream, data) VALUES (%s, %s)", chunk[at : at + width]
                    )

        insert()
        yield READY
        while True:
            began = time.perf_counter()
            insert()
            yield len(chunk), time.perf_counter() - began


def versioned(engine: str, job: Job) -> Iterator[Chunk]:
    """Save objects of which SQLAlchemy-Continuum keeps every version."""
    import sqlalchemy_continuum  # noqa: PLC0415 - it changes every mapper of a process

    sqlalchemy_continuum.make_versioned(user_cls=None)

    class Base(DeclarativeBase):
        """The classes of one measurement."""

    class Visit(Base):
        """A visit as a row that is kept in versions."""

        __tablename__ = "visits"
        __versioned__: ClassVar[dict[str, Any]] = {}
        id = sa.Column(sa.Integer, primary_key=True)
        stream = sa.Column(sa.Text, nullable=False)
        data = sa.Column(sa.Text, nullable=False)

    configure_mappers()
    url = new_database(job) if engine == "postgresql" else f"sqlite:///{new_file(job)}"
    database = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    if engine == "sqlite":
        sa.event.listen(database, "connect", lambda raw, _: raw.execute("PRAGMA journal_mode=WAL"))
    Base.metadata.create_all(database)
    count = size(job, OBJECTS, 20)
    with closing(database.connect()):
        yield READY
        while True:
            began = time.perf_counter()
            with Session(database) as session:
                session.add_all(
                    Visit(stream=f"case/520123-2022-{number:06d}", data=STATE.decode())
                    for number in range(count)
                )
                session.commit()
            yield count, time.perf_counter() - began


AUDITS: dict[str, Measure] = {
    "audited batch": partial(audited, BATCH),
    "audited one": partial(audited, 1),
    **{f"versioned {e}": partial(versioned, e) for e in ("sqlite", "postgresql")},
}
