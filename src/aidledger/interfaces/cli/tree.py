"""The tree of commands as data: names, parameters, and where each is carried out.

Nothing here imports what a command needs to run: help and completion stay light. Texts for people
are in ``helps``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.specs import Arg, Opt, Spec
from aidledger.interfaces.cli.tree_archive import ARCHIVE, BY_ARCHIVE
from aidledger.interfaces.cli.tree_audit import AUDIT, SQL
from aidledger.interfaces.cli.tree_bundles import BUNDLE
from aidledger.interfaces.cli.tree_compare import COMPARE
from aidledger.interfaces.cli.tree_doubts import DOUBT
from aidledger.interfaces.cli.tree_fund import FUND
from aidledger.interfaces.cli.tree_generations import GENERATIONS
from aidledger.interfaces.cli.tree_handing import EXPORTS
from aidledger.interfaces.cli.tree_operating import OPERATING
from aidledger.interfaces.cli.tree_policy import ADOPT, POLICY
from aidledger.interfaces.cli.tree_proofs import BY_PROOF, CLOSING, PROVING
from aidledger.interfaces.cli.tree_province import PROVINCE
from aidledger.interfaces.cli.tree_time import BISECT, TIME
from aidledger.interfaces.cli.tree_witness import CHECKPOINTS, WITNESSES


class Section(NamedTuple):
    """Commands that are used together."""

    title: Said
    commands: tuple[Spec, ...]


_HERE: Final = "aidledger.interfaces.cli."
_CASE: Final = Arg("CASE")
_JSON: Final = Opt("--json", "flag")
_ANEW: Final = Opt("--anew", "flag")
_AS_OF: Final = Opt("--as-of", "day")
_KNOWN_ON: Final = Opt("--known-on", "day")
_AT: Final = Opt("--at", "point")
_TIMES: Final = (_AS_OF, _KNOWN_ON, _AT)
"""Of every command that reads: in force on one day, as known by another or at a point of the log."""
_WHO: Final = (Opt("--actor", "text", "ID"), Opt("--office", "text", "CODE"))
ASSURANCES: Final = ("server", "file", "token")
REASONS: Final = ("compromised", "lost", "replaced", "left_office")
FORMATS: Final = ("table", "json", "csv", "xlsx")
IMPORTS: Final = ("applications", "payments", "scores")
ATTACKERS: Final = ("none", "log", "officer")
_RECEIPT: Final = Opt("--receipt", "path", "FILE")
SHELLS: Final = ("bash", "zsh", "fish")

_CASES: Final = Spec(
    "case",
    below=(
        Spec("list", _HERE + "cases:list_cases", opts=(Opt("--stage"), *_TIMES, _JSON)),
        Spec("show", _HERE + "cases:show_case", (_CASE,), (*_TIMES, _JSON)),
        Spec(
            "history",
            _HERE + "cases:show_history",
            (_CASE,),
            (*_TIMES, *BY_PROOF, _ANEW, _JSON),
        ),
        Spec("explain", _HERE + "decisions:show_decisions", (_CASE,), (*_TIMES, _JSON)),
        Spec(
            "redecide",
            _HERE + "decisions:decide_again",
            (Arg("CASE", False),),
            (Opt("--all", "flag"), Opt("--position", "count", "N"), *_TIMES, _JSON),
        ),
        Spec(
            "whatif",
            _HERE + "decisions:decide_otherwise",
            (_CASE,),
            (Opt("--pack", "text", "PACK", required=True), *_TIMES, _JSON),
        ),
        Spec(
            "consequences",
            _HERE + "consequence:show_consequences",
            (_CASE,),
            (
                Opt("--position", "count", "N", required=True),
                Opt("--proposals", "flag"),
                Opt("--on", "day"),
                Opt("--recover-by", "day"),
                *_WHO,
                _KNOWN_ON,
                _AT,
                _JSON,
            ),
        ),
        Spec(
            "blame",
            _HERE + "blames:show_blame",
            (_CASE, Arg("FIELD", False)),
            (*_TIMES, _JSON),
        ),
    ),
)

_BY: Final = (
    Opt("--actor", "text", "ID", required=True),
    Opt("--office", "text", "CODE", required=True),
    Opt("--county", "text", "CODE"),
    Opt("--on", "day"),
    _JSON,
)
_KEY: Final = Arg("KEY")
_KEYS: Final = Spec(
    "keys",
    below=(
        Spec(
            "new", _HERE + "keys:run_new", (Arg("NAME"),), (Opt("--no-passphrase", "flag"), _JSON)
        ),
        Spec("list", _HERE + "keys:run_list", opts=(_JSON,)),
        Spec(
            "register",
            _HERE + "keys:run_register",
            (_KEY,),
            (
                Opt("--owner", "text", "ID", required=True),
                Opt("--assurance", "choice", "", ASSURANCES),
                *_BY,
            ),
        ),
        Spec("rotate", _HERE + "keys:run_rotate", (_KEY, Arg("NEW")), _BY),
        Spec(
            "revoke",
            _HERE + "keys:run_revoke",
            (_KEY,),
            (
                Opt("--reason", "choice", "", REASONS, required=True),
                Opt("--from-position", "count", "N"),
                *_BY,
            ),
        ),
    ),
)

SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        Said("查看", "Look"),
        (
            _CASES,
            *TIME,
            Spec(
                "due",
                _HERE + "dues:show_due",
                opts=(*_TIMES, Opt("--days", "count", "N"), *BY_PROOF, _ANEW, _JSON),
            ),
            Spec(
                "whatif",
                _HERE + "whatifs:run_whatif",
                opts=(
                    Opt("--pack", "text", "PACK", required=True),
                    Opt("--month", "text", "YYYY-MM", required=True),
                    Opt("--chart", "path", "FILE"),
                    _KNOWN_ON,
                    _AT,
                    _JSON,
                ),
            ),
            Spec(
                "list",
                _HERE + "lists:show_list",
                (Arg("NAME", False),),
                (
                    Opt("--format", "choice", "", FORMATS),
                    Opt("--output", "path", "FILE"),
                    _ANEW,
                    *_TIMES,
                    _JSON,
                ),
            ),
            FUND,
            SQL,
            EXPORTS,
            POLICY,
        ),
    ),
    Section(
        Said("核验", "Verify"),
        (
            Spec(
                "verify",
                _HERE + "verification:run_verify",
                opts=(
                    Opt("--checkpoint", "many", "FILE"),
                    Opt("--policy", "path", "FILE"),
                    Opt("--proofs", "path", "DIR"),
                    Opt("--misbehaviour", "path", "FILE"),
                    Opt("--deep", "flag"),
                    *BY_ARCHIVE,
                    _JSON,
                ),
            ),
            Spec(
                "rebuild",
                _HERE + "rebuilds:run_rebuild",
                opts=(
                    *_TIMES,
                    Opt("--model", "many", "NAME"),
                    Opt("--engine", "choice", choices=("duckdb", "spark")),
                    Opt("--memory", "text", "SIZE"),
                    Opt("--threads", "count", "N"),
                    Opt("--spill", "path", "DIR"),
                    Opt("--master", "text", "URL"),
                    Opt("--shared", "path", "DIR"),
                    Opt("--also", "many", "LEDGER"),
                    _JSON,
                ),
            ),
            GENERATIONS,
            AUDIT,
            COMPARE,
            DOUBT,
            BISECT,
            Spec(
                "attack",
                _HERE + "attacks:run_attack",
                opts=(
                    Opt("--checkpoint", "many", "FILE"),
                    Opt("--policy", "path", "FILE"),
                    Opt("--operator", "many", "NAME"),
                    Opt("--attacker", "choice", "", ATTACKERS),
                    Opt("--list", "flag"),
                    _JSON,
                ),
            ),
            CHECKPOINTS,
            WITNESSES,
            PROVINCE,
            ARCHIVE,
        ),
    ),
    Section(Said("证明", "Prove"), (*PROVING, BUNDLE)),
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
            Spec(
                "import-history",
                _HERE + "bulkimports:run_import_history",
                (Arg("FILE", False),),
                (
                    Opt("--type", "text", "TYPE"),
                    *_WHO,
                    Opt("--as-is", "flag"),
                    Opt("--keep-going", "flag"),
                    Opt("--rejects", "path", "FILE"),
                    Opt("--beside", "flag"),
                    Opt("--batch", "count", "N"),
                    Opt("--dry-run", "flag"),
                    Opt("--template", "flag"),
                    _JSON,
                ),
            ),
            Spec("resolve", _HERE + "records:run_resolve", (Arg("CAUSE"),), (_RECEIPT, _JSON)),
            *CLOSING,
            Spec("events", _HERE + "records:show_events", (Arg("TYPE", False),), (_JSON,)),
        ),
    ),
    Section(
        Said("运行", "Operate"),
        (
            Spec(
                "init", _HERE + "founding:run_init", opts=(Opt("--origin", "text", "NAME"), _JSON)
            ),
            *OPERATING,
            ADOPT,
            _KEYS,
            Spec(
                "simulate",
                _HERE + "simulations:run_simulate",
                opts=(
                    Opt("--cases", "count", "N"),
                    Opt("--months", "count", "N"),
                    Opt("--seed", "count", "N"),
                    Opt("--start", "day"),
                    Opt("--scenario", "text", "NAME"),
                    Opt("--irregularities", "path", "FILE"),
                    Opt("--requests", "path", "FILE"),
                    Opt("--statements", "flag"),
                    Opt("--signed", "flag"),
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
