"""Which rules, calendars and standards the ledger has adopted, and which held on a day.

Everything comes from the entries of the ``policy/…`` stream; the text of a pack is the evidence
file that was recorded with its adoption, so that an old decision replays without the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Final

from aidledger.domain.calendar import Calendar, YearTable
from aidledger.domain.decided import days_of_pack
from aidledger.domain.events.registry import CalendarAdopted, PackAdopted, StandardPublished
from aidledger.domain.policy.adoption import Adoption, pack_in_force
from aidledger.domain.policy.amounts import Standard
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack
from aidledger.domain.recorded import END_OF_TIME, Recorded, amended
from aidledger.services.clock import china_day
from aidledger.services.problems import ServiceError

Fetch = Callable[[str], bytes | None]
"""Returns the evidence file of a SHA-256 (hex), or nothing."""
_REMEMBERED: Final = 16


def standard_said(event: StandardPublished) -> Standard:
    """Return the standard that was published."""
    return Standard(code=event.code, monthly_fen=event.monthly_fen, from_on=event.from_on)


class PolicyBook:
    """The adopted policy of one ledger, answering for a day in force and a day of knowledge."""

    def __init__(self, entries: Iterable[Recorded], fetch: Fetch) -> None:
        self._adoptions: list[Adoption] = []
        self._files: dict[str, tuple[str, ...]] = {}
        self._calendars: list[tuple[str, YearTable]] = []
        self._standards: list[tuple[str, Standard]] = []
        self._packs: dict[str, ResolvedPack] = {}
        self._calendar_known_on: dict[str, Calendar] = {}
        self._in_force: dict[tuple[str, str, str], Adoption | None] = {}
        self._held: dict[tuple[int, str, str, str], Adoption | None] = {}
        self._fetch = fetch
        for entry in amended(entries):
            self._take(entry)

    def pack_in_force(self, day: str, known_on: str, programme: str = "") -> ResolvedPack | None:
        """Return the pack that holds for a programme on a day by what was known on another."""
        key = (day, known_on, programme)
        if key not in self._in_force:
            self._in_force[key] = pack_in_force(self._adoptions, day, known_on, programme)
        adoption = self._in_force[key]
        return None if adoption is None else self.pack(adoption.pack_hash)

    def _adopted_before(
        self, position: int, day: str, known_on: str, programme: str
    ) -> Adoption | None:
        """Return what held for a programme on a day, as known on another, before an entry."""
        count = sum(one.position < position for one in self._adoptions)
        key = (count, day, known_on, programme)
        if key not in self._held:
            self._held[key] = pack_in_force(self._adoptions[:count], day, known_on, programme)
        return self._held[key]

    def held_for(self, entry: Recorded, programme: str) -> Adoption | None:
        """Return what held for an entry, as known then, by what was adopted before it.

        Of an entitlement two packs may have held (`days_of_pack`): the one that it pins, if it is one of them.
        """
        known_on = china_day(entry.recorded_at)
        held = [
            self._adopted_before(entry.position, day, known_on, programme)
            for day in days_of_pack(entry)
        ]
        pinned = (one for one in held if one is not None and one.pack_hash == entry.pack_hash)
        return next(pinned, held[0])

    def pack(self, pack_hash: str) -> ResolvedPack:
        """Return an adopted pack by its hash.

        Raises:
            ServiceError: the ledger doesn't hold the text of that pack, or it doesn't match.

        """
        if pack_hash not in self._packs:
            self._packs[pack_hash] = self._load(pack_hash)
        return self._packs[pack_hash]

    def adoptions(self) -> tuple[Adoption, ...]:
        """Return every adoption, in log order."""
        return tuple(self._adoptions)

    def newest(self, known_on: str = END_OF_TIME) -> dict[str, Adoption]:
        """Return of each pack, by id, the adoption that was known last by a day."""
        known = [one for one in self._adoptions if one.known_since <= known_on]
        return {one.pack: one for one in sorted(known, key=lambda a: (a.known_since, a.position))}

    def texts(self, pack_hash: str) -> tuple[tuple[str, bytes], ...]:
        """Return the files of an adopted pack by id, from the root of its chain to itself.

        Raises:
            ServiceError: the ledger doesn't hold one of them, or holds another text in its place.

        """
        chain = self._files.get(pack_hash)
        if not chain:
            raise ServiceError(
                f"policy pack {pack_hash[:12]}: expected an adoption entry with its files, found none",
                hint="adopt the pack before deciding under it",
            )
        return tuple(map(self._text, chain))

    def calendars(self) -> tuple[tuple[str, YearTable], ...]:
        """Return every adopted calendar with the day on which it was recorded, in log order."""
        return tuple(self._calendars)

    def calendar_known_on(self, known_on: str) -> Calendar:
        """Return the working days as the tables recorded and known by that day have them."""
        if known_on not in self._calendar_known_on:
            tables = [table for recorded_on, table in self._calendars if recorded_on <= known_on]
            calendar = Calendar(tables).as_known_on(date.fromisoformat(known_on))
            self._calendar_known_on[known_on] = calendar
        return self._calendar_known_on[known_on]

    def standards_known_on(self, known_on: str) -> tuple[Standard, ...]:
        """Return the published standards recorded by that day."""
        return tuple(standard for day, standard in self._standards if day <= known_on)

    def standard_codes(self) -> frozenset[str]:
        """Return the codes of all standards that some adopted pack has or reckons with."""
        codes: set[str] = set()
        for pack_hash in self._files:
            with suppress(
                PackError, ServiceError
            ):  # a text that is lost or altered is told elsewhere
                pack = self.pack(pack_hash)
                codes |= {one.code for one in pack.standards}
                codes |= {code for one in pack.amounts for code in one.formula.standards}
        return frozenset(codes)

    def _take(self, entry: Recorded) -> None:
        """Keep one entry of the policy stream."""
        match entry.event:
            case PackAdopted() as event:
                self._files[event.pack_hash] = event.chain
                self._adoptions.append(
                    Adoption(
                        pack=event.pack,
                        pack_hash=event.pack_hash,
                        status=event.status,
                        in_force_from=event.in_force_from,
                        in_force_to=event.in_force_to,
                        known_since=max(event.known_since, china_day(entry.recorded_at)),
                        depth=len(event.chain),
                        position=entry.position,
                        programmes=event.programmes or (),
                    )
                )
            case CalendarAdopted() as event:
                with suppress(ValueError):  # a day that does not exist: no calendar, and a finding
                    self._calendars.append((china_day(entry.recorded_at), year_table(event)))
            case StandardPublished() as event:
                self._standards.append((china_day(entry.recorded_at), standard_said(event)))
            case _:
                pass

    def _load(self, pack_hash: str) -> ResolvedPack:
        """Resolve a pack from the evidence files its adoption names."""
        files = self.texts(pack_hash)
        top = files[-1][0]
        try:
            pack = _resolved(top, files)
        except PackError as error:
            raise ServiceError(f"policy pack {top}: {error}") from None
        if pack.hash != pack_hash:
            raise ServiceError(
                f"policy pack {top}: expected hash {pack_hash[:12]}, found {pack.hash[:12]}",
                hint="the stored text isn't the one that was adopted",
            )
        return pack

    def _text(self, link: str) -> tuple[str, bytes]:
        """Return the pack of a link of a chain, and the evidence file that it names."""
        name, _, digest = link.rpartition("@")
        content = self._fetch(digest)
        if content is None:
            raise ServiceError(
                f"policy pack {name}: expected its text as evidence {digest[:12]}, found none",
                hint="restore the evidence file; until then the decision can't be replayed",
            )
        if hashlib.sha256(content).hexdigest() != digest:
            raise ServiceError(
                f"policy pack {name}: expected its text as evidence {digest[:12]}, found another text",
                hint="the stored text isn't the one that was adopted",
            )
        return name, content


@lru_cache(maxsize=_REMEMBERED)
def _resolved(top: str, files: tuple[tuple[str, bytes], ...]) -> ResolvedPack:
    """Resolve a pack from its files by name. A night asks many times over: nothing is read twice.

    Raises:
        PackError: as `PackLibrary.resolve`.

    """
    return PackLibrary(dict(files)).resolve(top)


def year_table(event: CalendarAdopted) -> YearTable:
    """Return the year table of a calendar's adoption. Raises ValueError: a day does not exist."""
    return YearTable(
        year=event.year,
        known_since=date.fromisoformat(event.known_since),
        off_days=frozenset(date.fromisoformat(day) for day in event.off_days),
        work_days=frozenset(date.fromisoformat(day) for day in event.work_days),
        notice=event.notice,
        hash=event.calendar_hash,
    )
