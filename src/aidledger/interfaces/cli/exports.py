"""``export``: the ledger's content as files of other programs."""

from __future__ import annotations

from pathlib import Path

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.ledgers import reading
from aidledger.interfaces.cli.wording import counted
from aidledger.services.files import write_file
from aidledger.services.payments.beancount import as_beancount, read_book


def write_beancount(
    app: App, *, output: str | None, as_of: str | None, known_on: str | None, json: bool
) -> None:
    """Write the double entry as a file of Beancount."""
    with reading(app) as session:
        day, book = read_book(session, as_of=as_of, known_on=known_on)
        text = "".join(as_beancount(book, origin=session.store.origin, as_of=day))
    if output is not None:
        write_file(Path(output), text.encode())
    if json:
        told = {
            "schema": "aidledger/beancount/v1",
            "as_of": day,
            "transactions": len(book),
            "accounts": len({line.account for entry in book for line in entry.lines}),
        }
        app.screen.json(told | ({"text": text} if output is None else {"output": output}))
    elif output is None:
        app.screen.line(text.rstrip("\n"))
    else:
        app.screen.note(
            app.say(
                f"{output}：{len(book)} 笔交易",
                f"{output}: {counted(len(book), 'transaction', 'transactions')}",
            )
        )
