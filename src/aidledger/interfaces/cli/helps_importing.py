"""What the commands that import files say of themselves."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

IMPORTING: Final[dict[str, Help]] = {
    "import": Help(
        Said(
            "导入表格：申请、银行回盘、考核得分",
            "Import a sheet: applications, bank results, scores",
        ),
        (
            "aidledger import applications --template > template.csv",
            "aidledger import applications march.xlsx --dry-run",
            "aidledger import payments bank.csv --actor 520123-bank-u1 --office 520123-bank",
        ),
        Said(
            "CSV（UTF-8 或 GB18030）或 XLSX。要么全部要么不记；每个坏行按行号和字段报告。"
            "身份证号、账号须为文本单元格。申请没有救助项目一列的，按特困供养记录。同一文件导入两次，得到同一回执；换一个文件再报账本已有的"
            "银行行，按行拒绝。银行结果与花名册不符的（金额、账户、不在册）照记，并用 ⚠ 说明。"
            "账本登记有密钥时，须写明 --actor 和 --office，以该人的密钥签名。",
            "CSV (UTF-8 or GB18030) or XLSX. All or nothing; every bad row is named by line and "
            "field. Identity and account numbers must be text cells. Applications without a column programme "
            "are for support in extreme hardship. The same file twice gives the "
            "same receipt; lines of a bank that the ledger has, in another file, are refused by line. "
            "What the bank did otherwise than the roster has it (amount, account, nobody on it) is "
            "recorded, and told with ⚠. In a ledger with registered keys --actor and --office are needed: that "
            "actor's key signs it.",
        ),
    ),
    "import-history": Help(
        Said(
            "导入一个县的全部历史，可中断续导",
            "Import a county's whole history; go on after a kill",
        ),
        (
            "aidledger import-history history.jsonl --dry-run",
            "aidledger import-history history.jsonl --keep-going --rejects rejected.jsonl",
            "aidledger import-history visits.parquet --type VisitMade --office 520123",
            "aidledger import-history --type PaymentIssued --template > payments.csv",
        ),
        Said(
            "JSON Lines（每行一个请求，同 record），或每种事件一个 CSV（UTF-8 或 GB18030）、XLSX、"
            "Parquet 文件。--dry-run 检查格式；指明账本时还逐行问规则，什么也不记。先检查全部各行：有坏行就按行号和字段报告，什么也不记；然后按规则逐批"
            "记录。中断后再次执行即从停下处继续，不丢不重。没有写明来源的事实标记为来自该文件的"
            "该行；没有写明经办人、机构的行按 --actor、--office。",
            "JSON Lines (one request a line, as for record), or CSV (UTF-8 or GB18030), XLSX or Parquet "
            "with one event type a file. --dry-run checks the form; with a ledger it also asks the rules "
            "about every row, and records nothing. Every row is checked first: bad ones are named by line and "
            "field, and nothing is recorded. Then rows are decided and recorded batch by batch. Run "
            "again after a kill, it goes on where it stopped: nothing is lost or doubled. Facts that "
            "do not say where they come from are marked with the file and the line; rows without actor "
            "or office take --actor and --office.",
        ),
    ),
}

IMPORTING_OPTIONS: Final[dict[str, Said]] = {
    "--as-is": Said(
        "历史数据照原样记录并加标记，规则拒绝的也记",
        "take history as it is: faults, and what rules refuse, are recorded and marked",
    ),
    "--keep-going": Said(
        "坏行和被拒绝的行写入另一文件，其余照记",
        "put bad and refused rows into a file, record the others",
    ),
    "--rejects": Said(
        "该文件（默认：FILE.rejects.jsonl）", "that file (default: FILE.rejects.jsonl)"
    ),
    "--beside": Said("另一份历史尚未导完也开始", "begin although another history is unfinished"),
    "--batch": Said("每批行数（默认 1000）", "rows a batch (default 1000)"),
    "--type": Said("表格各行的事件类型", "event type of the rows of a table"),
    "--template": Said("输出表头和一行样例", "print the header and a sample row"),
    "--requests": Said(
        "把各项请求另存为 JSON Lines",
        "write what is asked of the ledger to this file, as JSON Lines",
    ),
}
