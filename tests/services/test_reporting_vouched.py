"""A report says that a log is witnessed only where a quorum of the reader's own policy saw it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.ledger.signers import signer
from tests.services.conftest import Office, opened
from tests.services.test_recording import on_case
from tests.services.witnessed import TIME, keep_checkpoint, policy_text

from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.ledger.trust import Policy, parse_policy
from aidledger.services.audits.auditing import rules_of
from aidledger.services.handing.manifest import log_of
from aidledger.services.reporting.document import Text
from aidledger.services.reporting.figures import Figures, figures_of
from aidledger.services.reporting.sections import document_of
from aidledger.services.reporting.vouched import vouched


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    yield from opened(str(tmp_path / "ledger.sqlite"))


def standing(figures: Figures, lang: Any = "en") -> str:
    return " ".join(
        part.text for part in document_of(figures, lang).sections[4].parts if isinstance(part, Text)
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """Figures of a ledger that was only begun, with one doubt."""
    for office in opened(str(tmp_path_factory.mktemp("small") / "ledger.sqlite")):
        about = {"identity": "1d" * 32, "rule": "F001", "subject": "case/1"}
        data = {**about, "positions": [1], "severity": "high", "amount_fen": 300}
        office.act("2022-02-16", {"type": "DoubtRaised", "stream": "doubt/F001-1", "data": data})
        return figures_of(office.session, rules_of(None, ["F001"]))
    raise AssertionError


def test_only_a_quorum_of_the_readers_own_policy_makes_a_log_witnessed(
    office: Office, small: Figures
) -> None:
    store = office.session.store
    policy = parse_policy(policy_text(store.origin))

    def said(policy: Policy | None, lang: Any = "en") -> str:
        log = log_of(store, store.head().size)
        seen = msgspec.structs.replace(small, vouched=vouched(store, policy), log=log)
        return standing(seen, lang)

    none = said(policy)
    keep_checkpoint(store, witnessed=False)
    alone = said(policy), said(policy, "zh")
    size = keep_checkpoint(store).checkpoint.size
    without = said(None), said(None, "zh")
    seen = said(policy)
    office.act("2022-03-01", on_case("VisitMade", visitor="u1"))
    behind = said(policy)

    assert "no checkpoint" in none
    for zh_or_en in (alone, without):
        assert "Unwitnessed" in zh_or_en[0]
        assert "未见证" in zh_or_en[1]
    assert "No trust policy was given" in without[0]
    assert f"cosigned the first {size} entries" in seen
    assert "unwitnessed" not in seen.lower()
    assert "Unwitnessed later entries: 1." in behind
    assert all("does not replace verifying" in one for one in (none, alone[0], without[0], seen))


def test_a_doubt_in_the_ledger_is_in_the_report(small: Figures) -> None:
    shown = next(one for one in document_of(small, "zh").sections if "疑点" in one.title)

    assert small.doubts_by_state is not None
    assert [("raised", 1, 1, 300)] == [
        (one.name, one.count, one.open, one.fen) for one in small.doubts_by_state
    ]
    assert Text("提出疑点 1 个，1 个未了结，0 个逾期。") in shown.parts


def test_a_kept_checkpoint_of_another_root_is_not_relied_on(office: Office, small: Figures) -> None:
    store = office.session.store
    size, origin = store.head().size, store.origin
    other = sign_checkpoint(origin, size, b"\x07" * 32, [signer(origin)], TIME).encode()
    found = vouched(_Lying(store, size, other), None)
    unread = vouched(_Lying(store, size, b"no note at all"), None)
    bad = msgspec.structs.replace(small, vouched=found)

    assert "contradicted" == found.state
    assert "none" == unread.state
    assert "Not to be relied on" in standing(bad)
    assert "不能采信" in standing(bad, "zh")


class _Lying:
    """A store whose table of checkpoints was written by somebody else."""

    def __init__(self, store: Any, size: int, note: bytes) -> None:
        self._store, self._row = store, (size, b"\x07" * 32, note)

    def read_checkpoints(self) -> Iterator[Any]:
        yield self._row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
