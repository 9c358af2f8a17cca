"""What the command says of itself that attacks a copy of the ledger: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

ATTACKING: Final[dict[str, Help]] = {
    "attack": Help(
        Said(
            "在副本上试各种攻击，看哪些能发现、在何处发现",
            "Attack a copy of the ledger; see what is found, and where",
        ),
        (
            "aidledger attack",
            "aidledger attack --checkpoint 2022-06-30.checkpoint --policy policy.txt",
            "aidledger attack --operator 'rewrite:*' --attacker log --json",
        ),
        Said(
            "账本本身只读，攻击都做在一次性的副本上（PostgreSQL 需有建库权限）。三种攻击者：none 只有"
            "数据库，log 还有账本密钥，officer 再加一名经办人的密钥。在正确的位置指出才算发现；"
            "无法发现的也照做，并写明须由谁串通。各种攻击见 docs/ATTACKS.md。"
            "退出码：0 全部如期；1 有该发现而未发现的，或账本本身有损坏；3 缺密钥等条件，有些没有试。",
            "The ledger is only read; all is done to a copy that is thrown away (on PostgreSQL the login "
            "must be allowed to make a database). Three attackers: none has the database, log also the "
            "log's key, officer one officer's key as well. Found means: named at the right position. What "
            "can't be found is carried out all the same, with who must collude; docs/ATTACKS.md has every "
            "attack. Exit status: 0 all came out as it should; 1 something was missed, or the ledger itself "
            "is damaged; 3 some could not be tried for want of a key.",
        ),
    ),
}

ATTACK_OPTIONS: Final[dict[str, Said]] = {
    "--operator": Said(
        "只试这一种，* 代表任意（可重复）", "only these, * is anything (repeatable)"
    ),
    "--attacker": Said("只试这种攻击者", "only this attacker"),
    "--list": Said("列出全部攻击，不试", "list the attacks, try none"),
}
