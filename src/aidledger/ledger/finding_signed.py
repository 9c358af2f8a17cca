"""The words of the codes for what others signed, and for what comes out of the log again."""

from __future__ import annotations

from typing import Final

from aidledger.ledger.finding_text import (
    CLOSING_TEXTS,
    EVIDENCE_TEXTS,
    GATHERED_TEXTS,
    RESTORATION_TEXTS,
    STATEMENT_TEXTS,
    TABLE_TEXTS,
    FindingText,
)

SIGNED_TEXTS: Final[dict[str, FindingText]] = {
    "checkpoint_form": FindingText(
        "检查点行格式不对",
        "a kept checkpoint is malformed, or its columns say otherwise",
        "The table was written around the program.",
    ),
    "checkpoint_unsigned": FindingText(
        "检查点没有账本密钥的有效签名",
        "a kept checkpoint is not signed by the log",
        "It was made without the log's key, or a signature under it was changed.",
    ),
    "checkpoint_two_roots": FindingText(
        "同一大小有两个树根",
        "two signed checkpoints of one size have two roots",
        "Whoever holds the log's key showed two histories: this convicts it by itself.",
    ),
    "checkpoint_ahead": FindingText(
        "检查点比账本长",
        "a checkpoint is ahead of the log",
        "The tail was cut off, or an old copy was put back.",
    ),
    "checkpoint_root": FindingText(
        "检查点的树根与条目不符",
        "a checkpoint's root is not that of the entries",
        "History before its size was rewritten after it was signed, from the position named on.",
    ),
    **GATHERED_TEXTS,
    **STATEMENT_TEXTS,
    **RESTORATION_TEXTS,
    "signature_missing": FindingText(
        "批次没有签名",
        "a batch is not signed",
        "It was added by somebody without a key, or its signature was taken away.",
    ),
    "signature_form": FindingText(
        "批次签名格式不对",
        "a batch's signature is malformed",
        "The row was written around the program.",
    ),
    "signature_key": FindingText(
        "签名密钥未登记或不可用",
        "a batch is signed by a key that is not registered, or can't be one",
        "A key that no registrar vouched for was used, or one under which anybody can sign.",
    ),
    "signature_window": FindingText(
        "签名密钥在该位置无效",
        "a batch's key is not in force at its position",
        "The key was used before it was registered, or after it was revoked or stolen.",
    ),
    "signature_owner": FindingText(
        "签名密钥不属于该人员",
        "a batch's key is another actor's",
        "Somebody signed in a colleague's name.",
    ),
    "signature_invalid": FindingText(
        "批次签名无效",
        "a batch's signature does not verify",
        "The entries were changed, moved, or taken from another ledger after they were signed.",
    ),
    "signature_seen": FindingText(
        "签名所见的检查点不属于本账本",
        "what a batch's actor had seen is not of this log",
        "History before the batch was rewritten, or the actor was shown another one.",
    ),
    "act_forbidden": FindingText(
        "权限规则不允许此行为",
        "an act that the powers do not allow",
        "It was recorded around the program. As a lead: its actor named the duty, or nobody was asked.",
    ),
    "receipt_missing": FindingText(
        "回执所载与账本不符",
        "the log does not have what a receipt says",
        "An acknowledged entry was dropped or changed.",
    ),
    "proof_differs": FindingText(
        "证明与账本不符",
        "a proof does not fit the log",
        "The log was rewritten after the proof was handed out.",
    ),
    **EVIDENCE_TEXTS,
    **TABLE_TEXTS,
    "amendment_misfit": FindingText(
        "更正或作废不适用于任何记录",
        "a correction or annulment fits no entry",
        "It names no entry of its stream, a correction, or a value that the entry could not have; it changes nothing.",
    ),
    "powers_missing": FindingText(
        "已采用权限表的文本不见了",
        "the text of a table of powers that was adopted is not there",
        "The evidence was deleted, or the adoption was recorded without it: whether acts under it were allowed can't be judged.",
    ),
    "powers_altered": FindingText(
        "已采用权限表的文本被改动",
        "the text of a table of powers is not the one that was adopted",
        "The evidence was changed after the adoption: whether acts under it were allowed can't be judged.",
    ),
    "pack_missing": FindingText(
        "已采用政策包的文本不见了",
        "the text of a policy pack that was adopted is not there",
        "The evidence was deleted, or the adoption was recorded without it: decisions under it can't be checked.",
    ),
    "pack_altered": FindingText(
        "已采用政策包的文本被改动",
        "the text of a policy pack is not the one that was adopted",
        "The evidence was changed after the adoption: it has another hash than the entry names.",
    ),
    "pack_differs": FindingText(
        "采用记录与政策包文本不符",
        "an adoption says otherwise than the text of its pack",
        "It was recorded by hand: read models and audit rules read what it says, decisions what the text says.",
    ),
    "decision_differs": FindingText(
        "决定重新作出的结果不同",
        "a decision comes out otherwise when taken again",
        "The decision, its facts or its pack is not what the entries say.",
    ),
    "decision_not_replayed": FindingText(
        "决定无法重新作出",
        "decisions cannot be taken again",
        "The policy pack that they pin is missing or was changed.",
    ),
    "model_disagrees": FindingText(
        "两种推导的结果不一致",
        "two derivations of a case disagree",
        "The fold or the read model is wrong, or one of them was changed.",
    ),
    "index_differs": FindingText(
        "封存的索引与条目不符",
        "a sealed index is not that of the entries before it",
        "Entries of a case were left out of the index, or put into it: proofs from it mislead.",
    ),
    "sealed_altered": FindingText(
        "密封的个人信息与承诺不符",
        "a sealed personal value is not what was committed to",
        "The value or the person's key was changed in the vault; the log itself is not concerned.",
    ),
    "sealed_missing": FindingText(
        "密封的个人信息不见了，没有销毁记录",
        "a sealed personal value is gone, and no entry says that it was erased",
        "The value or the person's key was taken from the vault without a record of erasure.",
    ),
    "sealed_returned": FindingText(
        "已记为销毁的个人信息又能打开",
        "a sealed personal value opens, though an entry says that it was destroyed",
        "A copy of the vault from before the erasure was put back: record PersonErased again, which destroys it.",
    ),
    "sealed_unclaimed": FindingText(
        "个人信息库中有没有记录承诺的值",
        "the vault holds a personal value that no entry committed to",
        "Somebody put it there past the log: no act brought it, and no erasure would find it.",
    ),
    "generation_differs": FindingText(
        "曾经认证的读模型再推导不出",
        "read models that were certified do not come out again",
        "An entry, the generation or its certificate was changed: published lists can't be derived.",
    ),
    **CLOSING_TEXTS,
}
