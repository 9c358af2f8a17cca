"""The passphrase of a key: from the environment, or asked for at the terminal, never shown."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Final

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import USAGE, CommandError
from aidledger.interfaces.cli.language import Said

VARIABLE: Final = "AIDLEDGER_PASSPHRASE"


def known_passphrase(app: App, name: str) -> bytes | None:
    """Return the passphrase of a locked key; nothing where there is nobody to ask."""
    given = os.environ.get(VARIABLE)
    if given:
        return given.encode("utf-8", "surrogateescape")
    if not sys.stdin.isatty():
        return None
    return _asked(app.say(f"密钥 {name} 的口令：", f"passphrase of key {name}: "))


def new_passphrase(app: App, name: str) -> bytes:
    """Return the passphrase for a new key, asked for twice.

    Raises:
        CommandError: nobody can be asked, it is empty, or the two differ.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return given.encode("utf-8", "surrogateescape")
    if not sys.stdin.isatty():
        raise CommandError(
            Said("没有口令", "there is no passphrase"),
            hint=Said(
                f"设置 {VARIABLE}，或用 --no-passphrase 新建不加锁的密钥",
                f"set {VARIABLE}, or make a key without one: --no-passphrase",
            ),
            exit_code=USAGE,
        )
    first = _asked(app.say(f"密钥 {name} 的新口令：", f"new passphrase for key {name}: "))
    again = _asked(app.say("再输入一次：", "once more: "))
    if not first or first != again:
        raise CommandError(
            Said("口令为空，或两次不同", "the passphrase is empty, or was typed differently"),
            exit_code=USAGE,
        )
    return first


def _asked(prompt: str) -> bytes:
    return getpass.getpass(prompt, stream=sys.stderr).encode("utf-8", "surrogateescape")
