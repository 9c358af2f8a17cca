"""Policy packs: loaded from TOML bytes, overlaid on their parents, hashed, resolved.

A child overrides its parent's parameters by key, clauses, amounts and limits by id, standards by
code and day, and takes rules away by naming them in ``remove``. The hash covers the rules' bytes (not
the examples behind them) and the parent's hash, so it pins the whole chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product
from types import MappingProxyType
from typing import Any, Final

from aidledger.domain.events.base import Programme, Reason
from aidledger.domain.money import ROUNDINGS, parse_ratio
from aidledger.domain.policy.amounts import AmountRule, Standard
from aidledger.domain.policy.clause import Clause
from aidledger.domain.policy.compiling import Limit, compile_amounts, compile_clause, compile_limit
from aidledger.domain.policy.errors import FaultReason, pack_error
from aidledger.domain.policy.lines import located
from aidledger.domain.policy.reading import convert, read_toml
from aidledger.domain.policy.schema import (
    AmountTable,
    Basis,
    ClauseTable,
    LimitTable,
    PackFile,
    Provenance,
    StandardTable,
    Status,
    Title,
    read_examples,
    split_examples,
)
from aidledger.domain.policy.validating import check_days, check_names
from aidledger.domain.values import length_prefixed

MAX_DEPTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedPack:
    """A pack with all that it extends; ``chain`` runs from the root to the pack itself."""

    id: str
    version: int
    hash: str
    chain: tuple[tuple[str, str], ...]
    title: Title
    jurisdiction: str
    basis: tuple[Basis, ...]
    status: Status
    in_force_from: str
    in_force_to: str | None
    known_since: str
    programmes: tuple[Programme, ...]
    parameters: Mapping[str, Any]
    provenance: Mapping[str, Provenance]
    clauses: tuple[Clause, ...]
    amounts: tuple[AmountRule, ...]
    limits: tuple[Limit, ...]
    standards: tuple[Standard, ...]
    standard_citations: Mapping[tuple[str, str], str]
    clauses_by_act: Mapping[str, tuple[Clause, ...]]
    follows: Mapping[str, Reason]
    """The acts on a supported case that an entitlement follows from, with its reason."""

    def __hash__(self) -> int:
        return hash(self.hash)

    def clauses_for(self, act_type: str) -> tuple[Clause, ...]:
        """Return the clauses on one event type, in the order of the files."""
        return self.clauses_by_act.get(act_type, ())

    def clause(self, clause_id: str) -> Clause | None:
        """Return one clause by its id."""
        return next((c for c in self.clauses if c.id == clause_id), None)

    def in_force_on(self, day: str) -> bool:
        """Whether the pack's text says that it holds on a day; a draft never does."""
        ended = self.in_force_to is not None and day > self.in_force_to
        return self.status != "draft" and self.in_force_from <= day and not ended


def pack_hash(content: bytes, parent_hash: str | None) -> str:
    """Return the hex SHA-256 of a pack file's rules bound to its parent's hash (hex), if any.

    Examples are no rules: the file's own digest, which an adoption names too, covers them.
    """
    rules, _ = split_examples(content)
    parent = bytes.fromhex(parent_hash) if parent_hash else b""
    label = b"aidledger/pack/v1\n"
    return hashlib.sha256(label + length_prefixed(rules) + length_prefixed(parent)).hexdigest()


@lru_cache(maxsize=256)
def load_pack_file(content: bytes, *, file: str) -> PackFile:
    """Read one file by itself: shape, dates, ratios, roundings, provenance, unique ids.

    The same bytes are read once: many packs rest on one parent.

    Raises:
        PackError: naming file, line and field.
    """
    with located({file: content}):
        rules, _ = split_examples(content)
        pack = convert(read_toml(rules, file=file), PackFile, file=file)
        check_days(pack, file)
        check_names(pack, file)
        for index, amount in enumerate(pack.amount):
            _check_formula(amount, file, f"amount[{index}].formula")
        read_examples(content, file=file)
        return pack


class PackLibrary:
    """Packs by id, from bytes at hand; resolves each with its parents, once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Take the files by pack id; nothing is read before it is asked for."""
        self._files = dict(files)
        self._resolved: dict[str, ResolvedPack] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all packs, sorted."""
        return tuple(sorted(self._files))

    def file(self, pack_id: str) -> bytes:
        """Return the bytes of a pack that was resolved."""
        return self._files[pack_id]

    def resolve(self, pack_id: str) -> ResolvedPack:
        """Return a pack with its parents' rules.

        Raises:
            PackError: unknown id, a circle of parents, or any fault in the files.
        """
        if pack_id not in self._resolved:
            with located({f"{name}.toml": content for name, content in self._files.items()}):
                self._resolved[pack_id] = self._load(pack_id)
        return self._resolved[pack_id]

    def _load(self, pack_id: str) -> ResolvedPack:
        files: list[PackFile] = []
        wanted: str | None = pack_id
        while wanted is not None:
            name = f"{wanted}.toml"
            if wanted not in self._files:
                raise pack_error(
                    files[-1].id + ".toml" if files else name,
                    "extends" if files else "id",
                    "a pack in the library",
                    wanted,
                    "unknown_name",
                )
            if wanted in (below := [pack.id for pack in files]):
                circle = " → ".join([*below[below.index(wanted) :], wanted])
                raise pack_error(
                    f"{below[-1]}.toml", "extends", "a pack that rests on another", circle, "circle"
                )
            if len(files) >= MAX_DEPTH:
                raise pack_error(name, "extends", f"at most {MAX_DEPTH} packs in a chain", "more")
            pack = load_pack_file(self._files[wanted], file=name)
            if pack.id != wanted:
                raise pack_error(name, "id", wanted, pack.id, "another_file")
            files.append(pack)
            wanted = pack.extends
        return _resolve_files(tuple((pack.id, self._files[pack.id]) for pack in reversed(files)))


@lru_cache(maxsize=64)
def _resolve_files(files: tuple[tuple[str, bytes], ...]) -> ResolvedPack:
    """Resolve a chain of packs by id, from the root to the last.

    The same bytes are resolved once: every session and every verification asks for the same packs.
    """
    chain: list[tuple[str, str]] = []
    for name, content in files:
        parent = chain[-1][1] if chain else None
        chain.append((name, pack_hash(content, parent)))
    packs = [load_pack_file(content, file=f"{name}.toml") for name, content in files]
    return _resolve(packs, tuple(chain))


def _resolve(files: list[PackFile], chain: tuple[tuple[str, str], ...]) -> ResolvedPack:
    """Overlay the files from the root to the last and compile what remains."""
    parameters: dict[str, Any] = {}
    provenance: dict[str, Provenance] = {}
    clauses: dict[str, tuple[str, ClauseTable]] = {}
    amounts: dict[str, tuple[str, AmountTable]] = {}
    limits: dict[str, tuple[str, LimitTable]] = {}
    follows: dict[str, Reason] = {}
    covered: set[str] = set()
    standards: dict[tuple[str, str], StandardTable] = {}
    for pack in files:
        file = f"{pack.id}.toml"
        if covered and not set(pack.programmes) & covered:
            expected = f"some of {', '.join(sorted(covered))}, as the parent"
            raise pack_error(file, "programmes", expected, ", ".join(pack.programmes) or "nothing")
        covered = set(pack.programmes)
        for name in pack.remove:
            taken = [rules.pop(name, None) for rules in (clauses, amounts, limits)]
            if not any(taken):
                raise pack_error(file, "remove", "a rule of a parent", name, "unknown_name")
        for key, value in pack.parameters.items():
            if key in parameters and type(parameters[key]) is not type(value):
                kind = type(parameters[key]).__name__
                raise pack_error(file, f"parameters.{key}", f"{kind} as in the parent", repr(value))
            parameters[key] = value
        provenance.update(pack.provenance)
        clauses.update({c.id: (file, c) for c in pack.clause})
        follows.update({f.on: f.reason for f in pack.follow})
        amounts.update({a.code: (file, a) for a in pack.amount})
        limits.update({x.id: (file, x) for x in pack.limit})
        standards.update({(s.code, s.from_on): s for s in pack.standard})
    last = files[-1]
    compiled = tuple(compile_clause(c, parameters, file) for file, c in clauses.values())
    by_act = {
        act: tuple(c for c in compiled if act in c.on)
        for act in {a for c in compiled for a in c.on}
    }
    return ResolvedPack(
        id=last.id,
        version=last.version,
        hash=chain[-1][1],
        chain=chain,
        title=last.title,
        jurisdiction=last.jurisdiction,
        basis=last.basis,
        status=last.status,
        in_force_from=last.in_force.from_on,
        in_force_to=last.in_force.to_on,
        known_since=last.known_since,
        programmes=last.programmes,
        parameters=MappingProxyType(parameters),
        provenance=MappingProxyType(provenance),
        clauses=compiled,
        amounts=compile_amounts(amounts, parameters),
        limits=tuple(compile_limit(x, parameters, file) for file, x in limits.values()),
        standards=tuple(
            Standard(code=s.code, monthly_fen=s.monthly_fen, from_on=s.from_on)
            for s in standards.values()
        ),
        standard_citations={key: s.citation for key, s in standards.items()},
        clauses_by_act=MappingProxyType(by_act),
        follows=MappingProxyType(follows),
    )


def check_periods(
    packs: Iterable[ResolvedPack],
    files: Mapping[str, bytes],
    *,
    beside: Iterable[ResolvedPack] = (),
) -> None:
    """Refuse two packs of one place that hold on the same day for the same programme.

    Not where one rests on the other; and one that names programmes goes before one for all.

    Args:
        packs: those to be used side by side; drafts hold on no day.
        files: the texts by pack id, for the line.
        beside: packs that are used already: not held against each other.

    Raises:
        PackError: at the days of the pack that begins later.
    """
    new = [pack for pack in packs if pack.status != "draft"]
    old = [pack for pack in beside if pack.status != "draft"]
    for pair in (*combinations(new, 2), *product(new, old)):
        earlier, later = sorted(pair, key=lambda p: (p.in_force_from, p.id))
        if earlier.jurisdiction != later.jurisdiction or _one_rests_on_the_other(earlier, later):
            continue
        if not _for_the_same(earlier, later):
            continue
        if earlier.in_force_to is None or earlier.in_force_to >= later.in_force_from:
            file = f"{later.id}.toml"
            with located({file: files.get(later.id, b"")}):
                raise pack_error(
                    file,
                    "in_force.from",
                    f"a day on which no other pack of {later.jurisdiction} holds",
                    f"{later.in_force_from}, in the days of {earlier.id}"
                    f" ({earlier.in_force_from} to {earlier.in_force_to or '…'})",
                    "overlap",
                )


def _for_the_same(one: ResolvedPack, other: ResolvedPack) -> bool:
    """Whether two packs name a programme in common, or neither names any.

    A pack that names a programme goes before those for every one: these two don't clash.
    """
    return bool(set(one.programmes) & set(other.programmes)) or not (
        one.programmes or other.programmes
    )


def _one_rests_on_the_other(one: ResolvedPack, other: ResolvedPack) -> bool:
    return any(one.id == name for name, _ in other.chain) or any(
        other.id == name for name, _ in one.chain
    )


def _check_formula(amount: AmountTable, file: str, field: str) -> None:
    formula = amount.formula
    bases = (formula.standard, formula.parameter, formula.standard_by, formula.tier, formula.fact)
    if sum(base is not None for base in bases) != 1:
        expected = "either standard or parameter, or standard_by, tier or fact"
        raise pack_error(file, field, expected, "several or none")
    whole = _ratio(formula.ratio, file, f"{field}.ratio").denominator == 1
    for index, floor in enumerate(formula.at_least):
        at = f"{field}.at_least[{index}]"
        if (floor.standard is None) == (floor.parameter is None):
            raise pack_error(file, at, "either standard or parameter", "both or neither")
        whole &= _ratio(floor.ratio, file, f"{at}.ratio").denominator == 1
    if formula.rounding is None and whole:
        return
    if formula.rounding not in ROUNDINGS:
        expected = f"one of {', '.join(sorted(ROUNDINGS))}"
        reason: FaultReason = "bad_value" if formula.rounding else "no_rounding"
        raise pack_error(file, f"{field}.rounding", expected, formula.rounding or "nothing", reason)


def _ratio(text: str, file: str, field: str) -> Fraction:
    try:
        return parse_ratio(text)
    except ValueError:
        raise pack_error(file, field, "a decimal such as 1.6", text) from None
