"""What the commands say of themselves that are about audit rules: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

AUDITING: Final[dict[str, Help]] = {
    "audit": Help(
        Said("用审计规则检查整个账本", "Ask the audit rules of the whole ledger"),
        ("aidledger audit run", "aidledger audit show F001"),
        Said(
            "每条规则是一个 SQL 文件，附有演练案例；审计人员自己的规则放在文件夹中，用 --rules 指明。",
            "Each rule is one SQL file with worked cases; an auditor's own come from a folder that "
            "--rules names.",
        ),
    ),
    "audit run": Help(
        Said(
            "运行规则，列出发现的问题和未能运行的规则",
            "Run rules: what they find, and which could not run",
        ),
        (
            "aidledger audit run",
            "aidledger audit run --severity high --as-of 2022-12-31 --json",
            "aidledger audit run --rule F001 --rule X01 --rules my-rules",
        ),
        Said(
            "当前生成版本能回答时由其读取，否则在内存中推导。缺少数据的规则列为未运行，不等于没有问题。"
            "退出码：0 没有发现；1 有发现；3 有规则的查询或模型出错。",
            "Read from the current generation where it answers this, derived in memory otherwise. A rule "
            "that lacks data is not run, which is not clean. Exit status: 0 nothing found; 1 findings; 3 "
            "nothing found, but a rule's query or model failed.",
        ),
    ),
    "audit rules": Help(
        Said("列出规则", "List the rules"),
        ("aidledger audit rules", "aidledger audit rules --rules my-rules --json"),
    ),
    "audit show": Help(
        Said(
            "显示一条规则：含义、依据、处理办法和 SQL",
            "Show a rule: meaning, basis, remedy and SQL",
        ),
        ("aidledger audit show F001",),
    ),
    "audit test": Help(
        Said("用演练案例检验规则", "Try rules on their worked cases"),
        ("aidledger audit test", "aidledger audit test X01 --rules my-rules"),
        Said(
            "给出 --rules 时只检验该文件夹中的规则。退出码：0 全部相符；1 有案例不符；3 规则文件不能使用。",
            "With --rules those of the folder alone. Exit status: 0 all cases hold; 1 one doesn't; 3 a "
            "file can't be used.",
        ),
    ),
}

AUDIT_OPTIONS: Final[dict[str, Said]] = {
    "--rule": Said("只限这条规则（可重复）", "only this rule (may be repeated)"),
    "--rules": Said("自己的规则所在的文件夹", "folder with rules of one's own"),
    "--severity": Said("只限这一级及更严重的", "only findings as severe as this, or more"),
}
