"""The upper rungs on both engines: keys, unsigned batches and kept notes are read from either."""

from __future__ import annotations

from tests.services.conftest import Office
from tests.services.forging import forge
from tests.services.signedledger import ACTORS, LOG, ORIGIN

from aidledger.domain.events.powers import KeyRegistered
from aidledger.domain.events.support import VisitMade
from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.services.ladder.verifying import verify


def test_either_engine_shows_what_is_unsigned_and_what_is_no_checkpoint(office: Office) -> None:
    event = KeyRegistered(
        algorithm="ed25519",
        assurance="file",
        key="key-of-u1",
        owner="u1",
        public_key=ACTORS["u1"].key.public.hex(),
        registrar="c1",
    )
    forge(office, "registry/520123", event)
    unsigned = forge(office, "case/1", VisitMade(visitor="u1"))
    store = office.session.store
    note = sign_checkpoint(ORIGIN, 1, b"\1" * 32, [LOG], 1).encode()
    store.add_checkpoint(size=1, root=b"\1" * 32, note=note)
    report = verify(office.session)

    assert {("signature_missing", unsigned), ("checkpoint_form", None)} == {
        (one.code, one.position) for one in report.findings
    }
