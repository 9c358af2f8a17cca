from __future__ import annotations

import re
from pathlib import Path

import pytest

import aidledger.ledger.finding
from aidledger.ledger.finding import FINDING_CODES, Finding, Language

SOURCES = Path(aidledger.ledger.finding.__file__).parent.parent


def test_every_code_has_words_in_both_languages_and_a_meaning() -> None:
    for code, text in FINDING_CODES.items():
        assert re.fullmatch(r"[a-z_]+", code)
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert text.en[0].islower()
        assert not text.en.endswith(".")
        assert text.meaning.endswith(".")


@pytest.mark.parametrize("code", sorted(FINDING_CODES))
def test_every_code_is_given_somewhere(code: str) -> None:
    sources = [path for path in SOURCES.rglob("*.py") if path.name != "finding.py"]
    given = any(re.search(rf'"{code}[":]', path.read_text(encoding="utf-8")) for path in sources)

    assert given


PLACED: dict[Language, str] = {
    "en": """position 3, stream case/1, field actor: a field of the record breaks its form \
[record_field]: expected a name, found \"\"""",
    "zh": """位置 3，流 case/1，字段 actor：记录字段不合格式 \
[record_field]：应为 a name，实为 \"\"""",
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_message_names_place_kind_expected_and_found(lang: Language) -> None:
    finding = Finding(
        code="record_field",
        position=3,
        stream="case/1",
        field="actor",
        expected="a name",
        found='""',
    )

    assert PLACED[lang] == finding.message(lang)


def test_a_finding_of_another_table_and_without_place_still_speaks() -> None:
    finding = Finding(code="not_ours", expected="a", found="b")

    assert "ledger: another problem [not_ours]: expected a, found b" == finding.message("en")
    assert "账本：其他问题 [not_ours]：应为 a，实为 b" == finding.message("zh")
