"""docs/POWERS.md from the table of powers: who may do what, and which duties two persons share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from aidledger.domain.registry.codes import POWER_CODES
from aidledger.domain.registry.table import DutyTable, Powers, PowerTable, load_powers

_INTRODUCTION = """
Who may do what, and which duties two persons must share. 谁可以办理什么，哪些职责须由两人分担。

A ledger declares its powers once (`GenesisDeclared`), by the SHA-256 of a table like the one below; from the
next entry on each act is judged: **allowed by a rule, or refused by one**. What stands before genesis, or in a
ledger without one, is *not declared*: nothing is said of it. The same pure function answers when an act is about
to be recorded and when the log is verified, so that an entry forged past the program is found.

- Everything holds **by position**: from the entry after the one that gives it, up to the one that ends it. No day
  and no clock is asked; nothing can be given backwards. Only a key may be revoked from an earlier position on.
- A **role** is granted at an office, for a place and all below it (`520123` contains `520123001`), for one
  programme or all. What no power names nobody may do. A grant that nobody had the power to give confers none.
- **Who decides at which level** is policy: a pack in force sets `deciding_offices`; an office that holds the power
  may delegate it (`DelegationGiven`) to another office, for a programme, a place and up to an amount.
- **Custodians**, named by genesis, grant the three administrators and adopt another table; what one of them records
  holds once others have confirmed it. Everybody else's role comes from the security administrator.
- **One person** may act under several names: where `ActorIdentified` says so, they count as one everywhere. Kinship
  (`KinshipDeclared`) counts for both sides.
- **Asked before recording** it is once the ledger has registered a key: of facts as of wishes. Each request is then of
  one actor and signed by that actor's key. A duty may be broken by name (`despite`, recorded as `RuleOverridden`); a
  missing power or key may not. Before the first key names are only claimed, and nobody is asked.
- **What verification makes of it** ([ADR 0011](adr/0011-damage-and-leads.md)): an act that the program would have refused
  was recorded around it, and is **damage** (`act_forbidden`, a finding). What the program records as it was told is a
  **lead** for the audit, and the ledger is not damaged by it: a duty broken by name, an act from before there was any
  key, an emergency whose paperwork came late or never. 绕过程序记录的越权行为是损坏；载明理由突破职责、登记密钥之前的行为、
  逾期补办的手续是审计线索，不是损坏。
- A parameter is taken from the pack in force where it sets one of the same name and type, else from the table.
  *Local* marks a value that no text at hand gives: the county must set it.
""".strip()


def powers_page(root: Path) -> str:
    """Return the page of all tables of powers that are shipped."""
    folder = root / "src" / "aidledger" / "policies" / "powers"
    tables = [
        load_powers(path.read_bytes(), file=path.name) for path in sorted(folder.glob("*.toml"))
    ]
    codes = [(f"`{code}`", t.zh, t.en, t.meaning) for code, t in POWER_CODES.items()]
    return "\n".join(
        [
            "# Powers",
            "",
            _INTRODUCTION,
            "",
            *(line for table in tables for line in _section(table)),
            "## Codes",
            "",
            *_table(("code", "中文", "English", "what may have happened"), codes),
        ]
    )


def _section(table: Powers) -> list[str]:
    """Return the section of one table."""
    parameters = [
        (
            f"`{key}`",
            _value(value),
            table.provenance[key].citation,
            "*local*" if table.provenance[key].local else "",
        )
        for key, value in table.parameters.items()
    ]
    roles = [
        (
            f"`{role.id}`" + (" (administrator)" if role.admin else ""),
            role.text_zh,
            role.text_en,
            ", ".join(role.offices) or "any",
        )
        for role in table.roles.values()
    ]
    return [
        f"## {table.id}",
        "",
        f"**{table.title.zh}**, {table.title.en}. Version {table.version}, SHA-256 `{table.hash}`.",
        "",
        "### Parameters",
        "",
        *_table(("key", "value", "source", ""), parameters),
        "### Roles",
        "",
        *_table(("role", "中文", "English", "counts at offices of kind"), roles),
        "### Who may do what",
        "",
        *_table(
            ("power", "acts", "who", "where", "中文", "English", "citation"),
            [_power(power) for power in table.powers],
        ),
        "### Duties that two persons share",
        "",
        *_table(
            ("rule", "duty", "on", "apart from", "中文", "English", "citation"),
            [_duty(duty) for duty in table.all_duties],
        ),
    ]


def _power(power: PowerTable) -> tuple[str, ...]:
    """Return the row of one power."""
    who = "anyone with a role" if power.anyone else _names(power.roles)
    if power.delegable_to:
        who += f"; by delegation {_names(power.delegable_to)}"
    if power.follows:
        who += f"; or as a consequence of {', '.join(power.follows)}"
    where = [power.scope.replace("_", " ")]
    if power.offices_parameter:
        where.append(f"at offices in `{power.offices_parameter}`")
    if power.step_up:
        where.append("key as `assurance_step_up`")
    return (
        f"`{power.id}`",
        ", ".join(power.acts),
        who,
        "; ".join(where),
        power.text_zh,
        power.text_en,
        power.citation,
    )


def _duty(duty: DutyTable) -> tuple[str, ...]:
    """Return the row of one duty."""
    on = _names(duty.on) or "every act"
    if duty.except_for:
        on += f" except {_names(duty.except_for)}"
    of = _names(duty.of)
    if duty.subject != "own":
        of = f"{of or 'any act'} on the {duty.subject.replace('_', ' ')}"
    if duty.both_ways:
        of += ", both ways"
    if duty.pack_parameter:
        of = f"within `{duty.pack_parameter}` of the pack"
    return (duty.rule, f"`{duty.id}`", on, of, duty.text_zh, duty.text_en, duty.citation)


def _names(names: Iterable[str]) -> str:
    """Return names of powers, roles and acts in one cell; acts as the events are called."""
    return ", ".join(name if name[0].isupper() else f"`{name}`" for name in names)


def _value(value: Any) -> str:
    """Return a parameter's value in one cell."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table in Markdown."""
    return [
        f"| {' | '.join(heads)} |",
        f"|{' --- |' * len(heads)}",
        *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows),
        "",
    ]
