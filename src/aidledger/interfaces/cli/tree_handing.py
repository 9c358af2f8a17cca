"""The commands that hand out what a ledger holds, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli."
_JSON: Final = Opt("--json", "flag")
_ANEW: Final = Opt("--anew", "flag")
_AT: Final = Opt("--at", "point")
_TIMES: Final = (Opt("--as-of", "day"), Opt("--known-on", "day"), _AT)
_ENGINE: Final = (Opt("--memory", "text", "SIZE"), Opt("--threads", "count", "N"))
_FILE: Final = Arg("FILE", written=True)
_FOLDER: Final = Arg("FOLDER", written=True)
_TABLES: Final = (
    Opt("--model", "many", "NAME"),
    Opt("--event", "many", "TYPE"),
    _ANEW,
    *_ENGINE,
    *_TIMES,
    _JSON,
)
_EVENTS: Final = (Opt("--event", "many", "TYPE"), _ANEW, *_ENGINE, *_TIMES, _JSON)
_HANDOVERS: Final = _HERE + "handovers:"

EXPORTS: Final = Spec(
    "export",
    below=(
        Spec(
            "beancount",
            _HERE + "exports:write_beancount",
            opts=(Opt("--output", "path", "FILE"), *_TIMES, _JSON),
        ),
        Spec(
            "workpapers",
            _HERE + "papers:run_workpapers",
            (_FILE,),
            (
                Opt("--rule", "many", "ID"),
                Opt("--rules", "path", "DIR"),
                Opt("--sample", "many", "FILE"),
                Opt("--model", "many", "NAME"),
                _ANEW,
                *_ENGINE,
                *_TIMES,
                _JSON,
            ),
        ),
        Spec("flat", _HANDOVERS + "run_flat", (_FOLDER,), _TABLES),
        Spec("parquet", _HANDOVERS + "run_parquet", (_FOLDER,), _TABLES),
        Spec("duckdb", _HANDOVERS + "run_duckdb", (_FILE,), _TABLES),
        Spec("sqlite", _HANDOVERS + "run_sqlite", (_FILE,), _TABLES),
        Spec("ocel", _HERE + "mining:run_ocel", (_FILE,), _EVENTS),
        Spec("xes", _HERE + "mining:run_xes", (_FILE,), _EVENTS),
        Spec("cloudevents", _HANDOVERS + "run_cloudevents", (_FILE,), (_AT, _JSON)),
        Spec("check", _HANDOVERS + "run_check", (Arg("PATH"),), (_JSON,)),
    ),
)
