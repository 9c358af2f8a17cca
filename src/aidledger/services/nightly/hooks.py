"""Runs the scripts of a folder when a night is over: mail, ticket, lamp; none can fail the run.

A script is told by its environment alone, which holds nothing else: EVENT, SUMMARY, and figures by
name. A folder or a script that others than its owner and root may write to is not run.
"""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import Any, Final

from aidledger.services.nightly.report import NightReport

_SECONDS: Final = 60
_TEXT: Final = 200
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_EVENTS: Final = {0: "run_succeeded", 1: "findings", 3: "partial", 4: "unproven", 75: "transient"}


def event_of(exit_code: int) -> str:
    """Return the word that scripts are told of an exit status."""
    return _EVENTS.get(exit_code, "run_failed")


def summary_of(report: NightReport) -> str:
    """Return one line about a run: which steps were not in order, and nothing of anybody."""
    wrong = [
        f"{one.name} {one.status}" for one in report.steps if one.status not in ("ok", "absent")
    ]
    told = ", ".join(wrong) or "every step in order"
    return f"aidledger nightly {report.origin}: exit {report.exit_code}, {told}"


def run_hooks(folder: Path, report: NightReport, *, results: Path) -> tuple[dict[str, Any], ...]:
    """Run every script of a folder in the order of their names, and say how each ended."""
    try:
        scripts = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
    except OSError:
        return ()
    if not _is_safe(folder):
        return ({"script": folder.name, "status": "refused", "why": "others can write to it"},)
    environ = {
        "PATH": _PATH,
        "LC_ALL": "C.UTF-8",
        "EVENT": event_of(report.exit_code),
        "SUMMARY": summary_of(report),
        "RUN_ID": report.run_id,
        "EXIT_CODE": str(report.exit_code),
        "DURATION_SECONDS": f"{report.seconds:.3f}",
        "ENTRIES": str(report.size),
        "FINDINGS": str(sum(one.finding_count for one in report.steps)),
        "ORIGIN": report.origin,
        "RESULTS": str(results.absolute()),
    }
    return tuple(
        _run(script, environ)
        for script in scripts
        if not script.is_dir() and os.access(script, os.X_OK)
    )


def _run(script: Path, environ: dict[str, str]) -> dict[str, Any]:
    if not _is_safe(script):
        return {"script": script.name, "status": "refused", "why": "others can write to it"}
    try:
        ran = subprocess.run(  # noqa: S603 - a script of the operator's own folder
            [script.absolute()],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"script": script.name, "status": "failed", "why": f"took more than {_SECONDS} s"}
    except OSError as error:
        return {"script": script.name, "status": "failed", "why": error.strerror or "not run"}
    if ran.returncode:
        said = ran.stderr.decode("utf-8", "replace").strip()[:_TEXT]
        why = f"exit {ran.returncode}: {said}"
        return {"script": script.name, "status": "failed", "why": why}
    return {"script": script.name, "status": "ok", "why": ""}


def _is_safe(path: Path) -> bool:
    """Whether nobody but its owner, who is this user or root, can change it."""
    found = path.stat()
    writable = stat.S_IMODE(found.st_mode) & (stat.S_IWGRP | stat.S_IWOTH)
    return not writable and found.st_uid in (0, os.geteuid())
