"""What the commands of the archive, and their options, say of themselves."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

ARCHIVING: Final[dict[str, Help]] = {
    "archive": Help(
        Said(
            "归档：把记录封存为列式文件，列出，核验",
            "The archive: entries sealed into columns, listed, verified",
        ),
        ("aidledger archive seal --actor 520123-u10 --office 520123", "aidledger archive list"),
    ),
    "archive seal": Help(
        Said(
            "把每满 65,536 条的记录封存为一个归档段",
            "Seal each complete run of 65,536 entries as a segment of the archive",
        ),
        (
            "aidledger archive seal --actor 520123-u10 --office 520123",
            "aidledger archive seal --actor u10 --office 520123 --archive s3://bucket/county",
        ),
        Said(
            "写入前逐条重算哈希并与树节点核对，不符即不封存（退出码 1）。清单的哈希记入账本。"
            "中途被终止，再次执行得到同样的字节。宜每晚执行。",
            "Every record is hashed again and held against the tree's nodes first; what does not "
            "verify is not sealed (exit status 1). The manifests' hashes go into the log. Killed at "
            "any moment and run again, it gives the same bytes. Meant for each night.",
        ),
    ),
    "archive list": Help(
        Said("列出归档段", "List the segments of the archive"),
        ("aidledger archive list", "aidledger archive list --archive DIR --json"),
        Said(
            "给出账本时，列出各段清单在账本中的位置；账本没有提到的段不能作数。",
            "With the ledger at hand it says where the log vouches for each segment; one that it does "
            "not name counts for nothing.",
        ),
    ),
    "archive verify": Help(
        Said(
            "对照账本核验归档：字节、链条、树、各列",
            "Verify the archive against the ledger: bytes, chain, tree, columns",
        ),
        ("aidledger archive verify", "aidledger archive verify --no-columns --json"),
        Said(
            "各列由记录重新推导并逐列比较。没有账本时用 aidledger verify --archive。"
            "退出码同 aidledger verify。",
            "The columns are derived from the records again and compared one by one. Without the "
            "ledger: aidledger verify --archive. Exit status as of aidledger verify.",
        ),
    ),
}

ARCHIVE_OPTIONS: Final[dict[str, Said]] = {
    "--archive": Said(
        "归档所在的目录或地址（默认：账本旁）",
        "where the archive lies: a folder or a URL (default: beside the ledger)",
    ),
    "--no-columns": Said(
        "不重新推导各列（较快；报告会注明）",
        "do not derive the columns again: faster, and the report says so",
    ),
}
