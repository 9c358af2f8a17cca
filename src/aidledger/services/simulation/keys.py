"""Keys of the simulated county's officers: each follows from the seed and lies in the keys folder.

The server holds them all, so they are registered as such: every receipt says `assurance=low`.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aidledger.domain.events.powers import KeyRegistered
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.signing import SEED_BYTES
from aidledger.services.keys.founding import Officer, Said
from aidledger.services.keys.ring import Keyring
from aidledger.services.simulation.staff import CUSTODIANS, administrators, posts, security

_LABEL = b"aidledger/simulated-key/v1\n"


def make_keys(keyring: Keyring, *, seed: int, cases: int) -> list[Said]:
    """Make a key for every officer of a county of so many cases, and return their registrations.

    The security administrator registers everybody's but her own, which a custodian does.

    Raises:
        KeyFileError: a key of that name is there already, or the folder is not fit for keys.
    """
    chief, custodian = security(), CUSTODIANS[0]
    said = []
    for post in (*administrators(), *posts(cases)):
        actor = post.officer.actor
        key = keyring.make(actor, _seed(seed, actor))
        own = actor == chief.actor
        by = Officer(actor=custodian.actor, office=custodian.office, place="", roles=())
        said.append(_registered(by if own else chief, actor, key))
    return said


def _registered(by: Officer, owner: str, key: VerifierKey) -> Said:
    event = KeyRegistered(
        algorithm="ed25519",
        assurance="server",
        key=key.name,
        owner=owner,
        public_key=key.public.hex(),
        registrar=by.actor,
    )
    return Said(actor=by.actor, office=by.office, event=event)


def _seed(seed: int, actor: str) -> bytes:
    """Return the seed of an officer's key: the same for the same county and officer."""
    derived = HKDF(algorithm=SHA256(), length=SEED_BYTES, salt=None, info=_LABEL + actor.encode())
    return derived.derive(str(seed).encode())
