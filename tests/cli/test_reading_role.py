"""A login that may read the log and nothing else verifies what it can, and says what it can't."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.cli.shell import aidledger
from tests.conftest import url_of

from aidledger.store.postgres_connect import grant_roles


@pytest.fixture
def reader(postgres_url: str, postgres_server: str) -> Iterator[str]:
    """The address of a small ledger for a login that has the reader's role; its secrets are at hand."""
    for words in (["init"], ["simulate", "--cases", "3", "--months", "2", "--seed", "3"]):
        made = aidledger("--ledger", postgres_url, *words)
        assert 0 == made.code, made.err
    grant_roles(postgres_url)
    name = f"reader_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        role = sql.Identifier(name)
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(role))
        admin.execute(sql.SQL("GRANT aidledger_reader TO {}").format(role))
        yield url_of(make_conninfo(postgres_server, user=name, password="x"), admin.info.dbname)
        admin.execute(sql.SQL("DROP OWNED BY {}").format(role))
        admin.execute(sql.SQL("DROP ROLE {}").format(role))


def test_it_climbs_every_rung_but_those_that_need_the_vault(reader: str) -> None:
    ran = aidledger("--ledger", reader, "verify", "--deep", "--json")
    rungs = {one["name"]: (one["status"], one["why"]) for one in ran.object["rungs"]}

    assert 4 == ran.code
    assert {("ok", "")} == {rungs[name] for name in ("models", "indexes", "closings")}
    assert ("not_made", "this login may not read the vault") == rungs["values"]
    assert "not_allowed" not in ran.err
    assert "permission denied for table vault" in ran.err


def test_decisions_are_taken_again_with_what_is_open(reader: str) -> None:
    ran = aidledger("--ledger", reader, "case", "redecide", "000001", "--json")

    assert 4 == ran.code, ran.err
    assert "sealed facts stay closed" in ran.err
