"""Parts: what rules share stands once, is put in where a rule names it, and is covered by the rule's hash."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Final

import duckdb
import msgspec
import pytest
from tests.audit.rulefiles import FILE, HEADER, written

from aidledger.audit import sharing
from aidledger.audit.header import RuleError
from aidledger.audit.rule import Rule, load_rules, parse_rule
from aidledger.audit.sharing import load_parts
from aidledger.replay.models import load_models

MODELS: Final = load_models()
LINES: Final = len(HEADER.splitlines())
OWN: Final = (
    HEADER.replace("most = 100000", "months = 3")
    .replace("{month}", "{period}")
    .replace("（{kind}）", "")
    .replace(" ({kind})", "")
    .replace("for {month}", "for {period}")
)
PART: Final = "paid_after_hits.sql"
QUERY: Final = """WITH hits AS (
    SELECT * FROM open_hits WHERE register = 'vehicles'
),
answers AS (
    SELECT stream, position, effective_on FROM property_assessed
)
SELECT subject, positions, period, amount_fen
FROM (
    $paid_after_hits
) AS paid
WHERE amount_fen > 0
"""


def read(folder: Path) -> Rule:
    return load_rules(MODELS, folder)["X01"]


def test_an_auditors_rule_has_the_part_it_names_with_its_own_threshold(tmp_path: Path) -> None:
    rule = read(written(tmp_path, OWN, QUERY))

    assert ("paid_after_hits",) == rule.parts
    assert "TO_MONTHS(3)" in rule.query
    assert {"open_hits", "property_assessed", "support_suspended", "payment_issued"} <= rule.tables


def test_the_hash_of_a_rule_covers_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, OWN, QUERY) / FILE
    with duckdb.connect() as parser:
        rule, alone = (
            parse_rule(FILE, content, frozenset(MODELS), parser)
            for content in (file.read_bytes(), read(tmp_path).text.encode())
        )
        part = load_parts()["paid_after_hits"]
        lines = tuple(
            (name, at, text.replace("'reissue'", "'arrears'"))
            for name, at, text in part.header.query_lines
        )
        header = msgspec.structs.replace(part.header, query_lines=lines)
        other = {part.name: msgspec.structs.replace(part, header=header)}
        monkeypatch.setattr(sharing, "load_parts", lambda: other)
        changed = parse_rule(FILE, file.read_bytes(), frozenset(MODELS), parser)

    assert hashlib.sha256(rule.text.encode()).hexdigest() == rule.sha256
    # the text that a bundle carries says all by itself
    assert (alone.query, alone.sha256, alone.parts) == (rule.query, rule.sha256, ())
    assert rule.sha256 != changed.sha256


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        (
            "$paid_after_hits",
            "$paid_after_all",
            (FILE, LINES + 9),
            "a part: absences, ",
        ),
        ("amount_fen > 0", "amount_fen > $least", (FILE, LINES + 11), "a threshold of the header"),
        ("WHERE amount_fen", "WHERE WHERE amount_fen", (FILE, LINES + 11), "one SELECT"),
        ("months = 3", "months_ = 3", (PART, 11), "a threshold of the header"),
        ("FROM property_assessed", "FROM assessed", (FILE, LINES + 5), "an event view or a model"),
        ("answers AS", "answer AS", (PART, 16), "an event view or a model"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_line(
    old: str, new: str, place: tuple[str, int], said: str, tmp_path: Path
) -> None:
    text = OWN + QUERY
    assert old in text
    written(tmp_path, text.replace(old, new, 1), "")

    with pytest.raises(RuleError) as caught:
        read(tmp_path)

    assert place == (caught.value.file, caught.value.line)
    assert said in caught.value.expected


def test_each_part_serves_several_rules_and_says_what_it_is() -> None:
    used = Counter(name for rule in load_rules(MODELS).values() for name in rule.parts)

    assert load_parts().keys() == used.keys()
    assert all(count > 1 for count in used.values())
    assert all(one.title_zh and one.title_en and one.reads for one in load_parts().values())
