"""Chinese for what services refuse: see ``phrases``; what was expected and found is in ``phrases_terms``.

A test reads the sources and finds each sentence that has no Chinese here or there.
"""

from __future__ import annotations

from typing import Final

REFUSALS: Final[tuple[tuple[str, str], ...]] = (
    (r"expected a payment to forge, found none", "没有可供伪造的发放"),
    (r"reply: (?!expected .+, found )(?P<a>.+)", "答复：{a}"),
    (r"(?P<a>.+): there is something already", "{a}：已有内容"),
    (r"(?P<a>.+): no such directory", "{a}：没有这个文件夹"),
    (r"(?P<a>.+): expected a checkpoint: (?P<yb>.+)", "{a}：应为检查点：{yb}"),
    (r"(?P<a>.+): expected a policy: (?P<yb>.+)", "{a}：应为信任策略：{yb}"),
    (
        r"(?:(?P<a>.+): )?(?:policy|note|note text), line (?P<n>\d+): expected (?P<xb>.+), found (?P<xc>.+)",
        "{a} 第 {n} 行：应为 {xb}，实际为 {xc}",
    ),
    (r"no proof was given", "没有给出证明"),
    (r"nothing here proves this entry", "所给文件中没有证明这条记录的"),
    (r"entry (?P<n>\d+): (?!expected )(?P<yb>.+)", "位置 {n}：{yb}"),
    (r"the proof is of another log", "证明属于另一账本"),
    (r"the log has another root at size (?P<n>\d+)", "账本在 {n} 条时的树根不同"),
    (r"root: expected [0-9a-f]{64}, found [0-9a-f]{64}", "证明算出的树根与检查点不符"),
    (r"the checkpoint is not accepted: (?P<yb>.+)", "检查点不被接受：{yb}"),
    (r"(?P<a>.+): No such file or directory", "{a}：没有此文件或文件夹"),
    (r"(?P<a>.+): may not be read", "{a}：没有读取权限"),
    (r"(?P<a>.+): not a plain file", "{a}：不是普通文件"),
    (r"(?P<a>.+): Is a directory", "{a}：是文件夹，不是文件"),
    (r"(?P<a>.+): Not a directory", "{a}：路径中有一段不是文件夹"),
    (r"(?P<a>.+): File name too long", "{a}：文件名过长"),
    (
        r"(?P<a>.+): '[\w-]+' codec can't decode byte .+ in position (?P<n>\d+): .+",
        "{a}：不是 UTF-8 文字（第 {n} 个字节）",
    ),
    (r"month: expected YYYY-MM", "月份应写作 YYYY-MM"),
    (
        r"(?P<a>.+): the log signed two roots at (?P<n>\d+) entries; both notes are kept",
        "{a}：账本在 {n} 条时签署过两个根，两份检查点都已保存",
    ),
    (r"simulate: start: (?!expected .+, found )(?P<a>.+)", "模拟的开始日期：{a}"),
    (
        r"(?P<a>.+): expected (?P<b>\.html, \.pdf or \.xlsx), found (?P<c>.+)",
        "{a}：应以 .html、.pdf 或 .xlsx 结尾，实际为 {c}",
    ),
    (
        r"a name without such an ending is a folder that gets every form",
        "不带后缀的名称是文件夹，其中写入全部格式",
    ),
    (r"request: (?!expected .+, found )(?P<a>.+)", "请求：{a}"),
    # files that are read
    (r"(?P<a>(?:.+: )?)this is a device or a pipe, expected a file", "{a}这是设备或管道，应为文件"),
    (r"the file is empty, expected rows", "文件是空的，应有数据行"),
    (r"the file has changed while it was read", "文件在读取过程中被改动"),
    (r"the file has more rows than (?P<n>\S+)", "文件超过 {n} 行"),
    (
        r"the file has (?P<n>\S+) bytes, expected at most (?P<k>\S+)",
        "文件有 {n} 字节，至多 {k} 字节",
    ),
    (
        r"the file is an old or encrypted workbook, expected XLSX or CSV",
        "这是旧格式或加密的工作簿，应为 XLSX 或 CSV",
    ),
    (
        r"the file is a binary workbook, expected (?P<a>.+) or Parquet",
        "这是二进制工作簿，应为 {a} 或 Parquet",
    ),
    (r"the workbook is too large when unpacked", "工作簿解压后过大"),
    (r"the Parquet file is too large when unpacked", "Parquet 文件解压后过大"),
    (r"the workbook has more than (?P<n>\S+) bytes", "工作簿超过 {n} 字节"),
    (r"the Parquet file can't be read: (?P<a>.+)", "无法读取 Parquet 文件：{a}"),
    (r"the file can't be taken in: (?P<a>.+)", "文件无法导入：{a}"),
    (r"the statement can't be taken in: (?P<a>.+)", "对账单无法导入：{a}"),
    (
        r"this file: expected the days that it was imported with in entry (?P<n>\d+), found others",
        "这个文件已在位置 {n} 按其他起止日期导入",
    ),
    (
        (
            r"aidledger record: correct entry (?P<n>\d+) by two EntryCorrected, field first_on with "
            r"the value (?P<a>\S+) and field last_on with (?P<b>\S+)"
        ),
        "aidledger record：以两条 EntryCorrected 更正位置 {n}，字段 first_on 的值为 {a}，字段 last_on 的值为 {b}",
    ),
    (r"the statement has a header and no movements", "对账单只有表头，没有明细"),
    (
        r"line (?P<n>\d+) has more than (?P<k>\d+) bytes, expected one row a line",
        "第 {n} 行超过 {k} 字节，应为每行一条",
    ),
    (
        r"line (?P<n>\d+): expected (?P<xb>.+), found (?P<xc>.+)",
        "第 {n} 行：应为 {xb}，实际为 {xc}",
    ),
    (
        r"expected a header with a column (?P<a>.+) in the first (?P<n>\d+) rows, found none",
        "前 {n} 行中没有含“{a}”列的表头",
    ),
    (
        r"(?P<a>\S+) holds a list or an object: a table has no cell for it",
        "{a} 是列表或对象，表格放不下",
    ),
    (r"(?P<a>\w+): the sum is above all bounds", "{a}：合计超出上限"),
    (
        r"(?P<a>.+): expected each name once, and at most (?P<n>\d+) files",
        "{a}：每个名称只能出现一次，至多 {n} 个文件",
    ),
    (r"(?P<a>.+): expected at most (?P<n>\d+) bytes", "{a}：至多 {n} 字节"),
    (
        r"(?P<a>\S+) files need the package (?P<b>\S+), found none",
        "{a} 文件需要程序包 {b}，没有安装",
    ),
    # samples, findings, doubts
    (
        r"expected a log of at least (?P<n>\S+) entries, found (?P<k>\S+)",
        "账本至少应有 {n} 条记录，实际为 {k} 条",
    ),
    (
        r"(?P<xa>.+): expected a sample that comes out again, found another",
        "{xa}：与重新抽取的样本不同",
    ),
    (
        r"expected a sample as audit sample --output writes it, found something else",
        "应为 aidledger audit sample --output 写出的抽样文件，实际为其他内容",
    ),
    (
        r"expected the findings of a run, found something else(?P<a>.*)",
        "应为一次审计运行的结果，实际为其他内容{a}",
    ),
    (
        r"expected the root of this log at (?P<n>\S+) entries, found another",
        "应为本账本前 {n} 条记录的树根，实际为其他值",
    ),
    (
        r"expected all findings of the run under the root (?P<a>\S+), found others",
        "应为根 {a} 之下的全部结果，实际不符",
    ),
    (
        r"expected rules that ran and entries of this log, found others",
        "应为已运行的规则和本账本的记录，实际为其他内容",
    ),
    (r"expected (?P<a>\S+), found something else", "应为 {a}，实际为其他内容"),
    (
        r"expected entries of this log \(0 to (?P<n>\S+)\) that prove it, found (?P<a>.+)",
        "应写明本账本中（0 至 {n}）证明它的记录，实际为 {a}",
    ),
    # keys, checkpoints, witnesses
    (r"no folder of keys is named", "没有指定密钥文件夹"),
    (r"token: only Ed25519 keys are used", "令牌：只使用 Ed25519 密钥"),
    (
        r"token (?P<a>.+): key (?P<b>.+) can be taken out of the token",
        "令牌 {a}：密钥 {b} 可以被取出",
    ),
    (r"token (?P<a>.+): cannot be used: (?P<b>.+)", "令牌 {a}：不能使用：{b}"),
    (r"tokens need the extra pkcs11", "使用令牌需要附加组件 pkcs11"),
    (r"(?P<a>.+): this key does not sign batches", "{a}：这把密钥不用于签署批次"),
    (r"(?P<a>.+): expected a key of the log (?P<b>\S+)", "{a}：应为账本 {b} 的密钥"),
    (r"(?P<a>.+): not the text of a checkpoint: (?P<b>.+)", "{a}：不是检查点的文本：{b}"),
    (
        r"expected an older backup of this ledger, found one that went on from another past",
        "这不是本账本的旧备份，而是从另一段历史续写的",
    ),
    (
        r"expected a ledger behind its mark, found one that may be appended to",
        "账本没有落后于高水位标记，可以照常追加",
    ),
    (
        r"the statement names other heads than this ledger and its mark have",
        "声明所写的头与本账本及其标记不符",
    ),
    (r"(?P<a>.+): another export is at work", "{a}：另一次导出正在进行"),
    (
        r"authority: expected its certificates for timestamps in PEM: (?P<a>.+)",
        "时间戳机构：应为 PEM 格式的时间戳证书：{a}",
    ),
    (r"(?P<a>.+): the reply is refused: (?P<b>.+)", "{a}：拒绝该回复：{b}"),
    (
        r"the response holds no cosignature that counts: (?P<a>.+)",
        "回复中没有有效的联署：{a}",
    ),
    (r"the policy gives no witness's address", "信任策略中没有见证方的地址"),
    (
        r"the witness has seen (?P<n>\S+) entries, the newest checkpoint has (?P<k>\S+)",
        "见证方已见到 {n} 条记录，最新检查点只有 {k} 条",
    ),
    (r"the policy is not for this log: (?P<a>.+)", "信任策略不是这个账本的：{a}"),
    (
        r"(?P<a>.+): the witness's memory of a log is damaged, so nothing is cosigned: (?P<b>.+)",
        "{a}：见证方对账本的记忆已损坏，因此不予联署：{b}",
    ),
    (
        r"(?P<a>.+): the witness's memory of a log is lost, so nothing is cosigned",
        "{a}：见证方对账本的记忆已丢失，因此不予联署",
    ),
    (
        r"(?P<a>.+): the log signed two roots at (?P<n>\d+) entries; what shows it is in (?P<b>.+)",
        "{a}：该账本在 {n} 条时签过两个树根；证据在 {b}",
    ),
    (
        r"(?P<a>.+): not cosigned at (?P<n>\d+) entries: (?P<b>.+)",
        "{a}：{n} 条的检查点没有联署：{b}",
    ),
    (
        r"(?P<a>.+): expected a checkpoint of (?P<n>\d+) entries or more, found one of (?P<k>\d+)",
        "{a}：应为 {n} 条或更多的检查点，实为 {k} 条",
    ),
    (
        r"(?P<a>.+): expected a proof from the (?P<n>\d+) entries gathered last",
        "{a}：应有自上次入册的 {n} 条起的证明",
    ),
    # runs, months, packs
    (
        r"policy pack (?P<a>\S+): expected (?P<xb>.+), found (?P<xc>.+)",
        "政策包 {a}：应为 {xb}，实际为 {xc}",
    ),
    (r"policy pack (?P<a>\S+): (?P<b>.+)", "政策包 {a}：{b}"),
    (
        r"keys revoke: expected (?P<xb>.+), found (?P<xc>.+)",
        "吊销密钥：应为 {xb}，实际为 {xc}",
    ),
    (r"keys register: (?P<a>.+)", "登记密钥：{a}"),
    (
        r"log keys: expected (?P<xb>.+), found (?P<xc>.+)",
        "账本密钥：应为 {xb}，实际为 {xc}",
    ),
    (
        r"the workbook: expected (?P<xb>.+), found (?P<xc>.+)",
        "工作簿：应为 {xb}，实际为 {xc}",
    ),
    (
        r"JSON Lines say the type in each row: expected no --type, found one",
        "JSON Lines 每行自带类型，不用 --type",
    ),
    (r"no batch was begun", "没有开始过批次"),
    (r"the retry was not recorded: (?P<a>.+)", "重做未能记录：{a}"),
    (r"(?P<a>.+): another run holds the lock", "{a}：另一次运行正占用锁"),
    (
        r"(?P<a>.+): expected a text without quotes, %, \$, @ and line ends",
        "{a}：文本不得含引号、%、$、@ 和换行",
    ),
    (
        r"expected the results of a run, found something else",
        "应为一次运行的结果，实际为其他内容",
    ),
    (r"the segments were not recorded: (?P<a>.+)", "归档段未能记录：{a}"),
    (r"it was not certified: (?P<a>.+)", "未能认证：{a}"),
    (r"the index was not sealed: (?P<a>.+)", "索引未能封存：{a}"),
    (r"total: expected at most 2\^53 - 1 fen", "合计至多 2^53 - 1 分"),
    (r"(?P<a>.+): somebody else has just said the like of it", "{a}：刚刚已有他人作过同样的记录"),
    (r"bank file: expected amounts from 0", "银行文件：金额不得为负"),
    (r"bank file: (?P<a>.+)", "银行文件：{a}"),
    (r"(?P<a>.+): expected a time such as 30m, 36h or 5d", "{a}：应为形如 30m、36h、5d 的时长"),
    (r"(?P<a>.+): expected types of events", "{a}：应为事件类型"),
    (r"(?P<a>.+): expected types, or one of (?P<b>.+)", "{a}：应为事件类型，或以下之一：{b}"),
    (
        r"expected Spark for Python, found no module (?P<a>\S+)",
        "需要 Python 的 Spark，没有模块 {a}",
    ),
    (r"(?P<a>\S+): expected a day from (?P<b>\S+) to (?P<c>\S+)", "{a}：应为 {b} 至 {c} 的日期"),
    (r"expected each ledger once, found (?P<a>.+) twice", "每个账本只能出现一次，{a} 出现两次"),
    (r"(?P<a>.+): expected a register of persons", "{a}：应为人员登记"),
)
