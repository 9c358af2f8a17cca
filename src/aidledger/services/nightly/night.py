"""What the steps of one night share: the ledger, what was asked for, and when it has to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from aidledger.said import Said
from aidledger.services.keys.ring import Passphrase
from aidledger.services.session import Session
from aidledger.services.witnessing.asking import Send
from aidledger.store.port import LedgerStore

FULL_EACH: Final = 7
"""Nights from one full judgement to the next, where nobody says otherwise."""

Tell = Callable[[str, int, int | None], None]
"""Told the name of a step, how many rows or cases are done, and of how many if that is known."""


Words = Callable[[Exception], Said]
"""Says in both languages what a step failed with, and what to do about it."""


def as_it_says(error: Exception) -> Said:
    """Return what an error and its hint say, the same in both languages: for who has no words of their own."""
    text = " ".join(str(error).split())
    hint = " ".join(str(getattr(error, "hint", "")).split())
    said = f"{text}: {hint}" if hint else text
    return Said(said, said)


class OutOfTimeError(Exception):
    """The time that a run was given is over: what it was about can be done by the next one."""

    SAID: Final = Said("时间用完，下次继续", "out of time: the next run goes on with it")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a night was asked for; kept with its results, so that a retry asks for the same.

    `folder` is where reports go, `policy` and `checkpoints` are files, `models` is empty for all.
    `powers` is false where the acts' powers are not to be asked tonight; `full` where everything is to be
    judged that could be carried over, which each `full_each` nights are. `max_time_s` is 0 where there is no limit, `jobs` 0 for as many processes as there are processors.
    """

    actor: str
    office: str
    folder: str
    policy: str | None = None
    checkpoints: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    jobs: int = 0
    max_time_s: int = 0
    powers: bool = True
    full: bool = False
    full_each: int = FULL_EACH
    metrics: str | None = None
    hooks: str | None = None


class Night:
    """One run: what its steps work on."""

    def __init__(
        self,
        location: str,
        session: Session,
        asked: Asked,
        *,
        send: Send,
        passphrase: Passphrase,
        tell: Tell | None = None,
        words: Words = as_it_says,
    ) -> None:
        """Begin now."""
        self.location, self.session, self.asked = location, session, asked
        self.send, self.passphrase, self.words = send, passphrase, words
        self.step = ""
        self.sound = False
        """Whether tonight's verification found nothing wrong: only then is anything carried over."""
        self._tell = tell
        self._began = time.monotonic()
        self._stopped: Said | None = None

    @property
    def store(self) -> LedgerStore:
        """The ledger's store."""
        return self.session.store

    @property
    def folder(self) -> Path:
        """Where reports, lists and the history of runs lie."""
        return Path(self.asked.folder)

    def stop(self, why: Said) -> None:
        """Let no further step begin, and the one that runs end at its next sign of life."""
        self._stopped = why

    def why_stopped(self) -> Said | None:
        """Say why nothing more is to be begun, if so."""
        if self._stopped is not None:
            return self._stopped
        limit = self.asked.max_time_s
        over = limit and time.monotonic() - self._began >= limit
        return OutOfTimeError.SAID if over else None

    def alive(self, what: str, done: int, total: int | None = None) -> None:
        """Say how far a step is. Raises OutOfTimeError where it has to stop."""
        if self.why_stopped() is not None:
            raise OutOfTimeError
        if self._tell is not None:
            self._tell(what, done, total)
