"""The past has not changed, or it is said in which model: real ledgers, rows changed behind their back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.services.conftest import COUNTY, Office, opened
from tests.services.test_money_acts import CASE
from tests.services.test_recording import application

from aidledger.ledger.certificate import certificate_hash
from aidledger.replay import models as models_module
from aidledger.replay.generation import GenerationsError
from aidledger.replay.generations import Generations
from aidledger.services.generations import past
from aidledger.services.generations.certifying import (
    certificates_folder,
    certified,
    certify,
    kept_certificate,
)
from aidledger.services.generations.past import check_past, chosen
from aidledger.services.generations.rebuilding import generations_folder, rebuild
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed

MODELS = ("case_state", "late_entries")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A ledger with two certified generations, the second after more entries."""
    for office in opened(str(tmp_path_factory.mktemp("past") / "county.db")):
        for day in ("2022-02-01", "2022-02-02"):
            number = int(day[-1])
            stream = f"case/520123-2022-{number:06d}"
            office.act(day, {**application(), "stream": stream})
            assert () == rebuild(office.session, models=MODELS).failed
            assert isinstance(certify(office.session, actor="n", office=COUNTY), Committed)
        yield office


@pytest.fixture
def copy(kept: Office, tmp_path: Path) -> Path:
    """A copy of the ledger and its generations, to change."""
    path = tmp_path / "county.db"
    with closing(sqlite3.connect(kept.location)) as one, closing(sqlite3.connect(path)) as other:
        one.backup(other)
    shutil.copytree(f"{kept.location}.generations", f"{path}.generations")
    return path


def bar(monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """Let files of such a name belong to somebody else, whoever runs this test."""
    opened = os.open

    def barred(path: Path, *more: int) -> int:
        if str(path).endswith(ending):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *more)

    monkeypatch.setattr(os, "open", barred)


def change(path: Path, old: bytes, new: bytes) -> None:
    """Change the record of the first application, behind the program's back."""
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        position, record = database.execute(
            "SELECT position, record FROM entries WHERE type = 'ApplicationSubmitted' "
            "ORDER BY position LIMIT 1"
        ).fetchone()
        assert old in record
        database.execute(
            "UPDATE entries SET record = ? WHERE position = ?",
            (record.replace(old, new), position),
        )
        database.commit()


def test_what_was_certified_comes_out_again_by_a_choice_that_anybody_can_repeat(
    kept: Office,
) -> None:
    store = kept.session.store
    found = certified(store)

    check = check_past(store)

    assert check is not None
    assert found[int(store.head().root.hex(), 16) % 2].position == check.position
    assert ((), "", 2) == (check.findings, check.not_made, check.count)
    assert {"same"} == {one.status for one in check.models}
    assert {*MODELS} <= {one.name for one in check.models}
    assert chosen([], store.head().root) is None
    assert {one.position for one in found} == {
        one.position for n in range(9) if (one := chosen(found, bytes([*bytes(31), n]))) is not None
    }


def test_what_was_annulled_and_entered_afterwards_does_not_matter(kept: Office) -> None:
    store = kept.session.store
    first, second = certified(store)
    at = next(iter(store.read_stream("case/520123-2022-000001")))[0]
    kept.act(
        "2022-02-03",
        {
            "type": "EntryAnnulled",
            "stream": CASE,
            "data": {"authority": "head", "position": at, "reason": "mistake"},
        },
        {**application(), "stream": "case/520123-2022-000003", "effective_on": "2022-01-20"},
    )
    now = rebuild(store, models=MODELS, folder=Path(f"{kept.location}.other"))

    for one in (first, second):
        check = check_past(store, position=one.position)
        assert check is not None
        assert {"same"} == {model.status for model in check.models}
        digests = {model.name: model.digest for model in now.models}
        folder = certificates_folder(store)
        then = kept_certificate(folder, one.event.certificate)[1].model("case_state")
        assert then is not None
        assert then.digest != digests["case_state"]


@pytest.mark.parametrize("which", [0, 1])
def test_a_changed_row_is_found_in_every_model_that_shows_it(copy: Path, which: int) -> None:
    change(copy, b'"1949-12-31"', b'"1949-12-30"')
    with closing(open_ledger(copy, read_only=True)) as store:
        check = check_past(store, position=certified(store)[which].position)

    assert check is not None
    assert [("generation_differs", "models.case_state")] == [
        (one.code, one.field) for one in check.findings
    ]
    assert {"case_state"} == {one.name for one in check.models if one.status == "differs"}


def test_without_the_comparison_a_changed_past_would_go_unsaid(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(copy, b'"1949-12-31"', b'"1949-12-30"')
    monkeypatch.setattr(past, "_compared", lambda *_: ())
    with closing(open_ledger(copy, read_only=True)) as store:
        check = check_past(store)

    assert check is not None
    assert () == check.findings


def test_a_model_whose_sql_changed_is_not_comparable_and_neither_are_its_readers(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = models_module.load_models()
    folder = tmp_path / "models"
    folder.mkdir()
    for name, model in every.items():
        extra = "-- changed: yes\n" if name == "suspensions" else ""
        (folder / f"{name}.sql").write_text(extra + model.sql, "utf-8")
    monkeypatch.setattr(past, "load_models", lambda: models_module.load_models(folder))
    with closing(open_ledger(copy, read_only=True)) as store:
        check = check_past(store)

    assert check is not None
    apart = {one.name: one.why for one in check.models if one.status == "not_comparable"}
    assert "the model's SQL changed" == apart["suspensions"]
    assert "what it reads changed: suspensions" == apart["case_state"]
    assert () == check.findings
    assert "same" in {one.status for one in check.models}


def test_another_root_is_found_and_another_or_no_certificate_is_said(copy: Path) -> None:
    with closing(open_ledger(copy, read_only=True)) as store:
        name = certified(store)[0].event.certificate
        at = certified(store)[0].position
        file = certificates_folder(store) / f"{name}.json"
        content = file.read_bytes()
        file.write_bytes(content.replace(b'"skipped":0', b'"skipped":1'))
        other = check_past(store, position=at)
        file.unlink()
        none = check_past(store, position=at)

    assert certificate_hash(content) == name
    assert other is not None
    assert none is not None
    assert [("generation_differs", "certificate")] == [
        (one.code, one.field) for one in other.findings
    ]
    assert () == none.findings
    assert "found none" in none.not_made
    with closing(sqlite3.connect(copy)) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 0")
        database.commit()
    with closing(open_ledger(copy, read_only=True)) as store:
        root = check_past(store, position=at)
    assert root is not None
    assert ["root"] == [one.field for one in root.findings]


def test_a_certificate_that_may_not_be_read_accuses_nobody(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar(monkeypatch, ".json")
    with closing(open_ledger(copy, read_only=True)) as store:
        found = check_past(store)

    assert found is not None
    assert ((), ()) == (tuple(found.findings), tuple(found.models))
    assert "may not be read" in found.not_made


def test_a_generation_that_may_not_be_read_is_not_called_damaged(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar(monkeypatch, "current")
    with pytest.raises(GenerationsError, match="may not be read") as told:
        Generations(generations_folder(str(copy))).current()

    assert "remove it" not in told.value.hint
