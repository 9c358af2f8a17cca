"""Packs as a hostile or hasty author writes them: each is refused with file, line, field and reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.shell import aidledger
from tests.cli.test_policy import line_of, own
from tests.domain.test_policy_pack import ROOT as TOY

from aidledger.domain.packwords import check_words
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.examples import load_examples
from aidledger.domain.policy.pack import PackLibrary
from aidledger.services.acts.adoption import shipped

ROOT = TOY.replace("case.days", "case.persons").replace("case.mark", "case.stage")
CLAUSE = """
[[clause]]
id = "zz"
on = ["ApplicationApproved"]
kind = "refuse"
citation = "x"
text_zh = "x"
text_en = "x"
require = 'case.stage == "submitted"'
"""
LIMIT = """
[[limit]]
id = "zz"
from = "ApplicationAccepted"
to = ["ApplicationApproved"]
n = 5
unit = "working_days"
citation = "x"
severity = "low"
text_zh = "x"
text_en = "x"
"""
AMOUNT = """
[[amount]]
code = "zz"
citation = "x"
text_zh = "x"
text_en = "x"
formula = { standard = "base" }
"""
EXAMPLE = """
[[example]]
id = "zz"
facts = ["C1"]
on = "2021-03-01"
act = "CaseSubmitted"
given = { case.persons = 9, case.stage = "x" }
"""
REQUIRE = """'case.stage == "submitted"'"""
#: What is added to the pack, what is changed in it, where it is refused, the line's text, the reason.
HOSTILE = [
    (CLAUSE, '"ApplicationApproved"', '"ApplicationAproved"', "clause.zz.on", "Aproved", "unknown_name"),
    (CLAUSE, '["ApplicationApproved"]', "[]", "clause[2].on", "on = []", "bad_value"),
    (CLAUSE, '["ApplicationApproved"]', '["CaseSubmitted","CaseSubmitted"]', "clause[2].on[1]", 'Submitted","Case', "twice"),
    (CLAUSE, '"ApplicationApproved"', '"PaymentIssued"', "clause.zz.kind", 'kind = "refuse"', "bad_value"),
    (CLAUSE, "case.stage", "case.stagee", "clause.zz.require", "stagee", "unknown_name"),
    (CLAUSE, "case.stage", "act.stage", "clause.zz.require", "act.stage", "unknown_name"),
    (CLAUSE, "case.stage", "person.stage", "clause.zz.require", "person.stage", "unknown_name"),
    (CLAUSE, "case.stage", "kase.stage", "clause.zz.require", "kase", "unknown_name"),
    (CLAUSE, REQUIRE, """'"yes"'""", "clause.zz.require", '"yes"', "not_cel"),
    (CLAUSE, REQUIRE, "'1 + 1'", "clause.zz.require", "1 + 1", "not_cel"),
    (CLAUSE, REQUIRE, "'case.income_fen / 3 > 1'", "clause.zz.require", "/ 3", "not_cel"),
    (CLAUSE, REQUIRE, "'case.income_fen % 3 == 1'", "clause.zz.require", "% 3", "not_cel"),
    (CLAUSE, REQUIRE, "'double(case.income_fen) > 1'", "clause.zz.require", "double", "not_cel"),
    (CLAUSE, REQUIRE, "'case == case'", "clause.zz.require", "case == case", "not_cel"),
    (LIMIT, '"ApplicationAccepted"', '"Accepted"', "limit.zz.from", '"Accepted"', "unknown_name"),
    (LIMIT, '["ApplicationApproved"]', '["Approved"]', "limit.zz.to", '["Approved"]', "unknown_name"),
    (LIMIT, "n = 5", "n = 0", "limit[1].n", "n = 0", "bad_value"),
    (LIMIT, "n = 5", 'n = "mark"', "limit.zz.n", 'n = "mark"', "bad_value"),
    (LIMIT, "n = 5", "n = 5\nmoving = 1", "limit[1].moving", "moving", "unknown_field"),
    (AMOUNT, "{ standard", '{ ratio = "0.5", standard', "amount[1].formula.rounding", "formula", "no_rounding"),
    (AMOUNT, '"zz"', '"zz"\nneeds = "zz"', "amount.zz.needs", "needs", "circle"),
    (AMOUNT, '"base"', '"base", minus = "case.pocket_fen"', "amount.zz.formula", "pocket", "unknown_name"),
    (EXAMPLE, '"CaseSubmitted"', '"CaseSubmited"', "example[0].act", "Submited", "unknown_name"),
    (EXAMPLE, '"2021-03-01"', '"2021-02-29"', "example[0].on", "02-29", "bad_day"),
    ("", "[provenance]", '[provenance]\nnone = { citation = "x" }', "provenance.none", "none =", "unknown_name"),
    ("", "[provenance]", 'prompt_acts = ["CaseSubmitted: Approved"]\n[provenance]\nprompt_acts = { citation = "x" }', "parameters.prompt_acts", "Approved", "unknown_name"),
    ("", "[provenance]", 'prompt_acts = 7\n[provenance]\nprompt_acts = { citation = "x" }', "parameters.prompt_acts", "prompt_acts = 7", "unknown_name"),
    ("", "[provenance]", 'prompt_acts = ["CaseSubmitted"]\n[provenance]\nprompt_acts = { citation = "x" }', "parameters.prompt_acts", "CaseSubmitted", "unknown_name"),
    ("", 'status = "in_force"', 'programmes = ["dibao", "dibao"]\nstatus = "in_force"', "programmes[1]", "programmes", "twice"),
]  # fmt: skip


def taken(files: dict[str, bytes]) -> int:
    """Take a pack as ``policy test`` does; return how many examples it has."""
    library = PackLibrary(files)
    check_words(library.resolve("root"), files)
    return len(load_examples(library, "root"))


def refused(text: str) -> PackError:
    files = {"root": text.encode()}
    with pytest.raises(PackError) as caught:
        taken(files)
    return caught.value


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_pack_is_refused_with_file_line_and_reason(hostile: tuple[str, ...]) -> None:
    more, old, new, field, part, reason = hostile
    assert old in (more or ROOT)
    text = ROOT + more.replace(old, new, 1) if more else ROOT.replace(old, new, 1)
    error = refused(text)
    lines = text.split("\n")

    assert ("root.toml", field, reason) == (error.file, error.field, error.reason)
    assert error.line is not None
    assert part in lines[error.line - 1]


def test_a_pack_with_each_part_that_is_spoilt_above_is_good() -> None:
    files = {"root": (ROOT + CLAUSE + LIMIT + AMOUNT + EXAMPLE).encode()}

    assert 1 == taken(files)


def test_amounts_that_need_each_other_are_a_circle_that_is_shown() -> None:
    one = AMOUNT.replace('"zz"', '"one"\nneeds = "two"')
    two = AMOUNT.replace('"zz"', '"two"\nneeds = "one"')
    error = refused(ROOT + one + two)

    assert ("amount.one.needs", "one → two → one", "circle") == (
        error.field,
        error.found,
        error.reason,
    )


def test_every_shipped_pack_has_words_that_there_are() -> None:
    files = shipped("packs")
    library = PackLibrary(files)
    for name in library.ids:
        check_words(library.resolve(name), files)

    assert len(files) > 15


def test_the_command_says_where_a_word_is_that_nobody_knows(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        '"recognition-cause"\non = ["RecognitionGranted"]',
        '"recognition-cause"\non = ["Recognised"]',
    )
    ran = aidledger("--lang", "en", "policy", "test", str(path))

    assert ran.code != 0
    assert f"{path.name}:{line_of(path, 'Recognised')}" in ran.out + ran.err
