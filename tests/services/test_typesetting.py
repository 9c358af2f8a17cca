"""Documents are PDF/A of the same bytes each time; what users wrote is never markup."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.debian import chinese_font

from aidledger.services.typesetting import pdf as typesetting
from aidledger.services.typesetting.pdf import CannotTypesetError, typeset

AT = "2022-01-04T02:31:05.123456Z"
HOSTILE = '#panic("x") $ @a <b> *c* _d_ `e` \\ // [f] = g\n- h'


def document(note: str) -> dict[str, Any]:
    words = {"timeline": "经过", "findings": "疑点", "decisions": "决定", "proofs": "证明"}
    return {
        "title": f"证据包 {note}",
        "subtitle": note,
        "origin": "example/520123",
        "footer": note,
        "cover": [["账本", note], ["树根", "ab" * 32]],
        "note": note,
        "words": {**words, "files": "文件"},
        "timeline": {"head": [note] * 5, "rows": [[17, note, note, note, note]] * 3},
        "findings": [{"title": note, "message": note, "pairs": [[note, note]]}],
        "decisions": [
            {"title": note, "pairs": [[note, note]], "head": list("abcd"), "clauses": [[note] * 4]}
        ],
        "proofs": [[note, note]],
        "files": {"head": list("abc"), "rows": [[note] * 3]},
    }


@pytest.fixture(scope="module", autouse=True)
def fonts() -> None:
    chinese_font()


def test_a_document_is_pdf_a_and_has_the_same_bytes_each_time() -> None:
    one, two = (typeset("bundle", document("审核"), at=AT) for _ in range(2))
    later = typeset("bundle", document("审核"), at="2022-01-05T02:31:05.123456Z")

    assert one == two != later
    assert one.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in one
    assert b"2022-01-04T02:31:05" in one


def test_what_somebody_wrote_is_never_markup() -> None:
    made = typeset("bundle", document(HOSTILE), at=AT)

    assert made.startswith(b"%PDF-1.7")


def test_a_machine_without_a_chinese_font_or_without_typst_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typesetting._typst.cache_clear()
    bare = SimpleNamespace(Fonts=lambda: SimpleNamespace(families=lambda: ["Libertinus Serif"]))
    monkeypatch.setattr(typesetting, "import_module", lambda name: bare)
    with pytest.raises(CannotTypesetError, match="expected a Chinese font") as no_font:
        typeset("bundle", document("x"), at=AT)

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(typesetting, "import_module", missing)
    with pytest.raises(CannotTypesetError, match="expected the package typst") as no_typst:
        typeset("bundle", document("x"), at=AT)
    typesetting._typst.cache_clear()

    assert "apt-get install fonts-wqy-microhei" in no_font.value.hint
    assert "pip install 'aidledger[pdf]'" == no_typst.value.hint
