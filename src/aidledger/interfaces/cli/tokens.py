"""The token that an officer signs with, where the environment names one; opened when it has to sign."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import REFUSED_KEY, CommandError
from aidledger.interfaces.cli.language import Said
from aidledger.services.keys.pkcs11 import TokenSigner

MODULE: Final = "AIDLEDGER_PKCS11_MODULE"
LABEL: Final = "AIDLEDGER_PKCS11_TOKEN"
KEY: Final = "AIDLEDGER_PKCS11_KEY"
PIN: Final = "AIDLEDGER_PKCS11_PIN"


class Tokens:
    """Opens the token that is named, at most once, and closes it at the end."""

    def __init__(self, app: App) -> None:
        """Open nothing yet."""
        self._app = app
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    def signers(self) -> tuple[TokenSigner, ...]:
        """Return the signer of the named token; none where none is named.

        Raises:
            CommandError: a name or the PIN is missing.
            ServiceError: the token can't be used.
        """
        module = os.environ.get(MODULE)
        if not module:
            return ()
        token, key = os.environ.get(LABEL), os.environ.get(KEY)
        if not token or not key:
            raise CommandError(
                Said(f"缺少 {LABEL} 或 {KEY}", f"missing {LABEL} or {KEY}"),
                hint=Said("写明设备和密钥的标签", "name the token and the key by their labels"),
                exit_code=REFUSED_KEY,
            )
        pin = os.environ.get(PIN) or self._asked(token)
        signer = TokenSigner(Path(module), token=token, pin=pin, name=key)
        return (self._opened.enter_context(signer),)

    def _asked(self, token: str) -> str:
        if not sys.stdin.isatty():
            raise CommandError(
                Said("没有设备的 PIN", "there is no PIN for the token"),
                hint=Said(f"设置 {PIN}", f"set {PIN}"),
                exit_code=REFUSED_KEY,
            )
        prompt = self._app.say(f"设备 {token} 的 PIN：", f"PIN of token {token}: ")
        return getpass.getpass(prompt, stream=sys.stderr)
