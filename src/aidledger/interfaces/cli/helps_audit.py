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
            "Read from the current generation where it answers this, derived in memory otherwise. A rule that "
            "lacks data is not run, which is not clean. Exit status: 0 nothing found; 1 findings; 3 nothing "
            "found, but a rule's query or model failed.",
        ),
    ),
    "audit report": Help(
        Said(
            "写出审计报告：网页、PDF 或工作底稿",
            "Write the report of an audit: page, PDF or working papers",
        ),
        (
            "aidledger audit report --output report-2022",
            "aidledger audit report --output report.pdf --policy witnesses.txt",
            "aidledger --lang en audit report --output report.html --severity high",
        ),
        Said(
            "名称以 .html、.pdf 或 .xlsx 结尾时写出该文件，否则写出一个含全部格式的新文件夹；旁边有清单，"
            "用 aidledger export check 核对。报告含范围、总体、根、见证情况、已运行和未运行的规则、问题、"
            "疑点、方法和依据，不含姓名、证件号码和账号。同一账本、同一问题得到相同的字节。"
            "退出码：0 已写出（有无问题均同）；3 有规则出错，或有一种格式未能生成。",
            "A name that ends in .html, .pdf or .xlsx is that file, any other a new folder with every form; "
            "a manifest beside it is for aidledger export check. The report has scope, population, roots, "
            "who vouches for the log, rules run and not run, findings, doubts, method and basis; no name, "
            "number or account. The same log asked the same gives the same bytes. Exit status: 0 written, "
            "with findings or without; 3 a rule failed, or a form could not be made.",
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
    "audit sample": Help(
        Said("从读模型或事件视图抽样，可由任何人重复", "Draw a sample that anybody can draw again"),
        (
            "aidledger audit sample case_state --rows 30 --output sample.json",
            "aidledger audit sample case_state --rows 30 --by programme",
            "aidledger audit sample payment_issued --rows 50 --money amount_fen --words 2023-07",
            "aidledger audit sample --check sample.json",
        ),
        Said(
            "种子由账本的根、总体的根和审计人员自选的文字（--words）得出，抽样的人无从挑选。默认随机；"
            "--by 按该列分层，--money 按金额（分）的货币单位。--check 不用生成版本，由账本记录"
            "重新抽取文件所载的样本并比对，不同时退出码为 5。",
            "The seed follows from the root of the log, that of the population and the auditor's own "
            "words (--words): nobody could wish for a row. Random by default; --by takes strata of a "
            "column, --money monetary units of one in fen. --check draws the sample of a file again, "
            "from the entries and no generation; the exit status is 5 where it comes out otherwise.",
        ),
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
    "sql": Help(
        Said("用一条 SELECT 查询事件视图和读模型", "Ask the event views and models by one SELECT"),
        (
            'aidledger sql "SELECT month, SUM(amount_fen) FROM payment_issued GROUP BY month"',
            "aidledger sql - --as-of 2022-12-31 --output cases.csv < cases.sql",
            "aidledger sql --shell",
        ),
        Said(
            "只读：不能写入，也不能读取文件或网络。表见 docs/MODELS.md；SQL 为 - 时由标准输入读取。"
            "当前生成版本能回答时由其读取，否则在内存中推导所需模型。--shell 逐条回答，直到离开：.help 列出其命令，"
            "Ctrl-C 只停止当前查询；标准输入不是终端时按脚本读取，有错时退出码为 3。",
            "Read-only: it writes nothing and reaches no file and no network. docs/MODELS.md lists the "
            "tables; - reads the SELECT from standard input. Read from the current generation where it "
            "answers this, with the models that it needs derived in memory otherwise. --shell answers one "
            "after the other until you leave: .help lists its commands, Ctrl-C stops the question alone; "
            "what is no terminal is read as a script, with exit status 3 where something in it failed.",
        ),
    ),
}

AUDIT_OPTIONS: Final[dict[str, Said]] = {
    "--rule": Said("只限这条规则（可重复）", "only this rule (may be repeated)"),
    "--rules": Said("自己的规则所在的文件夹", "folder with rules of one's own"),
    "--rows": Said("抽多少行", "how many rows to draw"),
    "--by": Said("按此列分层", "column of the strata"),
    "--money": Said("金额（分）所在的列", "column of the amounts, in fen"),
    "--words": Said("审计人员自选的文字，进入种子", "the auditor's own words, part of the seed"),
    "audit sample --check": Said("按此文件重新抽取并比对", "draw the sample of this file again"),
    "audit report --output": Said(
        "写到此文件（按结尾定格式）或新文件夹",
        "the file to write, of the form that it ends in, or a new folder",
    ),
    "audit report --format": Said(
        "文件夹中只写这一种格式（默认：全部）", "the one form that a folder gets (default: all)"
    ),
    "audit report --policy": Said(
        "自己的信任策略：哪些见证方算数", "a trust policy of your own: whose witnessing counts"
    ),
    "audit report --sample": Said(
        "写入方法的样本文件（可重复）", "a sample to tell of (may be repeated)"
    ),
    "audit sample --output": Said("把样本写入此文件", "write the sample to this file"),
    "--shell": Said("逐条查询，直到离开", "answer one question after the other"),
    "--seconds": Said("至多用时（秒；默认：60）", "how long it may take (default: 60 s)"),
    "sql --most": Said("至多给出的行数（默认：10000）", "rows given at most (default: 10000)"),
    "--severity": Said("只限这一级及更严重的", "only findings as severe as this, or more"),
}
