"""The words of a finding's code, and those for what is held against evidence from outside the log."""

from __future__ import annotations

from typing import Final, NamedTuple


class FindingText(NamedTuple):
    """Words for one code: `zh` and `en` name the damage, `meaning` says what may have happened."""

    zh: str
    en: str
    meaning: str


RESTORATION_TEXTS: Final[dict[str, FindingText]] = {
    "restoration_unsigned": FindingText(
        "恢复记录的审计联署无效",
        "a restoration has no auditor's cosignature that holds",
        "The ledger was rolled back to a backup, and nobody allowed it or another statement was signed.",
    ),
    "restoration_head": FindingText(
        "恢复记录与其前的账本不符",
        "a restoration does not stand behind the head that it says was kept",
        "The entry was moved or forged, or what comes before it was changed since.",
    ),
    "restoration_key": FindingText(
        "准许恢复的不是审计方",
        "a restoration was allowed by somebody who is no auditor",
        "The operator may have made a key of his own, to roll the ledger back with good papers.",
    ),
    "ledger_restored": FindingText(
        "账本曾用旧备份恢复",
        "the ledger was restored from an older backup",
        "No damage: an auditor allowed it. Entries that were acknowledged are gone; ask which and why.",
    ),
}

EVIDENCE_TEXTS: Final[dict[str, FindingText]] = {
    "misbehaviour_shown": FindingText(
        "账本密钥签过两段不能并存的历史",
        "the log's key signed two histories",
        "Somebody holds the proof: whoever has the log's key showed different people different logs.",
    ),
    "file_unused": FindingText(
        "所给文件不能说明本账本",
        "a file that was brought says nothing of this ledger",
        "No damage: it is malformed, of another log, or nobody vouches for it. Ask who gave it to you.",
    ),
    "policy_differs": FindingText(
        "信任策略不是创世声明所列的那份",
        "the policy is another than genesis names",
        "No damage: the policy is the verifier's own. Where you did not mean it, ask who gave it to you.",
    ),
    "policy_key": FindingText(
        "信任策略没有创世声明所列的密钥",
        "the policy does not name a key that genesis names",
        "No damage: the key was changed since, or somebody put his own into the policy or into genesis.",
    ),
    "policy_weaker": FindingText(
        "信任策略的要求低于创世声明",
        "the policy asks for less than genesis",
        "No damage: but `proven` then means that fewer of the witnesses stand for it than was promised.",
    ),
}
