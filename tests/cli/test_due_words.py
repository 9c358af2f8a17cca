"""What is due is said in words, in both languages; programs get the codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.shell import on

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.pack import PackLibrary
from aidledger.interfaces.cli.duewords import WHAT, due_words
from aidledger.services.acts.adoption import shipped

_WORD = re.compile(r"[a-z]{3,}")


def test_every_limit_of_the_shipped_packs_has_words() -> None:
    packs = shipped("packs")
    library = PackLibrary(packs)
    found = {limit.id for name in packs for limit in library.resolve(name).limits}

    assert len(found) > 25
    assert [] == sorted(found - set(WHAT))


def test_every_duty_of_the_model_has_words() -> None:
    """What the model writes itself: texts in quotation marks that begin what is due."""
    model = (
        Path(__file__).parents[2] / "projections/aidledger_projections/due_items.sql"
    ).read_text()
    begun = re.findall(r"'([a-z][a-z_ ]+?) ?'(?: \|\||,| AS what)", model)
    others = {"meeting", "at_most", "open", "owed", "refused", "terminated"}
    missing = [w for w in begun if w not in others and not any(k.startswith(w) for k in WHAT)]

    assert {"visit", "score", "give back", "county visit"} <= set(begun)
    assert [] == missing


@pytest.mark.parametrize(
    ("what", "zh", "en"),
    [
        ("limit-refusal-notice", "告知不予批准", "refusal notice"),
        ("visit 2022-03", "探访 2022-03", "visit 2022-03"),
        ("joint meeting 2022-01-01", "联席会议 2022-01-01", "joint meeting 2022-01-01"),
        ("notice complaint_phone 2022", "公开 监督电话 2022", "notice complaint phone 2022"),
        ("no_carer", "落实护理人", "no carer"),
        ("bearer none", "落实包保责任人", "no bearer"),
        ("TerminationApproved", EVENTS["TerminationApproved"].title_zh, "termination approved"),
        ("civil_affairs nobody", "县级民政部门 无经办人员", "county civil affairs nobody"),
        ("limit-of-a-county", "limit-of-a-county", "limit-of-a-county"),
    ],
)
def test_what_is_due_is_said_in_words(what: str, zh: str, en: str) -> None:
    assert (zh, en) == (due_words(what, "zh"), due_words(what, "en"))


def test_a_clerk_reads_no_code(county: Path) -> None:
    asked = ("due", "--as-of", "2022-02-10")
    said = on(county, "--lang", "zh", *asked)
    told = on(county, *asked, "--json").object["items"]
    words = {due_words(one["what"], "zh") for one in told}

    assert "limit-decision" in {one["what"] for one in told}
    assert len(told) > 20
    assert [] == [one for one in words if _WORD.search(one)]
    assert [] == [one for one in words if one.split()[0] not in said.out]
