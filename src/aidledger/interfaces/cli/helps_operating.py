"""What the commands of the nightly run, and their options, say of themselves."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

OPERATING: Final[dict[str, Help]] = {
    "nightly": Help(
        Said(
            "夜间运行：核验、重建、对照、名单、索引、检查点、报告",
            "The nightly run: verify, rebuild, compare, lists, index, checkpoint, report",
        ),
        (
            "aidledger nightly --actor 520123-u10 --office 520123 --policy policy.txt",
            "aidledger nightly --actor 520123-u10 --office 520123 --max-time 7200 --json",
        ),
        Said(
            "可随时重复运行：没有新记录就不再记录任何内容；中途被杀，下次接上。失败的步骤只影响以它为前提的"
            "步骤。以前核对过的权限、个案和决定沿用结果，并在报告中注明；--full 全部重新核对。"
            "报告、名单、指标和历次运行在 --report 所指文件夹（默认在账本旁的 .runs）。"
            "退出码：0 一切正常；1 发现问题；3 只完成一部分；4 已完成而无外部证明；11 另一次运行正在进行；"
            "75 暂时失败，可以重试。",
            "May be run again at any time: without new entries it records nothing, and a run that was "
            "killed is gone on with. A step that fails holds up only what stands on it. What "
            "earlier nights found of powers, cases and decisions is carried over, and said; --full does "
            "all again. "
            "Report, lists, "
            "metrics and history lie in the folder of --report (default: .runs beside the ledger). Exit "
            "status: 0 all in order; 1 something was found; 3 a part was done; 4 done, with nobody "
            "outside to vouch for it; 11 another run is under way; 75 failed for the moment.",
        ),
    ),
    "retry": Help(
        Said(
            "重办上次夜间运行未完成的步骤，并记录理由",
            "Do again what the last nightly run did not do, and record why",
        ),
        (
            'aidledger retry --reason "disk was full" --actor 520123-u10 --office 520123',
            'aidledger retry --override agree --reason "known, order 12" --actor 520123-u10 --office 520123',
        ),
        Said(
            "重办本身是一条记录（NightlyRetried）。--override 表示对该步骤发现的问题负责："
            "问题仍在报告中，但不再阻止其他步骤。",
            "The retry is an entry itself (NightlyRetried). With --override the actor answers for what a "
            "step found: it stays in the report, and no longer holds up the others.",
        ),
    ),
    "schedule": Help(
        Said(
            "写出让本机每晚运行的文件：systemd 单元、cron 行、告警规则、面板",
            "Write the files that run it each night: units, cron line, alerts, dashboard",
        ),
        ("aidledger schedule units --actor 520123-u10 --office 520123 --policy policy.txt",),
        Said(
            "文件写入 DIR，不安装任何内容：检查后再放到 /etc/systemd/system 等处。",
            "They are written into DIR, and nothing is installed: read them, then put them into "
            "/etc/systemd/system and where else they belong.",
        ),
    ),
    "freshness": Help(
        Said(
            "记录、读模型、索引、检查点各有多旧，是否超过限度",
            "How old entries, models, index and checkpoint are, and whether that is too old",
        ),
        (
            "aidledger freshness",
            "aidledger freshness --error-after 36h",
            "aidledger freshness --limits freshness.toml --json",
        ),
        Said(
            "由记录推导的部分，以其尚未包含的最早一条记录计算。时长写作 30m、36h、5d。"
            "超过 --error-after 的退出码为 4。",
            "What stands on the entries is as old as the first entry that it does not have. Times are "
            "written 30m, 36h, 5d. Exit status 4 where something is older than --error-after.",
        ),
    ),
    "status": Help(
        Said(
            "一屏看清：上次运行、各部分状态、下一步", "One screen: last run, each part, what next"
        ),
        ("aidledger status", "aidledger status --json"),
    ),
    "doctor": Help(
        Said(
            "检查本机是否适合运行：版本、设置、密钥、磁盘、时钟、遗留文件",
            "Check the machine: versions, settings, secrets, disk, clock, leftovers",
        ),
        ("aidledger doctor", "aidledger doctor --json"),
        Said(
            "每项为正常、警告或失败，并说明怎么办；有失败的退出码为 1。什么也不修改。",
            "Each check is ok, a warning or a failure, with what to do; exit status 1 where one fails. "
            "Nothing is changed.",
        ),
    ),
}

OPERATING_OPTIONS: Final[dict[str, Said]] = {
    "--report": Said(
        "报告和历次运行的文件夹（默认在账本旁）",
        "folder of reports and history (default: beside the ledger)",
    ),
    "--without-powers": Said(
        "今晚不核对经办权限", "do not ask tonight whether who acted had the power"
    ),
    "--full": Said(
        "今晚全部重新核对权限、个案和决定，不沿用以前的结果",
        "do all powers, cases and decisions again, and carry nothing over",
    ),
    "--full-each": Said(
        "每 N 晚全部重新核对一次（默认 7；1 为每晚）",
        "judge all again every so many nights (default 7; 1: always)",
    ),
    "--metrics": Said(
        "把指标写到此文件（默认在报告文件夹）",
        "write metrics to this file (default: with the report)",
    ),
    "--hooks": Said(
        "结束后运行其中的脚本（默认：报告文件夹的 hooks.d）",
        "scripts to run at the end (default: hooks.d with the report)",
    ),
    "--max-time": Said(
        "最多用这么多秒，其余下次继续", "stop after so many seconds, to be gone on with"
    ),
    "--jobs": Said("最多用几个处理器（默认：全部）", "processors to use (default: all)"),
    "--override": Said(
        "对此步骤发现的问题负责（可重复）", "answer for what this step found (may be repeated)"
    ),
    "--limits": Said("各来源限度的 TOML 文件", "TOML file with the limits of each source"),
    "--warn-after": Said("超过此时长即警告，如 36h", "warn from this age on, such as 36h"),
    "--error-after": Said("超过此时长即为过旧，如 3d", "stale from this age on, such as 3d"),
    "--user": Said(
        "cron 行以此用户运行（默认 aidledger）", "user of the cron line (default: aidledger)"
    ),
}
