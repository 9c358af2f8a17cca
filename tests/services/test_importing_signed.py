"""Every kind of file, imported into a ledger with registered keys by an officer who may."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.shell import on
from tests.services.signed import CLERK_OF, TOWN, VILLAGE, at, last_batch, make

from aidledger.domain.identity import check_character
from aidledger.ledger.verify import VerifyReport
from aidledger.services.importing import running
from aidledger.services.importing.running import import_prepared, imported_before, prepare
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.services.simulation.places import BANK, BANK_CLERK, FINANCE, FUND_KEEPER, SUPERVISOR
from aidledger.store.keyfiles import key_path, keys_path
from aidledger.store.outcome import Committed

NUMBER = "52012319491231001"
FILES: dict[str, str] = {
    "applications": "case,name,identity_number,applied_on,area,township,village\n"
    f"520123-2022-900017,张三,{NUMBER}{check_character(NUMBER)},2022-05-04,rural,{TOWN},{VILLAGE}\n",
    "payments": "run,case,account,amount_yuan,month,result,result_on\n"
    "2022-04,520123-2022-000002,6217000010001234567,1128.00,2022-05,paid,2022-05-06\n",
    "scores": "carer,month,score,scored_on,told_on\n520123-0001,2022-05,84,2022-05-31,2022-06-02\n",
}
WHO: dict[str, tuple[str, str]] = {
    "applications": (CLERK_OF, TOWN),
    "payments": (f"{BANK}-{BANK_CLERK}", BANK),
    "scores": (f"{TOWN}-{SUPERVISOR}", TOWN),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small signed county that has carers and pay runs; each test works on a copy."""
    folder = tmp_path_factory.mktemp("county")
    make(str(folder / "ledger.sqlite"), cases=4, months=4)
    return folder


@pytest.fixture
def location(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy" / "ledger.sqlite"


@pytest.fixture
def session(location: Path) -> Iterator[Session]:
    with at(str(location)) as opened:
        yield opened


def taken(session: Session, kind: str, actor: str, office: str) -> Committed:
    what = prepare(session, kind, FILES[kind].encode(), actor=actor, office=office)
    outcome = import_prepared(session, what)
    assert isinstance(outcome, Committed)
    return outcome


def found(report: VerifyReport) -> list[str]:
    return [one.code for one in (*report.findings, *report.leads)]


def test_there_is_a_file_of_every_kind() -> None:
    assert running.KINDS.keys() == FILES.keys() == WHO.keys()


@pytest.mark.parametrize("kind", FILES)
def test_each_kind_is_imported_and_signed_by_who_handles_the_matter(
    session: Session, kind: str
) -> None:
    actor, office = WHO[kind]
    outcome = taken(session, kind, actor, office)
    batch, leaves = last_batch(session)

    assert (f"{actor}+", outcome.receipt.count) == (batch.key_id[: len(actor) + 1], len(leaves))
    assert [] == found(verify(session))
    assert outcome.receipt == imported_before(session, kind, FILES[kind].encode()).receipt  # type: ignore[union-attr]


def test_the_finance_bureau_may_import_the_bank_s_file_too(session: Session) -> None:
    taken(session, "payments", f"{FINANCE}-{FUND_KEEPER}", FINANCE)

    assert [] == found(verify(session))


@pytest.mark.parametrize(
    ("kind", "of"),
    [("applications", "scores"), ("payments", "applications"), ("scores", "payments")],
)
def test_who_does_not_handle_the_matter_is_refused_line_by_line(
    session: Session, kind: str, of: str
) -> None:
    size = session.store.head().size
    with pytest.raises(RefusedError) as refused:
        taken(session, kind, *WHO[of])

    assert "power_missing" in {one.code for one in refused.value.problems}
    assert size == session.store.head().size


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("named", [(), ("actor",), ("office",)])
def test_without_actor_and_office_it_is_refused_before_a_row_is_read(
    session: Session, kind: str, named: tuple[str, ...]
) -> None:
    actor, office = (
        value if name in named else ""
        for name, value in zip(("actor", "office"), WHO[kind], strict=True)
    )
    with pytest.raises(ServiceError, match="expected --actor and --office") as refused:
        prepare(session, kind, b"\xff no table", actor=actor, office=office)

    assert (2, True) == (refused.value.exit_code, bool(refused.value.hint))
    for name in ("actor", "office"):
        assert (f"no --{name}" in str(refused.value)) is (name not in named)


def test_a_row_is_read_first_where_the_check_is_taken_out(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_check_signer", lambda *_: None)

    with pytest.raises(ServiceError) as refused:
        prepare(session, "scores", b"\xff no table")

    assert "--actor" not in str(refused.value)


def test_an_actor_whose_key_is_not_at_hand_imports_nothing(
    session: Session, location: Path
) -> None:
    actor, office = WHO["scores"]
    key_path(keys_path(str(location)), actor).unlink()

    with pytest.raises(ServiceError, match="is not at hand"):
        taken(session, "scores", actor, office)


def test_at_the_prompt_it_says_what_is_missing_in_either_language(
    location: Path, tmp_path: Path
) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(FILES["scores"], encoding="utf-8")
    actor, office = WHO["scores"]
    english = on(location, "import", "scores", file)
    chinese = on(location, "--lang", "zh", "import", "scores", file, "--actor", actor)
    done = on(location, "import", "scores", file, "--actor", actor, "--office", office, "--json")

    assert (2, 2, 0) == (english.code, chinese.code, done.code)
    assert "found no --actor and no --office" in english.err
    assert "hint: name who imports" in english.err
    assert "缺少 --office" in chinese.err
    assert "以其密钥签名" in chinese.err
