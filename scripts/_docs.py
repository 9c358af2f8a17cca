"""Write the generated pages of docs/ and the one generated file of src/, or ``--check`` them.

Each page is made from the one place in the code that knows: the event catalogue, the headers of
the read models, the table of findings, the policy packs, the help of the commands.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from _docs_architecture import architecture_page
from _docs_attacks import attacks_page
from _docs_cli import cli_page, cli_page_zh
from _docs_events import events_page
from _docs_facts import policy_page
from _docs_models import models_page
from _docs_policy import clauses_page, findings_page
from _docs_powers import powers_page
from _docs_reads import PLACE, reads_file
from _docs_rules import rules_page

ROOT = Path(__file__).resolve().parent.parent
PAGES: dict[str, Callable[[Path], str]] = {
    "docs/ARCHITECTURE.md": architecture_page,
    "docs/ATTACKS.md": attacks_page,
    "docs/EVENTS.md": events_page,
    "docs/FINDINGS.md": findings_page,
    "docs/MODELS.md": models_page,
    "docs/POLICY-CLAUSES.md": clauses_page,
    "docs/POLICY.md": policy_page,
    "docs/POWERS.md": powers_page,
    "docs/RULES.md": rules_page,
    "docs/cli.md": cli_page,
    "docs/cli.zh.md": cli_page_zh,
    PLACE: reads_file,
}
NOTE = "<!-- Written by scripts/make_docs; edit what it reads, not this page. -->\n"


def main(arguments: list[str]) -> int:
    """Return 0 when every page is written, or with ``--check`` when every page is as it should be."""
    os.environ.update({"COLUMNS": "80", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
    stale = 0
    for name, make in PAGES.items():
        path = ROOT / name
        note = "" if make in {architecture_page, reads_file} else NOTE
        wanted = note + make(ROOT).rstrip() + "\n"
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if wanted == found:
            continue
        stale += 1
        if "--check" in arguments:
            lines = difflib.unified_diff(found.split("\n"), wanted.split("\n"), name, "wanted", n=1)
            print("\n".join(lines))
        else:
            path.write_text(wanted, encoding="utf-8")
            print(f"written: {name}")
    if stale and "--check" in arguments:
        print("make_docs: hint: run scripts/make_docs", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
