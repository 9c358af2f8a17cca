"""What the commands say of themselves that prove, close, seal and hand out: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

BY_PROOF: Final = Said(
    "--proven 对每个时限并列自称、记录和凭外部证明的天数，断定确已按期、确已超期或无法断定；"
    "--policy 说明相信哪些见证方的时间，没有任何时间证明时退出码为 4。",
    "--proven shows of each limit the days claimed, recorded and proven, and says kept for certain, "
    "exceeded for certain, or that it can't be said; --policy names the witnesses whose times count. "
    "Exits with 4 where there is no proof of time at all.",
)
"""What ``--proven`` does, of every command that has it."""

PROVING_OPTIONS: Final[dict[str, Said]] = {
    "--proven": Said(
        "按外部时间证明（联署、时间戳）判断，不凭经办方的时钟",
        "judge by the times that others vouch for, not by the operator's clock",
    ),
    "--stamps": Said("存有时间戳的文件夹，须同时给出 --tsa", "folder of timestamps; needs --tsa"),
    "--lag": Said(
        "核验者确认：检查点签署后至多这么多天内得到联署",
        "you vouch that checkpoints were cosigned within so many days of being signed",
    ),
    "--tsa": Said(
        "时间戳机构的证书（PEM，本机构证书在前，其后为证书链）",
        "the authority's certificates: PEM, its own first, then its chain",
    ),
    "--folder": Said(
        "时间戳所在的文件夹（默认：账本旁的 .timestamps）",
        "folder of the timestamps (default: .timestamps beside the ledger)",
    ),
    "--port": Said("端口（默认：8470）", "the port (default: 8470)"),
    "--entry": Said("证明所指的记录", "the entry that the proof is about"),
    "--case": Said("所问的个案（全名）", "the case that is asked about, by its full name"),
    "--person": Said(
        "所问之人的代号；证明中不写代号，须由核对者给出",
        "token of the person that is asked about; the proof itself names nobody",
    ),
}

PROVING: Final[dict[str, Help]] = {
    "prove": Help(
        Said(
            "生成证明文件，供没有账本的人离线核对",
            "Write proofs that anybody can check without the ledger",
        ),
        ("aidledger prove entry 17", "aidledger prove case 000017 --output bundle"),
    ),
    "prove entry": Help(
        Said("证明一条记录在账本中", "Prove that an entry is in the log"),
        ("aidledger prove entry 17", "aidledger prove entry 17 --output bundle --json"),
        Said(
            "写出记录原文（.record）和证明（.tlog-proof），指向最近保存的检查点。",
            "Writes the exact bytes of the entry (.record) and its proof (.tlog-proof), which leads "
            "to the newest checkpoint that was kept.",
        ),
    ),
    "prove case": Help(
        Said(
            "证明一个个案的记录全部在此，或没有这个个案",
            "Prove that these are all entries of a case, or that there is none",
        ),
        (
            "aidledger prove case 000017 --output bundle",
            "aidledger prove case case/520123-2022-999999 --output bundle",
        ),
        Said(
            "依据最近一次封存的索引（aidledger index seal）。写全名 case/… 可证明其不存在。",
            "Rests on the index that was sealed last (aidledger index seal). A full name case/… may "
            "be that of a case that is not there: its absence is then proven.",
        ),
    ),
    "prove person": Help(
        Said(
            "证明某人的个案全部在此，或此人没有个案",
            "Prove that these are all cases of a person, or that there is none",
        ),
        (
            "aidledger prove person p3f1c0e5d2b4a69788796a5b4c3d2e1f0 --output bundle",
            "aidledger prove person - --output bundle < number.txt",
        ),
        Said(
            "TOKEN 是此人在账本中的代号；写 - 则从标准输入读取证件号码，由账本的密钥算出代号。"
            "号码不写入任何文件，也不显示。依据最近一次封存的索引（aidledger index seal）。",
            "TOKEN is what the ledger knows the person by; with - an identity number is read from "
            "standard input and the ledger's secrets make the token of it. The number stands in no "
            "file and is never shown. Rests on the index that was sealed last (aidledger index seal).",
        ),
    ),
    "prove payment": Help(
        Said(
            "证明一笔发放计入某月已结的合计",
            "Prove a payment within the total that its month was closed with",
        ),
        ("aidledger prove payment 41 --output bundle",),
        Said(
            "POSITION 是发放记录的位置。该月须已结账（aidledger month close）。",
            "POSITION is that of the payment's entry. The month must be closed (aidledger month "
            "close).",
        ),
    ),
    "prove row": Help(
        Said(
            "证明读模型的一行出自认证过的生成版本",
            "Prove that a row of a model was in a certified generation",
        ),
        (
            "aidledger prove row case_state case/520123-2022-000017 --output bundle",
            "aidledger prove row entitlements case/520123-2022-000017,2022-03",
        ),
        Said(
            "KEY 是该行主键各列的值，按次序以逗号分隔，或写成 JSON 数组。依据检查点以内最近一次认证"
            "（aidledger generations certify）。文件载有这一行，核对者看得到其内容。",
            "KEY has the values of the key's columns in their order, by commas, or as a JSON array. "
            "Rests on the generation certified last below the checkpoint (aidledger generations "
            "certify). The file has the row itself: whoever checks it reads it.",
        ),
    ),
    "proof": Help(
        Said("核对证明文件", "Check proof files"),
        ("aidledger proof check bundle --policy policy.txt",),
    ),
    "proof check": Help(
        Said("离线核对证明文件", "Check proof files offline, under your own policy"),
        (
            "aidledger proof check bundle --policy policy.txt",
            "aidledger proof check entry-17.tlog-proof --entry entry-17.record --policy policy.txt",
            "aidledger proof check bundle --policy policy.txt --case case/520123-2022-000017",
            'aidledger proof check bundle --policy policy.txt --person "$PERSON"',
        ),
        Said(
            "FILE 可以是文件夹。不需要账本，也不连网；信任谁的签名，只由 --policy 决定。",
            "FILE may be a folder. Needs no ledger and no network; whose signatures count, --policy "
            "alone decides.",
        ),
    ),
    "tiles": Help(
        Said("把账本导出为静态文件", "The log as static files that any file server can hand out"),
        (
            "aidledger tiles export public",
            "aidledger tiles check public --policy policy.txt",
        ),
    ),
    "tiles export": Help(
        Said(
            "把账本导出到文件夹（C2SP tlog-tiles）", "Export the log to a folder (C2SP tlog-tiles)"
        ),
        ("aidledger tiles export public",),
        Said(
            "导出到最近保存的检查点为止，只增不改，可随时中断重来；写完读回重算树根，再放检查点。",
            "Up to the newest kept checkpoint; files are added, never changed, and it may be stopped "
            "and run again at any time. What was written is read back and gives the root before the "
            "checkpoint is put there.",
        ),
    ),
    "tiles check": Help(
        Said("重算导出的文件夹", "Recompute an exported folder, under your own policy"),
        ("aidledger tiles check public --policy policy.txt",),
        Said(
            "不需要账本：由记录重算每个散列和树根，与检查点比较。",
            "Needs no ledger: every hash and the root are computed again from the entries and "
            "compared with the checkpoint.",
        ),
    ),
    "timestamp": Help(
        Said(
            "为检查点取得外部时间戳（RFC 3161）",
            "Timestamps of checkpoints by another office (RFC 3161)",
        ),
        (
            "aidledger timestamp request",
            "aidledger timestamp add reply.tsr --tsa tsa.pem",
            "aidledger timestamp show --tsa tsa.pem",
        ),
    ),
    "timestamp request": Help(
        Said("为最近的检查点生成请求", "Make a request for the newest checkpoint"),
        ("aidledger timestamp request", "aidledger timestamp request --folder stamps"),
        Said(
            "写出 .tsq 文件，送交时间戳机构；程序自己不连网。再次执行得到同一请求。",
            "Writes a .tsq file to be carried to the authority; nothing is sent from here. Run again it "
            "gives the same request.",
        ),
    ),
    "timestamp add": Help(
        Said("核对答复并保存", "Verify a reply and keep it"),
        ("aidledger timestamp add reply.tsr --tsa tsa.pem",),
        Said(
            "只认 --tsa 中的证书，不认答复自带的；不符则不保存。",
            "Only the certificate in --tsa counts, never the one that came with the reply; what does "
            "not verify is not kept.",
        ),
    ),
    "timestamp show": Help(
        Said("逐一重新核对时间戳", "Verify every timestamp again and list them"),
        ("aidledger timestamp show --tsa tsa.pem", "aidledger timestamp show --tsa tsa.pem --json"),
    ),
    "serve": Help(
        Said("在本机以 HTTP 只读提供账本", "Serve the log read-only by HTTP on this machine"),
        ("aidledger serve", "aidledger serve --port 8470"),
        Said(
            "只监听 127.0.0.1：/checkpoint、/tile/…、/entry/N、/proof/entry/N、"
            "/proof/consistency/旧/新。记录中没有个人信息。",
            "Listens on 127.0.0.1 only: /checkpoint, /tile/…, /entry/N, /proof/entry/N, "
            "/proof/consistency/OLD/NEW. Entries hold no personal values.",
        ),
    ),
    "receipt": Help(
        Said("核对当初的回执", "Check a receipt that was kept"),
        ("aidledger receipt check receipt.json --proofs bundle --policy policy.txt",),
    ),
    "receipt check": Help(
        Said("核对回执上的记录是否都在账本中", "Check that the log has every entry of a receipt"),
        ("aidledger receipt check receipt.json --proofs bundle --policy policy.txt",),
        Said(
            "回执由 record、import、resolve 的 --receipt 保存；证明由 aidledger prove entry 给出，"
            "每条记录一份。",
            "The receipt was kept with --receipt of record, import or resolve; the proofs come from "
            "aidledger prove entry, one for each entry.",
        ),
    ),
    "month": Help(
        Said("按月结账，供逐笔证明", "Close a month of payments, so that each can be proven"),
        (
            "aidledger month close 2022-03 --actor 520123-fin-u2 --office 520123-fin",
            "aidledger month supplement 2022-03 --actor 520123-fin-u2 --office 520123-fin",
        ),
    ),
    "month close": Help(
        Said("结清一个月的发放", "Close the payments for a month"),
        ("aidledger month close 2022-03 --actor 520123-fin-u2 --office 520123-fin",),
        Said(
            "记录该月笔数、合计与和树的根。一个月只结一次，之后的变动进入补充结账。",
            "Records number, total and the root of a sum tree. A month is closed once; what changes "
            "afterwards goes into supplements.",
        ),
    ),
    "month supplement": Help(
        Said("补充一个已结的月份", "Add to a closed month what came late or was amended"),
        ("aidledger month supplement 2022-03 --actor 520123-fin-u2 --office 520123-fin",),
    ),
    "reconcile": Help(
        Said("以银行文件逐笔核对发放", "Hold a bank's file against the payments, line by line"),
        (
            "aidledger reconcile month/2022-03 bank.csv --actor 520123-fin-u2 --office 520123-fin",
            "aidledger reconcile run/2022-03 bank.xlsx --actor 520123-fin-u2 --office 520123-fin --json",
        ),
        Said(
            "STREAM 是 month/YYYY-MM 或 run/…。文件至少有列 案件编号、月份、金额（元）；"
            "记录双方的笔数、合计和差额。",
            "STREAM is month/YYYY-MM or run/…. The file has at least the columns case, month and "
            "amount_yuan; numbers, sums and the difference are recorded.",
        ),
    ),
    "index": Help(
        Said("封存索引，供证明齐全", "Seal indexes, so that completeness can be proven"),
        ("aidledger index seal --actor 520123-u10 --office 520123",),
    ),
    "index seal": Help(
        Said(
            "封存全部个案和各人个案的索引", "Seal an index of all cases and of each person's cases"
        ),
        ("aidledger index seal --actor 520123-u10 --office 520123",),
        Said(
            "宜每晚执行。此后 aidledger prove case 能证明某个个案的记录齐全，或没有这个个案；"
            "aidledger prove person 能证明某人的个案齐全，或没有个案。",
            "Meant for each night. Afterwards aidledger prove case shows that these are all entries "
            "of a case, or that there is none; aidledger prove person the same of a person's cases.",
        ),
    ),
}
