"""The tree of commands as data: names, parameters, and where each is carried out.

Nothing here imports what a command needs to run: help and completion stay light. Texts for people
are in ``helps``.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from aidledger.interfaces.cli.language import Said

Kind = Literal["text", "day", "count", "flag", "path", "choice", "many"]


class Opt(NamedTuple):
    """An option: its name with dashes, what it takes, and the word for it in usage lines."""

    name: str
    kind: Kind = "text"
    metavar: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


class Arg(NamedTuple):
    """An argument: its name in capitals, whether it may be left out, or be several."""

    name: str
    required: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()


class Spec(NamedTuple):
    """A command: the function that carries it out as ``module:name``, or the commands below it."""

    name: str
    target: str = ""
    args: tuple[Arg, ...] = ()
    opts: tuple[Opt, ...] = ()
    below: tuple[Spec, ...] = ()


class Section(NamedTuple):
    """Commands that are used together."""

    title: Said
    commands: tuple[Spec, ...]


_HERE: Final = "aidledger.interfaces.cli."
_CASE: Final = Arg("CASE")
_JSON: Final = Opt("--json", "flag")
_AS_OF: Final = Opt("--as-of", "day")
_KNOWN_ON: Final = Opt("--known-on", "day")
_WHO: Final = (Opt("--actor", "text", "ID"), Opt("--office", "text", "CODE"))
FORMATS: Final = ("table", "json", "csv", "xlsx")
IMPORTS: Final = ("applications", "payments", "scores")
_MONTH: Final = Arg("MONTH")
_POSITION: Final = Arg("POSITION")
_OUTPUT: Final = Opt("--output", "path", "DIR")
_POLICY: Final = Opt("--policy", "path", "FILE", required=True)
_TSA: Final = Opt("--tsa", "path", "FILE", required=True)
_FOLDER: Final = Opt("--folder", "path", "DIR")
_RECEIPT: Final = Opt("--receipt", "path", "FILE")
_WHO_ON: Final = (
    Opt("--actor", "text", "ID", required=True),
    Opt("--office", "text", "CODE", required=True),
    Opt("--on", "day"),
)
SHELLS: Final = ("bash", "zsh", "fish")

_CASES: Final = Spec(
    "case",
    below=(
        Spec("list", _HERE + "cases:list_cases", opts=(Opt("--stage"), _AS_OF, _KNOWN_ON, _JSON)),
        Spec("show", _HERE + "cases:show_case", (_CASE,), (_AS_OF, _KNOWN_ON, _JSON)),
        Spec("history", _HERE + "cases:show_history", (_CASE,), (_AS_OF, _KNOWN_ON, _JSON)),
        Spec("explain", _HERE + "decisions:show_decisions", (_CASE,), (_AS_OF, _KNOWN_ON, _JSON)),
        Spec(
            "redecide",
            _HERE + "decisions:decide_again",
            (_CASE,),
            (Opt("--position", "count", "N"), _JSON),
        ),
        Spec(
            "whatif",
            _HERE + "decisions:decide_otherwise",
            (_CASE,),
            (Opt("--pack", "text", "PACK", required=True), _JSON),
        ),
        Spec("blame", _HERE + "decisions:show_blame", (_CASE, Arg("FIELD", False)), (_JSON,)),
    ),
)

SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        Said("查看", "Look"),
        (
            _CASES,
            Spec(
                "due",
                _HERE + "dues:show_due",
                opts=(_AS_OF, _KNOWN_ON, Opt("--days", "count", "N"), _JSON),
            ),
            Spec(
                "list",
                _HERE + "lists:show_list",
                (Arg("NAME", False),),
                (
                    Opt("--format", "choice", "", FORMATS),
                    Opt("--output", "path", "FILE"),
                    _AS_OF,
                    _KNOWN_ON,
                    _JSON,
                ),
            ),
        ),
    ),
    Section(
        Said("核验", "Verify"),
        (
            Spec("verify", _HERE + "verification:run_verify", opts=(Opt("--deep", "flag"), _JSON)),
            Spec(
                "rebuild",
                _HERE + "rebuilds:run_rebuild",
                opts=(_AS_OF, _KNOWN_ON, Opt("--model", "many", "NAME"), _JSON),
            ),
        ),
    ),
    Section(
        Said("证明", "Prove"),
        (
            Spec(
                "prove",
                below=(
                    Spec("entry", _HERE + "proofs:prove_one_entry", (_POSITION,), (_OUTPUT, _JSON)),
                    Spec("case", _HERE + "proofs:prove_one_case", (_CASE,), (_OUTPUT, _JSON)),
                    Spec(
                        "payment",
                        _HERE + "proofs:prove_one_payment",
                        (_POSITION,),
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
        ),
    ),
    Section(
        Said("记录", "Record"),
        (
            Spec(
                "record",
                _HERE + "records:run_record",
                (Arg("FILE", False),),
                (
                    Opt("--cause", "text", "ID"),
                    Opt("--evidence", "many", "FILE"),
                    Opt("--dry-run", "flag"),
                    _RECEIPT,
                    _JSON,
                ),
            ),
            Spec(
                "import",
                _HERE + "imports:run_import",
                (Arg("KIND", choices=IMPORTS), Arg("FILE", False)),
                (
                    Opt("--dry-run", "flag"),
                    Opt("--effective-on", "day"),
                    *_WHO,
                    Opt("--as-is", "flag"),
                    Opt("--template", "flag"),
                    _RECEIPT,
                    _JSON,
                ),
            ),
            Spec("resolve", _HERE + "records:run_resolve", (Arg("CAUSE"),), (_RECEIPT, _JSON)),
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
            Spec("events", _HERE + "records:show_events", (Arg("TYPE", False),), (_JSON,)),
        ),
    ),
    Section(
        Said("运行", "Operate"),
        (
            Spec(
                "init", _HERE + "founding:run_init", opts=(Opt("--origin", "text", "NAME"), _JSON)
            ),
            Spec(
                "adopt",
                _HERE + "founding:run_adopt",
                (Arg("PACK", False, many=True),),
                (Opt("--county", "text", "CODE"), Opt("--on", "day"), *_WHO, _JSON),
            ),
            Spec(
                "simulate",
                _HERE + "simulations:run_simulate",
                opts=(
                    Opt("--cases", "count", "N"),
                    Opt("--months", "count", "N"),
                    Opt("--seed", "count", "N"),
                    Opt("--start", "day"),
                    Opt("--irregularities", "path", "FILE"),
                    _JSON,
                ),
            ),
            Spec(
                "demo",
                _HERE + "demo:run_demo",
                opts=(
                    Opt("--cases", "count", "N"),
                    Opt("--months", "count", "N"),
                    Opt("--keep", "path", "DIR"),
                ),
            ),
            Spec(
                "completion",
                _HERE + "completion:show_completion",
                (Arg("SHELL", choices=SHELLS),),
            ),
        ),
    ),
)


def top_commands() -> dict[str, Spec]:
    """Return the commands of the first level by name, in the order they are shown."""
    return {spec.name: spec for section in SECTIONS for spec in section.commands}
