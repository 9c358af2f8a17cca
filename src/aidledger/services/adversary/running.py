"""Tries every operator with every attacker on a copy of a ledger, and says what was found, and where.

The ledger itself is only read. Each attack is written into the copy and verified there with the
product's own `verify`; then the copy is put back. Operators whose changes can't be mistaken for one
another share a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias

import msgspec

from aidledger.domain.registry.registry import FOREVER
from aidledger.ledger.finding import Finding
from aidledger.services.adversary.anchors import given_anchors, make_anchors
from aidledger.services.adversary.books import Books, read_books
from aidledger.services.adversary.catalog import OPERATORS
from aidledger.services.adversary.copies import Copy, copied
from aidledger.services.adversary.hands import officer_of, signer_of_log
from aidledger.services.adversary.operator import Both, Operator
from aidledger.services.adversary.scene import (
    ATTACKERS,
    Attack,
    Attacker,
    NotTriedError,
    Scene,
    TakenError,
    Why,
)
from aidledger.services.keys.declared import Declared, declared_of
from aidledger.services.keys.ring import Passphrase, no_passphrase
from aidledger.services.ladder.closingcheck import check_closings
from aidledger.services.ladder.indexcheck import check_indexes
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.store.opening import mark_path, open_ledger

Progress: TypeAlias = Callable[[int, int | None], None]
_Pair: TypeAlias = tuple[Operator, Attacker]


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One operator in the hands of one attacker, and what came of it.

    `position` is that of the finding that counts; `codes` are all those found at the right positions,
    the ones that count for this operator first.
    `total` is how many findings there were at all.
    """

    operator: Operator
    attacker: Attacker
    found: bool
    position: int | None
    expected: tuple[int | None, ...]
    codes: tuple[str, ...]
    total: int

    @property
    def as_it_should(self) -> bool:
        """Whether it was found, or can't be and wasn't."""
        return self.found != (self.operator.coalition is not None)


class NotRun(msgspec.Struct, frozen=True, kw_only=True):
    """A row that could not be tried, and why."""

    operator: Operator
    attacker: Attacker
    code: Why
    why: Both


class AttackReport(msgspec.Struct, frozen=True, kw_only=True):
    """What all operators came to. `clean` are the findings of the untouched ledger: there, nothing is tried."""

    engine: str
    entries: int
    anchors: Literal["given", "made"]
    clean: tuple[Finding, ...]
    tried: tuple[Tried, ...] = ()
    not_run: tuple[NotRun, ...] = ()


def attack(
    location: str,
    *,
    brought: Outside | None = None,
    names: Iterable[str] = (),
    attackers: Iterable[Attacker] = ATTACKERS,
    passphrase: Passphrase = no_passphrase,
    progress: Progress | None = None,
) -> AttackReport:
    """Try operators on a copy of a ledger.

    Args:
        location: the ledger; it is opened for reading only.
        brought: the auditor's own checkpoints and policy; made for the trial where there are none.
        names: operators to try, by name; all by default.
        attackers: in whose hands.
        passphrase: asked for the passphrases of locked keys.
        progress: told the rows done, and all of them.

    Raises:
        ServiceError: no copy can be made on the server.
        StoreError: there is no ledger, or it can't be read.

    """
    outside = brought or Outside()
    books, declared, engine = _read(location)
    report = AttackReport(
        engine=engine,
        entries=books.size,
        anchors="given" if outside.checkpoints else "made",
        clean=tuple(verify(location, outside=outside).findings),
    )
    if report.clean or not books.size:
        return report
    scene = _scene(location, books, outside, declared, passphrase)
    rows = _rows(set(names), set(attackers))
    with copied(scene.base, location) as copy:
        trial = Trial(scene, copy, progress, len(rows))
        trial.clean()
        trial.run(rows)
    order = {(operator.name, attacker): at for at, (operator, attacker) in enumerate(rows)}
    return msgspec.structs.replace(
        report,
        tried=tuple(sorted(trial.tried, key=lambda one: order[one.operator.name, one.attacker])),
        not_run=tuple(
            sorted(trial.not_run, key=lambda one: order[one.operator.name, one.attacker])
        ),
    )


def scene_of(location: str) -> Scene:
    """Return what operators have before them at a sound ledger, with anchors made for the trial."""
    books, declared, _ = _read(location)
    return _scene(location, books, Outside(), declared, no_passphrase)


def _read(location: str) -> tuple[Books, Declared, str]:
    """Read all that is needed of the ledger; return the engine's name too."""
    store = open_ledger(location, read_only=True)
    try:
        mark = mark_path(location)
        books = read_books(store, mark.read_bytes() if mark.is_file() else None)
        return books, declared_of(store), store.engine_name
    finally:
        store.close()


def _scene(
    location: str, books: Books, outside: Outside, declared: Declared, passphrase: Passphrase
) -> Scene:
    """Put before the operators what there is: books, anchors, keys."""
    given = bool(outside.checkpoints)
    anchors = given_anchors(outside, books) if given else make_anchors(books)
    kept = anchors.kept_in(books)
    return Scene(
        kept,
        anchors,
        log=anchors.log or signer_of_log(location, books.origin, passphrase),
        officer=officer_of(location, declared, books, passphrase),
        first_key=None if declared.first_key == FOREVER else declared.first_key,
    )


def _rows(names: set[str], attackers: set[Attacker]) -> list[_Pair]:
    """Return who tries what, in the order of the catalogue."""
    return [
        (operator, attacker)
        for operator in OPERATORS
        if not names or operator.name in names
        for attacker in operator.attackers
        if attacker in attackers
    ]


class Trial:
    """Carries rounds of attacks out on one copy."""

    def __init__(self, scene: Scene, copy: Copy, progress: Progress | None, total: int) -> None:
        self.tried: list[Tried] = []
        self.not_run: list[NotRun] = []
        self._scene, self._copy = scene, copy
        self._progress, self._total = progress, total

    def run(self, rows: Sequence[_Pair]) -> None:
        """Try rows: those that share runs first."""
        for joint in ("fields", "tail", ""):
            self._run([row for row in rows if row[0].joint == joint], together=bool(joint))

    def _run(self, rows: Sequence[_Pair], *, together: bool) -> None:
        """Try rows, as many in a round as fit, or one alone."""
        waiting = list(rows)
        while waiting:
            scene = self._scene.fresh()
            done: list[tuple[_Pair, Attack]] = []
            later: list[_Pair] = []
            for pair in waiting if together else waiting[:1]:
                try:
                    attack = pair[0].run(scene, pair[1])
                except NotTriedError as error:
                    why = Both(error.zh, error.en)
                    self.not_run.append(
                        NotRun(operator=pair[0], attacker=pair[1], code=error.code, why=why)
                    )
                except TakenError:
                    later.append(pair)
                else:
                    scene.books = attack.books
                    done.append((pair, attack))
            self._judge(scene.books, done)
            if together and len(later) == len(waiting):
                raise AssertionError(f"{later[0][0].name}: nothing is free in a fresh round")
            waiting = later if together else waiting[1:]
            if self._progress is not None:
                self._progress(len(self.tried) + len(self.not_run), self._total)

    def clean(self) -> None:
        """Verify the untouched copy with the anchors. Raises ServiceError where anything is found."""
        found = verified(
            self._copy.location, self._scene.anchors.outside(), powers=True, deep=False
        )
        if found:
            raise ServiceError(f"the copy is not what the ledger is: {found[0].message('en')}")

    def _judge(self, books: Books, done: Sequence[tuple[_Pair, Attack]]) -> None:
        if not done:
            return
        if all(attack.answers is not None for _, attack in done):
            for pair, attack in done:
                self._take(pair, attack, attack.answers or ())
            return
        outside = next((one.outside for _, one in done if one.outside is not None), None)
        brought = outside or self._scene.anchors.outside()
        deep = any(attack.deep for _, attack in done)
        with self._copy.attacked(self._scene.base, books) as location:
            findings = verified(location, brought, powers=False, deep=deep)
            if not all(_is_found(pair[0], one, findings) for pair, one in done):
                # only now: to replay every act takes longer than all the rest
                findings = verified(location, brought, powers=True, deep=deep)
        for pair, attack in done:
            self._take(pair, attack, findings)

    def _take(self, pair: _Pair, attack: Attack, findings: Iterable[Finding]) -> None:
        operator, attacker = pair
        counting = _counting(operator, attack, findings)
        found = bool(counting) and counting[0].code in operator.finds
        self.tried.append(
            Tried(
                operator=operator,
                attacker=attacker,
                found=found,
                position=counting[0].position if found else None,
                expected=attack.expected,
                codes=tuple(dict.fromkeys(one.code for one in counting)),
                total=len(list(findings)),
            )
        )


def verified(location: str, outside: Outside, *, powers: bool, deep: bool) -> list[Finding]:
    """Verify the copy as it stands with the product's own ladder."""
    found = list(verify(location, jobs=1, outside=outside, powers=powers).findings)
    if deep:
        store = open_ledger(location, read_only=True)
        try:
            found += [*check_indexes(store), *check_closings(store)]
        finally:
            store.close()
    return found


def _counting(operator: Operator, attack: Attack, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings at the right positions; first those of the kinds that count."""
    places = attack.expected
    right = [one for one in findings if one.position in places]
    if None in places:
        right = [one for one in right if one.position is not None or one.code in operator.finds]
    return sorted(
        right, key=lambda one: (one.code not in operator.finds, places.index(one.position))
    )


def _is_found(operator: Operator, attack: Attack, findings: Iterable[Finding]) -> bool:
    counting = _counting(operator, attack, findings)
    return bool(counting) and counting[0].code in operator.finds
