"""A witness whose memory is lost signs nothing, and one who is shown two roots tells its own office."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from tests.ledger import parties
from tests.ledger.signers import signer
from tests.services.test_witness import OTHER_ROOT, made, posted, request

from aidledger.services.problems import ServiceError
from aidledger.services.witnessing.http import WitnessServer
from aidledger.services.witnessing.state import log_path, trust_log


@pytest.mark.parametrize("left", [".log.lock", ".checkpoint"])
def test_a_memory_that_is_gone_is_not_begun_anew(tmp_path: Path, left: str) -> None:
    """Trusted again it would have seen nothing, and would cosign a fork."""
    witness, _ = made(tmp_path)
    witness.add_checkpoint(request(0, 8))
    for path in (tmp_path / "logs").iterdir():
        if not path.name.endswith(left):
            path.unlink()

    with pytest.raises(ServiceError, match="is lost, so nothing is cosigned"):
        witness.add_checkpoint(request(0, 8, root=OTHER_ROOT))
    with pytest.raises(ServiceError, match="is lost, so nothing is cosigned"):
        trust_log(tmp_path, parties.LOG.key)
    trust_log(tmp_path, signer("example.org/other").key)


def test_a_pipe_in_the_place_of_a_memory_holds_nobody_up(tmp_path: Path) -> None:
    witness, _ = made(tmp_path)
    path = log_path(tmp_path, parties.ORIGIN)
    path.unlink()
    os.mkfifo(path)

    with pytest.raises(OSError, match="not a plain file"):
        witness.add_checkpoint(request(0, 8))


def test_what_convicts_a_log_is_told_to_the_witness_s_own_office(tmp_path: Path) -> None:
    """Who asks with another size is answered by the size alone, and might ask for nothing else."""
    witness, _ = made(tmp_path)
    told: list[str] = []
    with WitnessServer(witness, tell=told.append) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        asked = [request(0, 8), request(0, 8, root=OTHER_ROOT), request(8, 12, root=OTHER_ROOT)]
        answers = [posted(serving, body).status for body in (*asked, request(0, 12))]
        serving.shutdown()
        thread.join()

    assert [200, 409, 422, 409] == answers
    assert 2 == len(told)
    assert "signed two roots at 8 entries" in told[0]
    assert str(tmp_path / "contradictions") in told[0]
    assert "not cosigned at 12 entries" in told[1]
