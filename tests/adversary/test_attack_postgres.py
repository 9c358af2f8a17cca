"""The adversary kit on PostgreSQL: the same is found, in a scratch database that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from tests.services.signed import make_certified

from aidledger.services.adversary.running import AttackReport, attack
from aidledger.store.errors import StoreError
from aidledger.store.opening import mark_path, open_ledger
from aidledger.store.scratch import PREFIX, database_url

_STATE = (
    "SELECT (SELECT md5(string_agg(e::text, '' ORDER BY position)) FROM aidledger.entries e),"
    " (SELECT md5(string_agg(b::text, '' ORDER BY position)) FROM aidledger.batches b),"
    " (SELECT md5(string_agg(c::text, '')) FROM aidledger.checkpoints c),"
    " (SELECT h::text FROM aidledger.head h)"
)


@pytest.fixture
def county_there(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a small signed county lies on a server."""
    monkeypatch.setenv("AIDLEDGER_KEYS", str(tmp_path / "keys"))
    make_certified(postgres_url)
    return postgres_url


def state(location: str) -> object:
    with psycopg.connect(location) as connection:
        return connection.execute(_STATE).fetchone()


def scratches(location: str) -> list[str]:
    """Name what is left of copies: databases, and marks beside that of the ledger."""
    with psycopg.connect(location) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (PREFIX,)
        ).fetchall()
    marks = [one.name for one in mark_path(location).parent.glob(f"{PREFIX}*")]
    return [*(name for (name,) in rows), *marks]


def outcomes(report: AttackReport) -> dict[tuple[str, str], tuple[object, ...]]:
    return {
        (one.operator.name, one.attacker): (one.found, one.position, one.expected)
        for one in report.tried
    }


def test_both_engines_find_the_same(county_there: str, everything: AttackReport) -> None:
    before = state(county_there)
    report = attack(county_there)

    assert "postgresql" == report.engine
    assert outcomes(everything) == outcomes(report)
    assert before == state(county_there)
    assert [] == scratches(county_there)


def test_a_scratch_database_is_dropped_when_an_attack_is_interrupted(county_there: str) -> None:
    seen = []

    def fails(_done: int, _total: int | None) -> None:
        seen.extend(scratches(county_there))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attack(county_there, names=["delete:entry"], progress=fails)

    assert 2 == len(seen)
    assert [] == scratches(county_there)


@pytest.fixture
def poor(county_there: str) -> Iterator[str]:
    """The address of the ledger for a login that may read it, and make no database."""
    role, word = f"poor_{uuid4().hex}", uuid4().hex
    name = str(conninfo_to_dict(county_there)["dbname"])
    with psycopg.connect(county_there, autocommit=True) as admin:
        made = sql.Identifier(role)
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(made, sql.Literal(word)))
        admin.execute(sql.SQL("GRANT USAGE ON SCHEMA aidledger TO {}").format(made))
        admin.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA aidledger TO {}").format(made))
        host = database_url(county_there, name).partition("?")[2]
        kept = "&".join(
            one for one in host.split("&") if not one.startswith(("user=", "password="))
        )
        yield f"postgresql:///{name}?{kept}&user={role}&password={word}"
        admin.execute(sql.SQL("DROP OWNED BY {}").format(made))
        admin.execute(sql.SQL("DROP ROLE {}").format(made))


def test_a_login_that_may_make_no_database_is_told_so(poor: str) -> None:
    open_ledger(poor, read_only=True).close()
    with pytest.raises(StoreError) as caught:
        attack(poor, names=["delete:entry"])

    assert "not_allowed" == caught.value.code
    assert "CREATEDB" in caught.value.hint
