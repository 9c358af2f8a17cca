from __future__ import annotations

import logging

from tests.cli.shell import Ran, aidledger

from aidledger.store.postgres_connect import connector


def test_every_reading_command_works_on_postgresql(postgres_url: str) -> None:
    def on_server(*words: str) -> Ran:
        return aidledger("--ledger", postgres_url, *words)

    assert 0 == on_server("init").code
    made = on_server("simulate", "--cases", "4", "--months", "2", "--seed", "3", "--json")
    assert 0 == made.code, made.err

    verified = on_server("verify", "--json")
    assert (4, made.object["root"]) == (verified.code, verified.object["root"])
    assert 4 == len(on_server("case", "list", "--json").object["cases"])
    assert made.object["entries"] - 1 == on_server("rebuild", "--json").object["position"]
    assert on_server("list", "case_state", "--format", "csv").out.startswith("case,")
    assert 0 == on_server("due", "--json").code
    assert 1 == on_server("resolve", "never").code
    assert 2 == on_server("init").code


def test_a_server_that_is_not_there_is_a_passing_trouble() -> None:
    ran = aidledger("--ledger", "postgresql://127.0.0.1:9/nothing?connect_timeout=2", "verify")

    assert 75 == ran.code
    assert "Traceback" not in ran.err


def test_what_the_driver_logs_of_a_broken_connection_is_printed_nowhere() -> None:
    """It came between our lines on standard error, as nobody had asked for."""
    connector("postgresql://nobody@/none", read_only=True)

    assert not logging.getLogger("psycopg").isEnabledFor(logging.WARNING)
