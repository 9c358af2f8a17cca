"""Files of one's own: told apart by their content, and the texts that a pack among them may rest on.

A base is a pack of the same command, else as the ledger adopted it, else the shipped one, else a file
beside it. What is adopted goes before what is shipped: a newer release of the program changes no rule
behind anybody's back. Where two texts of one base are at hand and nobody said which, none is taken.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from aidledger.domain.policy.errors import PackError, pack_error
from aidledger.domain.policy.lines import located
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack, load_pack_file
from aidledger.domain.policy.schema import PackFile, split_examples
from aidledger.domain.policy.year import CalendarFile, load_calendar_file
from aidledger.said import Said
from aidledger.services.acts.adoption import shipped
from aidledger.services.decisions.policy_book import PolicyBook

MAX_FILE_BYTES: Final = 1_048_576
_OF_CALENDARS: Final = frozenset({"off_days", "work_days", "year"})


class OwnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was read; ``says`` is a pack or a calendar, or why it is neither."""

    path: Path
    content: bytes
    says: PackFile | CalendarFile | PackError

    @property
    def name(self) -> str:
        """The id that the file gives itself; where it can't be read, what the file is called."""
        return self.path.stem if isinstance(self.says, PackError) else self.says.id


def read_own(path: Path) -> OwnFile:
    """Read a file: one with days of a year is a calendar, any other is held to be a pack.

    Raises:
        OSError: the file can't be read.
    """
    with path.open("rb") as stream:
        content = stream.read(MAX_FILE_BYTES)
    load = load_calendar_file if _is_calendar(content) else load_pack_file
    try:
        return OwnFile(path=path, content=content, says=load(content, file=str(path)))
    except PackError as error:
        return OwnFile(path=path, content=content, says=error)


def _is_calendar(content: bytes) -> bool:
    try:
        return bool(_OF_CALENDARS & set(tomllib.loads(content.decode("utf-8"))))
    except (ArithmeticError, RecursionError, ValueError):
        return False  # the pack's reader says what is wrong with it, and on which line


def check_place(one: OwnFile, says: PackFile | CalendarFile, county: str, on: str) -> None:
    """Refuse the rule of another place, and one that nobody knew on the day of its adoption.

    Raises:
        PackError: at the field.
    """
    file, place = str(one.path), says.jurisdiction
    with located({file: one.content}):
        while place.endswith("00"):
            place = place[:-2]
        if not county.startswith(place):
            expected = f"a place that {county} lies in"
            raise pack_error(file, "jurisdiction", expected, says.jurisdiction, "other_place")
        if says.known_since > on:
            expected = f"{on} at the latest, the day of the adoption"
            raise pack_error(file, "known_since", expected, says.known_since, "not_yet_known")


class Bases:
    """The packs that are at hand for others to rest on, by id."""

    def __init__(self, names: Iterable[str], book: PolicyBook | None) -> None:
        """Take what is shipped and what the ledger has adopted; shipped packs by name go first.

        Raises:
            ServiceError: the text of a pack that was adopted is not there, or is another.
        """
        self._shipped = shipped("packs")
        library = PackLibrary(self._shipped)
        self.newest = {} if book is None else book.newest()
        self._adopted: dict[str, bytes] = {}
        for adoption in sorted(self.newest.values(), key=lambda one: one.position):
            if book is not None:
                self._adopted |= dict(book.texts(adoption.pack_hash))
        self._names = frozenset(names)
        named = {link for name in self._names for link, _ in library.resolve(name).chain}
        self.given: set[str] = set()
        self.places: dict[str, Path] = {}
        self._named = named
        self.texts = {
            **self._shipped,
            **self._adopted,
            **{name: self._shipped[name] for name in named},
        }

    def give(self, one: OwnFile, says: PackFile) -> None:
        """Take a file in: it goes before what is adopted.

        Raises:
            PackError: its id is taken by another text, or it is older than what is adopted.
        """
        file = str(one.path)
        with located({file: one.content}):
            if says.id in self.given or says.id in self._names:
                raise pack_error(file, "id", "each pack once", says.id, "twice")
            ours = self._shipped.get(says.id)
            if ours is not None and ours != one.content:
                expected = "an id of its own"
                raise pack_error(file, "id", expected, f"{says.id}, which is shipped", "id_taken")
        self.check_version(says.id, file, one.content)
        self.given.add(says.id)
        self.places[says.id] = one.path
        self.texts[says.id] = one.content

    def look_beside(self, one: OwnFile, says: PackFile) -> None:
        """Take in the bases that lie beside a file.

        Raises:
            OSError: such a file is there and can't be read.
            PackError: one of them has another text than the pack that has its id.
        """
        name, above, base = says.id, one.path, says.extends
        seen = {says.id}
        while base is not None and base not in seen:
            seen.add(base)
            path = one.path.with_name(f"{base}.toml")
            found = read_own(path) if base not in self.given and path.is_file() else None
            if found is not None and base not in self.texts:
                self.texts[base] = found.content
                self.places[base] = path
            elif found is not None and not same_rules(self.texts[base], found.content):
                held = "adopted" if base in self._adopted else "shipped"
                with located({str(above): self.texts[name]}):
                    raise pack_error(
                        str(above),
                        "extends",
                        f"one text of {base}",
                        f"that which is {held} and another in {path}",
                        "two_texts",
                    )
            if base not in self.texts:
                return  # the library names the base that is missing
            name, above = base, self.places.get(base, Path(f"{base}.toml"))
            base = load_pack_file(self.texts[name], file=str(above)).extends

    def check_version(self, name: str, file: str, content: bytes) -> None:
        """Refuse a text that is older than what the ledger has adopted, or as old and of other rules.

        Raises:
            PackError: at the version.
        """
        held = self._adopted.get(name) if name in self.newest else None
        if held is None or same_rules(held, content):
            return
        version = load_pack_file(held, file=f"{name}.toml").version
        least = version + (name not in self._shipped)
        says = load_pack_file(content, file=file)
        if says.version < least:
            with located({file: content}):
                raise pack_error(
                    file,
                    "version",
                    f"{least} or more: {version} is adopted with other rules",
                    str(says.version),
                    "not_newer",
                )

    def check_chain(self, one: OwnFile, pack: ResolvedPack) -> list[Said]:
        """Return what is to be said of the packs that one rests on.

        Raises:
            PackError: one of them was adopted over other texts than are at hand.
        """
        told = []
        for name, digest in pack.chain[:-1]:
            adopted = self.newest.get(name)
            if name in self.given or name in self._named:
                continue
            if adopted is not None and adopted.pack_hash != digest:
                with located({str(one.path): one.content}):
                    expected = f"{name} with what it was adopted over"
                    found = "other texts of its bases, which were adopted since"
                    raise pack_error(str(one.path), "extends", expected, found, "two_texts")
            ours = self._shipped.get(name)
            if ours is not None and not same_rules(ours, self.texts[name]):
                told.append(
                    Said(
                        f"以账本已采用的 {name} 为基础，与随程序提供的文本不同",
                        f"it rests on {name} as the ledger adopted it, not on the text that is shipped",
                    )
                )
        return told

    def adopted(self, book: PolicyBook | None) -> list[ResolvedPack]:
        """Return the packs that the ledger has adopted, but those that are adopted anew."""
        if book is None:
            return []
        return [
            book.pack(one.pack_hash)
            for name, one in self.newest.items()
            if name not in self.given and name not in self._named
        ]

    def shipped(self) -> list[ResolvedPack]:
        """Return the shipped packs, but those of which the ledger or a file has another text."""
        library = PackLibrary(self._shipped)
        others = self.given | set(self.newest)
        return [library.resolve(name) for name in self._shipped if name not in others]


def same_rules(one: bytes, other: bytes) -> bool:
    """Whether two files are the same but for their examples, which are no rules."""
    return split_examples(one)[0] == split_examples(other)[0]
