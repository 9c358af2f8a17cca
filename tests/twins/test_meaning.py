"""The same for what entries mean: each forged meaning is found, and passes once its check is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.services.conftest import Office
from tests.twins.cuts import Cut, cut_out
from tests.twins.deep import copied, make_office
from tests.twins.deep_twins import DEEP_TWINS, MORE_DEEP_TWINS, corrected_in_another_stream
from tests.twins.other_twins import OTHER_TWINS
from tests.twins.tables import TWINS
from tests.twins.twins import check_twin

from aidledger.ledger.finding import FINDING_CODES, Finding
from aidledger.services import deepcheck, rebuilding
from aidledger.services.verifying import verify

CUTS = {code: twin.cuts for code, twin in DEEP_TWINS.items()}
COMPARED = Cut("replay.agreement:differences", "ours[column] != theirs[column]", "False")
MISFITS = Cut("replay.loading:Loader._report_misfits", "if not fits:", "if False:")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def copy(template: Path, tmp_path: Path) -> Iterator[Office]:
    with copied(template, tmp_path / "copy") as office:
        yield office


def deep(office: Office) -> list[Finding]:
    report = deepcheck.deep_check(office.session)
    return [*report.findings, *report.leads]


@pytest.fixture
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the twins that have nothing to do with models a second each."""
    monkeypatch.setattr(deepcheck, "disagreements", lambda _: [])


def test_an_untouched_office_has_no_finding(copy: Office) -> None:
    assert [] == deep(copy)
    assert "unproven" == verify(copy.session).verdict


@pytest.mark.usefixtures("no_models")
@pytest.mark.parametrize("name", [*DEEP_TWINS, *MORE_DEEP_TWINS])
def test_a_forged_meaning_is_found_and_passes_once_its_check_is_gone(
    name: str, copy: Office
) -> None:
    code = name if name in DEEP_TWINS else "decision_differs"
    twin = DEEP_TWINS.get(name) or MORE_DEEP_TWINS[name]
    position = twin.attack(copy)

    assert [] == verify(copy.session).findings
    check_twin(code, position, lambda: deep(copy), {**CUTS, code: twin.cuts}, twin.depth)


def test_a_derivation_that_goes_wrong_is_found_and_passes_where_nothing_is_compared(
    copy: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody changes the program: what a case is paid is another sum in the fold than in the model."""
    wrong = Cut("domain.case:Case.payable_fen", "self.entitled_fen(month)", "1")
    cut_out(monkeypatch, [wrong])

    check_twin(
        "model_disagrees", None, lambda: deep(copy), {**CUTS, "model_disagrees": (COMPARED,)}
    )


def test_a_correction_that_fits_nothing_is_told_of_by_a_rebuild(
    copy: Office, tmp_path: Path
) -> None:
    position = corrected_in_another_stream(copy)

    def judge() -> list[Finding]:
        made = rebuilding.rebuild(copy.session, models=["case_state"], folder=tmp_path / "models")
        return list(made.skipped)

    check_twin("amendment_misfit", position, judge, {"amendment_misfit": (MISFITS,)})


def test_every_finding_has_its_twin_and_no_other_code_is_named() -> None:
    elsewhere = {"model_disagrees", "amendment_misfit"}

    assert set(FINDING_CODES) == {*TWINS, *OTHER_TWINS, *DEEP_TWINS, *elsewhere}
