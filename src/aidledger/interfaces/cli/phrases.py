"""Chinese for the sentences that services say in English: one table of patterns.

A sentence that is not here is shown as it is: better in English than not at all.
"""

from __future__ import annotations

import re
from typing import Final

from aidledger.interfaces.cli.hints import HINTS
from aidledger.interfaces.cli.language import Language
from aidledger.interfaces.cli.phrases_bundles import BUNDLES
from aidledger.interfaces.cli.phrases_refusals import REFUSALS
from aidledger.interfaces.cli.phrases_store import STORE

_PATTERNS: Final[tuple[tuple[str, str], ...]] = (
    *BUNDLES,
    (
        r"(?P<a>.+): the report of the run can't be written \((?P<b>.+)\): (?P<c>.*)",
        "{a}：无法写出本次运行的报告（{b}）；各步骤：{c}",
    ),
    (
        r"(?P<a>\S+\.(?:sql|toml):\d+): expected (?P<b>.+), found (?P<c>.+)",
        "{a}：应为 {b}，实际为 {c}",
    ),
    (r"model sql: expected an answer within (?P<n>\d+) s, found none", "{n} 秒内没有得出结果"),
    (r"model sql: expected an answer within (?P<a>.+), found none", "{a} 内存中没有得出结果"),
    (
        r"model sql: expected an answer of at most (?P<n>[\d,]+) characters, found a longer one",
        "结果超过 {n} 个字符",
    ),
    (r"(?P<a>.+): expected the id of a rule, found none", "{a}：没有这个编号的规则"),
    (
        r"(?P<a>.+): expected the name of one (?P<k>\w+), found none",
        "{a}：没有名称与之相符的对象",
    ),
    (
        r"(?P<a>.+): expected the name of one (?P<k>\w+), found (?P<n>\d+), such as (?P<b>.+)",
        "{a}：有 {n} 个名称相符，如 {b}",
    ),
    (r"(?P<a>.+): expected a recorded stream, found none", "{a}：账本中没有这个流"),
    (r"(?P<a>.+): expected a field of a case, found none", "{a}：个案没有这个字段"),
    (r"did you mean (?P<a>.+)", "是不是 {a}"),
    (
        r"another history is unfinished: (?P<a>\w+), (?P<n>\d+) rows, recorded up to line (?P<k>\d+)",
        "另一份历史尚未导完：{a}，共 {n} 行，已记录至第 {k} 行",
    ),
    (r"the file has changed while it was imported", "文件在导入过程中被改动"),
    (r"the file has no rows", "文件中没有行"),
    (
        r"a (?P<a>\w+) file of history: expected --type, found none",
        "{a} 历史文件须用 --type 指明类型",
    ),
    (r"--type (?P<a>.*): expected an event type, found none", "--type {a}：没有这个事件类型"),
    (
        r"aidledger compare kinds (?P<a>\S+) lists the titles; --column NAME=TITLE names another",
        "aidledger compare kinds {a} 列出各列的标题；用 --column 列名=标题 指明其他标题",
    ),
    (r"one of (?P<a>[a-z0-9_, ]+)", "以下之一：{a}"),
    (r"(?P<a>.+): the entries do not prove it: (?P<b>.+)", "{a}：现有记录不能证明它：{b}"),
    (
        r"position (?P<a>\d+): the sealed index is not that of the entries",
        "位置 {a}：封存的索引与记录不符",
    ),
    (
        r"size (?P<a>\d+): the records are not those under the log's root, no index is sealed",
        "条数 {a}：记录与账本的树根不符，不封存索引",
    ),
    (
        r"aidledger case list shows the (?:cases|names).*",
        "aidledger case list 列出全部个案；编号中独有的一段即可",
    ),
    (
        r"`?aidledger init`? makes a new one, and nothing else does",
        "用 aidledger init 新建；其他命令都不会新建",
    ),
    (r"use another location", "请换一个位置"),
    (
        r"expected an answer of a process that helps, found that it was ended",
        "协助的进程被终止，没有给出结果",
    ),
    (r"archive: (?P<a>.+): expected segments, found none", "{a}：没有归档的段"),
    (
        r"(?P<a>.+): expected two generations, found (?P<n>\d+)",
        "{a}：需要两个生成版本，只有 {n} 个",
    ),
    (r"expected two generations, found (?P<n>\d+)", "需要两个生成版本，只有 {n} 个"),
    (
        r"rebuild: expected room to work in (?P<a>.+), found (?P<b>.+)",
        "{a} 空间或内存不足，无法重建（{b}）",
    ),
    (
        r"(?P<a>.+): expected the name of a generation, found something else",
        "{a}：应为生成版本的名称，实为其他内容",
    ),
    (r"(?P<a>.+): expected a path without \? and \\, found one", "{a}：路径中不能有 ? 和 \\"),
    (
        r"rebuild: expected (?P<a>.+) for itself, found another rebuild running",
        "{a}：另一次重建正在进行",
    ),
    (
        r"(?P<a>.+): expected a generation, found a file that cannot be read",
        "{a}：生成版本的文件无法读取",
    ),
    (r"expected a kept checkpoint, found none", "没有保存过检查点"),
    (r"aidledger checkpoint sign makes one", "用 aidledger checkpoint sign 生成一个"),
    (r"aidledger checkpoint sign makes a newer one", "用 aidledger checkpoint sign 生成更新的"),
    (r"not of the files that are missing or damaged", "缺失或损坏的文件未核对"),
    (r"the (?P<a>records|manifest) of some segment can't be read", "有的段读不出来，未核对"),
    (r"no entry vouches for (?P<a>\S+) to (?P<b>\S+)", "账本没有封存 {a} 至 {b}"),
    (r"no entry vouches for (?P<a>\S+)", "账本没有封存 {a}"),
    (r"aidledger verify says what is wrong", "aidledger verify 说明问题所在"),
    (
        r"position (?P<a>\d+): expected below (?P<n>\d+), the checkpoint's size",
        "位置 {a}：应小于检查点的长度 {n}",
    ),
    (
        r"position (?P<a>\d+): expected below (?P<n>\d+), the size of the log",
        "位置 {a}：应小于账本的长度 {n}",
    ),
    (
        r"(?P<a>.+): expected a position, a day as YYYY-MM-DD or a time as YYYY-MM-DDTHH:MM",
        "{a}：应为位置、形如 YYYY-MM-DD 的日期或形如 YYYY-MM-DDTHH:MM 的时间",
    ),
    (r"(?P<a>.+): expected a day and a time that exist", "{a}：应为真实存在的日期和时间"),
    (r"(?P<a>.+): expected a year from (?P<b>\d+) to (?P<c>\d+)", "{a}：年份应在 {b} 到 {c} 之间"),
    (r"(?P<a>.+): expected an event type, found none", "{a}：没有这个事件类型"),
    (
        r"(?P<a>.+): expected verify or the code of a finding, found none",
        "{a}：应为 verify 或一种发现的代码",
    ),
    (
        r"diff: expected --as-of with two positions, --known-then with two days, found another",
        "--as-of 须与两个位置同用，--known-then 须与两个日期同用",
    ),
    (
        r"(?P<a>.+): expected a clause, found none in the packs that held for the case",
        "{a}：该个案适用的政策包中没有这个条款",
    ),
    (r"(?P<a>.+): expected a clause, found no entry of the case", "{a}：该个案尚无记录"),
    (r"position (?P<a>\d+): expected an entry, found none", "位置 {a}：没有记录"),
    (r"position (?P<a>\d+): expected a payment, found none", "位置 {a}：不是发放记录"),
    (
        r"position (?P<a>\d+): expected it in a statement of (?P<b>\S+), found it in none",
        "位置 {a}：不在 {b} 的任何结账中",
    ),
    (r"close or supplement the month", "先结清或补充该月"),
    (
        r"a proof of a person's cases needs the person's token: --person",
        "某人个案的证明须用 --person 说明所问之人",
    ),
    (r"expected a sealed index, found none", "没有封存过索引"),
    (r"expected a generation of the read models, found none", "还没有读模型的生成版本"),
    (r"position (?P<a>\d+): expected a certified generation, found none", "位置 {a}：不是认证记录"),
    (
        r"(?P<a>.+): expected the certificate that the log names, found none",
        "{a}：没有账本所载的认证",
    ),
    (
        r"(?P<a>.+): expected the certificate that the log names, found another",
        "{a}：不是账本所载的认证",
    ),
    (r"its key, in this order: (?P<a>.+)", "其主键按次序为：{a}"),
    (
        r"(?P<a>\w+): expected a row with this key, found none in the certified generation",
        "{a}：认证的生成版本中没有这个主键",
    ),
    (r"(?P<a>\w+): expected (?P<n>\d+) values, found another key", "{a}：主键应有 {n} 个值"),
    (
        r"(?P<a>\w+): expected a certified generation below the checkpoint's size (?P<n>\d+), found none",
        "{a}：检查点的 {n} 条以内没有认证过的生成版本",
    ),
    (
        r"(?P<a>\w+): the entries do not give what was certified at position (?P<n>\d+)",
        "{a}：现有记录得不出位置 {n} 所认证的内容",
    ),
    (r"the model's SQL changed", "模型的 SQL 已改"),
    (r"the model is no longer there", "模型已不存在"),
    (r"what it reads changed: (?P<a>.+)", "所读取的模型已改：{a}"),
    (
        r"generation (?P<a>\d+), (?P<m>\w+): expected the digest (?P<b>\w+), found another SQL of this model",
        "第 {a} 个生成版本，{m}：应有摘要 {b}，而这个模型的 SQL 已是另一份",
    ),
    (
        r"generation (?P<a>\d+), (?P<m>\w+): expected the digest (?P<b>\w+), found (?P<c>\w+)",
        "第 {a} 个生成版本，{m}：应有摘要 {b}，实为 {c}",
    ),
    (
        r"generation (?P<a>\d+): expected the root (?P<b>\w+) at size (?P<n>\d+), found (?P<c>.+)",
        "生成版本 {a}：账本在 {n} 条时的根应为 {b}，实为 {c}",
    ),
    (r"seal the indexes first", "先封存索引：aidledger index seal"),
    (
        r"(?P<a>\S+): expected a month up to (?P<b>\S+), found one that is far ahead on (?P<c>\S+)",
        "{a}：在 {c} 最晚只能结 {b} 的账",
    ),
    (r"(?P<a>\S+): expected a pay run of this ledger, found none", "{a}：账本中没有这个发放批次"),
    (
        r"(?P<a>\S+): expected a month that is not closed, found it closed",
        "{a}：该月已经结账",
    ),
    (r"late payments go into a supplement", "之后的变动用 aidledger month supplement"),
    (
        r"(?P<a>\S+): expected payments that can all be read, found some that can't be",
        "{a}：有发放条目读不出，不予结账",
    ),
    (r"(?P<a>\S+): expected a closed month, found none", "{a}：该月尚未结账"),
    (r"close it first", "先用 aidledger month close 结账"),
    (
        r"(?P<a>\S+): expected payments that came late or were amended, found none",
        "{a}：结账后没有变动",
    ),
    (r"stream: expected run/… or month/YYYY-MM", "STREAM 应为 run/… 或 month/YYYY-MM"),
    (r"run `aidledger verify` and restore from a copy", "运行 aidledger verify，并从副本恢复"),
    (r"run `aidledger verify` and append nothing", "运行 aidledger verify，暂停一切追加"),
    (r"the ledger is open for reading only", "账本以只读方式打开"),
    (r"split the file.*", "请把文件拆开，分别导入"),
    (r"save it as an XLSX workbook.*", "请另存为不加密的 XLSX，或 UTF-8 的 CSV"),
    (r"the file is empty, expected a header and rows", "文件是空的，应有表头和数据行"),
    (r"the file has a header and no rows", "文件只有表头，没有数据行"),
    (r"the file is neither text nor a workbook.*", "文件既不是文本也不是工作簿，应为 CSV 或 XLSX"),
    (
        r"the workbook cannot be read: (?:File is not a zip file|Cannot detect file format)",
        "工作簿无法读取：不是完整的工作簿",
    ),
    (r"the workbook cannot be read: (?P<a>.+)", "工作簿无法读取：{a}"),
    (
        r"nothing was written: correct the entries that put it there",
        "没有写出任何内容：请更正写入它的记录",
    ),
    (
        r"list (?P<a>\S+): expected nothing that may never be public, found (?P<b>.+)",
        "名单 {a}：发现绝不可公开的内容：{b}",
    ),
    (r"(?P<a>.+) is not one of (?P<b>.+?)\.?", "{a} 不是以下之一：{b}"),
    (r"(?P<a>.+): expected a whole number from 0 to (?P<b>\d+)", "{a}：应为 0 至 {b} 的整数"),
    (r"expected a value, found nothing", "不能为空"),
    (r"expected text in UTF-8", "应为 UTF-8 文字"),
    (r"expected a name in UTF-8", "名称应为 UTF-8 文字"),
    (
        r"expected a code such as (?P<a>\S+) of 1 to (?P<n>\d+) printable .+, found something else",
        "应为代号，如 {a}：1 至 {n} 个可见 ASCII 字符，不含空格；不写姓名",
    ),
    (r"(?P<a>.+): expected a day that exists", "{a}：没有这一天"),
    (r"[Gg]ot unexpected extra arguments? \((?P<a>.+)\)", "多余的参数 {a}"),
    (r"(?P<a>.+): expected a day as YYYY-MM-DD", "{a}：应为形如 YYYY-MM-DD 的日期"),
    (
        r"(?P<n>\d+) decisions rest on sealed facts that were not opened",
        "{n} 个决定所依据的密封事实未打开",
    ),
    (r"chmod 600 (?P<a>.+)", "chmod 600 {a}"),
    (r"expected a signed checkpoint, found none", "还没有签署过检查点"),
    (
        r"aidledger checkpoint sign --new-key makes one",
        "用 aidledger checkpoint sign --new-key 新建",
    ),
    (r"nothing is signed: (?P<a>.+)", "没有签署：{a}"),
    (r"run `aidledger verify` and sign nothing", "运行 aidledger verify，暂停签署"),
    (
        r"expected the (?P<a>\d+) entries that were signed, found (?P<b>\d+)",
        "已签署 {a} 条，账本只有 {b} 条",
    ),
    (
        r"bring back the entries that are missing; a log never signs a second past",
        "请找回缺失的记录；账本绝不签署另一段历史",
    ),
    (
        r"the witness did not cosign: it has seen (?P<a>\d+) entries",
        "见证方没有联署：它上次见到 {a} 条",
    ),
    (r"make the request again with (?P<a>--old \d+)", "请以 {a} 重新提交"),
    (r"not cosigned \((?P<n>\d+)\): (?P<a>.+)", "没有联署（{n}）：{a}"),
    (r"no auditor allowed this restoration: (?P<a>.+)", "没有审计方准许这次恢复：{a}"),
    (r"name the keys you trust with --policy", "用 --policy 说明信任谁的密钥"),
    (
        r"(?P<a>.+): not a checkpoint that the log signed: (?P<b>.+)",
        "{a}：不是账本签署的检查点：{b}",
    ),
    (r"aidledger witness init makes a witness", "用 aidledger witness init 新建见证方"),
    (r"(?P<a>.+) is of another log: (?P<b>.+)", "{a} 是另一账本的：{b}"),
    (r"(?P<a>.+) counts for nothing: (?P<b>.+)", "{a} 不算数：{b}"),
    (
        r"(?P<n>\d+) of (?P<k>\d+) files prove nothing: (?P<a>.+)",
        "{k} 个文件中有 {n} 个不能证明什么：{a}",
    ),
    (
        r"(?P<a>(?:.+: )?)(?P<n>\d+) of (?P<k>\d+) witnesses cosigned: no quorum",
        "{a}{k} 个见证方中有 {n} 个联署，未达法定数",
    ),
    (r"chmod (?P<n>600|700) (?P<a>.+)", "chmod {n} {a}"),
    (r"(?P<a>.+): no key is registered for this actor", "{a}：没有登记密钥"),
    (
        r"(?P<a>.+): key (?P<k>.+) is not in force at position (?P<n>\d+)",
        "{a}：密钥 {k} 在位置 {n} 无效",
    ),
    (r"(?P<a>.+): key (?P<k>.+) is not at hand", "{a}：密钥 {k} 不在手边"),
    (r"(?P<a>.+): no key of this name is in force", "{a}：没有这个名称的有效密钥"),
    (
        r"bring its file into the folder of keys, or plug the token in",
        "请把密钥文件放回密钥文件夹，或插入设备",
    ),
    (
        r"it was revoked or replaced: aidledger keys list",
        "已被吊销或替换，见 aidledger keys list",
    ),
    (
        r"aidledger keys new and aidledger keys register",
        "用 aidledger keys new 新建，由他人用 aidledger keys register 登记",
    ),
    (r"aidledger keys list shows how each key stands", "aidledger keys list 列出各密钥的状态"),
    (r"give its passphrase", "请给出口令"),
    (r"try the passphrase again", "请重新输入口令"),
    (
        r"an import .+: expected --actor and --office, found no (?P<a>\S+) and no (?P<b>\S+)",
        "账本登记有密钥，导入须写明 --actor 和 --office：缺少 {a} 和 {b}",
    ),
    (
        r"an import .+: expected --actor and --office, found no (?P<a>\S+)",
        "账本登记有密钥，导入须写明 --actor 和 --office：缺少 {a}",
    ),
    (
        r"name who imports, whose key signs it, and the office acted for",
        "请写明导入人（以其密钥签名）和所代表的单位",
    ),
    (
        r"position (?P<n>\d+): whose key allowed it is not known: name the auditor in a policy",
        "位置 {n}：不知道准许者是谁：请在策略中列出审计方",
    ),
    (r"(?P<a>.+): expected a policy pack, found none", "{a}：没有这个政策包"),
    (r"model (?P<a>.+): expected the name of a model, found none", "{a}：没有这个读模型"),
    *REFUSALS,
    *STORE,
    (r"(?P<a>.+): expected (?P<xb>.+), found (?P<xc>.+)", "{a}：应为 {xb}，实际为 {xc}"),
)


def chinese(text: str, lang: Language) -> str:
    """Return a service's sentence in the language; English where no Chinese is known.

    Where the whole is not known its parts between semicolons may be.
    """
    if lang != "zh" or not text:
        return text
    whole = HINTS.get(text) or _translated(text, _PATTERNS)
    if whole != text or "; " not in text:
        return whole
    return "；".join(chinese(part, lang) for part in text.split("; "))


def term(text: str, lang: Language) -> str:
    """Return what was expected or found in the language."""
    return text if lang != "zh" else _translated(text, _terms())


def _terms() -> tuple[tuple[str, str], ...]:
    """Return what was expected and found, word by word."""
    # it asks services for their words, which a help page need not load
    from aidledger.interfaces.cli.phrases_terms import TERMS  # noqa: PLC0415

    return TERMS


def _part(name: str, part: str) -> str:
    """Return a part of a sentence: a term, a sentence, or what is the same in every language."""
    if name.startswith("x"):
        return _translated(part, _terms())
    return chinese(part, "zh") if name.startswith("y") else part


def _translated(text: str, table: tuple[tuple[str, str], ...]) -> str:
    """Return the first pattern's Chinese, or the text itself.

    Parts named x… are terms themselves, and parts named y… sentences.
    """
    for pattern, words in table:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            return words.format(
                **{name: _part(name, part or "") for name, part in match.groupdict().items()}
            )
    return text
