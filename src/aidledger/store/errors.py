"""Trusted: says why the store could not run; an attacker who shapes these texts gains nothing.

What a store refuses for a reason of the caller is a `Rejected` value (outcome.py). What keeps the
store from running at all (no such file, disk full, unsafe settings) is a `StoreError`. Texts never
hold the value of a record or of the vault.
"""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "nothing of this request was recorded"
_EITHER_WAY: Final = "it may or may not be recorded: ask for it before it is tried again"


class StoreError(Exception):
    """The store could not do its work, and nothing of the request was acknowledged.

    `code` is stable and for programs, the text is for people, `hint` says what to do about it.
    """

    code = "store"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.hint = hint

    def undone(self) -> StoreError:
        """Say in the hint, too, that nothing was recorded: for writing that came to no COMMIT alone.

        A read that failed has recorded nothing either, and whoever reads does not ask.
        """
        self.hint = f"{self.hint}; {_NOTHING}" if self.hint else _NOTHING
        return self


class LedgerExistsError(StoreError):
    """`create` was asked for a location where something lies already."""

    code = "exists"


class LedgerMissingError(StoreError):
    """`open_ledger` was asked for a location where there is no ledger."""

    code = "missing"


def no_table(place: str, name: str) -> StoreError:
    """Return the refusal of a ledger of which a table is a view: what is read of it may have no end."""
    return StoreError(
        f"{place}: {name} is a view, and no table",
        code="not_a_ledger",
        hint="it may give each reader other rows, without end: ask the owner of the database who put it there",
    )


class UnsafeDatabaseError(StoreError):
    """The database would run, and could lose or damage what it acknowledged."""

    code = "unsafe"


class RejectedError(StoreError):
    """Rolls a transaction back: its request can't be recorded. `append` gives it as `Rejected`."""

    code = "rejected"


class ConflictError(RejectedError):
    """A record of that stream and version, or a tracking position as high, is there already."""

    code = "conflict"


class OutcomeUnknownError(StoreError):
    """The answer to COMMIT was lost on the path of the housed library; `cause` resolves it."""

    code = "unknown"

    def __init__(self, message: str, *, cause: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.cause = cause


class VaultError(StoreError):
    """A sealed value cannot be opened, or is not the value that was committed to."""

    code = "vault"


class SecretsError(StoreError):
    """The file of secrets is missing, readable by others, or not in its format."""

    code = "secrets"


class KeyFileError(StoreError):
    """A key's file is missing, open to others, not in its format, or shut with another passphrase."""

    code = "key_file"


class CommitLostError(StoreError):
    """COMMIT began and its answer did not come: nobody knows here whether it was recorded."""

    def __init__(self, error: StoreError) -> None:
        super().__init__(str(error), code=error.code, hint=_EITHER_WAY)
