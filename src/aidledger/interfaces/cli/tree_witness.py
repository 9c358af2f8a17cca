"""The commands of checkpoints and witnesses, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

COSIGNATURES: Final = ("ed25519", "ml-dsa-44")

_HERE: Final = "aidledger.interfaces.cli."
_JSON: Final = Opt("--json", "flag")
_WHO: Final = (Opt("--actor", "text", "ID"), Opt("--office", "text", "CODE"))
_FOLDER: Final = Arg("FOLDER")
_POLICY: Final = Opt("--policy", "path", "FILE")
_OUTPUT: Final = Opt("--output", "path", "FILE")
_LOG: Final = Opt("--log", "many", "FILE")

CHECKPOINTS: Final = Spec(
    "checkpoint",
    below=(
        Spec(
            "sign", _HERE + "checkpoints:run_sign", opts=(_OUTPUT, Opt("--new-key", "flag"), _JSON)
        ),
        Spec("show", _HERE + "checkpoints:run_show", (Arg("FILE", False),), (_POLICY, _JSON)),
        Spec(
            "compare",
            _HERE + "checkpoints:run_compare",
            (Arg("FILE"), Arg("OTHER", False)),
            (_POLICY, Opt("--bundle", "path", "FILE"), _JSON),
        ),
        Spec(
            "witness",
            _HERE + "checkpoints:run_witness",
            opts=(
                _POLICY._replace(required=True),
                Opt("--to", "many", "URL"),
                Opt("--request", "path", "FILE"),
                Opt("--old", "count", "N"),
                Opt("--response", "path", "FILE"),
                _JSON,
            ),
        ),
        Spec(
            "restore",
            _HERE + "checkpoints:run_restore",
            opts=(
                Opt("--statement", "path", "FILE"),
                Opt("--cosigned", "path", "FILE"),
                _POLICY,
                Opt("--reason"),
                *_WHO,
                _JSON,
            ),
        ),
    ),
)

WITNESSES: Final = Spec(
    "witness",
    below=(
        Spec(
            "init",
            _HERE + "witnesses:run_init",
            (_FOLDER,),
            (
                Opt("--name", "text", "NAME", required=True),
                Opt("--kind", "choice", "", COSIGNATURES),
                _LOG,
                _JSON,
            ),
        ),
        Spec("trust", _HERE + "witnesses:run_trust", (_FOLDER,), (_LOG, _JSON)),
        Spec("show", _HERE + "witnesses:run_show", (_FOLDER,), (_JSON,)),
        Spec(
            "run",
            _HERE + "witnesses:run_serve",
            (_FOLDER,),
            (Opt("--listen", "text", "HOST:PORT"),),
        ),
        Spec(
            "add-checkpoint",
            _HERE + "witnesses:run_add_checkpoint",
            (_FOLDER, Arg("REQUEST")),
            (_OUTPUT,),
        ),
        Spec("restored", _HERE + "witnesses:run_restored", (_FOLDER, Arg("STATEMENT")), (_OUTPUT,)),
    ),
)
