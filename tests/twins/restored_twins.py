"""Attacks on what the log tells of a restoration: an old copy put back without an auditor's leave."""

from __future__ import annotations

import base64
from typing import Final

from tests.ledger.signers import signer
from tests.services.signedledger import ACTORS, AUDIT, ORIGIN, TIME, TRUST
from tests.twins.cuts import Cut
from tests.twins.held import REGISTRY, Held
from tests.twins.twins import Twin

from aidledger.domain.events.powers import WitnessKey
from aidledger.domain.events.proving import LedgerRestored
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import cosign
from aidledger.ledger.keys import KEY_ID_BYTES, KeyKind
from aidledger.ledger.restoration import Restoration
from aidledger.ledger.signing import SeedSigner
from aidledger.services.outside import Outside

OTHER = b"\7" * 32
CHECK = "services.restorationcheck:check_restorations"
PROBLEM = "services.restoring:cosignature_problem"


def restored(
    held: Held,
    *,
    by: SeedSigner = AUDIT,
    kept: TreeHead | None = None,
    shown: TreeHead | None = None,
) -> Outside:
    """Record a restoration; `shown` is the lost head that its auditor saw, where it was another."""
    size = len(held.rows)
    kept = kept or TreeHead(size, held.root(size))
    lost = TreeHead(size + 40, OTHER)
    line = cosign(Restoration(ORIGIN, shown or lost, kept).text(), by, TIME)
    assert len(line.key_id) == KEY_ID_BYTES
    event = LedgerRestored(
        auditor=WitnessKey(algorithm="ed25519", key=by.key.public.hex(), name=by.key.name),
        cosignature=base64.b64encode(line.key_id + line.signature).decode(),
        kept_root=kept.root.hex(),
        kept_size=kept.size,
        lost_root=lost.root.hex(),
        lost_size=lost.size,
        reason="the disk failed",
    )
    held.append("u1", (REGISTRY, event), signed=ACTORS["u1"])
    return Outside(policy=TRUST)


def more_lost_than_said(held: Held) -> Outside:
    return restored(held, shown=TreeHead(len(held.rows) + 1, OTHER))


def by_a_key_of_one_s_own(held: Held) -> Outside:
    return restored(held, by=signer("audit.example", KeyKind.COSIGNATURE, 9))


def over_another_history(held: Held) -> Outside:
    return restored(held, kept=TreeHead(len(held.rows), OTHER))


def of_another_time(held: Held) -> Outside:
    """A leave that was given once serves again, later."""
    return restored(held, kept=TreeHead(20, held.root(20)))


RESTORED_TWINS: Final[dict[str, Twin]] = {
    "restoration_unproven": Twin(
        more_lost_than_said,
        258,
        (Cut(PROBLEM, "cosigned_by(Note(stated.text(), (signature,)), [key])", "pass"),),
    ),
}

MORE_RESTORED_TWINS: Final[dict[str, tuple[str, Twin]]] = {
    "restored by a key of one's own": (
        "restoration_unproven",
        Twin(
            by_a_key_of_one_s_own,
            258,
            (Cut(CHECK, "bytes.fromhex(event.auditor.key) not in auditors", "False"),),
        ),
    ),
    "restored over another history": (
        "restoration_unproven",
        Twin(
            over_another_history,
            258,
            (Cut(CHECK, "bytes.fromhex(event.kept_root) not in known", "False"),),
        ),
    ),
    "restored at another time": (
        "restoration_unproven",
        Twin(
            of_another_time,
            258,
            (
                Cut(PROBLEM, "if event.kept_size != position:", "if False:"),
                Cut(CHECK, "bytes.fromhex(event.kept_root) not in known", "False"),
            ),
        ),
    ),
}
