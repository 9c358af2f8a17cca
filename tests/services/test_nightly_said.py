"""What a night calls what happened to it: for the moment or for good, sound or not, and what is next."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import on
from tests.services import nights
from tests.services.test_nightly import Fake
from tests.services.test_nightly_report import report, script

from aidledger.said import Said
from aidledger.services.nightly import hooks
from aidledger.services.nightly.running import Means, nightly
from aidledger.services.nightly.steps import Done, Step, StepResult, run_steps
from aidledger.services.problems import ServiceError
from aidledger.store.errors import StoreError


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (OSError(errno.ENOSPC, "full"), True),
        (OSError(errno.EDQUOT, "over quota"), True),
        (OSError(errno.EIO, "disk"), True),
        (OSError(errno.EACCES, "not yours"), False),
        (StoreError("x", code="locked"), True),
        (StoreError("x", code="connection_lost"), True),
        (StoreError("x", code="unsafe"), False),
        (ServiceError("x", exit_code=75), True),
        (ServiceError("x"), False),
    ],
)
def test_a_step_that_may_do_better_tomorrow_is_told_from_one_that_will_not(
    error: Exception, transient: bool
) -> None:
    def fails(_: Any) -> Done:
        raise error

    told: list[StepResult] = []
    fake: Any = Fake()
    run_steps([Step("a", Said("a", "a"), fails)], fake, kept={}, tell=told.append)

    assert [("failed", transient)] == [(one.status, one.transient) for one in told]


def test_a_script_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "_SECONDS", 1)
    script(tmp_path / "hooks.d", "10-waits", "exec sleep 600\n")
    found = hooks.run_hooks(tmp_path / "hooks.d", report(), results=tmp_path)

    assert [("failed", "took more than 1 s")] == [(one["status"], one["why"]) for one in found]


def test_the_worst_that_the_doctor_found_is_what_it_is_called_by(county_after: Path) -> None:
    sound = on(county_after, "doctor", "--json")
    Path(f"{county_after}.generations/generation-000099.partial").write_bytes(b"x")
    warned = on(county_after, "doctor", "--json")
    Path(f"{county_after}.secrets").chmod(0o644)
    failed = on(county_after, "doctor", "--json")

    assert [("ok", 0), ("warn", 0), ("fail", 1)] == [
        (one.object["health"], one.code) for one in (sound, warned, failed)
    ]


def test_what_was_not_done_is_what_to_do_next(county_after: Path) -> None:
    def fails(_: Any) -> Done:
        raise ServiceError("the office is closed")

    steps = (Step("witness", Said("请", "ask"), fails),)
    nightly(str(county_after), nights.asked(county_after), Means(steps=steps))
    shown = on(county_after, "status")

    assert "witness not done: aidledger retry --reason …" in shown.out
    assert (
        "witness 没有完成：aidledger retry --reason …"
        in on(county_after, "--lang", "zh", "status").out
    )
