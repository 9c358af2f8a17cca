"""``completion``: the script that lets a shell complete commands and options."""

from __future__ import annotations

from click.shell_completion import get_completion_class

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.building import program


def show_completion(app: App, *, shell: str) -> None:
    """Print the script of a shell."""
    kind = get_completion_class(shell)
    if kind is not None:
        script = kind(program(), {}, "aidledger", "_AIDLEDGER_COMPLETE").source()
        app.screen.line(script)
