"""The page of a bundle checks itself in a browser without a network, and names what was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser import Browser, Page, browsing
from tests.services.bundled import POLICY, Bundled, files_of, remade, with_line, written

from aidledger.services.bundles.wording import KINDS

SHOWN = "document.getElementById('verdict').dataset.milliseconds"
WITHOUT = """const had = crypto.subtle.importKey;
crypto.subtle.importKey = function (...given) {
  return given[2].name === "%s" ? Promise.reject(new DOMException("no", "NotSupportedError")) : had.apply(this, given);
};"""
"""A browser that does not have an algorithm."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as one:
        yield one


def texts(page: Page, lang: str = "en") -> dict[str, str]:
    """Return what the page shows once it has checked, in a language."""
    page.wait_for(SHOWN)
    page.run(f"document.getElementById('{lang}').checked = true")
    names = ("verdict", "problems", "checks")
    return {one: page.run(f"document.getElementById('{one}').innerText") for one in names}


def changed(evidence: Bundled, folder: Path, old: str, new: str, count: int = 1) -> Path:
    """Return the page with one text of it changed, in a folder of its own."""
    page = (evidence.folder / "index.html").read_text(encoding="utf-8")
    assert old in page
    place = folder / "index.html"
    place.write_text(page.replace(old, new, count), encoding="utf-8")
    return place


def test_a_bundle_of_a_hundred_entries_verifies_itself_within_a_second_and_says_what_it_did_not_check(
    browser: Browser, evidence: Bundled
) -> None:
    page = browser.open(evidence.folder / "index.html")
    shown, chinese = texts(page), texts(page, "zh")
    count = page.run("document.querySelectorAll('#timeline tr').length")

    assert count >= 100
    assert int(page.run(SHOWN)) < 1000
    assert shown["verdict"].startswith("All that was checked here holds. The keys are those of")
    assert "" == shown["problems"]
    assert "✗" not in shown["checks"]
    for said in (
        "✓ every entry is in the log of the checkpoint: 185 of a log of 1855",
        f"✓ these are all entries of the case: {count}",
        "✓ signatures of the checkpoint, witnessed by audit, finance, supervision",
        "✓ signatures of the recorders: 111; 74 bear none",
        "✓ payments are within the totals of their months: 2",
        "– whether decisions come out again",
    ):
        assert said in shown["checks"]
    assert "✓ 个案的记录一条不少" in chinese["checks"]
    assert [] == re.findall(r"[a-z]{3,} [a-z]{3,}", chinese["verdict"] + chinese["problems"])


def test_a_cosignature_that_this_browser_cant_check_is_said_and_counts_for_nothing(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    shown = texts(browser.open(evidence.folder / "index.html", first=WITHOUT % "ML-DSA-44"))
    strict = POLICY.replace(b"offices 2 audit", b"offices 3 audit")
    place = written(remade(evidence, strict), tmp_path / "evidence") / "index.html"
    needed = texts(browser.open(place, first=WITHOUT % "ML-DSA-44"))
    old = texts(browser.open(evidence.folder / "index.html", first=WITHOUT % "Ed25519"), "zh")

    assert "✓ signatures of the checkpoint, witnessed by audit, finance\n" in shown["checks"]
    assert "– signature of supervision.example (ML-DSA-44): not checked" in shown["checks"]
    assert "– signatures of the checkpoint, witnessed by audit, finance\n" in needed["checks"]
    assert "this is not proof" in needed["verdict"]
    assert "– audit.example 的签名（Ed25519）：未核验，此浏览器没有这种算法" in old["checks"]
    assert "– 经办人员的签名：未核验，此浏览器没有 Ed25519" in old["checks"]
    assert "签名未能全部核验，不能说已证明。" in old["verdict"]


def test_a_cosignature_by_ml_dsa_that_was_changed_does_not_hold(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    lines = (evidence.folder / "data/checkpoint").read_text(encoding="utf-8").split("\n")
    number = next(at for at, line in enumerate(lines, 1) if line.startswith("— supervision.e"))
    middle = lines[number - 1][200:220]
    place = changed(evidence, tmp_path, middle, middle.swapcase())
    shown = texts(browser.open(place))

    assert (
        f"✗ data/checkpoint, line {number}: the signature of supervision.example does not hold"
        in shown["problems"]
    )
    assert "✗ signatures of the checkpoint, witnessed by audit, finance\n" in shown["checks"]


def test_the_page_loads_nothing_and_may_run_nothing_but_its_own_script(
    browser: Browser, evidence: Bundled
) -> None:
    text = (evidence.folder / "index.html").read_text(encoding="utf-8")
    page = browser.open(evidence.folder / "index.html")
    page.wait_for(SHOWN)
    loaded = page.run("performance.getEntriesByType('resource').length")
    blocked = page.run(
        "fetch('https://example.org/').then(() => 'went out', error => error.constructor.name)"
    )
    ran = page.run(
        "(() => { const one = document.createElement('script'); one.textContent = 'globalThis.x = 1';"
        " document.body.append(one); return globalThis.x === 1; })()"
    )

    assert (0, "TypeError", False) == (loaded, blocked, ran)
    assert [] == re.findall(r"(?:src|href)=|url\(|@import|https?://|\son[a-z]+=", text)


def test_a_character_changed_in_the_page_is_named_by_file_and_line(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    entries = (evidence.folder / "data/entries.jsonl").read_text(encoding="utf-8").split("\n")
    number = next(at for at, line in enumerate(entries, 1) if '"$type":"VisitMade"' in line)
    place = changed(evidence, tmp_path, '"$type":"VisitMade"', '"$type":"VisitMads"')
    shown = texts(browser.open(place))

    assert "do not rely on this" in shown["verdict"]
    assert f"✗ data/entries.jsonl, line {number}: entry " in shown["problems"]
    assert f"✗ data/entries.jsonl, line {number}: is not what the manifest has" in shown["problems"]


def test_a_row_that_the_page_shows_otherwise_than_its_data_say_is_named(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    place = changed(evidence, tmp_path, "<td>2022-01-13</td>", "<td>2022-01-12</td>")
    shown = texts(browser.open(place))
    place = changed(evidence, tmp_path, "<i><span", "<i>!<span")
    words = texts(browser.open(place))

    assert re.search(r"✗ index\.html: the row of entry \d+ shown in this page", shown["problems"])
    assert '✗ index.html: the section "Decisions" of this page was changed' == words["problems"]
    assert "✗ data/" not in shown["problems"]


def test_a_page_without_witnesses_or_a_policy_never_says_that_it_is_proven(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    alone = POLICY.replace(b"quorum offices", b"quorum none")
    pages = [
        texts(browser.open(written(remade(evidence, policy), tmp_path / name) / "index.html"))
        for name, policy in (("alone", alone), ("none", None))
    ]

    assert "Unwitnessed: the operator can rewrite history." in pages[0]["verdict"]
    assert "Not all signatures could be checked: this is not proof." in pages[1]["verdict"]
    assert ["", ""] == [page["problems"] for page in pages]


def test_the_files_of_the_folder_are_checked_when_it_is_chosen(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    files = files_of(evidence.folder)
    name = "data/decisions.jsonl"
    files[name] = with_line(files[name], 3, lambda line: line.replace(b"met", b"mat", 1))
    page = browser.open(evidence.folder / "index.html")
    page.wait_for(SHOWN)
    page.run(f"delete {SHOWN}")
    page.choose("#folder", written(files, tmp_path / "evidence"))
    shown = texts(page)

    assert "of the chosen folder" in shown["verdict"]
    assert f"✗ {name}, line 3: is not what the manifest has: it was changed" == shown["problems"]


def test_a_page_called_after_another_case_says_so_and_says_why_in_chinese(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    place = changed(
        evidence, tmp_path, f'"subject":"{evidence.case}"', f'"subject":"{evidence.other}"'
    )
    shown = texts(browser.open(place))
    entry = texts(
        browser.open(changed(evidence, tmp_path, '"signature":"', '"signature":"?')), "zh"
    )

    assert "✗ data/manifest.json, line 1: is about another thing than it" in shown["problems"]
    assert "不能成立（不是 base64）" in entry["problems"]


def test_a_title_that_names_another_case_is_noticed_by_the_page(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    title = f"证据包：个案 {evidence.case}</span>"
    place = changed(evidence, tmp_path, title, title.replace(evidence.case, evidence.other))
    shown = texts(browser.open(place))
    script = (evidence.folder / "index.html").read_text(encoding="utf-8")

    assert "✗ index.html: the title of this page is not what the data say" == shown["problems"]
    for kind, said in KINDS.items():
        assert re.search(rf'\b{kind}"?: \["{said.zh}", "{said.en}"\]', script)


def test_a_character_that_turns_a_text_is_marked_and_what_is_checked_stays(
    browser: Browser, evidence: Bundled, tmp_path: Path
) -> None:
    """An amount behind a hostile text is not read backwards, and the page still checks itself."""
    turned = "2022\u202e00.821,1\u2066\u200b"
    policy = POLICY + f"# {turned}\n".encode()
    place = written(remade(evidence, policy), tmp_path / "evidence") / "index.html"
    page = browser.open(place)
    shown = texts(page)
    marks = page.run("document.querySelectorAll('code .unseen, pre .unseen').length")
    box = page.run("getComputedStyle(document.querySelector('pre .unseen')).display")
    held = page.run("document.querySelector('pre[data-file=\"data/tlog-policy\"]').textContent")

    assert ("", 6, "inline-block") == (shown["problems"], marks, box)
    assert shown["verdict"].startswith("All that was checked here holds.")
    assert turned in held
