"""Opens the ledger that a command is about: for reading, with its vault, or for writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.passphrases import known_passphrase
from aidledger.interfaces.cli.tokens import Tokens
from aidledger.services.session import Session, open_session
from aidledger.store.errors import SecretsError, StoreError


def reading(app: App) -> AbstractContextManager[Session]:
    """Open the ledger for reading only; no secrets are needed."""
    return open_session(app.location(), read_only=True)


@contextmanager
def writing(app: App) -> Iterator[Session]:
    """Open the ledger for writing, with its secrets, and whoever signs in it."""
    with (
        Tokens(app) as tokens,
        open_session(
            app.location(),
            passphrase=lambda name: known_passphrase(app, name),
            tokens=tokens.signers,
        ) as session,
    ):
        yield session


@contextmanager
def reading_sealed(app: App) -> Iterator[Session]:
    """Open the ledger with its vault where its secrets are at hand, else without, and say so."""
    opening: AbstractContextManager[Session] = writing(app)
    try:
        session = opening.__enter__()
    except StoreError as error:
        if not isinstance(error, SecretsError) and error.code not in ("read_only", "unsafe"):
            raise
        app.screen.note(
            app.say(f"密封的事实未打开（{error}）", f"sealed facts stay closed ({error})")
        )
        opening = reading(app)
        session = opening.__enter__()
    try:
        yield session
    finally:
        opening.__exit__(None, None, None)
