"""docs/ATTACKS.md from the table of operators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from aidledger.services.adversary.anchors import QUORUM, SPANS, WITNESSES
from aidledger.services.adversary.catalog import OPERATORS
from aidledger.services.adversary.operator import KINDS, RULES, THREATS, Operator

_INTRO: Final = f"""# Attacks

What `aidledger attack` does to a copy of a ledger, and where it has to show. 在账本的副本上试的各种攻击，以及各应在何处被发现。

The ledger is only read. Its tables, without the vault, are written into a scratch ledger of the same engine: a file in
a temporary folder, or a database of its own on the same server (the login must be allowed to make one). There the
triggers are taken off and each attack is committed by SQL, as the owner of a database can; `verify` is run on it, and
the copy is put back. Evidence (proofs, checkpoints, policies, tiles) is held against the functions that check it.
Attacks on different entries share a run; each must be named at its own entry.

**Three attackers.** `none` has the database and can compute every hash. `log` has the log's key too: it signs
checkpoints anew and moves the mark beside the database. `officer` also has one officer's key, that of the actor with
most signed batches whose key is in the folder of keys. What is signed here stays in the copy, which is thrown away.

**What auditors hold.** With `--checkpoint` and `--policy`: those; the attacker `log` then needs the true log key. Without
them the kit makes a log key, {len(WITNESSES)} witnesses (quorum {QUORUM}) and {SPANS} checkpoints over the ledger as it stands, all for this trial
alone: they show what *would* be found, and prove nothing of the ledger, which then is *unwitnessed*.

**Found** means a finding at the right position, never that anything at all was found. Where the right place has no
position, the finding must be of a kind that the operator names. The untouched ledger is verified first and must be
without any finding.

**Not tried** is never found: a row whose key is not at hand, whose ledger has no signatures, or none of whose
checkpoints is accepted, is named with the reason, and the exit status is 3. What the ledger has nothing of (no event of
a type) is named too and changes no status. Exit status 1: something was missed, or the ledger itself is damaged.
"""


def attacks_page(_root: Path) -> str:
    """Return the page."""
    parts = [_INTRO, "## Right positions\n", *_pairs(("rule", "position", "位置"), _rules())]
    parts += ["\n## Threats\n", *_pairs(("threat", "what", "威胁"), _threats())]
    for kind, title in KINDS.items():
        rows = [one for one in OPERATORS if one.kind == kind]
        parts.append(f"\n## {title.en[0].upper()}{title.en[1:]} · {title.zh}\n")
        parts += _fields(rows) if kind == "fields" else _table(rows, limits=kind == "limits")
    return "\n".join(parts)


def _rules() -> Iterable[tuple[str, ...]]:
    return ((f"`{name}`", both.en, both.zh) for name, both in RULES.items())


def _threats() -> Iterable[tuple[str, ...]]:
    return ((name, both.en, both.zh) for name, both in THREATS.items())


def _pairs(titles: Sequence[str], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(titles)} |", f"|{' --- |' * len(titles)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def _table(rows: Sequence[Operator], *, limits: bool) -> list[str]:
    if limits:
        short = ("operator", "attackers", "what", "done", "who must collude", "threat")
        return _pairs(short, (_limit(one) for one in rows))
    titles = ("operator", "attackers", "what", "done", "found by", "position", "threat")
    return _pairs(titles, (_row(one) for one in rows))


def _head(one: Operator) -> tuple[str, ...]:
    return (
        f"`{one.name}`",
        ", ".join(one.attackers),
        f"{one.title.en} · {one.title.zh}",
        f"{one.does.en} · {one.does.zh}",
    )


def _row(one: Operator) -> tuple[str, ...]:
    return (*_head(one), ", ".join(f"`{code}`" for code in one.finds), f"`{one.rule}`", one.threat)


def _limit(one: Operator) -> tuple[str, ...]:
    who = one.coalition
    return (*_head(one), "" if who is None else f"{who.en} · {who.zh}", one.threat)


def _fields(rows: Sequence[Operator]) -> list[str]:
    """Return the fields of each type on one line: what is done with them is always the same."""
    first = rows[0]
    types: dict[str, list[str]] = {}
    for one in rows:
        name, _, field = one.name.removeprefix("change:").partition(".")
        types.setdefault(name, []).append(f"`{field}`")
    said = (
        f"{len(rows)} operators `change:<type>.<field>`, attackers {', '.join(first.attackers)}: "
        f"{first.does.en} ({first.does.zh}). Found by {', '.join(f'`{code}`' for code in first.finds)}, "
        f"position `{first.rule}`, threat {first.threat}.\n"
    )
    return [said, *_pairs(("type", "fields"), ((f"`{n}`", ", ".join(f)) for n, f in types.items()))]
