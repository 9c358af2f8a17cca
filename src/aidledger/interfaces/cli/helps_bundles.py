"""What the commands say of themselves that make and verify evidence bundles: see ``helps``."""

from __future__ import annotations

from typing import Final

from aidledger.interfaces.cli.help_form import Help
from aidledger.interfaces.cli.language import Said

BUNDLE_OPTIONS: Final[dict[str, Said]] = {
    "bundle create --policy": Said(
        "附上的信任策略（默认：创世声明所列）",
        "the trust policy to go with it (default: what genesis names)",
    ),
    "bundle create --rule": Said(
        "WHAT 在这条审计规则下的发现", "what this audit rule finds about WHAT"
    ),
    "bundle create --case": Said(
        "月份或名单中只附上这个个案的", "of a month or list, the lines of this case alone"
    ),
    "bundle create --actor": Said("查阅并放行的人员", "who opens and releases the values"),
    "bundle create --to": Said("写到这个新的或空的文件夹", "the folder to write, new or empty"),
    "--row": Said(
        "附上认证过的读模型的一行及其证明，可多次",
        "with a certified row of a model and its proof; may be given several times",
    ),
    "--reveal": Said(
        "附上这个密封字段的内容，可多次；须另有人申请",
        "with the value of this sealed field; may be given several times; somebody else must have asked",
    ),
    "--purpose": Said("查阅个人信息的用途", "what the personal values are for"),
    "bundle create --request": Said("申请导出的流（export/…）", "stream of the request (export/…)"),
}

BUNDLING: Final[dict[str, Help]] = {
    "bundle": Help(
        Said(
            "证据包：离开账本也能成立的证据",
            "Evidence bundles: what stands without the ledger",
        ),
        (
            "aidledger bundle create 000017 --to evidence",
            "aidledger bundle verify evidence --policy policy.txt",
        ),
        Said(
            "证据包是一个文件夹（BagIt 1.0），用浏览器打开其中的 index.html 即可自行核验，不连网。",
            "A bundle is a folder (BagIt 1.0); its index.html checks itself in a browser, without a "
            "network.",
        ),
    ),
    "bundle create": Help(
        Said(
            "制作个案、疑点、审计发现、名单或月份的证据包",
            "Make a bundle of a case, a doubt, a finding, a public list or a month",
        ),
        (
            "aidledger bundle create 000017 --to evidence --policy policy.txt",
            "aidledger bundle create case/520123-2022-000017 --rule F001 --to evidence",
            "aidledger bundle create doubt/F001-3f9a --to evidence",
            "aidledger bundle create 2022-03 --case 000017 --to evidence",
            (
                "aidledger bundle create 000017 --to evidence --reveal name --purpose 'court order 12' "
                "--request export/2022-1 --actor 520123-u9 --office 520123"
            ),
        ),
        Said(
            "WHAT 是个案、doubt/…、list/…、月份，或与 --rule 一起是审计发现的对象。内容截至最近保存的检查点；"
            "不含其他家庭的任何内容。个人信息只有用 --reveal 才附上：须先有他人记下 ExportRequested，"
            "查阅和放行均记入账本。--policy 是附上的信任策略（默认：创世声明所列）。",
            "WHAT is a case, doubt/…, list/…, a month, or with --rule whom a finding is about. All is of the "
            "newest kept checkpoint, and nothing is of another household. Personal values come along "
            "only with --reveal: somebody else records ExportRequested first, and that they were opened "
            "and handed out is recorded. --policy is the trust policy to go with it (default: what "
            "genesis names).",
        ),
    ),
    "bundle verify": Help(
        Said(
            "核验证据包，不需要账本，不连网",
            "Verify a bundle, without a ledger and without a network",
        ),
        (
            "aidledger bundle verify evidence --policy policy.txt",
            "aidledger bundle verify evidence --policy policy.txt --checkpoint kept.checkpoint --json",
        ),
        Said(
            "信任谁的签名由 --policy 决定；没有它就只能核对前后是否一致，退出码为 4。有改动时指出文件和行，"
            "退出码为 1。每个决定按所附政策包原文重演。",
            "Whose signatures count, --policy decides; without it nothing is proven, and the exit status "
            "is 4. What was changed is named by file and line, and the exit status is 1. Each decision "
            "is taken again under the pack's text that came along.",
        ),
    ),
}
