"""A bundle as it is being checked: its files, what is proven of them so far, and what does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple

import msgspec

from aidledger.ledger.checkpoint import Checkpoint
from aidledger.ledger.entry import Entry
from aidledger.ledger.note import Note
from aidledger.ledger.proof import ProofError
from aidledger.ledger.strict import FormatError
from aidledger.services.bundles.bagging import PAYLOAD
from aidledger.services.bundles.contents import split_lines
from aidledger.services.bundles.reading import MISSING, Flaw
from aidledger.services.bundles.wording import reason_of

State = Literal["good", "bad", "not"]
FAILS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    msgspec.MsgspecError,
)
"""What hostile files can lead to; each is a flaw of the file that is being read."""


class AbsentError(LookupError):
    """A file that the bundle lacks."""


class Payload(dict[str, bytes]):
    """The files below ``data/``; one that is asked for and not there is named."""

    def __missing__(self, name: str) -> bytes:
        raise AbsentError(name)


class Told(dict[str, Any]):
    """What the manifest says; what it lacks is named."""

    def __missing__(self, name: str) -> Any:
        raise ProofError(f"the manifest has no {name}")


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check: whether it holds, doesn't, or was not made, in words."""

    name: str
    state: State
    zh: str
    en: str


class Proven(NamedTuple):
    """An entry that is proven to stand in the log of the checkpoint; `line` is that in the file."""

    position: int
    line: int
    record: bytes
    entry: Entry
    leaf: bytes
    event: Any


class Bundle:
    """The files of a bundle, what is proven of them so far, and what does not hold."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = Payload(
            {n.removeprefix(PAYLOAD): c for n, c in files.items() if n.startswith(PAYLOAD)}
        )
        self.flaws: list[Flaw] = []
        self.checks: list[Check] = []
        self.entries: dict[int, Proven] = {}
        self.said = Told()
        self.note: Note | None = None
        self.checkpoint: Checkpoint | None = None

    def flaw(self, file: str, line: int | None, zh: str, en: str) -> None:
        """Note what does not hold."""
        self.flaws.append(Flaw(file=PAYLOAD + file, line=line, zh=zh, en=en))

    @contextmanager
    def reading(self, file: str, line: int | None = None) -> Iterator[None]:
        """Turn whatever a hostile file leads to into a flaw of it."""
        try:
            yield
        except AbsentError as error:
            self.flaw(str(error), None, *MISSING)
        except FAILS as error:
            # a Python error of a hostile value says nothing to whoever reads this
            said_so = isinstance(error, ValueError) and not isinstance(error, UnicodeError)
            why = str(error)[:200] if said_so else "a value is missing or of another form"
            said = reason_of(why)
            self.flaw(file, line, f"不能成立（{said.zh}）", f"does not hold ({said.en})")

    @contextmanager
    def making(self, name: str, file: str, zh: str, en: str) -> Iterator[list[str]]:
        """Make a check; what is put into the list (Chinese, English) is said behind it."""
        before, more = len(self.flaws), list[str]()
        with self.reading(file):
            yield more
        state: State = "bad" if len(self.flaws) > before else "good"
        tail = more if len(more) == 2 else ["", ""]
        self.checks.append(Check(name=name, state=state, zh=zh + tail[0], en=en + tail[1]))

    def open(self, name: str, zh: str, en: str) -> None:
        """Say what was not checked, and why."""
        self.checks.append(Check(name=name, state="not", zh=zh, en=en))

    def lines(self, name: str) -> list[bytes]:
        """Return the lines of a file, all of which end."""
        content = self.files[name]
        if content and not content.endswith(b"\n"):
            raise FormatError(name, "a newline at the end", content[-20:])
        return split_lines(content)

    def at(self, position: int) -> Proven:
        """Return a proven entry."""
        if position not in self.entries:
            raise ProofError(f"entry {position}: expected it to be proven")
        return self.entries[position]
