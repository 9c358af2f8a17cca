"""``--proven`` at the prompt: what it says, in both languages, and what does not go together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import Ran, aidledger
from tests.domain.people import CASE
from tests.services.conftest import Office, opened
from tests.services.showing import opinion, show, show_every_evening
from tests.services.test_recording import investigate
from tests.services.witnessed import policy_text


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    yield from opened(str(tmp_path / "ledger.sqlite"))


def ran(office: Office, *words: Any) -> Ran:
    return aidledger("--ledger", office.location, *words)


def test_at_the_prompt(desk: Office, tmp_path: Path) -> None:
    investigate(desk)
    show_every_evening(desk)
    show(desk, "2022-03-01")
    position = opinion(desk, "2022-01-20", "2022-01-20")
    show(desk, "2022-03-02")
    policy = tmp_path / "policy.txt"
    policy.write_bytes(policy_text(desk.session.store.origin))
    proven = ("--proven", "--policy", policy)

    due = ran(desk, "due", *proven, "--lag", "2")
    text = " ".join(due.out.split())
    assert (0, True) == (due.code, "exceeded for certain" in text), due.err
    assert f"position {position} ({CASE}): recorded before the log was shown without it" in text
    assert "确已超期" in ran(desk, "--lang", "zh", "due", *proven, "--lag", "2").out
    history = ran(desk, "case", "history", CASE, *proven)
    assert "not before 2022-03-01 20:00, not after 2022-03-02 20:01" in " ".join(
        history.out.split()
    )
    assert "cannot be said" in history.out
    assert (
        "不早于 2022-03-01 20:00" in ran(desk, "--lang", "zh", "case", "history", CASE, *proven).out
    )
    one = ran(desk, "case", "history", CASE, *proven, "--json").object
    everything = ran(desk, "due", *proven, "--json").object
    assert ("aidledger/case-proven/v1", CASE) == (one["schema"], one["case"])
    assert "aidledger/due-proven/v1" == everything["schema"]
    assert one["limits"] == everything["limits"]
    assert next(e for e in one["entries"] if e["position"] == position)["flags"]


def test_no_proof_of_time_is_said_and_exits_with_4(desk: Office, tmp_path: Path) -> None:
    investigate(desk)
    policy = tmp_path / "policy.txt"
    policy.write_bytes(policy_text(desk.session.store.origin))

    ran_ = ran(desk, "due", "--proven", "--policy", policy)

    assert (4, True) == (ran_.code, "only the operator's own clock" in ran_.out)


@pytest.mark.parametrize(
    "words",
    [
        "due --proven",
        "due --policy P",
        "due --lag 3",
        "due --proven --policy P --as-of 2022-01-01",
        "due --proven --policy P --days 3",
        "case history 000001 --proven --policy P --known-on 2022-01-01",
        "due --proven --policy P --stamps S",
        "due --proven --policy P --tsa P",
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    desk: Office, tmp_path: Path, words: str
) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_bytes(policy_text(desk.session.store.origin))
    typed = [str(policy) if word == "P" else word for word in words.split()]

    refused = ran(desk, *typed)

    assert (2, "") == (refused.code, refused.out)
    assert "--" in refused.err
