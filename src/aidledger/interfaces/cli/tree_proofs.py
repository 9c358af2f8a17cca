"""The commands of proofs, tiles, timestamps and receipts, and of closing months, as data."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.specs import Arg, Opt, Spec

_HERE: Final = "aidledger.interfaces.cli."
_CASE: Final = Arg("CASE")
_MONTH: Final = Arg("MONTH")
_POSITION: Final = Arg("POSITION")
_JSON: Final = Opt("--json", "flag")
_OUTPUT: Final = Opt("--output", "path", "DIR")
_POLICY: Final = Opt("--policy", "path", "FILE", required=True)
_TSA: Final = Opt("--tsa", "path", "FILE", required=True)
_FOLDER: Final = Opt("--folder", "path", "DIR")
_WHO_ON: Final = (
    Opt("--actor", "text", "ID", required=True),
    Opt("--office", "text", "CODE", required=True),
    Opt("--on", "day"),
)

BY_PROOF: Final = (
    Opt("--proven", "flag"),
    Opt("--policy", "path", "FILE"),
    Opt("--checkpoint", "many", "FILE"),
    Opt("--stamps", "path", "DIR"),
    Opt("--tsa", "path", "FILE"),
    Opt("--lag", "count", "DAYS"),
)
"""Of commands that can judge by the times that others vouch for."""

PROVING: Final = (
    Spec(
        "prove",
        below=(
            Spec("entry", _HERE + "proofs:prove_one_entry", (_POSITION,), (_OUTPUT, _JSON)),
            Spec("case", _HERE + "proofs:prove_one_case", (_CASE,), (_OUTPUT, _JSON)),
            Spec("person", _HERE + "proofs:prove_one_person", (Arg("TOKEN"),), (_OUTPUT, _JSON)),
            Spec(
                "payment",
                _HERE + "proofs:prove_one_payment",
                (_POSITION,),
                (_OUTPUT, _JSON),
            ),
            Spec(
                "row",
                _HERE + "proofs:prove_one_row",
                (Arg("MODEL"), Arg("KEY")),
                (_OUTPUT, _JSON),
            ),
        ),
    ),
    Spec(
        "proof",
        below=(
            Spec(
                "check",
                _HERE + "proofs:check_proofs",
                (Arg("FILE", many=True),),
                (
                    _POLICY,
                    Opt("--entry", "path", "FILE"),
                    Opt("--case", "text", "CASE"),
                    Opt("--person", "text", "TOKEN"),
                    _JSON,
                ),
            ),
        ),
    ),
    Spec(
        "tiles",
        below=(
            Spec("export", _HERE + "tiles:run_export", (Arg("DIR"),), (_JSON,)),
            Spec("check", _HERE + "tiles:run_check", (Arg("DIR"),), (_POLICY, _JSON)),
        ),
    ),
    Spec(
        "timestamp",
        below=(
            Spec("request", _HERE + "timestamps:request_stamp", opts=(_FOLDER, _JSON)),
            Spec(
                "add",
                _HERE + "timestamps:add_stamp",
                (Arg("FILE"),),
                (_TSA, _FOLDER, _JSON),
            ),
            Spec("show", _HERE + "timestamps:show_stamps", opts=(_TSA, _FOLDER, _JSON)),
        ),
    ),
    Spec("serve", _HERE + "tiles:run_serve", opts=(Opt("--port", "count", "N"),)),
    Spec(
        "receipt",
        below=(
            Spec(
                "check",
                _HERE + "proofs:check_kept_receipt",
                (Arg("FILE"),),
                (Opt("--proofs", "path", "DIR", required=True), _POLICY, _JSON),
            ),
        ),
    ),
)

CLOSING: Final = (
    Spec(
        "month",
        below=(
            Spec("close", _HERE + "closings:run_close", (_MONTH,), (*_WHO_ON, _JSON)),
            Spec(
                "supplement",
                _HERE + "closings:run_supplement",
                (_MONTH,),
                (*_WHO_ON, _JSON),
            ),
        ),
    ),
    Spec(
        "reconcile",
        _HERE + "closings:run_reconcile",
        (Arg("STREAM"), Arg("FILE")),
        (*_WHO_ON, _JSON),
    ),
    Spec(
        "index",
        below=(Spec("seal", _HERE + "closings:run_seal", opts=(*_WHO_ON, _JSON)),),
    ),
)
