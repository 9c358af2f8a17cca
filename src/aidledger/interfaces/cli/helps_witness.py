"""What the commands of checkpoints and witnesses, and their options, say of themselves."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

WITNESSING: Final[dict[str, Help]] = {
    "checkpoint": Help(
        Said(
            "检查点：签署账本的条数与树根，请别的机构见证",
            "Checkpoints: sign size and root of the log, have other offices witness them",
        ),
        ("aidledger checkpoint sign", "aidledger checkpoint witness --policy policy.txt"),
    ),
    "checkpoint sign": Help(
        Said("签署包含全部记录的检查点", "Sign a checkpoint of everything recorded"),
        (
            "aidledger checkpoint sign",
            "aidledger checkpoint sign --output 2022-06-30.checkpoint",
            "aidledger checkpoint sign --new-key",
        ),
        Said(
            "签署前先把文本写入账本旁的 .signed 文件：同一条数绝不签两个树根。"
            "密钥以账本名称命名，口令取自 AIDLEDGER_PASSPHRASE 或在终端询问。",
            "The text is kept in the file .signed beside the ledger before it is signed: never two "
            "roots at one size. The key is named as the log; its passphrase comes from "
            "AIDLEDGER_PASSPHRASE or is asked for on a terminal.",
        ),
    ),
    "checkpoint show": Help(
        Said(
            "显示检查点，以及策略是否接受它", "Show a checkpoint, and whether a policy accepts it"
        ),
        (
            "aidledger checkpoint show --policy policy.txt",
            "aidledger checkpoint show 2022-06-30.checkpoint --policy policy.txt --json",
        ),
        Said(
            "不写 FILE 时显示账本留存的最新检查点。策略不接受时退出码为 4。",
            "Without FILE the newest one that the ledger keeps is shown. Exits with 4 where the "
            "policy does not accept it.",
        ),
    ),
    "checkpoint compare": Help(
        Said(
            "比较一个检查点与账本，或两个检查点",
            "Hold a checkpoint against the ledger, or two against one another",
        ),
        (
            "aidledger checkpoint compare kept.checkpoint",
            "aidledger checkpoint compare mine.checkpoint theirs.checkpoint --policy policy.txt",
        ),
        Said(
            "退出码：0 相同或只有追加；1 自相矛盾或账本短缺；4 无法证明。"
            "运营方自相矛盾时写出双史证据，任何人可核对。",
            "Exit status: 0 the same, or only added to; 1 contradicts, or entries are missing; 4 "
            "unproven. Where the operator contradicted itself a misbehaviour bundle is written, which "
            "anybody can check.",
        ),
    ),
    "checkpoint witness": Help(
        Said(
            "请策略文件中的见证方联署最新检查点",
            "Ask the witnesses of a policy file to cosign the newest checkpoint",
        ),
        (
            "aidledger checkpoint witness --policy policy.txt",
            "aidledger checkpoint witness --policy policy.txt --request audit.request --old 1200",
            "aidledger checkpoint witness --policy policy.txt --response audit.response",
        ),
        Said(
            "没有网络相通时，用 --request 写出文件，由见证方以 witness add-checkpoint 答复，"
            "再用 --response 读回。策略未满足时退出码为 4。",
            "For an office behind an air gap --request writes a file, witness add-checkpoint answers "
            "it there, and --response takes the answer in. Exits with 4 where the quorum is missed.",
        ),
    ),
    "checkpoint restore": Help(
        Said(
            "从备份恢复的账本，经审计方联署后继续",
            "Let a ledger restored from a backup go on, with an auditor's cosignature",
        ),
        (
            "aidledger checkpoint restore --statement lost.statement",
            "aidledger checkpoint restore --cosigned lost.cosigned --policy policy.txt --reason disk",
        ),
        Said(
            "先写出声明，由审计方以 witness restored 联署，再以 --cosigned 记为 LedgerRestored。"
            "已签署的检查点超出恢复处的，此账本名称不能再签检查点。",
            "First a statement is written, which the auditor cosigns with witness restored; "
            "--cosigned then records LedgerRestored. Where a checkpoint beyond the restored head was "
            "signed, this log never signs again under its name.",
        ),
    ),
    "witness": Help(
        Said(
            "见证：由另一机构运行，只为只增不改的账本联署",
            "Witness: run by another office, cosigns a log that only grows",
        ),
        (
            "aidledger witness init audit-witness --name audit.example.org --log county.vkey",
            "aidledger witness run audit-witness",
        ),
    ),
    "witness init": Help(
        Said("新建见证方：密钥和所见证的账本", "Make a witness: its key, and the logs it watches"),
        (
            "aidledger witness init audit-witness --name audit.example.org --log county.vkey",
            "aidledger witness init audit-witness --name audit.example.org --kind ml-dsa-44",
        ),
        Said(
            "输出见证方公钥一行。设有 AIDLEDGER_PASSPHRASE 时以其锁住密钥。",
            "Prints the witness's public key on one line. AIDLEDGER_PASSPHRASE, where it is set, "
            "locks the key.",
        ),
    ),
    "witness trust": Help(
        Said(
            "再见证一个账本，或信任其另一公钥", "Watch one more log, or trust one more of its keys"
        ),
        ("aidledger witness trust audit-witness --log other-county.vkey",),
    ),
    "witness show": Help(
        Said("显示见证方的公钥及所见", "Show the witness's keys and what it has seen"),
        ("aidledger witness show audit-witness", "aidledger witness show audit-witness --json"),
        Said(
            "有账本在同一条数上签过两个树根的，退出码为 1，并列出证据文件。",
            "Exits with 1 where a log signed two roots at one size, and names the files that show it.",
        ),
    ),
    "witness run": Help(
        Said("提供 HTTP 见证服务", "Answer requests over HTTP"),
        (
            "aidledger witness run audit-witness",
            "aidledger witness run audit-witness --listen 127.0.0.1:8750",
        ),
        Said(
            "POST /add-checkpoint（C2SP tlog-witness）。默认只在本机监听，TLS 由前置代理提供。",
            "POST /add-checkpoint (C2SP tlog-witness). It listens on this machine unless told "
            "otherwise; TLS is the proxy's before it.",
        ),
    ),
    "witness add-checkpoint": Help(
        Said("答复以文件送来的请求", "Answer a request that came as a file"),
        ("aidledger witness add-checkpoint audit-witness audit.request --output audit.response",),
        Said(
            "拒绝时退出码为 1，不写答复；所见条数不符时答复中写明条数。",
            "Exits with 1 where it refuses, and writes no response; where it saw another size, the "
            "response says which.",
        ),
    ),
    "witness restored": Help(
        Said(
            "为账本从备份恢复的声明联署",
            "Cosign the statement that a ledger was restored from a backup",
        ),
        ("aidledger witness restored audit-witness lost.statement --output lost.cosigned",),
        Said(
            "联署前请查明丢失了哪些记录、为何丢失。",
            "Find out first which entries were lost, and why.",
        ),
    ),
    "province": Help(
        Said(
            "上级机关的日志：汇集各县日志的检查点",
            "A log over the counties' logs: keep each county's checkpoints",
        ),
        (
            "aidledger --ledger province.db province gather 520123 520123.request --actor a --office o",
        ),
    ),
    "province trust": Help(
        Said("登记一个县的日志及其公钥", "Record a county's log and its public keys"),
        ("aidledger province trust 520123 --log county.vkey --actor a --office o",),
        Said(
            "再次登记则替换此前的公钥；一个县只有一个日志。",
            "Recorded again, the keys take the place of those before; a county has one log.",
        ),
    ),
    "province gather": Help(
        Said("将一个县的检查点入册", "Record a county's checkpoint"),
        (
            "aidledger --ledger county.db checkpoint witness --policy p.txt --request c.request --old 0",
            "aidledger --ledger province.db province gather 520123 c.request --actor a --office o",
            "aidledger --ledger province.db list county_logs",
        ),
        Said(
            "FILE 是送给见证方的同一请求，须由该县公钥签署并证明它延续上次入册的检查点。同一大小出现两个"
            "树根时记为矛盾，退出码为 1；list county_logs 列出各县最新的检查点。",
            "FILE is the request that a witness gets: signed by the county's log, and proven to extend the "
            "checkpoint gathered last. Two roots at one size are recorded as a contradiction: exit status "
            "1. `list county_logs` shows each county's newest.",
        ),
    ),
}

WITNESS_OPTIONS: Final[dict[str, Said]] = {
    "--policy": Said("信任谁：tlog-policy 策略文件", "whom to trust: a tlog-policy file"),
    "--new-key": Said("先新建一把以账本命名的密钥", "first make a key, named as the log"),
    "--bundle": Said("双史证据写入此文件", "write the misbehaviour bundle to this file"),
    "--to": Said("请此地址的见证方（可重复）", "ask the witness at this address (may be repeated)"),
    "--request": Said("请求写入此文件", "write the request to this file"),
    "--old": Said("见证方上次见到的条数", "how many entries the witness saw last"),
    "--response": Said("读入见证方的答复文件", "take in the witness's response"),
    "--statement": Said("声明写入此文件", "write the statement to this file"),
    "--cosigned": Said("已联署的声明", "the statement, cosigned"),
    "--reason": Said("事由", "why"),
    "--name": Said("密钥的名称，如所在机构的域名", "name of the key, such as the office's domain"),
    "--kind": Said("联署密钥的种类（默认 ed25519）", "kind of the key (default: ed25519)"),
    "--log": Said(
        "含账本公钥的文件（可重复）", "a file with the log's public key (may be repeated)"
    ),
    "--listen": Said("监听的地址", "where to listen"),
}
