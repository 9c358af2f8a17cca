"""What the commands say of themselves that hand something over: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

HANDING: Final[dict[str, Help]] = {
    "export": Help(
        Said("导出供其他程序打开的文件", "Write files that other programs open"),
        (
            "aidledger export workpapers papers.xlsx",
            "aidledger export flat handed",
            "aidledger export beancount --output county.beancount",
        ),
        Said(
            "个人只以代号出现，没有姓名、证件号码和账号。除 beancount 外都附有 manifest.json：账本的条数与根、"
            "每个文件的 SHA-256、行数和合计。同样的账本、同样的问题得到同样的字节。见 docs/HANDOVER.md。",
            "People are there by token: no name, number or account. With all but beancount comes a "
            "manifest.json: size and root of the log, SHA-256 of every file, rows and sums. The same log asked the same "
            "gives the same bytes. See docs/HANDOVER.md.",
        ),
    ),
    "export beancount": Help(
        Said(
            "导出复式账，可用 Beancount 和 Fava 打开",
            "Write the double entry for Beancount and Fava",
        ),
        (
            "aidledger export beancount > county.beancount",
            "aidledger export beancount --output county.beancount --as-of 2022-06-30",
        ),
        Said(
            "每笔交易注明条目的位置；其中没有个人信息，领取人只以个案编号出现。"
            "同样的条目得到同样的字节。",
            "Each transaction names the position of its entry. Nothing personal is in it: people are "
            "there by their case alone. The same entries give the same bytes.",
        ),
    ),
    "export workpapers": Help(
        Said("把审计规则的运行结果写成工作底稿", "Write the working papers of an audit run"),
        (
            "aidledger export workpapers papers.xlsx",
            "aidledger --lang zh export workpapers papers.xlsx --as-of 2022-12-31 --sample sample.json",
        ),
        Said(
            "封面（范围和根）、规则、问题清单、未运行的规则、每条规则一张表、样本；单元格不会被当成公式，"
            "18 位号码是文本，金额为元。语言随 --lang。退出码：0 已写出；3 已写出，但有规则出错或有行读不出。",
            "A cover with scope and roots, the rules, all findings, rules not run, a sheet by rule, samples. "
            "No cell is a formula, numbers of 18 digits are texts, sums are yuan; --lang is its language. "
            "Exit status: 0 written; 3 written, but a rule failed or rows could not be read.",
        ),
    ),
    "export flat": Help(
        Said(
            "导出带数据字典和控制合计的平面文件",
            "Write flat files with data dictionary and totals",
        ),
        (
            "aidledger export flat handed",
            "aidledger export flat handed --as-of 2022-12-31 --known-on 2023-01-31",
        ),
        Said(
            "以 ISO 21378、GB/T 40217 为范本：每个事件类型和读模型一个 CSV，dictionary.csv 说明每一列，"
            "tables.csv 给出行数和合计，SHA256SUMS 和 datapackage.json 描述文件。FOLDER 应是新的或空的。",
            "Modelled on ISO 21378 and GB/T 40217: one CSV a type of event and a model; dictionary.csv "
            "explains each column, tables.csv has rows and sums, SHA256SUMS and datapackage.json describe "
            "the files. FOLDER is to be new or empty.",
        ),
    ),
    "export parquet": Help(
        Said("导出全部视图和读模型为 Parquet", "Write every view and model as Parquet"),
        (
            "aidledger export parquet handed",
            "aidledger export parquet few --model case_state --model arrears",
        ),
        Said(
            "每张表一个文件，按键排序；没有行的表也有其列。FOLDER 应是新的或空的。",
            "One file a table, in the order of its key; a table without rows has its columns. FOLDER is to "
            "be new or empty.",
        ),
    ),
    "export duckdb": Help(
        Said(
            "导出全部视图和读模型为一个 DuckDB 文件", "Write every view and model as a DuckDB file"
        ),
        ("aidledger export duckdb county.duckdb",),
        Said(
            "表和列都有注释（DESCRIBE 之外见 duckdb_columns()）。DuckDB 在文件中放入随机标识，"
            "字节每次不同；内容以清单中的合计和根为准。",
            "Tables and columns have comments (see duckdb_columns()). DuckDB puts a random id into a file, "
            "so its bytes differ each time; the totals and roots of the manifest say what is in it.",
        ),
    ),
    "export sqlite": Help(
        Said(
            "导出全部视图和读模型为一个 SQLite 文件，可用 Datasette 打开",
            "Write every view and model as a SQLite file for Datasette",
        ),
        ("aidledger export sqlite county.sqlite",),
        Said(
            "有主键、索引和确实成立的外键；说明和常用查询在 metadata.json 中。列表和对象是 JSON 文本；"
            "没有全文检索：SQLite 的分词对两个字的中文词查不到。打开：datasette FILE --metadata FILE.metadata.json",
            "With keys, indexes, and foreign keys where they hold; descriptions and questions are in the "
            "metadata.json beside it. Lists and objects are JSON texts. There is no full-text search: that "
            "of SQLite finds no Chinese word of two characters. Open it by datasette FILE --metadata "
            "FILE.metadata.json",
        ),
    ),
    "export ocel": Help(
        Said(
            "导出对象中心事件日志（OCEL 2.0），供流程挖掘",
            "Write an object-centric event log (OCEL 2.0)",
        ),
        (
            "aidledger export ocel county.json",
            "aidledger export ocel county.sqlite --as-of 2022-12-31",
        ),
        Said(
            "文件名以 .json 或 .sqlite 结尾。对象：个案、人员（代号）、家庭、每月发放、批次、资金、护理人、投诉、"
            "名单、工作人员、机构等；时间是生效之日，记录时间是属性。",
            "The name ends in .json or .sqlite. Objects are cases, persons (tokens), households, payments of "
            "a month, pay runs, funds, carers, complaints, lists, officers, offices and more. The time is "
            "the day on which an entry holds; when it was recorded is an attribute.",
        ),
    ),
    "export xes": Help(
        Said(
            "导出每个个案一条轨迹的事件日志（XES）", "Write an event log with a trace a case (XES)"
        ),
        ("aidledger export xes county.xes.gz",),
        Said(
            "XES（IEEE 1849），文件名以 .xes 或 .xes.gz 结尾。时间是生效之日；同日的事件按账本中的顺序。",
            "XES (IEEE 1849); the name ends in .xes or .xes.gz. The time is the day on which an entry holds; "
            "the events of a day stand in the order of the log.",
        ),
    ),
    "export cloudevents": Help(
        Said(
            "导出全部记录为 CloudEvents，每行一条",
            "Write every record as a CloudEvent, one a line",
        ),
        (
            "aidledger export cloudevents county.jsonl",
            "aidledger export check county.jsonl",
        ),
        Said(
            "CloudEvents 1.0（JSON Lines）：data 是条目的记录，其规范字节就是账本中的字节；hash 是叶散列，prevhash 是"
            "同一流前一条的散列。export check 逐字节还原全部记录并重算根。记录照账本原样，不作更正，故没有生效日和获知日。",
            "CloudEvents 1.0 as JSON Lines: data is the record of the entry, whose canonical bytes are those "
            "of the log; hash is its leaf hash, prevhash that of the entry before in its stream. export check "
            "recovers every record byte for byte, and the root. Records are as they were written: none is "
            "corrected, so that no day is asked about.",
        ),
    ),
    "export check": Help(
        Said("核对收到的导出文件", "Check what was handed over"),
        ("aidledger export check handed", "aidledger export check county.sqlite --json"),
        Said(
            "按清单核对每个文件的散列；平面文件还重算行数和合计，并指出被改的行；CloudEvents 还原记录并重算根。不需要账本。"
            "清单的散列应与交接时记下的一致。退出码：0 相符；1 不符。",
            "Holds every file against the manifest; of flat files it works rows and sums out again and names "
            "the line that was changed; of CloudEvents it recovers the records and their root. It needs no "
            "ledger. The manifest's own hash is to be the one noted "
            "when it was handed over. Exit status: 0 all agree; 1 something differs.",
        ),
    ),
}

HANDING_OPTIONS: Final[dict[str, Said]] = {
    "--event": Said(
        "只限这一事件类型（可重复；默认：全部）",
        "only this type of event (may be repeated; default: all)",
    ),
    "export workpapers --model": Said(
        "另附这一读模型，成一张表（可重复）",
        "this model as well, on a sheet of its own (may be repeated)",
    ),
    "--sample": Said(
        "audit sample --output 写出的样本，各成一张表（可重复）",
        "a sample that audit sample --output wrote: a sheet of its own (may be repeated)",
    ),
}
