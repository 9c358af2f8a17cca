"""Keys from the command line: the way from a ledger without keys to one in which all is signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import lines, on
from tests.services.signed import APPLICATION, CLERK_OF, HEAD_OF, ORIGIN

from aidledger.ledger.receipt import parse_receipt
from aidledger.services.acts.who import Who
from aidledger.services.keys.register import key_states, revoke_key
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.services.simulation.staff import CUSTODIANS, security
from aidledger.store.keyfiles import key_path, keys_path
from aidledger.store.outcome import Committed

CHIEF, CUSTODIAN = security(), CUSTODIANS[0]
BY_CUSTODIAN = ("--actor", CUSTODIAN.actor, "--office", CUSTODIAN.office)
BY_CHIEF = ("--actor", CHIEF.actor, "--office", CHIEF.office)
WORD = {"AIDLEDGER_PASSPHRASE": "correct horse"}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Return a county that has declared its powers and signs nothing yet."""
    path = tmp_path / "county.db"
    assert 0 == on(path, "init", "--origin", ORIGIN).code
    assert 0 == on(path, "simulate", "--cases", "1", "--months", "1", "--seed", "7").code
    return path


def new(ledger: Path, name: str) -> dict[str, Any]:
    return on(ledger, "keys", "new", name, "--no-passphrase", "--json").object


def registered(ledger: Path) -> Path:
    """Let the custodian register the administrator's key, and she that of a clerk."""
    for name in (CHIEF.actor, CLERK_OF):
        new(ledger, name)
    assert (
        0 == on(ledger, "keys", "register", CHIEF.actor, "--owner", CHIEF.actor, *BY_CUSTODIAN).code
    )
    assert 0 == on(ledger, "keys", "register", CLERK_OF, "--owner", CLERK_OF, *BY_CHIEF).code
    return ledger


def application(actor: str = CLERK_OF, number: int = 1) -> bytes:
    stream = f"case/520123-2022-9{number:05d}"
    return lines([{**APPLICATION, "actor": actor, "stream": stream}])


def test_from_the_first_registered_key_on_all_is_signed(ledger: Path) -> None:
    before = on(ledger, "record", "-", "--json", stdin=application("anybody"))
    registered(ledger)
    after = on(ledger, "record", "-", "--json", stdin=application(number=2))
    unkeyed = on(ledger, "record", "-", stdin=application(HEAD_OF, 3))
    told = on(ledger, "record", "-", stdin=application(number=4))

    assert (0, "", "low") == (
        before.code,
        *(before.object["receipt"][k] for k in ("key_id", "assurance")),
    )
    assert (0, ORIGIN) == (after.code, after.object["receipt"]["origin"])
    assert after.object["receipt"]["key_id"].startswith(f"{CLERK_OF}+")
    assert 12 == unkeyed.code
    assert "no key is registered" in unkeyed.err
    assert "assurance=low (the server holds the key and can forge officers)" in told.out


def test_a_request_of_several_actors_is_refused_in_both_languages(ledger: Path) -> None:
    registered(ledger)
    two = application() + b"\n" + application(HEAD_OF, 2)
    english = on(ledger, "record", "-", stdin=two)
    chinese = on(ledger, "--lang", "zh", "record", "-", stdin=two)
    objects = on(ledger, "record", "-", "--json", stdin=two)

    assert (1, 1, 1) == (english.code, chinese.code, objects.code)
    assert "one actor in a request" in english.err
    assert "每个请求一名经办人" in chinese.err
    assert ["several_actors"] == [one["code"] for one in objects.object["problems"]]


def test_a_missing_power_is_refused_in_both_languages_with_its_citation(ledger: Path) -> None:
    registered(ledger)
    mine = application(CHIEF.actor)
    english, chinese = (
        on(ledger, "--lang", lang, "record", "-", stdin=mine) for lang in ("en", "zh")
    )

    assert (1, 1) == (english.code, chinese.code)
    assert "apply: the actor has no role that may do this" in english.err
    assert "没有办理此事的角色" in chinese.err
    assert "S1-012" in chinese.err


def test_the_list_says_whose_each_key_is_and_where_it_counts(ledger: Path) -> None:
    assert "no keys" in on(ledger, "keys", "list").out
    registered(ledger)
    new(ledger, "spare")
    key_path(keys_path(ledger), CLERK_OF).unlink()
    size = on(ledger, "verify", "--json").object["entries"]
    on(ledger, "keys", "revoke", CLERK_OF, "--reason", "lost", *BY_CHIEF)
    keys = {one["name"]: one for one in on(ledger, "keys", "list", "--json").object["keys"]}
    table = on(ledger, "--lang", "zh", "keys", "list").out

    assert {CHIEF.actor: "in_force", CLERK_OF: "revoked", "spare": "unregistered"} == {
        name: one["status"] for name, one in keys.items()
    }
    assert (False, size - 1 + 1, size) == tuple(
        keys[CLERK_OF][k] for k in ("at_hand", "first", "last")
    )
    assert "已吊销" in table


def test_a_locked_key_signs_with_its_passphrase_only(ledger: Path) -> None:
    registered(ledger)
    made = on(ledger, "keys", "new", HEAD_OF, "--json", environ=WORD)
    on(ledger, "keys", "register", HEAD_OF, "--owner", CLERK_OF, "--assurance", "file", *BY_CHIEF)
    without = on(ledger, "record", "-", stdin=application())
    wrong = on(
        ledger, "record", "-", stdin=application(), environ={"AIDLEDGER_PASSPHRASE": "wrong"}
    )
    kept, again = ledger.with_name("kept.json"), ledger.with_name("again.json")
    asked = ("record", "-", "--cause", "r1", "--json", "--receipt", kept)
    right = on(ledger, *asked, stdin=application(), environ=WORD)
    on(ledger, "resolve", "r1", "--receipt", again)

    assert made.object["locked"]
    assert (12, 12) == (without.code, wrong.code)
    assert "give its passphrase" in without.err
    assert "another passphrase" in wrong.err
    assert (0, "file") == (right.code, right.object["receipt"]["assurance"])
    assert "file" == parse_receipt(kept.read_bytes()).assurance
    assert kept.read_bytes() == again.read_bytes()


def test_a_public_key_that_its_owner_brings_is_registered_by_its_text(ledger: Path) -> None:
    registered(ledger)
    own = on(ledger.with_name("own.db"), "keys", "new", "own", "--no-passphrase", "--json").object
    given = on(
        ledger,
        "keys",
        "register",
        own["vkey"],
        "--owner",
        HEAD_OF,
        "--assurance",
        "file",
        *BY_CHIEF,
    )
    keys = {one["name"]: one for one in on(ledger, "keys", "list", "--json").object["keys"]}
    spoiled = on(ledger, "keys", "register", own["vkey"][:-4], "--owner", HEAD_OF, *BY_CHIEF)

    assert 0 == given.code
    assert ("file", False) == (keys["own"]["assurance"], keys["own"]["at_hand"])
    assert 2 == spoiled.code


@pytest.mark.parametrize("name", ["a b", "a+b", "张 三", ""])
def test_a_bad_name_makes_no_key(ledger: Path, name: str) -> None:
    ran = on(ledger, "keys", "new", name, "--no-passphrase")

    assert 2 == ran.code
    assert ("key name" if name else "NAME: expected a value") in ran.err
    assert not keys_path(ledger).exists()


def test_a_position_that_lies_ahead_can_not_be_revoked_from(ledger: Path) -> None:
    registered(ledger)
    given = ("--reason", "compromised", "--from-position")
    ahead = on(ledger, "keys", "revoke", CLERK_OF, *given, "99999", *BY_CHIEF)
    behind = on(ledger, "keys", "revoke", CLERK_OF, *given, "3", *BY_CHIEF)

    assert (2, 0) == (ahead.code, behind.code)


def test_a_revocation_counts_from_where_it_comes_to_stand_though_others_write(ledger: Path) -> None:
    registered(ledger)
    by = Who(actor=CHIEF.actor, office=CHIEF.office, on="2022-03-01")
    with open_session(str(ledger)) as session:
        session.refresh()
        assert 0 == on(ledger, "record", "-", stdin=application()).code
        outcome = revoke_key(session, by, key=CLERK_OF, reason="lost")
        assert isinstance(outcome, Committed)
        state = {one.name: one for one in key_states(session)}[CLERK_OF]
        with pytest.raises(ServiceError, match="no key of this name is in force"):
            revoke_key(session, by, key=CLERK_OF, reason="lost")

    assert outcome.receipt.position == state.last


def test_a_ledger_of_several_counties_asks_which(ledger: Path) -> None:
    registered(ledger)
    with open_session(str(ledger)) as session:
        session.store.streams = lambda prefix="": ["registry/1", "registry/2"]  # type: ignore[method-assign]
        by = Who(actor=CHIEF.actor, office=CHIEF.office, on="2022-03-01")
        with pytest.raises(ServiceError, match="expected one county"):
            revoke_key(session, by, key=CLERK_OF, reason="lost")
