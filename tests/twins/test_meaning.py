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
from tests.twins.pack_twins import PACK_TWINS
from tests.twins.tables import TWINS
from tests.twins.twins import check_twin

from aidledger.ledger.finding import FINDING_CODES, Finding
from aidledger.services.decisions import redeciding
from aidledger.services.generations import rebuilding
from aidledger.services.ladder import deepcheck
from aidledger.services.ladder.verifying import verify

MEANINGS = {**DEEP_TWINS, **PACK_TWINS}
CUTS = {code: twin.cuts for code, twin in MEANINGS.items()}
ROOT = Path(__file__).parents[2]
_RESTORED = ("test_ladder_restored.py", "test_without_its_check_a_forged_restoration_would_pass")
_POLICY = (
    "test_ladder_policy.py",
    "test_without_the_comparison_a_weaker_policy_would_go_unsaid",
)
ELSEWHERE = {
    **dict.fromkeys(
        (
            *("manifest_form", "segment_missing", "segment_range"),
            *("segment_file_missing", "segment_file_differs", "segment_file_extra"),
        ),
        ("test_archive_damage.py", "test_damage_to_files_is_named_and_nothing_else_is_accused"),
    ),
    **dict.fromkeys(
        ("segment_root_differs", "segment_seal_differs"),
        ("test_archive_damage.py", "test_an_altered_record_is_named_by_its_position"),
    ),
    "segment_columns_differ": (
        "test_archive_damage.py",
        "test_an_altered_column_is_named_with_the_position_of_its_first_false_value",
    ),
    **dict.fromkeys(
        ("sealed_altered", "sealed_missing"),
        (
            "test_sealed_values.py",
            "test_a_value_that_is_changed_or_taken_away_is_found_at_its_entry",
        ),
    ),
    "sealed_returned": (
        "test_sealed_values.py",
        "test_what_was_destroyed_and_is_put_back_from_a_copy_is_found_until_it_is_destroyed_again",
    ),
    "sealed_unclaimed": (
        "test_sealed_values.py",
        "test_a_value_that_no_entry_committed_to_is_named",
    ),
    "generation_differs": (
        "test_past.py",
        "test_without_the_comparison_a_changed_past_would_go_unsaid",
    ),
    "restoration_head": _RESTORED,
    "restoration_unsigned": _RESTORED,
    "restoration_key": (
        "test_ladder_restored.py",
        "test_without_the_check_the_operator_s_own_key_would_pass",
    ),
    "statement_differs": (
        "test_ladder_statements.py",
        "test_without_the_comparison_a_false_root_would_pass",
    ),
    "gathered_false": (
        "test_gathering.py",
        "test_an_entry_that_does_not_follow_is_found_by_both_verifiers",
    ),
    "table_altered": (
        "test_tables.py",
        "test_without_the_comparison_of_roots_an_altered_table_would_pass",
    ),
    "storage_differs": (
        "test_storage_leads.py",
        "test_verify_leads_to_what_may_answer_each_reader_otherwise",
    ),
    "table_gone": (
        "test_tables.py",
        "test_verify_names_the_entry_of_a_table_that_was_altered_and_says_which_is_gone",
    ),
    "recorded_ahead": (
        "test_recorded_ahead.py",
        "test_the_first_entry_that_witnesses_saw_before_its_time_is_a_lead",
    ),
    "ledger_restored": (
        "test_ladder_restored.py",
        "test_a_restoration_that_an_auditor_allowed_is_a_lead_and_no_damage",
    ),
    "misbehaviour_shown": (
        "test_ladder_proofs.py",
        "test_without_the_rung_the_bundle_would_be_passed_over",
    ),
    "file_unused": ("test_ladder_proofs.py", "test_each_file_is_judged_or_named"),
    "policy_differs": _POLICY,
    "policy_key": _POLICY,
    "policy_weaker": _POLICY,
}
"""Codes whose twins stand with the rung that gives them; some of them are leads and no damage."""
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
    for remembered in (redeciding._repeated, redeciding._compared):
        remembered.cache_clear()  # what was worked out before a cut is not what comes after it
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
@pytest.mark.parametrize("name", [*MEANINGS, *MORE_DEEP_TWINS])
def test_a_forged_meaning_is_found_and_passes_once_its_check_is_gone(
    name: str, copy: Office
) -> None:
    code = name if name in MEANINGS else "decision_differs"
    twin = MEANINGS.get(name) or MORE_DEEP_TWINS[name]
    position = twin.attack(copy)

    assert [] == verify(copy.session).findings
    check_twin(code, position, lambda: deep(copy), {**CUTS, code: twin.cuts}, twin.depth)


def test_a_derivation_that_goes_wrong_is_found_and_passes_where_nothing_is_compared(
    copy: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody changes the program: what a case is paid is another sum in the fold than in the model."""
    wrong = Cut("domain.casestate:Case.payable_fen", "self.entitled_fen(month)", "1")
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
    here = {*TWINS, *OTHER_TWINS, *MEANINGS, "model_disagrees", "amendment_misfit"}

    assert set(FINDING_CODES) == {*here, *ELSEWHERE}
    assert not here & ELSEWHERE.keys()
    for file, name in ELSEWHERE.values():
        assert f"def {name}(" in (ROOT / "tests/services" / file).read_text("utf-8"), name
