"""Ledgers of many entries in which nothing is wrong, each another one: all follows from a seed.

A simulated county comes first (genesis, keys, rules, whole lives of cases); then chance says who
records what, for which cases, how much, how late, in batches of which size, and when a month is
closed, an index sealed, a key replaced, a checkpoint signed and by whom it is cosigned. Everything
goes through the product's own services, as it would in an office.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, cast

from tests.ledger.signers import signer

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.payment import PaymentIssued, PaymentReturned
from aidledger.domain.events.registry import EntryAnnulled
from aidledger.domain.events.support import NeedFollowedUp, VisitMade
from aidledger.domain.proposal import Proposal
from aidledger.domain.values import add_months
from aidledger.ledger.cosignature import cosign
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, add_signatures
from aidledger.ledger.signing import SEED_BYTES
from aidledger.ledger.trust import parse_policy
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.cases.history import case_streams
from aidledger.services.checkpoints.checkpointing import keep, sign_checkpoint, signed_path
from aidledger.services.clock import CHINA, SeededBytes, SetClock
from aidledger.services.initialising import create_ledger
from aidledger.services.keys.register import rotate_key
from aidledger.services.ladder.outside import Outside, signed_file
from aidledger.services.payments.closing import close_month, statements, supplement_month
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.completeness import seal_indexes
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.places import (
    BANK,
    BANK_CLERK,
    CLERK,
    COUNTY,
    FINANCE,
    FUND_KEEPER,
    RECORDS,
    SECOND_SURVEYOR,
    SUPERVISOR,
    SURVEYOR,
)
from aidledger.services.simulation.running import simulate
from aidledger.services.simulation.staff import security
from aidledger.store.draft import Draft
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed, Outcome
from aidledger.store.port import LedgerStore

START: Final = "2022-01-01"
WITNESSES: Final = {
    name: signer(f"{name}.example", kind)
    for name, kind in (
        ("audit", KeyKind.COSIGNATURE),
        ("finance", KeyKind.COSIGNATURE),
        ("supervision", KeyKind.COSIGNATURE_ML_DSA),
    )
}
_VISITORS: Final = (CLERK, SURVEYOR, SECOND_SURVEYOR, SUPERVISOR)
_LARGEST: Final = 4_000


class CleanLedger:
    """A county in the hands of chance."""

    def __init__(self, session: Session, clock: SetClock, location: str, seed: int) -> None:
        self.session, self.clock, self.location = session, clock, location
        self.rng = Random(f"clean {seed}")
        self.seed = seed
        self.causes = 0
        self.seals = self.rng.randint(1, 3)
        self.notes: list[Note] = []
        self.paid: dict[int, tuple[str, PaymentIssued]] = {}
        self.months: list[str] = []
        self.towns: dict[str, list[str]] = {}
        self.keys: dict[str, str] = {}

    def make(self, entries: int) -> Outside:
        """Record at least so many entries; return the stick of an auditor who trusts two of three."""
        rng, months = self.rng, self.rng.randint(2, 5)
        simulate(
            self.session,
            cases=rng.randint(15, 60),
            months=months,
            seed=self.seed,
            start=START,
            signed=True,
        )
        self.months = [add_months(START[:7], number) for number in range(months)]
        for stream in case_streams(self.session):
            self.towns.setdefault(self.session.states.case(stream).township, []).append(stream)
        self.clock.at = datetime.fromisoformat(f"{add_months(START[:7], months)}-01T08:00:00+08:00")
        acts: list[Callable[[], Outcome | None]] = [
            *[self.visits] * rng.randint(4, 9),
            *[self.payments] * rng.randint(4, 9),
            *[self.returns] * rng.randint(1, 3),
            self.annul,
            self.close,
            self.supplement,
            self.seal,
            self.new_key,
            self.checkpoint,
        ]
        while self.session.store.head().size < entries:
            self.pass_time()
            outcome = rng.choice(acts)()
            assert outcome is None or isinstance(outcome, Committed), outcome
        self.checkpoint(least=2)
        return self.stick()

    def stick(self) -> Outside:
        """The last cosigned checkpoint and some of those before it, under a policy."""
        origin = self.session.store.origin
        text = [f"log {signer(origin).key.vkey()}"]
        text += [f"witness {name} {one.key.vkey()}" for name, one in WITNESSES.items()]
        text += [f"group offices 2 {' '.join(WITNESSES)}", "quorum offices\n"]
        before = self.rng.sample(self.notes[:-1], min(2, len(self.notes) - 1))
        files = [
            signed_file(f"note {number}", one.encode())
            for number, one in enumerate([*before, self.notes[-1]])
        ]
        return Outside(checkpoints=tuple(files), policy=parse_policy("\n".join(text).encode()))

    def pass_time(self) -> None:
        """Let some time go by, or none; now and then the machine's clock is set back."""
        hours = self.rng.choice((0, 0, 1, 5, 24, 24 * 9, -3))
        self.clock.at += timedelta(hours=hours, microseconds=self.rng.randrange(1_000_000))

    def count(self) -> int:
        """How many entries a batch has: mostly many, often few, sometimes one."""
        rng = self.rng
        return rng.choice(
            (1, rng.randint(2, 30), rng.randint(300, 1_500), rng.randint(1_000, _LARGEST))
        )

    def day(self) -> str:
        """A day on or before today: much is recorded late."""
        late = self.rng.choice((0, 0, 1, 3, 20, 90))
        return (self.clock.at.astimezone(CHINA) - timedelta(days=late)).date().isoformat()

    def visits(self) -> Outcome:
        """One officer of a town enters his visits."""
        rng = self.rng
        town = rng.choice(sorted(self.towns))
        actor, day = f"{town}-{rng.choice(_VISITORS)}", self.day()
        said = []
        for _ in range(self.count()):
            event: Event = VisitMade(
                visitor=actor,
                form=rng.choice(("in_person", "phone", "other")),
                need=rng.choice(("none", "none", "reported")),
                normal=rng.random() < 0.9,
            )
            if rng.random() < 0.1:
                event = NeedFollowedUp(outcome=rng.choice(("已联系医院", "送米送油", "ok")))
            said.append(_said(rng.choice(self.towns[town]), event, actor, town, day))
        return self.record(said)

    def payments(self) -> Outcome:
        """The bank says what it has paid: for this month, or late for an earlier one."""
        rng, day = self.rng, self.day()
        streams = [one for several in self.towns.values() for one in several]
        said, paid = [], []
        for stream in rng.choices(streams, k=self.count()):
            month = rng.choice((day[:7], *self.months))
            event = PaymentIssued(
                account=f"a{rng.getrandbits(128):032x}",
                amount_fen=rng.choice((rng.randint(1, 300_000), 112_800, 10**9)),
                kind=rng.choice(("regular", "arrears", "reissue")),
                month=month,
                paid_on=day,
                run=f"run/{month}",
            )
            said.append(_said(stream, event, f"{BANK}-{BANK_CLERK}", BANK, day))
            paid.append((stream, event))
        outcome = self.record(said)
        if isinstance(outcome, Committed):
            self.paid |= dict(enumerate(paid, outcome.receipt.position))
        return outcome

    def returns(self) -> Outcome | None:
        """The bank gives some of it back."""
        if not self.paid:
            return None
        day = self.day()
        said = []
        for stream, paid in self.rng.choices([*self.paid.values()], k=min(self.count(), 500)):
            event = PaymentReturned(
                amount_fen=paid.amount_fen,
                month=paid.month,
                reason="account_closed",
                returned_on=day,
                run=paid.run,
            )
            said.append(_said(stream, event, f"{BANK}-{BANK_CLERK}", BANK, day))
        return self.record(said)

    def annul(self) -> Outcome | None:
        """Finance takes some payments back that were entered by mistake."""
        if not self.paid:
            return None
        said = []
        for position in self.rng.sample(sorted(self.paid), min(len(self.paid), 20)):
            stream, _ = self.paid.pop(position)
            event = EntryAnnulled(authority="财政局", position=position, reason="重复登记")
            said.append(_said(stream, event, f"{FINANCE}-{FUND_KEEPER}", FINANCE, self.day()))
        return self.record(said)

    def close(self) -> Outcome | None:
        """Finance closes a month that is open."""
        open_months = [one for one in self.months if not statements(self.session.store, one)]
        if not open_months:
            return None
        return close_month(self.session, self.rng.choice(open_months), **self._keeper())

    def supplement(self) -> Outcome | None:
        """Finance adds what came late to a closed month."""
        closed = [one for one in self.months if statements(self.session.store, one)]
        try:
            return supplement_month(self.session, self.rng.choice(closed), **self._keeper())
        except (IndexError, ServiceError):  # none is closed, or nothing came late
            return None

    def seal(self) -> Outcome | None:
        """The keeper of records seals the indexes, which reads the whole log: a few times."""
        if not self.seals:
            return None
        self.seals -= 1
        return seal_indexes(self.session, actor=f"{COUNTY}-{RECORDS}", office=COUNTY)

    def new_key(self) -> Outcome:
        """An officer gets a new key in the place of the old one."""
        rng, session = self.rng, self.session
        town = rng.choice(sorted(self.towns))
        owner = rng.choice((f"{town}-{rng.choice(_VISITORS)}", f"{BANK}-{BANK_CLERK}"))
        self.causes += 1
        new = session.keyring.make(f"{owner}.{self.causes}", rng.randbytes(SEED_BYTES))
        by = security()
        registrar = Who(actor=by.actor, office=by.office, on=session.today)
        old, self.keys[owner] = self.keys.get(owner, owner), new.name
        return rotate_key(session, registrar, old=old, new=new)

    def checkpoint(self, least: int = 0) -> None:
        """The log's key signs what there is, and as many offices cosign as happen to be there."""
        store, at = self.session.store, int(self.clock.at.timestamp())
        note = sign_checkpoint(
            store, [signer(store.origin)], at=at, memory=signed_path(self.location)
        )
        names = self.rng.sample(sorted(WITNESSES), self.rng.randint(least, len(WITNESSES)))
        note = add_signatures(note, [cosign(note.text, WITNESSES[name], at) for name in names])
        keep(store, note)
        self.notes.append(note)

    def record(self, said: list[Proposal]) -> Outcome:
        """Record a batch under a cause of its own."""
        self.causes += 1
        return record(self.session, said, cause=f"clean-{self.seed}-{self.causes}")

    def _keeper(self) -> dict[str, str]:
        return {"actor": f"{FINANCE}-{FUND_KEEPER}", "office": FINANCE}


class Both:
    """A ledger's store, and another one on the other engine, to which goes whatever it is given.

    What is decided is decided once; each engine seals, hashes, signs and keeps it by itself.
    """

    def __init__(self, first: LedgerStore, second: LedgerStore) -> None:
        self.first, self.second = first, second

    def __getattr__(self, name: str) -> Any:
        return getattr(self.first, name)

    def append(self, drafts: Sequence[Draft], **more: Any) -> Outcome:
        outcome = self.first.append(drafts, **more)
        assert outcome == self.second.append(drafts, **more)
        return outcome

    def add_checkpoint(self, **more: Any) -> None:
        self.first.add_checkpoint(**more)
        self.second.add_checkpoint(**more)

    def close(self) -> None:
        self.first.close()
        self.second.close()


@contextmanager
def clean_ledger(location: str, seed: int, also: str | None = None) -> Iterator[CleanLedger]:
    """Make a ledger where there is none, and the same one elsewhere; give both to chance."""
    origin = f"clean.example/{seed}"
    create_ledger(location, origin=origin)
    clock = SetClock(datetime.fromisoformat(f"{START}T08:00:00+08:00"))
    chance = SeededBytes(f"clean {seed}".encode())
    with open_session(location, clock=clock, random_bytes=chance) as session:
        if also is not None:
            create_ledger(also, origin=origin)
            session.store = cast("LedgerStore", Both(session.store, open_ledger(also)))
        yield CleanLedger(session, clock, location, seed)


def _said(stream: str, event: Event, actor: str, office: str, day: str) -> Proposal:
    return Proposal(
        type=wire_name(event),
        stream=stream,
        event=event,
        effective_on=day,
        actor=actor,
        office=office,
    )
