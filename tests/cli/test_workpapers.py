"""Working papers: no cell is a formula, numbers stay whole, nothing is left out, the same bytes again."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from python_calamine import CalamineWorkbook
from tests.cli.shell import on

from aidledger.audit.rule import load_rules
from aidledger.audit.running import NotRun, Report, RuleFinding, RuleRun
from aidledger.replay.models import load_models
from aidledger.services.audits.auditing import Audit
from aidledger.services.handing.manifest import Manifest, OfLog
from aidledger.services.handing.workpapers import write_workpapers

LOG = OfLog(origin="example.org/county", size=9, root="ab" * 32)
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "http://example.org",
    "{=1}",
    "52012319500101123X",
]
RULES = load_rules(load_models())


def finding(rule: str, subject: str, fen: int | None, **values: Any) -> RuleFinding:
    return RuleFinding(
        rule=rule,
        severity="high",
        subject=subject,
        positions=(1, 2),
        period="2022-03",
        amount_fen=fen,
        values=values,
        message_zh=subject,
        message_en=subject,
    )


def run_of(*found: RuleFinding, not_run: tuple[NotRun, ...] = ()) -> Audit:
    rules = sorted({one.rule for one in found})
    ran = tuple(
        RuleRun(
            rule=rule,
            findings=sum(one.rule == rule for one in found),
            amount_fen=sum(one.amount_fen or 0 for one in found if one.rule == rule),
            by_severity={"high": sum(one.rule == rule for one in found)},
        )
        for rule in rules
    )
    report = Report(
        as_of=date(2022, 12, 31),
        known_on=None,
        findings=found,
        ran=ran,
        not_run=not_run,
        root="cd" * 32,
    )
    return Audit(
        report=report, rules=RULES, position=8, log_root="ab" * 32, skipped=0, generation=None
    )


def papers(path: Path, found: Audit, **more: Any) -> Manifest:
    return write_workpapers(path, found, LOG, lang="en", **more)


def rows_of(path: Path, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()


def parts_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as packed:
        return {one: packed.read(one).decode() for one in packed.namelist()}


def test_no_cell_is_a_formula_and_every_text_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "papers.xlsx"
    given = [finding("F001", text, 100, note=text) for text in HOSTILE]
    papers(path, run_of(*given))
    sheets = [text for name, text in parts_of(path).items() if "worksheets/" in name]
    shown = rows_of(path, "Findings")[1:]

    assert not [text for text in sheets if re.search(r"<f[ >]", text)]
    assert HOSTILE == [row[4] for row in shown] == [row[7] for row in shown]
    assert HOSTILE == [row[-1] for row in rows_of(path, "F001")[7:]]


def test_long_numbers_are_texts_and_sums_are_yuan(tmp_path: Path) -> None:
    path = tmp_path / "papers.xlsx"
    long = 520_123_195_001_011_234
    given = [
        finding("F001", "case/1", 112_805, number=long, paid_fen=2**53 - 1),
        finding("F001", "case/2", None, number=7, paid_fen=-150),
        finding("F001", "case/3", 0, number=None, paid_fen=None),
    ]
    papers(path, run_of(*given))
    shown = rows_of(path, "F001")[7:]

    assert [1128.05, "", 0.0] == [row[4] for row in shown]
    assert [str(long), 7.0, ""] == [row[7] for row in shown]
    assert ["90071992547409.91", -1.5, ""] == [row[8] for row in shown]
    assert "paid（元 yuan）" == rows_of(path, "F001")[6][8]


def test_characters_that_no_workbook_holds_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "papers.xlsx"
    papers(
        path,
        run_of(finding("F001", "a\x00\x1b[2J\ufffe\u202eb", 1), finding("F001", "x" * 40_000, 1)),
    )
    first, second = (row[4] for row in rows_of(path, "Findings")[1:])

    assert "a��[2J��b" == first
    assert 32_767 == len(second)
    assert second.endswith("x…")


def test_what_no_sheet_holds_goes_on_in_the_next_with_its_head(tmp_path: Path) -> None:
    path = tmp_path / "papers.xlsx"
    given = [finding("F001", f"case/{at}", 1) for at in range(25)]
    papers(path, run_of(*given), most_rows=11)
    parts = [rows_of(path, name) for name in ("Findings", "Findings (2)", "Findings (3)")]

    assert [11, 11, 6] == [len(rows) for rows in parts]
    assert 1 == len({tuple(rows[0]) for rows in parts})
    assert [one.subject for one in given] == [row[4] for rows in parts for row in rows[1:]]
    assert "Findings (4)" not in CalamineWorkbook.from_path(path).sheet_names


def test_a_full_sheet_makes_no_empty_one_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "papers.xlsx"
    papers(path, run_of(*[finding("F001", f"case/{at}", 1) for at in range(20)]), most_rows=21)

    assert "Findings (2)" not in CalamineWorkbook.from_path(path).sheet_names


def test_rules_that_were_not_run_stand_with_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "papers.xlsx"
    silent = NotRun(rule="F024", code="need", why_zh="缺", why_en="nobody compared")
    papers(path, run_of(finding("F001", "case/1", 1), not_run=(silent,)))

    assert [
        "F024",
        RULES["F024"].title_en,
        "high",
        "data is lacking",
        "nobody compared",
    ] == rows_of(path, "Rules not run")[-1]


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "papers.xlsx"
    papers(path, run_of(finding("F001", "case/1", 1)))
    before = path.read_bytes()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space"):
            papers(path, run_of(finding("F001", "case/2", 2)))

    assert before == path.read_bytes()
    assert ["papers.xlsx", "papers.xlsx.manifest.json"] == sorted(
        one.name for one in tmp_path.iterdir()
    )


def test_a_county_in_papers_is_what_audit_run_says(county: Path, tmp_path: Path) -> None:
    """Written twice: the same bytes; every finding is in it, and a model beside them."""
    sample = tmp_path / "sample.json"
    on(county, "audit", "sample", "payment_issued", "--rows", "3", "--output", sample)
    few = ("--rule", "F019", "--rule", "F024")
    words = (
        "export",
        "workpapers",
        tmp_path / "papers.xlsx",
        *few,
        "--sample",
        sample,
        "--model",
        "trial_balance",
    )
    first = on(county, *words, "--json")
    bytes_before = (tmp_path / "papers.xlsx").read_bytes()
    again = on(county, *words, "--json")
    run = on(county, "audit", "run", *few, "--json").object
    kept = msgspec.json.decode((tmp_path / "papers.xlsx.manifest.json").read_bytes())

    assert (0, 0) == (first.code, again.code), first.err
    assert bytes_before == (tmp_path / "papers.xlsx").read_bytes()
    assert first.object == again.object == kept | {"output": str(tmp_path / "papers.xlsx")}
    shown = rows_of(tmp_path / "papers.xlsx", "Findings")[1:]
    assert [(one["rule"], one["case"], one["message"]) for one in run["findings"]] == [
        (row[1], row[4], row[7]) for row in shown
    ]
    names = CalamineWorkbook.from_path(tmp_path / "papers.xlsx").sheet_names
    assert "Sample" in names
    balance = on(county, "list", "trial_balance", "--json").object["rows"]
    assert [row["debit_fen"] / 100 for row in balance] == [
        row[1] for row in rows_of(tmp_path / "papers.xlsx", "trial_balance")[3:]
    ]
    assert [row[0] for row in rows_of(tmp_path / "papers.xlsx", "Rules not run")[3:]] == [
        one["rule"] for one in run["not_run"]
    ]
    assert kept["log"]["size"] == run["position"] + 1
    cover = dict(row[:2] for row in rows_of(tmp_path / "papers.xlsx", "Cover"))
    assert (kept["log"]["root"], run["root"]) == (
        cover["root of the log"],
        cover["root over all findings"],
    )


def test_its_language_is_the_one_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "papers.xlsx"
    write_workpapers(path, run_of(finding("F001", "case/1", 1)), LOG, lang="zh")
    names = CalamineWorkbook.from_path(path).sheet_names

    assert ["封面", "规则", "无发现", "问题清单", "未运行的规则", "F001"] == names
    assert RULES["F001"].title_zh == rows_of(path, "问题清单")[1][2]


@pytest.mark.parametrize(
    "words", [("export", "workpapers", "told.xlsx"), ("audit", "report", "--output", "told.html")]
)
def test_a_sample_that_was_edited_is_not_told_of(
    words: tuple[str, ...], county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    on(county, "audit", "sample", "payment_issued", "--rows", "2", "--output", "sample.json")
    told = msgspec.json.decode(Path("sample.json").read_bytes())
    told["sample"]["drawn"][0]["row"]["amount_fen"] = 1
    Path("sample.json").write_bytes(msgspec.json.encode(told))
    ran = on(county, *words, "--rule", "F019", "--sample", "sample.json")

    assert 5 == ran.code
    assert "comes out again" in ran.err
    assert ["sample.json"] == [one.name for one in tmp_path.iterdir()]


def test_what_is_no_sample_is_refused(county: Path, tmp_path: Path) -> None:
    (tmp_path / "sample.json").write_text("[]")
    ran = on(
        county, "export", "workpapers", tmp_path / "p.xlsx", "--sample", tmp_path / "sample.json"
    )

    assert 3 == ran.code
    assert "expected a sample" in ran.err
    assert ["sample.json"] == [one.name for one in tmp_path.iterdir()]
