"""Whoever brings a file of trust that is none is told so in his language: witnesses, citizens, auditors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.shell import on
from tests.lone import SCRIPT

_ENGLISH = re.compile(r"\b(?:expected|found|such|directory|codec)\b")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("proof", "check", "{bad}", "--policy", "{bad}"), "第 1 行：应为 log、witness"),
        (("proof", "check", "{bad}", "--policy", "{empty}"), "应为 末尾换行"),
        (("checkpoint", "show", "--policy", "{bad}"), "第 1 行：应为 log、witness"),
        (("bundle", "create", "000002", "--to", "{new}", "--policy", "{bad}"), "第 1 行：应为 log"),
        (("archive", "verify", "--archive", "{here}", "--policy", "{none}"), "没有此文件或文件夹"),
        (
            ("archive", "verify", "--archive", "{here}", "--checkpoint", "{none}"),
            "没有此文件或文件夹",
        ),
        (("archive", "verify", "--archive", "{here}", "--checkpoint", "{bad}"), "签名前有一个空行"),
        (("freshness", "--limits", "{bytes}"), "不是 UTF-8 文字"),
        (("doubt", "raise", "--actor", "a", "--office", "b", "--rules", "{none}"), "规则文件夹"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_it_is_said_in_chinese(
    county: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "bad").write_text("这里, 没有\n", encoding="utf-8")
    (tmp_path / "empty").touch()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\n")
    names = {name: str(tmp_path / name) for name in ("bad", "empty", "bytes", "none", "new")}
    given = [word.format(**names, here=tmp_path) for word in words]
    ran = on(county, "--lang", "zh", *given)

    assert ran.code in (1, 2, 3), ran.err
    assert said in ran.err
    assert not _ENGLISH.search(ran.err.replace(str(tmp_path), "")), ran.err


def test_a_receipt_without_its_proofs_is_told_so_by_the_program_of_one_file(tmp_path: Path) -> None:
    receipt = {
        "$type": "Receipt", "assurance": "low", "cause": "c", "count": 1,
        "leaf_hashes": ["00" * 32], "origin": "example.org/county", "position": 7,
        "recorded_at": "2022-01-04T00:00:00.000000Z", "root": "11" * 32, "size": 9, "v": 1,
    }  # fmt: skip
    kept, bad = tmp_path / "receipt.json", tmp_path / "bad.json"
    kept.write_text(json.dumps(receipt, separators=(",", ":")) + "\n")
    bad.write_text(json.dumps({**receipt, "w": 1}, separators=(",", ":")) + "\n")

    def alone(*words: str | Path) -> tuple[int, str]:
        asked = [sys.executable, str(SCRIPT), *map(str, words), "--lang", "zh"]
        ran = subprocess.run(asked, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout + ran.stderr

    unproven, wrong = alone(kept), alone(bad)
    nowhere = alone(kept, "--proofs", tmp_path / "none")

    assert (4, True) == (unproven[0], "所载记录中有 1 条没有得到证明" in unproven[1])
    assert (3, True) == (wrong[0], "不是账本、瓦片或证明" in wrong[1])
    assert (3, True) == (nowhere[0], "没有这个文件或文件夹" in nowhere[1]), (
        "not: no proof was in it"
    )
