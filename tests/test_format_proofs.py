"""Case and payment proofs held against a ledger by both verifiers: sound ones fit, others are named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.services.conftest import Office, opened
from tests.services.test_closing import close, four_payments
from tests.test_format_signed import ALONE

from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.verifying import verify
from aidledger.services.proofs.completeness import prove_case, prove_person, seal_indexes
from aidledger.services.proofs.payment import prove_payment

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Files]]:
    """A ledger with a closed month and sealed indexes, and the proofs handed out from it."""
    for office in opened(str(tmp_path_factory.mktemp("closed") / "ledger.db")):
        position = four_payments(office)[1]
        close(office)
        seal_indexes(office.session, actor="c1", office="520123")
        store = office.session.store
        stream = store.streams("case/")[0]
        yield (
            office,
            {
                "payment": prove_payment(store, position),
                "case": prove_case(store, stream),
                "absent": prove_case(store, "case/999999-2022-000001"),
                "person": prove_person(store, "p" + "1" * 32),
            },
        )


def both(office: Office, files: Files, folder: Path) -> tuple[set[Any], set[Any], list[str]]:
    """Return the codes and places of both verifiers, and what the second found of no use."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-I", ALONE, "--proofs", folder, office.location],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    found = json.loads(done.stdout)
    report = verify(office.session, outside=Outside(proofs=tuple(files.items())))
    return (
        {(one.code, one.position) for one in report.findings},
        {(one["code"], one["position"]) for one in found["findings"]},
        [one["field"] for one in found["leads"]],
    )


def test_sound_proofs_fit(closed: tuple[Office, Files], tmp_path: Path) -> None:
    assert (set(), set(), []) == both(*closed, tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("payment", '"index":', '"index":1'),
        ("payment", '"amount_fen":', '"amount_fen":1'),
        ("case", '"count":', '"count":1'),
        ("case", '"last_position":', '"last_position":1'),
        ("person", '"kind":"persons"', '"kind":"cases"'),
    ],
)
def test_an_altered_proof_does_not_fit(
    name: str, old: str, new: str, closed: tuple[Office, Files], tmp_path: Path
) -> None:
    office, files = closed
    altered = files[name].replace(old.encode(), new.encode(), 1)
    assert altered != files[name]
    ours, theirs, _ = both(office, {name: altered}, tmp_path)

    assert ["proof_differs"] == [code for code, _ in ours]
    assert ours == theirs
