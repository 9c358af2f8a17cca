"""The verifier of one file, loaded as a module: quicker than a process for each question."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts/verify_alone.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_alone", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify_alone"] = module
    spec.loader.exec_module(module)
    return module


ALONE = load()
#: Codes of event types and powers, which this verifier does not know.
NOT_ASKED = frozenset(
    {
        "act_forbidden",
        "powers_altered",
        "powers_missing",
        "type_unknown",
        "data_form",
        "sealed_form",
    }
)
