"""Columns of a finding in the words of its rule."""

from __future__ import annotations

from typing import Any

import pytest

from aidledger.audit.saying import said
from aidledger.domain.events.catalog import EVENTS


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("paid_fen", 112_850, "1,128.50", "1,128.50"),
        ("known", True, "是", "yes"),
        ("unit", "working_days", "个工作日", "working days"),
        ("due_on", None, "—", "—"),
        ("figures", [], "—", "—"),
        ("types", ["VisitMade", "x"], f"{EVENTS['VisitMade'].title_zh}、x", "visit made, x"),
    ],
)
def test_a_value_is_said_in_the_readers_language(name: str, value: Any, zh: str, en: str) -> None:
    told = [said(f"<{{{name}}}>", {name: value}, chinese=chinese) for chinese in (True, False)]

    assert [f"<{zh}>", f"<{en}>"] == told


def test_a_column_that_is_not_there_is_no_error() -> None:
    assert "—" == said("{gone}", {}, chinese=True)
