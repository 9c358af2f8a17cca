"""What the commands say of themselves that are about registers of other offices: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

COMPARING: Final[dict[str, Help]] = {
    "compare": Help(
        Said("与其他部门的登记核对", "Compare with registers of other offices"),
        (
            "aidledger compare import deaths deaths.xlsx --from gongan --dated 2022-12-31",
            "aidledger compare run",
        ),
        Said(
            "导入时号码即转为代号：姓名、号码、账号、住址都不保存。规则（aidledger audit run）和 aidledger sql "
            "读取导入的表。",
            "Numbers become tokens at the door: no name, number, account or address is kept. Rules "
            "(aidledger audit run) and aidledger sql read what was imported.",
        ),
    ),
    "compare import": Help(
        Said("导入其他部门的登记", "Import a register of another office"),
        (
            "aidledger compare import deaths deaths.csv --from gongan --dated 2022-12-31 --dry-run",
            "aidledger compare import pension a.xlsx --from renshe --dated 2022-12-31 --rejects b.csv",
            "aidledger compare import deaths may.csv --from gongan --dated 2022-05-31 --adds",
            "aidledger compare import vehicles v.csv --from 3 --dated 2022-12-31 --column person=owner",
        ),
        Said(
            "可读 CSV（UTF-8、GB18030）、XLSX、XLS、ODS 和 Parquet。表头在前 20 行中寻找，未知的列不读取。"
            "一列中多数单元格不是该列应有的内容、或有公式时，整个文件被拒绝，不写入任何内容；"
            "个别不能使用的行只计数，--rejects 列出其行、列和原因，不含内容。",
            "Reads CSV (UTF-8, GB18030), XLSX, XLS, ODS and Parquet. The header is looked for in the first "
            "20 rows; unknown columns are not read. A file in which most cells of a column are something "
            "else, or one with a formula, is refused whole and nothing is written; single rows that can't "
            "be used are counted, and --rejects lists their line, column and reason without what stands there.",
        ),
    ),
    "compare list": Help(
        Said("列出已导入的登记、截止日和天数", "List registers, as of which day, and their age"),
        ("aidledger compare list", "aidledger compare list --as-of 2022-12-31 --json"),
    ),
    "compare show": Help(
        Said(
            "显示一份登记的记录，并重新核对其表",
            "Show a register's entry and read its table again",
        ),
        ("aidledger compare show 1234",),
        Said(
            "退出码：0 表与记录相符；1 缺失或已被改动。",
            "Exit status: 0 the table is as the entry says; 1 it is gone or altered.",
        ),
    ),
    "compare run": Help(
        Said(
            "登记中出现的在享对象：按乡镇计数",
            "Whom registers name of those in support, by township",
        ),
        (
            "aidledger compare run",
            "aidledger compare run deaths vehicles --as-of 2022-12-31 --json",
            "aidledger compare run --output compared.jsonl",
        ),
        Said(
            "--output 为每个出现的事项写一行 DataCompared，可由 aidledger record 记录。"
            "退出码：0 没有出现；1 有。",
            "--output writes a line of DataCompared for each case that is named, for aidledger record. "
            "Exit status: 0 nobody is named; 1 somebody is.",
        ),
    ),
    "compare kinds": Help(
        Said("列出登记的类别和各列的标题", "List kinds of registers and titles of their columns"),
        ("aidledger compare kinds", "aidledger compare kinds deaths"),
    ),
}

COMPARE_OPTIONS: Final[dict[str, Said]] = {
    "compare import --from": Said("来自哪个单位（代码）", "the unit that it came from, a code"),
    "--dated": Said("登记截至哪一天", "the day that the register is of"),
    "--column": Said("某列在此文件中的标题（可重复）", "the title of a column in this file"),
    "--adds": Said("补充同一单位以前的登记，不取代", "stands beside earlier ones of the unit"),
    "--strict": Said(
        "有任何不能使用的行时拒绝整个文件", "refuse the file if any row can't be used"
    ),
    "compare import --rejects": Said(
        "把不能使用的行（不含内容）列入此 CSV", "list rows that can't be used in this CSV"
    ),
    "compare run --output": Said(
        "写出可记录的 DataCompared", "write lines of DataCompared to record"
    ),
}
