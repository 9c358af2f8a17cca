"""A report says what the rules found and what not, in the same bytes each time, and nothing personal."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import pytest
from tests.browser import browsing
from tests.cli.shell import Ran, on
from tests.counties import County, county
from tests.debian import chinese_font
from tests.test_privacy import found_in, needles_of

from aidledger.audit.laying import Laid
from aidledger.services.audits.auditing import rules_of
from aidledger.services.audits.sampling import read_sample
from aidledger.services.handing.manifest import Manifest
from aidledger.services.problems import ServiceError
from aidledger.services.reporting.document import Document, Table, Text, amount
from aidledger.services.reporting.figures import Doubts, doubts_of, figures_of
from aidledger.services.reporting.page import page_of
from aidledger.services.reporting.printed import data_of
from aidledger.services.reporting.sections import document_of
from aidledger.services.reporting.writing import form_of, write_report
from aidledger.services.session import open_session

RULES: Final = ("F001", "F062", "F063", "F071", "F081", "F100", "F102")
"""Of them F100 can't be run in any county, and F102 finds nothing in this one."""
ASKED: Final = [word for rule in RULES for word in ("--rule", rule)]
FORMS: Final = ("report.html", "report.pdf", "report.xlsx")


class Told:
    """A county's figures, what the commands said of it, and the folder that they wrote."""

    def __init__(self, made: County, folder: Path) -> None:
        ledger, sample = Path(made.location), folder / "sample.json"
        on(ledger, "audit", "sample", "case_state", "--rows", "3", "--output", sample)
        self.county = made
        self.run: dict[str, Any] = on(ledger, "audit", "run", *ASKED, "--json").object
        self.folder = folder / "report"
        words = ("audit", "report", "--output", self.folder, *ASKED, "--sample", sample)
        self.wrote: Ran = on(ledger, *words, "--json")
        samples = [("sample.json", read_sample(sample.read_bytes()))]
        with open_session(made.location, read_only=True) as session:
            self.figures = figures_of(session, rules_of(None, RULES), samples=samples)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    chinese_font()
    return Told(county(tmp_path_factory, planted=True), tmp_path_factory.mktemp("report"))


def tables_of(document: Document) -> dict[str, Table]:
    found = [part for one in document.sections for part in one.parts if isinstance(part, Table)]
    return {table.title: table for table in found}


def texts_of(document: Document) -> str:
    return msgspec.json.encode(data_of(document)).decode()


class Page(HTMLParser):
    """What a page holds: each tag with its attributes, and its text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_two_runs_write_the_same_bytes_of_every_form(told: Told, tmp_path: Path) -> None:
    """One run is by the command, the other by the service, of another process's clock and folder."""
    manifest = write_report(tmp_path / "again", told.figures, "en")
    files = {one.name: one.read_bytes() for one in told.folder.iterdir()}

    assert 0 == told.wrote.code, told.wrote.err
    assert {*FORMS, "manifest.json"} == set(files)
    assert files == {one.name: one.read_bytes() for one in (tmp_path / "again").iterdir()}
    assert files["report.pdf"].startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in files["report.pdf"]
    kept = msgspec.json.decode(files["manifest.json"], type=Manifest)
    assert manifest == kept
    assert "report" == kept.kind
    checked = on(Path(told.county.location), "export", "check", told.folder)
    assert 0 == checked.code


def test_the_day_of_a_report_is_that_of_the_last_entry(told: Told) -> None:
    last = told.figures.recorded_at
    document = document_of(told.figures, "zh")

    assert last is not None
    assert document.at == last
    assert last[:10] <= told.figures.day
    assert told.figures.day in texts_of(document)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_figures_are_those_of_audit_run(lang: Any, told: Told) -> None:
    document, run = document_of(told.figures, lang), told.run
    by_rule = next(
        one
        for one in tables_of(document).values()
        if len(one.columns) == 5 and one.rows[0][0] == "F071"
    )
    total = sum(one["amount_fen"] for one in run["ran"])
    worst = max(one["amount_fen"] or 0 for one in run["findings"])

    assert run["root"] == told.figures.found.report.root
    assert {one["rule"]: (one["findings"], one["amount_fen"]) for one in run["ran"]} == {
        rule: (one.count, one.fen) for rule, one in told.figures.by_rule.items()
    }
    assert {row[0]: (row[3], row[4] or 0) for row in by_rule.rows} == {
        one["rule"]: (one["findings"], one["amount_fen"]) for one in run["ran"] if one["findings"]
    }
    counted = {name: one.count for name, one in told.figures.by_severity.items() if one.count}
    assert counted == {
        name: sum(one["severity"] == name for one in run["findings"]) for name in counted
    }
    assert total == told.figures.total.fen == sum(one.fen for one in told.figures.by_month.values())
    assert total == sum(one.fen for one in told.figures.by_township.values())
    for shown in (texts_of(document), Page(page_of(document)).text):
        assert amount(total) in shown
        assert amount(worst) in shown
        assert run["root"] in shown
        assert told.figures.log.root in shown


def test_the_population_is_that_of_the_models(told: Told) -> None:
    found = told.figures.population
    (row,) = on(
        Path(told.county.location),
        *("sql", "--json"),
        "SELECT COUNT(*), COUNT(DISTINCT applicant), CAST(SUM(paid_fen) AS BIGINT) FROM case_state",
    ).object["rows"]
    cases, people, fen = row.values() if isinstance(row, dict) else row

    assert found is not None
    for groups in (found.programmes, found.townships):
        assert (cases, int(fen)) == (
            sum(one.cases for one in groups),
            sum(one.fen for one in groups),
        )
    assert people <= found.persons
    assert int(fen) == sum(one.net_fen for one in found.months)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_rule_that_cannot_run_is_named_with_the_reason(lang: Any, told: Told) -> None:
    document = document_of(told.figures, lang)
    (silent,) = told.figures.found.report.not_run
    why = silent.why_zh if lang == "zh" else silent.why_en
    words = "未运行不等于没有问题" if lang == "zh" else "Not run is not clean"

    assert "F100" == silent.rule
    for shown in (texts_of(document), Page(page_of(document)).text):
        assert why in shown
        assert words in shown
    clean = next(part.text for part in document.sections[5].parts[::-1] if isinstance(part, Text))
    assert clean.endswith("F102")


def test_both_languages_say_the_same_in_their_own_words(told: Told) -> None:
    zh, en = (document_of(told.figures, lang) for lang in ("zh", "en"))
    said = Page(page_of(zh)), Page(page_of(en))

    assert [len(one.parts) for one in zh.sections] == [len(one.parts) for one in en.sections]
    assert [[len(part.rows) for part in (a, b)] for a, b in zip(
        tables_of(zh).values(), tables_of(en).values(), strict=True
    )] == [[len(one.rows)] * 2 for one in tables_of(zh).values()]  # fmt: skip
    assert ["zh-CN", "en"] == [page.tags[0][1]["lang"] for page in said]
    assert "签字" in said[0].text
    assert "Signatures" in said[1].text
    assert [] == re.findall("[一-鿿]", "".join(one.title for one in en.sections))


def test_a_page_loads_nothing_runs_nothing_and_can_be_read_aloud(told: Told) -> None:
    page = Page((told.folder / "report.html").read_bytes())
    names = [tag for tag, _ in page.tags]
    links = [
        value
        for _, given in page.tags
        for name, value in given.items()
        if name in ("src", "href", "srcset", "action", "data", "xlink:href")
    ]
    text = (told.folder / "report.html").read_text("utf-8")
    policy = next(
        given["content"] for tag, given in page.tags if given.get("http-equiv") is not None
    )

    assert set() == {"script", "link", "iframe", "img", "object", "form"} & set(names)
    assert all(str(one).startswith("#s") for one in links)
    assert {"http://www.w3.org/2000/svg"} == set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert names.count("table") == names.count("caption")
    assert all(given.get("scope") == "col" for tag, given in page.tags if tag == "th")
    assert names.count("svg") == sum(
        given.get("role") == "img" for tag, given in page.tags if tag == "svg"
    )


def test_a_phone_shows_it_without_moving_sideways(told: Told) -> None:
    with browsing() as browser:
        page = browser.open(told.folder / "report.html")
        size = {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": True}
        page.send("Emulation.setDeviceMetricsOverride", **size)
        wide = page.run("document.documentElement.scrollWidth")
        styled = page.run("getComputedStyle(document.querySelector('.warning')).borderLeftStyle")

    assert 390 == wide
    assert "solid" == styled, "the policy of content lets the style through"


def test_nobody_is_named_in_any_form(told: Told) -> None:
    with open_session(told.county.location) as session:
        needles = needles_of(session)
    planted = next(iter(needles.values()))[0]
    with zipfile.ZipFile(told.folder / "report.xlsx") as packed:
        sheets = b"".join(packed.read(one) for one in packed.namelist())
    page = (told.folder / "report.html").read_bytes()
    data = b"".join(texts_of(document_of(told.figures, lang)).encode() for lang in ("zh", "en"))

    assert [] != found_in(page + planted, needles)
    for content in (page, sheets, data):
        assert [] == found_in(content, needles)


def test_findings_of_lesser_severity_are_left_out_and_it_is_said(
    told: Told, tmp_path: Path
) -> None:
    few = ("--rule", "F062", "--rule", "F081", "--severity", "high", "--json")
    words = ("audit", "report", "--output", tmp_path / "r.html", *few)
    wrote = on(Path(told.county.location), *words).object
    page = Page((tmp_path / "r.html").read_bytes()).text
    (left,) = (one["findings"] for one in told.run["ran"] if one["rule"] == "F081")

    assert ["F062"] == [one["name"] for one in wrote["tables"]]
    assert left > 0
    assert f"{left} lesser left out" in page
    assert ["r.html", "r.html.manifest.json"] == sorted(one.name for one in tmp_path.iterdir())


def test_the_workbook_has_cover_figures_and_sheets_of_the_report(told: Told) -> None:
    with zipfile.ZipFile(told.folder / "report.xlsx") as packed:
        names = packed.read("xl/workbook.xml").decode()
        texts = "".join(
            packed.read(one).decode() for one in packed.namelist() if "worksheets/sheet1." in one
        )

    for name in ("Cover", "Programmes", "Townships", "Months", "Findings", "F062", "Sample"):
        assert f'name="{name}"' in names
    assert "entries that hold" in texts
    assert "Unwitnessed" in texts


def test_a_sample_is_told_with_its_seed(told: Told) -> None:
    ((name, sample),) = told.figures.samples
    shown = texts_of(document_of(told.figures, "en"))

    assert name in shown
    assert sample.sample.seed in shown
    assert "this log at this size" in shown


def test_what_could_not_be_counted_is_not_nothing(told: Told) -> None:
    lost = msgspec.structs.replace(told.figures, population=None, lost={"case_state": "no room"})
    shown = texts_of(document_of(lost, "en"))

    assert "The population could not be counted: case_state: no room" in shown


def test_doubts_stand_with_their_state_where_there_are_any(told: Told) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE doubts AS SELECT * FROM (VALUES "
            "('assigned', 'F001', TRUE, 500, NULL, NULL, 0), "
            "('closed', 'F001', FALSE, 700, 700, 600, 600), "
            "('assigned', 'F062', FALSE, NULL, NULL, NULL, 0)) AS rows"
            "(state, rule, overdue, amount_fen, confirmed_fen, decided_fen, settled_fen)"
        )
        laid = Laid(connection=connection, position=-1, lost={}, skipped=0)
        by_state, by_rule = doubts_of(laid, "state"), doubts_of(laid, "rule")
    given = msgspec.structs.replace(told.figures, doubts_by_state=by_state, doubts_by_rule=by_rule)
    zh, en = (document_of(given, lang) for lang in ("zh", "en"))
    none = msgspec.structs.replace(told.figures, doubts_by_state=(), doubts_by_rule=())
    lost = msgspec.structs.replace(
        told.figures, doubts_by_state=None, doubts_by_rule=None, lost={"doubts": "no room"}
    )

    assert ("assigned", 2, 2, 1, 500) == _said(by_state[0])
    assert ("closed", 1, 0, 0, 700) == _said(by_state[1])
    assert (700, 600, 600) == (
        by_rule[0].confirmed_fen,
        by_rule[0].decided_fen,
        by_rule[0].settled_fen,
    )
    assert "提出疑点 3 个，2 个未了结，1 个逾期" in texts_of(zh)
    assert "Doubts raised: 3; open: 2; overdue: 1." in texts_of(en)
    assert {"Doubts by state", "Doubts by rule"} <= {one.sheet for one in tables_of(en).values()}
    assert "No doubt was raised yet" in texts_of(document_of(none, "en"))
    assert "The doubts could not be counted: no room" in texts_of(document_of(lost, "en"))


def _said(one: Doubts) -> tuple[Any, ...]:
    return one.name, one.count, one.open, one.overdue, one.fen


def test_a_form_that_the_name_contradicts_and_a_folder_in_use_are_refused(
    told: Told, tmp_path: Path
) -> None:
    ledger = Path(told.county.location)
    words = ("audit", "report", "--rule", "F081", "--output")
    other = on(ledger, *words, tmp_path / "r.pdf", "--format", "html")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "note.txt").write_text("mine")
    with pytest.raises(ServiceError, match="expected a new or an empty folder"):
        write_report(tmp_path / "used", told.figures, "zh", "html")

    assert 2 == other.code
    assert "expected a name that ends in .html" in other.err
    assert ["used"] == [one.name for one in tmp_path.iterdir()]
    assert ["note.txt"] == [one.name for one in (tmp_path / "used").iterdir()]


@pytest.mark.parametrize("name", ["x.doc", "x.htm", "x.json"])
def test_an_ending_that_is_no_forms_is_refused_and_the_known_ones_are_named(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(ServiceError, match=r"expected \.html, \.pdf or \.xlsx, found \.") as told:
        form_of(tmp_path / name, None)

    assert 2 == told.value.exit_code
    assert [None, "pdf", None] == [
        form_of(tmp_path / one, None) for one in ("x", "x.PDF", "2022.12")
    ]
