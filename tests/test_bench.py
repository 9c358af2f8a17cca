"""The benchmark runs, small, and prints its rows; how fast anything is, no test asks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.reporting import goal_text
from benchmarks.rows import ROWS

ROOT = Path(__file__).resolve().parent.parent


def test_the_benchmark_runs_small_and_prints_every_row(
    postgres_server: str, tmp_path: Path
) -> None:
    page, figures = tmp_path / "page.md", tmp_path / "figures.json"
    done = subprocess.run(
        [
            *(sys.executable, ROOT / "scripts/_bench.py", "--quick", "--copied"),
            *("--markdown", page, "--json", figures),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "AIDLEDGER_TEST_POSTGRES": postgres_server},
    )
    measured = json.loads(figures.read_text(encoding="utf-8"))
    titles = re.findall(r"^(\S.*)$", done.stdout, flags=re.MULTILINE)
    text = page.read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert titles == [row.title for row in ROWS]
    assert all(f"| {title}, " in text for title in titles)
    assert set(titles) == set(measured)
    assert all(
        rate > 0 for row in measured.values() for found in row["rates"].values() for rate in found
    )
    assert (
        done.stdout.count("goal ")
        == text.count("| met |") + text.count("| **not met** |")
        == len(list(filter(goal_text, ROWS)))
    )


def test_each_measurement_has_a_process_of_its_own(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    words = ("--quick", "--only", "leaves: append, in memory", "--json", figures)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/_bench.py", *words],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    (row,) = json.loads(figures.read_text(encoding="utf-8")).values()
    assert min(row["peaks"].values()) > 20
    assert len(set(row["peaks"].values())) == len(row["peaks"]) > 1


@pytest.mark.parametrize("program", ["be_the_program()", "None"])
def test_processes_of_a_measurement_read_what_those_of_the_command_read(
    tmp_path: Path, program: str
) -> None:
    main = tmp_path / "measuring_main.py"
    main.write_text(
        f"""
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import benchmarks.rows
from benchmarks.measuring import be_the_program
if __name__ == "__main__":
    {program}
    asked = "sorted({{'benchmarks.rows', 'click'}} & __import__('sys').modules.keys())"
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        print(executor.submit(eval, asked).result())
""",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(main)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    read = "click" if program != "None" else "benchmarks.rows"
    assert f"['{read}']" == done.stdout.strip()


def test_the_page_of_the_documents_has_the_rows_of_the_benchmark() -> None:
    text = (ROOT / "docs/BENCHMARKS.md").read_text(encoding="utf-8")

    assert [] == [row.title for row in ROWS if f"| {row.title}, " not in text]
