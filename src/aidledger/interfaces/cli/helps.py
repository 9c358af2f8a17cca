"""What every command and option says of itself, in Chinese and English.

The one table of help texts. Commands are named by their path; an option's text may be given for
one command as ``command --option``. The first line of each example is what to type.
"""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.helps_archive import ARCHIVE_OPTIONS, ARCHIVING
from aidledger.interfaces.cli.helps_attack import ATTACK_OPTIONS, ATTACKING
from aidledger.interfaces.cli.helps_audit import AUDIT_OPTIONS, AUDITING
from aidledger.interfaces.cli.helps_bundles import BUNDLE_OPTIONS, BUNDLING
from aidledger.interfaces.cli.helps_compare import COMPARE_OPTIONS, COMPARING
from aidledger.interfaces.cli.helps_deciding import DECIDING, DECIDING_OPTIONS
from aidledger.interfaces.cli.helps_doubts import DOUBT_OPTIONS, DOUBTING
from aidledger.interfaces.cli.helps_fund import FUND_OPTIONS, FUNDS
from aidledger.interfaces.cli.helps_generations import GENERATION_OPTIONS, GENERATIONS
from aidledger.interfaces.cli.helps_handing import HANDING, HANDING_OPTIONS
from aidledger.interfaces.cli.helps_importing import IMPORTING, IMPORTING_OPTIONS
from aidledger.interfaces.cli.helps_operating import OPERATING, OPERATING_OPTIONS
from aidledger.interfaces.cli.helps_policy import POLICIES
from aidledger.interfaces.cli.helps_proofs import BY_PROOF, PROVING, PROVING_OPTIONS
from aidledger.interfaces.cli.helps_time import IN_TIME, TIME_OPTIONS
from aidledger.interfaces.cli.helps_witness import WITNESS_OPTIONS, WITNESSING
from aidledger.interfaces.cli.language import Said

PROGRAM: Final = Help(
    Said(
        "社会救助审计账本：每一步都是一条只能追加、不能改动的记录",
        "An audit ledger for social assistance: every step an entry that can be added, never changed",
    ),
    (
        "aidledger demo",
        "aidledger --ledger county.db verify",
        "aidledger --ledger county.db case show 000017 --as-of 2022-06-30",
    ),
)

COMMANDS: Final[dict[str, Help]] = {
    **ARCHIVING,
    **ATTACKING,
    **AUDITING,
    **BUNDLING,
    **COMPARING,
    **DECIDING,
    **DOUBTING,
    **FUNDS,
    **GENERATIONS,
    **IN_TIME,
    **WITNESSING,
    **OPERATING,
    **PROVING,
    **POLICIES,
    **IMPORTING,
    "case": Help(
        Said(
            "查看个案：列表、现状、经过、决定依据", "Look at cases: list, state, history, decisions"
        ),
        ("aidledger case list", "aidledger case show 000017"),
    ),
    "case list": Help(
        Said("列出全部个案", "List the cases"),
        ("aidledger case list", "aidledger case list --stage approved --json"),
    ),
    "case show": Help(
        Said("一页看清一个个案", "Show one case on one page"),
        (
            "aidledger case show 520123-2022-000017",
            "aidledger case show 000017 --as-of 2022-06-30 --known-on 2022-07-31",
        ),
        Said(
            "CASE 可只写编号中独有的一段。--as-of 问当日效力，--known-on 问当日所知。",
            "CASE may be any part of the number that is unique. --as-of asks what was in force on a "
            "day, --known-on what the office knew by a day.",
        ),
    ),
    "case history": Help(
        Said("一个个案的每一条记录", "Every entry of a case"),
        (
            "aidledger case history 000017",
            "aidledger case history 000017 --json",
            "aidledger case history 000017 --proven --policy policy.txt",
        ),
        BY_PROOF,
    ),
    "case explain": Help(
        Said(
            "逐条说明每个决定的依据和金额",
            "Explain each decision clause by clause, with its amount",
        ),
        ("aidledger case explain 000017", "aidledger case explain 000017 --as-of 2022-06-30"),
    ),
    "case blame": Help(
        Said("每个字段由哪条记录决定", "Which entry made each field what it is"),
        ("aidledger case blame 000017", "aidledger case blame 000017 account"),
    ),
    "due": Help(
        Said("到期事项：何时到期，是否已逾期", "What falls due when, and what is overdue"),
        (
            "aidledger due",
            "aidledger due --as-of 2022-06-30 --days 14 --json",
            "aidledger due --proven --policy policy.txt --stamps stamps --tsa tsa.pem",
        ),
        Said(
            "期限按当日所知的工作日历计算；落在尚无放假通知的年份则标为暂定。" + BY_PROOF.zh,
            "Limits are counted by the calendar as known on the day; one that falls in a year "
            "without a notice of holidays is provisional. " + BY_PROOF.en,
        ),
    ),
    "list": Help(
        Said("输出一个读模型或公开名单", "Write a read model or a public list"),
        (
            "aidledger list",
            "aidledger list payments_by_month --as-of 2022-06-30",
            "aidledger list case_state --format csv > cases.csv",
            "aidledger list fund_use --format xlsx --output fund.xlsx",
        ),
        Said(
            "不写 NAME 时列出全部读模型。公开名单在写出前逐字节扫描，"
            "发现身份证号、银行账号、手机号或病残用语即拒绝写出。",
            "Without NAME the models are listed. The bytes of a public list are scanned before they "
            "are written: an identity, bank or mobile number or a word of illness stops it.",
        ),
    ),
    **HANDING,
    "verify": Help(
        Said("逐级核验账本，报告全部损坏", "Verify the ledger rung by rung and report all damage"),
        (
            "aidledger --ledger county.db verify",
            "aidledger verify --checkpoint FILE --policy FILE",
            "aidledger verify --deep --json",
            "aidledger verify --archive DIR --checkpoint FILE --policy FILE",
        ),
        Said(
            "--archive 核验归档，不需要任何数据库。退出码：0 已证明；1 有损坏；3 无法运行；4 一致但未证明——没有来自外部的检查点，"
            "运营方可改写历史。检查点和策略须由核验方自己保存，不能取自运营方；"
            "证明只到检查点为止，其后的条目另行列出。",
            "--archive verifies an archive with no database at all. Exit status: 0 proven; 1 damaged; "
            "3 could not run; 4 consistent but unproven: without a checkpoint from outside, the operator can rewrite history. Checkpoint and policy are "
            "your own, never the operator's; what comes after the checkpoint is named apart.",
        ),
    ),
    "record": Help(
        Said(
            "由 JSON Lines 追加记录，要么全部要么不记",
            "Record entries from JSON Lines, all or nothing",
        ),
        (
            "aidledger record entries.jsonl",
            "aidledger record - --cause town-3:2022-03-01 < entries.jsonl",
            "aidledger record entries.jsonl --dry-run",
        ),
        Said(
            '每行一个对象：{"type", "stream", "effective_on", "actor", "office", "data", "personal"?, '
            '"despite"?}。不给 --cause 时以内容的密钥散列为准，重复执行不会重复记录。'
            "各类型的字段见 aidledger events。",
            'One object a line: {"type", "stream", "effective_on", "actor", "office", "data", '
            '"personal"?, "despite"?}. Without --cause a keyed hash of the content is used, so that '
            "running it again records nothing twice. aidledger events shows the fields.",
        ),
    ),
    "resolve": Help(
        Said("一个请求的结果：已记录还是从未记录", "What became of a request: recorded, or never"),
        ("aidledger resolve town-3:2022-03-01",),
    ),
    "events": Help(
        Said("事件类型及其字段", "The event types and their fields"),
        ("aidledger events", "aidledger events ApplicationSubmitted"),
    ),
    "init": Help(
        Said(
            "新建账本及其密钥文件；已存在则拒绝",
            "Make a new ledger and its secrets; refuses what exists",
        ),
        (
            "aidledger --ledger county.db init --origin example.org/county",
            "aidledger --ledger postgresql://localhost/county init",
        ),
    ),
    "keys": Help(
        Said(
            "工作人员的签名密钥：新建、列出、登记、更换、吊销",
            "Keys that officers sign with: make, list, register, replace, revoke",
        ),
        ("aidledger keys list", "aidledger keys new 520123-u1"),
        Said(
            "登记了密钥的账本：每个请求只能有一名经办人，由其密钥签名，并先核对权限。"
            "请先由一名保管人登记安全管理员的密钥，再由安全管理员登记其他人的。",
            "In a ledger with registered keys each request is of one actor, signed by that actor's "
            "key, and powers are asked first. Let a custodian register the security administrator's "
            "key first; the administrator then registers everybody else's.",
        ),
    ),
    "keys new": Help(
        Said("新建一个密钥文件", "Make the file of a new key"),
        ("aidledger keys new 520123-u1", "aidledger keys new 520123-u1 --no-passphrase"),
        Said(
            "文件在 AIDLEDGER_KEYS 所指的文件夹，或账本旁的 .keys 文件夹，只有本人可读。"
            "口令取自 AIDLEDGER_PASSPHRASE，否则在终端询问。",
            "The file lies in the folder that AIDLEDGER_KEYS names, or beside the ledger in .keys, "
            "readable by its owner only. The passphrase comes from AIDLEDGER_PASSPHRASE, or is asked "
            "for at the terminal.",
        ),
    ),
    "keys list": Help(
        Said(
            "列出密钥：何人所有、在哪些位置有效", "List the keys, their owners and where they count"
        ),
        ("aidledger keys list", "aidledger keys list --json"),
    ),
    "keys register": Help(
        Said("为一名人员登记密钥，由他人办理", "Register a key for an actor, by somebody else"),
        (
            "aidledger keys register 520123-u1 --owner 520123-u1 --actor 520123-s1 --office 520123",
            "aidledger keys register VKEY --owner u1 --assurance file --actor s1 --office 520123",
        ),
        Said(
            "KEY 是文件夹或设备中密钥的名称，或本人送来的公钥文本。设备（PKCS#11）由 "
            "AIDLEDGER_PKCS11_MODULE、_TOKEN、_KEY 指明，PIN 取自 _PIN 或在终端询问。",
            "KEY is the name of a key in the folder or the token, or the text of a public key that "
            "its owner brought. A token (PKCS#11) is named by AIDLEDGER_PKCS11_MODULE, _TOKEN and "
            "_KEY; its PIN comes from _PIN, or is asked for at the terminal.",
        ),
    ),
    "keys rotate": Help(
        Said("以新密钥替换有效的旧密钥", "Put a new key in the place of one in force"),
        (
            "aidledger keys new 520123-u1.2",
            "aidledger keys rotate 520123-u1 520123-u1.2 --actor 520123-s1 --office 520123",
        ),
        Said(
            "新旧一次完成；旧密钥签过的仍然有效。",
            "Both in one batch; what the old key has signed stays good.",
        ),
    ),
    "keys revoke": Help(
        Said("吊销密钥", "Revoke a key"),
        (
            "aidledger keys revoke 520123-u1 --reason lost --actor 520123-s1 --office 520123",
            "aidledger keys revoke u1 --reason lost --from-position 412 --actor s1 --office 520123",
        ),
        Said(
            "被盗用的，从可疑的第一条起吊销：其后所签的成为疑点。",
            "Where it was stolen, revoke it from the first entry in doubt: what it signed from there "
            "on becomes a finding.",
        ),
    ),
    "simulate": Help(
        Said("按种子模拟一个县的若干个月", "Simulate a county's months from a seed"),
        (
            "aidledger --ledger county.db simulate --cases 300 --months 12 --seed 2022",
            "aidledger simulate --cases 50 --months 6 --seed 1 --irregularities planted.json",
            "aidledger simulate --scenario paid-after-death",
        ),
        Said(
            "账本须是空的。同一种子得到同样的字节。",
            "The ledger must be empty. The same seed gives the same bytes.",
        ),
    ),
    "demo": Help(
        Said(
            "一分钟演示：模拟、见证、核验、追问、篡改",
            "One minute: simulate, witness, verify, ask, tamper",
        ),
        ("aidledger demo", "aidledger demo --cases 50 --months 6 --keep county"),
    ),
    "completion": Help(
        Said("输出命令补全脚本", "Print the script that completes commands"),
        ("aidledger completion bash > ~/.local/share/bash-completion/completions/aidledger",),
    ),
}

OPTIONS: Final[dict[str, Said]] = {
    **ARCHIVE_OPTIONS,
    **ATTACK_OPTIONS,
    **AUDIT_OPTIONS,
    **BUNDLE_OPTIONS,
    **COMPARE_OPTIONS,
    **IMPORTING_OPTIONS,
    **DECIDING_OPTIONS,
    **DOUBT_OPTIONS,
    **FUND_OPTIONS,
    **TIME_OPTIONS,
    **WITNESS_OPTIONS,
    **OPERATING_OPTIONS,
    **GENERATION_OPTIONS,
    **HANDING_OPTIONS,
    **PROVING_OPTIONS,
    "--ledger": Said(
        "账本：文件路径或 postgresql:// 地址 [AIDLEDGER]",
        "the ledger: a file path or a postgresql:// address [AIDLEDGER]",
    ),
    "--lang": Said(
        "语言（键名和代码不译）[AIDLEDGER_LANG]",
        "language of texts; keys and codes stay as they are [AIDLEDGER_LANG]",
    ),
    "--version": Said("显示版本", "show the version"),
    "--help": Said("显示帮助", "show this help"),
    "--json": Said("在标准输出上给出一个 JSON 对象", "one JSON object on standard output"),
    "--as-of": Said(
        "当日有效的情况（默认：最后一条记录之日）",
        "in force on that day (default: day of the last entry)",
    ),
    "--known-on": Said(
        "截至当日账本所知（默认：全部）", "as known by that day (default: everything)"
    ),
    "--at": Said(
        "账本截至此处：位置、日期或时间（默认：全部）",
        "the log up to there: a position, a day or a time (default: everything)",
    ),
    "--anew": Said(
        "全部由记录重新推导，不读其旁的生成版本和归档段",
        "derive all from the entries: read no generation, and no archive, beside them",
    ),
    "--stage": Said("只看处于某阶段的", "only those in this stage"),
    "--days": Said("今后多少天内到期的", "only what falls due within so many days"),
    "--format": Said("输出格式", "format of the output"),
    "--output": Said(
        "写到此处（名单：文件，默认标准输出；证明：文件夹，默认当前）",
        "write it there: a list to a file, proofs into a folder (default: here)",
    ),
    "--receipt": Said("把回执保存到此文件", "keep the receipt in this file"),
    "--deep": Said(
        "并重新作出每个决定、比较两种推导、重算索引与封账、打开密封的个人信息",
        "also decide everything again, compare two derivations, work out indexes and closings, open what is sealed",
    ),
    "--checkpoint": Said(
        "来自账本之外的检查点（可重复）", "a checkpoint from outside (may be repeated)"
    ),
    "--policy": Said(
        "信任策略：谁的联署才算数", "policy: whose cosignatures make a checkpoint accepted"
    ),
    "--proofs": Said(
        "存有回执、各种证明和双史证据的目录", "a folder of receipts, proofs and bundles to check"
    ),
    "--misbehaviour": Said(
        "账本密钥自相矛盾时，把证据写入文件",
        "where to write evidence of a log that contradicts itself",
    ),
    "--model": Said("只限这一个（可重复）", "only this model (may be repeated)"),
    "--cause": Said(
        "请求的名称；同名重试只记录一次", "name of the request; a retry under it records once"
    ),
    "--evidence": Said(
        "记录以散列引用的文件（可重复）", "a file that entries name by hash (may be repeated)"
    ),
    "--dry-run": Said("只检查，不记录", "check only, record nothing"),
    "--effective-on": Said(
        "没有日期列时各行的生效日", "day the rows took effect where they have none"
    ),
    "--actor": Said("经办人", "who acts"),
    "--office": Said("经办机构", "the office acted for"),
    "--origin": Said("账本在检查点中的名称", "name of the log in its checkpoints"),
    "--county": Said("县级代码", "code of the county"),
    "--recover-by": Said(
        "退回的截止日（默认：提案之日）",
        "day by which money is to be back (default: that of the proposals)",
    ),
    "--on": Said("办理之日（默认：今天）", "the day it is done on (default: today)"),
    "--cases": Said("个案数", "number of cases"),
    "--months": Said("月数", "number of months"),
    "--seed": Said("种子", "the seed"),
    "--start": Said("开始之日", "first day"),
    "--scenario": Said(
        "重现已公布审计的一种情形，案件数和月数随情形而定：paid-after-death、invented-persons、"
        "wrong-standard、money-held、public-staff、owners、officers-kin、city-share",
        "a situation of a published audit, with cases and months of its own: paid-after-death, "
        "invented-persons, wrong-standard, money-held, public-staff, owners, officers-kin, city-share",
    ),
    "simulate --statements": Said(
        "银行每月提供各专户的对账单；与 --irregularities 同用时其中有错",
        "the bank sends a statement of each fund's account a month; with --irregularities some are wrong",
    ),
    "--irregularities": Said(
        "把埋入的违规写入此文件", "write what irregularities were planted to this file"
    ),
    "--signed": Said(
        "为工作人员生成密钥并为每批签名", "make keys for the officers and sign every batch"
    ),
    "--no-passphrase": Said("不加锁", "do not lock it"),
    "--owner": Said("密钥属于谁", "whose key it is"),
    "--assurance": Said("密钥由谁保管（默认 server：服务器）", "who holds it (default: server)"),
    "--reason": Said("原因", "why it is done"),
    "--from-position": Said(
        "从这一条起不再有效（默认：下一条）", "from this entry on (default: the next one)"
    ),
    "--keep": Said("把账本留在此目录", "keep the ledgers in this directory"),
}
"""Texts of the options, the same for every command that has them."""


def help_of(path: str) -> Help:
    """Return the help of a command by its path: ``case show``."""
    return COMMANDS[path] if path else PROGRAM
