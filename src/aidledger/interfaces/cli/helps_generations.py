"""What the commands say of themselves that are about generations: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

GENERATIONS: Final[dict[str, Help]] = {
    "rebuild": Help(
        Said(
            "由记录重新推导全部读模型并给出摘要",
            "Derive every model from the entries again, with digests",
        ),
        (
            "aidledger rebuild",
            "aidledger rebuild --as-of 2022-06-30 --json",
            "aidledger rebuild --model case_state --model entitlements",
            "aidledger rebuild --engine spark --master local[2]",
            "aidledger --ledger a.db rebuild --engine spark --also b.db --also c.db",
        ),
        Said(
            "建成一个新的生成版本并与上一版本比较，再一步切换。某个模型出错时其余照常建成，"
            "退出码为 3；缺少当前版本已有模型的版本保留但不启用。中断后再次运行即接续。",
            "Makes a new generation, compares it with the last, and switches to it in one step. "
            "Where a model fails, the others are built all the same, and the exit status is 3; a "
            "generation that lacks a model which the current one has is kept and does not become "
            "current. Run again after a kill, it goes on from there.",
        ),
    ),
    "generations": Help(
        Said("查看、比较、认证读模型的生成版本", "Look at generations of the models, certify them"),
        ("aidledger generations list", "aidledger generations diff --model entitlements"),
    ),
    "generations list": Help(
        Said("列出保留的生成版本", "List the generations that are kept"),
        ("aidledger generations list", "aidledger generations list --json"),
        Said(
            "* 为当前版本，各清单由其读取；并列出记录其认证的位置。",
            "* is the current one, which lists are read from; with it stands the position of the "
            "entry that certifies it.",
        ),
    ),
    "generations diff": Help(
        Said("比较两个生成版本", "Say how two generations differ"),
        (
            "aidledger generations diff",
            "aidledger generations diff --old 6 --new 7 --model entitlements --json",
        ),
        Said(
            "默认比较最后两个版本，列出不同的模型及增减改的行数；给出 --model 时按主键逐行列出。",
            "By default the last two: the models that differ, with rows added, removed and changed. "
            "With --model the rows themselves, by their keys.",
        ),
    ),
    "generations prune": Help(
        Said("删除旧的生成版本", "Remove old generations"),
        ("aidledger generations prune", "aidledger generations prune --last 1"),
        Said(
            "保留最新的几个、当前版本和正被读取的版本。认证文件始终保留；被删除的可由记录重新推导。",
            "Keeps the newest few, the current one, and those that somebody reads. Certificates "
            "always stay; what is removed can be derived again from the entries.",
        ),
    ),
    "generations check": Help(
        Said(
            "把曾经认证的一个生成版本重新推导并比对",
            "Derive a generation that was certified once again, and compare",
        ),
        ("aidledger generations check", "aidledger generations check --position 1015 --json"),
        Said(
            "由账本最新的根选出一份认证，任何人都能重复这一选择；--position 指定认证所在的位置。只读取认证"
            "所载大小以内的记录，其后的更正和作废不计。退出码：0 一致；1 不一致；3 无法比对；10 没有认证。",
            "The newest root of the log picks the certificate, as anybody can repeat; --position names "
            "one by its entry. Only the entries below its size are read: what was corrected or annulled "
            "later doesn't count. Exit status: 0 it agrees; 1 it doesn't; 3 it can't be compared; 10 "
            "none was certified.",
        ),
    ),
    "generations certify": Help(
        Said("认证当前生成版本并记入账本", "Certify the current generation, and record it"),
        ("aidledger generations certify --actor 520123-u10 --office 520123",),
        Said(
            "认证载明所读记录的数量与根、每个模型的文件散列、行数和摘要；有密钥时由经办人签名，"
            "其散列成为一条记录。同一版本只认证一次。",
            "The certificate names size and root of the entries read, and the file hash, rows and "
            "digest of each model; the actor signs it where there are keys, and its hash becomes an "
            "entry. The same generation is certified once.",
        ),
    ),
}

GENERATION_OPTIONS: Final[dict[str, Said]] = {
    "--engine": Said(
        "由哪个引擎构建模型；默认 duckdb", "what builds the models; duckdb by default"
    ),
    "--memory": Said(
        "引擎可用内存，如 1600MB（默认）", "memory the engine may take, such as 1600MB (default)"
    ),
    "--threads": Said("引擎线程数；默认 2", "threads of the engine; 2 by default"),
    "--spill": Said("内存放不下时写入的文件夹", "folder for what does not fit into memory"),
    "--master": Said(
        "Spark 主节点地址，如 spark://主机:7077 或 local[2]；默认按 Spark 自身设置",
        "Spark's master, such as spark://host:7077 or local[2]; default: Spark's own settings",
    ),
    "--shared": Said(
        "Spark 各机器同一路径可见的文件夹；默认只用本机临时文件夹",
        "folder that all of Spark's machines see by one path; default: temporary, this machine",
    ),
    "--also": Said(
        "另一个县的账本，与本账本在一次 Spark 运行中一起重建；可多次给出",
        "another county's ledger, rebuilt in the same run of Spark; may be given often",
    ),
    "--old": Said(
        "较旧版本的编号（默认：次新的）", "number of the older (default: the last but one)"
    ),
    "--new": Said("较新版本的编号（默认：最新的）", "number of the newer (default: the last)"),
    "--most": Said("每个模型至多列出的行数（默认：20）", "rows shown of each model (default: 20)"),
    "--last": Said("保留多少个最新版本（默认：3）", "how many of the newest to keep (default: 3)"),
}
