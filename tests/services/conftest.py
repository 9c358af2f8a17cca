"""A fresh ledger with the county's rules adopted, on either engine, under a clock that is set."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.services import nights
from tests.services.bundled import Bundled, evidence_of
from tests.services.signed import at, make
from tests.services.signedledger import SignedLedger, copied

from aidledger.services.acts.adoption import adopt_calendars, adopt_packs
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.clock import SeededBytes, SetClock
from aidledger.services.session import Session, open_session
from aidledger.store.opening import create
from aidledger.store.outcome import Committed, Outcome
from aidledger.store.secrets import create_secrets, secrets_path

COUNTY, TOWNSHIP = "520123", "520123001"


class Office:
    """A ledger and a hand that records in it, day by day."""

    def __init__(self, session: Session, clock: SetClock, location: str) -> None:
        self.session, self.clock, self.location = session, clock, location
        self._count = 0

    def at(self, day: str, hour: int = 10) -> None:
        """Set the clock to an hour in China."""
        self.clock.at = datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00")

    def act(self, day: str, *items: dict[str, Any], cause: str | None = None) -> Outcome:
        """Record some acts on a day, under a cause of their own."""
        self.at(day)
        self._count += 1
        proposals = [
            proposal_of({"effective_on": day, "actor": "u1", "office": TOWNSHIP, **item})
            for item in items
        ]
        return record(self.session, proposals, cause=cause or f"test-{self._count}")


def opened(location: str) -> Iterator[Office]:
    """Make a ledger at a location and yield the office that keeps it."""
    create(location, origin="test/520123").close()
    create_secrets(Path(secrets_path(location)))
    clock = SetClock(datetime(2022, 1, 1, 2, tzinfo=UTC))
    with open_session(location, clock=clock, random_bytes=SeededBytes(b"tests")) as session:
        who = {"county": COUNTY, "actor": "c0", "office": COUNTY, "on": "2022-01-01"}
        packs, evidence = adopt_packs(["cn-tekun-2021", "gz-county-2022"], **who)
        genesis = [*packs, *adopt_calendars(**who)]
        assert isinstance(record(session, genesis, cause="genesis", evidence=evidence), Committed)
        office = Office(session, clock, location)
        office.act(
            "2022-01-01",
            *[
                {
                    "type": "OfficeRegistered",
                    "stream": f"registry/{COUNTY}",
                    "data": {"kind": kind, "name": name, "office": code, "place": code[:9]},
                }
                for kind, name, code in (
                    ("civil_affairs", "县民政局", COUNTY),
                    ("township", "青溪镇", TOWNSHIP),
                    ("finance", "县财政局", f"{COUNTY}-fin"),
                )
            ],
        )
        yield office


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """An office on either engine."""
    if request.param == "sqlite":
        location = str(tmp_path / "ledger.sqlite")
    else:
        location = request.getfixturevalue("postgres_url")
        monkeypatch.setenv("AIDLEDGER_SECRETS", str(tmp_path / "ledger.secrets"))
    yield from opened(location)


@pytest.fixture(scope="session")
def signed_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Say where a small signed county lies, made once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("signed")
    make(str(folder / "ledger.sqlite"))
    return bytes(folder)


@pytest.fixture
def signed_location(signed_template: bytes, tmp_path: Path) -> str:

    shutil.copytree(signed_template.decode(), tmp_path / "copy", symlinks=True)
    return str(tmp_path / "copy" / "ledger.sqlite")


@pytest.fixture
def signed_session(signed_location: str) -> Iterator[Session]:
    with at(signed_location) as opened:
        yield opened


@pytest.fixture(scope="session")
def signed_ledger(tmp_path_factory: pytest.TempPathFactory) -> SignedLedger:
    """The true ledger; nobody changes it."""
    return SignedLedger(tmp_path_factory.mktemp("signed") / "ledger.db")


@pytest.fixture
def copy(signed_ledger: SignedLedger, tmp_path: Path) -> SignedLedger:
    """A copy of it for the operator to forge."""
    return copied(signed_ledger, tmp_path / "copy.db")


@pytest.fixture(scope="session")
def night_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Say where a county's ledger lies that no night was run over; tests work on copies."""
    return bytes(nights.make(tmp_path_factory.mktemp("night") / "template"))


@pytest.fixture(scope="session")
def first_night(night_template: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Say where a ledger lies over which one night was run; tests work on copies."""
    ledger = nights.copied(Path(night_template.decode()), tmp_path_factory.mktemp("done") / "copy")

    assert 0 == nights.night(ledger).exit_code

    return bytes(ledger)


@pytest.fixture
def county_before(night_template: bytes, tmp_path: Path) -> Path:
    return nights.copied(Path(night_template.decode()), tmp_path / "county")


@pytest.fixture
def county_after(first_night: bytes, tmp_path: Path) -> Path:
    return nights.copied(Path(first_night.decode()), tmp_path / "county")


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Bundled:
    """A bundle of a case of a small signed county, and the county; nobody changes them."""
    return evidence_of(tmp_path_factory)
