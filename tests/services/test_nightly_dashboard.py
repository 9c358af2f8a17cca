"""The dashboard that `schedule` writes: every panel asks for what a run exports, in PromQL that holds."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from tests.services import tools

from aidledger.services.nightly.metrics import HELP
from aidledger.services.nightly.schedule import shipped

NAME = "aidledger.dashboard.json"
_COLUMNS = 24


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shipped()[NAME])
    return found


def expressions(board: dict[str, Any]) -> list[str]:
    """Return what the panels ask, with the words that Grafana fills in."""
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def unknown(board: dict[str, Any]) -> list[str]:
    """Return the expressions that name no metric of a run, or another besides."""
    return [
        one
        for one in expressions(board)
        if not (named := re.findall(r"aidledger_([a-z_]+)", one)) or not set(named) <= set(HELP)
    ]


def cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
    """Return the cells of Grafana's grid that a panel covers."""
    at = panel["gridPos"]
    return set(product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])))


def test_every_panel_asks_for_a_metric_that_a_run_exports() -> None:
    assert [] == unknown(dashboard())


def test_a_metric_that_no_run_exports_is_noticed() -> None:
    board = dashboard()
    board["panels"][0]["targets"][0]["expr"] = "aidledger_verify_failure > 0"

    assert ["aidledger_verify_failure > 0"] == unknown(board)


def test_every_metric_is_on_a_panel() -> None:
    asked = " ".join(expressions(dashboard()))

    assert [] == [name for name in HELP if f"aidledger_{name}" not in asked]


def test_panels_have_a_place_and_a_title_in_both_languages() -> None:
    panels = dashboard()["panels"]

    assert len(panels) == len({panel["id"] for panel in panels})
    assert [] == [
        (one["title"], other["title"])
        for one, other in combinations(panels, 2)
        if cells(one) & cells(other)
    ]
    assert all(x < _COLUMNS for panel in panels for x, _ in cells(panel))
    assert all(re.search(r"[a-z].* / [一-鿿]", panel["title"]) for panel in panels)


@pytest.mark.parametrize("spoilt", [False, True])
def test_prometheus_takes_every_expression(tmp_path: Path, spoilt: bool) -> None:
    asked = [one.replace("$instance", ".*") for one in expressions(dashboard())]
    rules = [
        {"record": f"panel:{number}", "expr": one + (")" if spoilt else "")}
        for number, one in enumerate(asked)
    ]
    groups = {"groups": [{"name": "panels", "rules": rules}]}
    (tmp_path / "panels.yml").write_text(json.dumps(groups))  # JSON is YAML
    command = [tools.promtool(tmp_path), "check", "rules", "panels.yml"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert spoilt is bool(ran.returncode), ran.stdout + ran.stderr
