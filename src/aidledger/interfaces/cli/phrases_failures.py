"""Chinese for what services could not do, and why: see ``phrases``."""

from __future__ import annotations

from typing import Final

FAILURES: Final[tuple[tuple[str, str], ...]] = (
    (r"expected a payment to forge, found none", "没有可供伪造的发放"),
    (
        r"expected a log of at least (?P<n>\d+) entries, found (?P<k>\d+)",
        "账本应至少有 {n} 条，实际 {k} 条",
    ),
    (
        r"expected a sample as audit sample --output writes it, found something else",
        "不是 audit sample --output 写出的样本",
    ),
    (r"(?P<a>.+): expected at most (?P<n>\d+) bytes", "{a}：不得超过 {n} 字节"),
    (r"(?P<a>.+): expected a key of the log (?P<b>.+)", "{a}：不是账本 {b} 的密钥"),
    (r"(?P<a>.+): not the text of a checkpoint: (?P<b>.+)", "{a}：不是检查点：{b}"),
    (
        r"expected a ledger behind its mark, found one that may be appended to",
        "账本并不落后于其标记，可以追加",
    ),
    (
        r"the statement names other heads than this ledger and its mark have",
        "声明所载的长度和根与本账本及其标记不符",
    ),
    (r"(?P<a>.+): another export is at work", "{a}：另一次导出正在进行"),
    (
        r"authority: expected its certificates for timestamps in PEM: (?P<a>.+)",
        "时间戳机构：应给出 PEM 格式的时间戳证书：{a}",
    ),
    (r"(?P<a>.+): the reply is refused: (?P<b>.+)", "{a}：答复不予接受：{b}"),
    (r"reply: (?!expected .+, found )(?P<a>.+)", "答复：{a}"),
    (
        r"expected the findings of a run, found something else \((?P<a>.+)\)",
        "不是一次运行的发现（{a}）",
    ),
    (r"expected the findings of a run, found something else", "不是一次运行的发现"),
    (
        r"expected the root of this log at (?P<n>\d+) entries, found another",
        "不是本账本在 {n} 条时的根",
    ),
    (
        r"expected all findings of the run under the root (?P<a>\S+), found others",
        "与根 {a} 下的全部发现不符",
    ),
    (
        r"expected rules that ran and entries of this log, found others",
        "所载规则未运行，或条目不在本账本中",
    ),
    (
        r"expected entries of this log \((?P<a>.+)\) that prove it, found (?P<b>.+)",
        "应为本账本中能证明它的条目（{a}），实际为 {b}",
    ),
    (
        r"(?P<a>.+): expected each name once, and at most (?P<n>\d+) files",
        "{a}：文件名不得重复，且不得超过 {n} 个文件",
    ),
    (r"the statement can't be taken in: (?P<a>.+)", "对账单无法导入：{a}"),
    (r"the file can't be taken in: (?P<a>.+)", "文件无法导入：{a}"),
    (r"the statement has a header and no movements", "对账单只有表头，没有明细"),
    (
        r"the file has (?P<n>\d+) bytes, expected at most (?P<k>\d+)",
        "文件有 {n} 字节，不得超过 {k} 字节",
    ),
    (r"the file has more rows than (?P<n>\d+)", "文件超过 {n} 行"),
    (r"the workbook has more than (?P<n>\d+) bytes", "工作簿超过 {n} 字节"),
    (
        r"line (?P<n>\d+) has more than (?P<k>\d+) bytes, expected one row a line",
        "第 {n} 行超过 {k} 字节，应一行一条",
    ),
    (
        r"the file is an old or encrypted workbook, expected XLSX or CSV",
        "文件是旧版或加密的工作簿，应为 XLSX 或 CSV",
    ),
    (
        r"the file is a binary workbook, expected XLSX, XLS, ODS, CSV or Parquet",
        "文件是二进制工作簿，应为 XLSX、XLS、ODS、CSV 或 Parquet",
    ),
    (r"the file is empty, expected rows", "文件是空的"),
    (r"the Parquet file can't be read: (?P<a>.+)", "Parquet 文件无法读取：{a}"),
    (r"the (?:workbook|Parquet file) is too large when unpacked", "文件解压后过大"),
    (r"the file has changed while it was read", "文件在读取过程中被改动"),
    (r"XLSX files need the package (?P<a>\S+), found none", "读写 XLSX 需要软件包 {a}"),
    (
        r"expected Spark for Python, found no module (?P<a>\S+)",
        "没有 Python 版 Spark：缺少模块 {a}",
    ),
    (r"(?P<a>.+): expected a time such as 30m, 36h or 5d", "{a}：应为 30m、36h 或 5d 这样的时长"),
    (r"(?P<a>.+): expected types of events", "{a}：应为事件类型"),
    (r"(?P<a>.+): expected types, or one of (?P<b>.+)", "{a}：应为事件类型，或 {b} 之一"),
    (r"(?P<a>.+): expected a day from (?P<b>\S+) to (?P<c>\S+)", "{a}：应为 {b} 至 {c} 的日期"),
    (
        r"(?P<a>\S+) holds a list or an object: a table has no cell for it",
        "{a} 是列表或对象，表格中没有相应的单元格",
    ),
    (r"(?P<a>.+): there is something already", "{a}：已有内容"),
    (r"(?P<a>.+): no such directory", "{a}：没有这个文件夹"),
    (r"token: only Ed25519 keys are used", "密钥设备：只使用 Ed25519 密钥"),
    (
        r"token (?P<a>.+): key (?P<b>.+) can be taken out of the token",
        "密钥设备 {a}：密钥 {b} 可以从设备中取出",
    ),
    (r"token (?P<a>.+): cannot be used: (?P<b>.+)", "密钥设备 {a} 不能使用：{b}"),
    (r"tokens need the extra pkcs11", "使用密钥设备需要附加组件 pkcs11"),
    (r"(?P<a>.+): this key does not sign batches", "{a}：此密钥不用于签署记录"),
    (r"keys register: (?!expected .+, found )(?P<a>.+)", "登记密钥：{a}"),
    (r"(?P<a>.+): expected a checkpoint: (?P<b>.+)", "{a}：应为检查点：{b}"),
    (r"(?P<a>.+): expected a policy: (?P<b>.+)", "{a}：应为信任策略：{b}"),
    (r"the retry was not recorded: (?P<a>.+)", "重做没有记录：{a}"),
    (r"(?P<a>.+): another run holds the lock", "{a}：另一次运行正占用着锁"),
    (
        r"(?P<a>.+): expected a text without quotes, %, \$, @ and line ends",
        "{a}：不得含引号、%、$、@ 和换行",
    ),
    (r"expected the results of a run, found something else", "不是一次运行的结果"),
    (r"the segments were not recorded: (?P<a>.+)", "分段没有记录：{a}"),
    (r"it was not certified: (?P<a>.+)", "没有认证：{a}"),
    (r"the index was not sealed: (?P<a>.+)", "索引没有封存：{a}"),
    (r"(?P<a>.+): somebody else has just said the like of it", "{a}：他人刚刚作过同样的记录"),
    (r"month: expected YYYY-MM", "月份应写作 YYYY-MM"),
    (r"bank file: expected amounts from 0", "银行文件：金额不得小于 0"),
    (r"bank file: (?!expected .+, found )(?P<a>.+)", "银行文件：{a}"),
    (
        r"(?P<a>.+): the log signed two roots at (?P<n>\d+) entries; both notes are kept",
        "{a}：账本在 {n} 条时签署过两个根，两份检查点都已保存",
    ),
    (r"expected each ledger once, found (?P<a>.+) twice", "每个账本只应给出一次，{a} 出现两次"),
    (
        r"expected a header with a column (?P<a>.+) \((?P<b>.+)\) in the first (?P<n>\d+) rows, found none",
        "前 {n} 行中没有含“{a}”列（{b}）的表头",
    ),
    (r"(?P<a>.+): the sum is above all bounds", "{a}：合计超出上限"),
    (r"(?P<a>.+): expected a register of persons", "{a}：应为人员登记"),
    (r"no folder of keys is named", "没有指明密钥文件夹"),
    (r"simulate: start: (?!expected .+, found )(?P<a>.+)", "模拟的开始日期：{a}"),
    (r"the response holds no cosignature that counts: (?P<a>.+)", "答复中没有有效的联署：{a}"),
    (r"the policy gives no witness's address", "策略中没有见证方的地址"),
    (
        r"the witness has seen (?P<n>\d+) entries, the newest checkpoint has (?P<k>\d+)",
        "见证方已见过 {n} 条，最新检查点只有 {k} 条",
    ),
    (r"the policy is not for this log: (?P<a>.+)", "策略不是本账本的：{a}"),
    (
        r"(?P<a>.+): the witness's memory of a log is damaged, so nothing is cosigned: (?P<b>.+)",
        "{a}：见证方对账本的记忆已损坏，不予联署：{b}",
    ),
    (
        r"(?P<a>.+): expected (?P<b>\.html, \.pdf or \.xlsx), found (?P<c>.+)",
        "{a}：应以 .html、.pdf 或 .xlsx 结尾，实际为 {c}",
    ),
    (
        r"a name without such an ending is a folder that gets every form",
        "不带后缀的名称是文件夹，其中写入全部格式",
    ),
    (r"request: (?!expected .+, found )(?P<a>.+)", "请求：{a}"),
    (r"expected (?P<b>[^;]+), found something else", "应为 {b}，实际为其他内容"),
)
