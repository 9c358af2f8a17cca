"""Verifies an archive: with the ledger at hand, or with no database at all.

Every record is read strictly and hashed, the chains and the tree go over all segments, and the columns
are derived from the records again. What the log says of each manifest is taken from the ledger, or from
the archive's own later segments. Damage is reported, whatever the files hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from aidledger.archive.checking import Checked, Read, Task, check_segment, first_leaves
from aidledger.archive.joining import Join
from aidledger.archive.manifest import (
    MANIFEST,
    SEGMENT_ENTRIES,
    ManifestError,
    parse_manifest,
    segment_name,
)
from aidledger.archive.places import Place
from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import EMPTY_ROOT, TILE_WIDTH, root_of_leaves
from aidledger.ledger.verify import Rung, VerifyReport
from aidledger.services.archives.archiving import Progress
from aidledger.services.archives.segments import (
    Seal,
    numbers_of,
    opened_place,
    readable_seals,
    seals_by_first,
    seals_of,
    stored_tiles,
)
from aidledger.services.decoding import DataCheck
from aidledger.services.ladder.checkpointcheck import CheckpointCheck
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.ladder.outside import Outside
from aidledger.services.printing import printable
from aidledger.services.sharing import others, processes_for, shared_answers
from aidledger.store.port import LedgerStore

NOT_DERIVED: Final = "the columns were not derived again"
NO_COLUMNS: Final = "not of the files that are missing or damaged"
NO_RECORDS: Final = "the records of some segment can't be read"
NO_MANIFEST: Final = "the manifest of some segment can't be read"
NOT_HELD: Final = "asked of a ledger, not of its archive"
_IN_RUNG: Final = {
    "segment_missing": "files",
    "segment_range": "files",
    "manifest_form": "files",
    "segment_file_missing": "files",
    "segment_file_differs": "files",
    "segment_file_extra": "files",
    "segment_root_differs": "roots",
    "segment_columns_differ": "typed",
    "segment_seal_differs": "sealed",
    "node_differs": "roots",
    "node_missing": "roots",
    "leaf_hash_differs": "roots",
    "recorded_at_back": "time",
    "version_differs": "chain",
    "prev_differs": "chain",
}
_OF_RECORDS: Final = ("bytes", "chain", "time", "roots", "typed")
_MADE: Final = ("files", *_OF_RECORDS, "sealed")


def verify_archive(
    archive: str,
    *,
    store: LedgerStore | None = None,
    outside: Outside | None = None,
    columns: bool = True,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> VerifyReport:
    """Verify an archive and report every rung and all damage.

    Args:
        archive: a folder or URL.
        store: the ledger it was sealed from; without it no database is needed.
        outside: checkpoints and policy that the verifier brings along.
        columns: whether the columns are derived from the records again, and compared.
        jobs: processes to check in; by default one for little, else all processors.
        progress: told how far it is.

    Raises:
        ServiceError: there is no archive.

    """
    brought = outside or Outside()
    place = opened_place(archive)
    numbers = numbers_of(place, archive)
    entries = _length(place, numbers)
    # without the ledger what the records say, as they are read
    seals: list[Seal] = [] if store is None else seals_of(store)
    last = max([numbers[-1], *(first // entries for first in seals_by_first(seals, entries))])
    tasks = [
        Task(archive, number, entries, DataCheck(), columns, since)
        for since, number in _with_holes(numbers, last)
    ]
    total = len(tasks) * entries
    wanted = processes_for(total if place.shared else 0, jobs)
    join, kept = Join(entries), list[Checked]()
    beside = min(wanted, len(tasks)) - 1
    with others(beside) as executor:
        for checked in shared_answers(check_segment, check_segment, tasks, executor, beside):
            join.take(checked)
            kept.append(checked._replace(findings=[], read=Read(checked.read.rows)))
            if store is None:
                found = checked.read.seals
                seals += readable_seals(
                    (at, None, None, None, None, one, None) for at, one in found
                )
            if progress is not None:
                progress(len(kept) * entries, total)
    root = join.finish()
    findings = join.findings
    if store is not None:
        findings += _against_tree(kept, store)
    findings += _origins(kept)
    findings += [_stranger(name) for name in place.strangers()]
    unproven, differing = _sealed(kept, seals_by_first(seals, entries))
    findings += differing
    report = VerifyReport(
        entries=join.rows,
        root=root,
        findings=sorted(findings, key=lambda one: (one.position is None, one.position or 0)),
        rungs=_rungs(findings, kept, columns=columns, unproven=unproven),
    )
    return _held_against(report, kept, join, place, brought)


def _length(place: Place, numbers: list[int]) -> int:
    """Return the length of the archive's segments, as the first readable manifest has it."""
    for number in numbers:
        try:
            return parse_manifest(place.manifest(segment_name(number))).entries
        except (OSError, ManifestError):
            continue
    return SEGMENT_ENTRIES


def _with_holes(numbers: Iterable[int], last: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last number of each run of missing segments; one that is there is both."""
    expected = 0
    for number in (*numbers, last + 1):
        if number > expected:
            yield expected, number - 1
        if number <= last:
            yield number, number
        expected = number + 1


def _against_tree(kept: Iterable[Checked], store: LedgerStore) -> Iterator[Finding]:
    """Hold each segment's root against the hashes that the ledger's database stores."""
    for checked in kept:
        if checked.manifest is None:
            continue
        tiles = range(checked.manifest.first // TILE_WIDTH, checked.manifest.end // TILE_WIDTH)
        stored = stored_tiles(store, tiles)
        hashes = [stored[one] for one in tiles if type(stored.get(one)) is bytes]
        found = root_of_leaves(hashes).hex() if len(hashes) == len(tiles) else "nodes missing"
        if found != checked.manifest.root:
            yield _finding(checked, "segment_root_differs", found, checked.manifest.root)


def _origins(kept: Iterable[Checked]) -> Iterator[Finding]:
    """Find segments of another log than the first one's."""
    named = [one for one in kept if one.manifest is not None]
    for checked in named:
        if (
            checked.manifest
            and named[0].manifest
            and checked.manifest.origin != named[0].manifest.origin
        ):
            expected, found = named[0].manifest.origin, checked.manifest.origin
            yield _finding(checked, "segment_range", printable(expected), printable(found))


def _stranger(name: str) -> Finding:
    """Name what lies beside the segments: `segment-*` in somebody's query reads it with them."""
    return Finding(
        code="segment_file_extra",
        field=printable(name, 80),
        expected="only segments",
        found="something else",
    )


def _sealed(
    kept: Iterable[Checked], seals: dict[int, list[Seal]]
) -> tuple[list[str], list[Finding]]:
    """Return the names of the segments that no entry vouches for, and findings of false ones."""
    unproven, found = [], []
    for checked in kept:
        if checked.manifest is None:
            continue
        known = seals.get(checked.manifest.first, [])
        if not known:
            unproven.append(segment_name(checked.number))
        elif checked.manifest_hash not in {one.event.manifest for one in known}:
            last = known[-1]
            expected = f"SHA-256 {last.event.manifest} (position {last.position})"
            found.append(_finding(checked, "segment_seal_differs", expected, checked.manifest_hash))
    return unproven, found


def _finding(checked: Checked, code: str, expected: str, found: str) -> Finding:
    return Finding(
        code=code,
        position=checked.manifest.first if checked.manifest else None,
        field=f"{segment_name(checked.number)}/{MANIFEST}",
        expected=expected,
        found=found,
    )


def _rungs(
    findings: Iterable[Finding], kept: list[Checked], *, columns: bool, unproven: list[str]
) -> list[Rung]:
    """Return the archive's own rungs; what could not be read was not checked, and is never called good."""
    damaged = {_IN_RUNG.get(one.code, "bytes") for one in findings}
    why: dict[str, str] = {}
    if "files" in damaged:
        why["typed"] = NO_COLUMNS
    if not all(one.read.rows for one in kept):
        why |= dict.fromkeys(_OF_RECORDS, NO_RECORDS)
    if not columns:
        why["typed"] = NOT_DERIVED
    if unproven:
        more = f" to {unproven[-1]}" if len(unproven) > 1 else ""
        why["sealed"] = f"no entry vouches for {unproven[0]}{more}"
    elif any(one.manifest is None for one in kept):
        why["sealed"] = NO_MANIFEST
    return [
        Rung(name=name, status="damaged")
        if name in damaged
        else Rung(name=name, status="not_made" if name in why else "ok", why=why.get(name, ""))
        for name in _MADE
    ]


def _held_against(
    report: VerifyReport, kept: list[Checked], join: Join, place: Place, outside: Outside
) -> VerifyReport:
    """Return the report with the checkpoints from outside held against the records."""
    origin = next((one.manifest.origin for one in kept if one.manifest is not None), "")
    within = [one for one in outside.checkpoints if one.checkpoint.size <= join.stop]
    beyond = [one for one in outside.checkpoints if one.checkpoint.size > join.stop]
    notes = CheckpointCheck((), within, origin=origin, log_keys=(), policy=outside.policy)
    at: dict[int, tuple[bytes, ...]] = {}
    for size in notes.sizes:
        root = _root_at(size, join, place)
        if root is not None:
            at[size] = (root,)
    rungs = notes.judge(Roots(join.stop, at, join.whole))
    leads = [
        Finding(
            code="file_unused",
            field=printable(name),
            expected="what can be held against this archive",
            found=printable(why, 200),
        )
        for name, why in (
            *notes.refused.items(),
            *((one.name, f"is of {one.checkpoint.size} entries: the archive ends before") for one in beyond),
        )
    ]  # fmt: skip
    later = [
        Rung(name=name, status="not_made", why=NOT_HELD)
        for name in ("restorations", "statements", "signatures", "powers")
    ]
    proven = notes.proven
    return msgspec.structs.replace(
        report,
        findings=[*report.findings, *notes.findings],
        rungs=[*report.rungs, *rungs, *later],
        proven_size=None if proven is None else proven.size,
        cosigners=() if proven is None or not proven.witnessed else proven.cosigners,
        leads=tuple(leads),
    )


def _root_at(size: int, join: Join, place: Place) -> bytes | None:
    """Return the root over the first entries; None where they are not all there."""
    if size == 0:
        return EMPTY_ROOT
    frontier = join.frontier(size)
    if frontier is None:
        return None
    if rest := size % TILE_WIDTH:
        leaves = first_leaves(place, size - rest, join.entries, rest)
        if len(leaves) != rest:
            return None
        frontier.extend(leaves)
    return frontier.root()
