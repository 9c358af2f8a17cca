"""Opens the ledger that a command is about: for reading, with its vault, or for writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.passphrases import known_passphrase
from aidledger.interfaces.cli.tokens import Tokens
from aidledger.interfaces.cli.wording import moment
from aidledger.services.points import first_after
from aidledger.services.session import Session, open_session
from aidledger.store.errors import SecretsError, StoreError

_WITHOUT: Final = ("read_only", "unsafe", "not_allowed")
"""Why a ledger can't be opened with its vault, and can without."""


@contextmanager
def reading(app: App) -> Iterator[Session]:
    """Open the ledger for reading only, as it stood at `--at`; no secrets are needed."""
    with open_session(app.location(), read_only=True, at=app.at) as session:
        tell_point(app, session)
        with _asked(app, session):
            yield session
        app.lacks |= session.store.beside.lacks


@contextmanager
def _asked(app: App, session: Session) -> Iterator[None]:
    """Let nothing but the entries answer where `--anew` asks for it; else say what did."""
    session.store.beside.anew = app.anew
    yield
    tell_source(app, session)
    if session.store.beside.lacks:
        app.screen.note(
            app.say(
                "有条目读不出或已不在，以上不含这些条目；aidledger verify 指出是哪些",
                "entries can't be read or are gone: none of this has them; see aidledger verify",
            )
        )


def tell_source(app: App, session: Session) -> None:
    """Say once where a generation answered, or sealed columns: who has the machine can make false ones."""
    number, sealed = session.store.beside.generation, session.store.beside.sealed
    if sealed and not app.sealed:
        app.sealed = sealed
        app.screen.note(
            app.say(
                f"前 {sealed:,} 条的各列取自归档段，此处未重新推导；--anew 由记录重新推导",
                f"columns of the first {sealed:,} entries are the archive's, and nobody derived them "
                "again here; --anew does",
            )
        )
    if number in (None, app.generation):
        return
    app.generation = number
    app.screen.note(
        app.say(
            f"答自第 {number} 个生成版本，其文件未经核对；--anew 由记录重新推导",
            f"from generation {number}, a file nobody checked; --anew derives it from entries",
        )
    )


def tell_clock(app: App, session: Session) -> None:
    """Say that the last entries bear a time to come: what is recorded now bears it too."""
    found = first_after(session.store, session.clock.now(), session.store.head().size)
    if found is None:
        return
    position, then = found[0], moment(found[1])
    app.screen.note(
        app.say(
            f"本机时钟比账本慢：自位置 {position} 起记于 {then} 或以后，现在记录的也写作那时；"
            "请校准本机时钟，或记下当时的时钟快了（NIGHTLY）",
            f"this machine's clock is behind the log: from position {position} on it was recorded at "
            f"{then} or later, and so is what is recorded now; set this clock, or find out whose was ahead (NIGHTLY)",
        )
    )


def tell_point(app: App, session: Session) -> None:
    """Say where the log ends for what is asked, if not where it does."""
    if app.at is None:
        return
    head = session.store.head()
    if not head.size or head.recorded_at is None:
        said = app.say("当时账本中尚无记录", "nothing was recorded by then")
    else:
        last, then = head.size - 1, moment(head.recorded_at)
        said = app.say(
            f"账本截至第 {last} 条（记于 {then}）", f"the log up to entry {last}, recorded {then}"
        )
    app.screen.note(said)


@contextmanager
def writing(app: App) -> Iterator[Session]:
    """Open the ledger for writing, with its secrets, and whoever signs in it."""
    with (
        Tokens(app) as tokens,
        open_session(
            app.location(),
            at=app.at,
            passphrase=lambda name: known_passphrase(app, name),
            tokens=tokens.signers,
        ) as session,
        _asked(app, session),
    ):
        tell_clock(app, session)
        yield session


@contextmanager
def reading_sealed(app: App) -> Iterator[Session]:
    """Open the ledger with its vault where its secrets are at hand, else without, and say so."""
    with ExitStack() as opened:
        try:
            session = opened.enter_context(writing(app))
            tell_point(app, session)
            session.store.vault_rows([""])  # a login may read the log and not the vault
        except StoreError as error:
            if not isinstance(error, SecretsError) and error.code not in _WITHOUT:
                raise
            opened.close()
            app.screen.note(
                app.say(f"密封的事实未打开（{error}）", f"sealed facts stay closed ({error})")
            )
            session = opened.enter_context(reading(app))
            session.barred = error.code == "not_allowed"
        yield session
    app.lacks |= session.store.beside.lacks
