"""Findings: what is wrong with a ledger, as values.

A finding names a kind of damage by a stable `code`, where it is (position in the log, stream,
field), what was expected and what was found. One table gives each code its words in Chinese and
English and says what it means; the documents are tested against it.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from aidledger.ledger.finding_text import (
    CLOSING_TEXTS,
    EVIDENCE_TEXTS,
    GATHERED_TEXTS,
    RESTORATION_TEXTS,
    TABLE_TEXTS,
    FindingText,
)

Language = Literal["zh", "en"]


FINDING_CODES: Final[dict[str, FindingText]] = {
    "row_form": FindingText(
        "行的列数不对",
        "the row does not have its columns",
        "The table was altered or the rows do not come from a ledger.",
    ),
    "column_type": FindingText(
        "列的类型不对",
        "a column has the wrong type",
        "A value was written around the program: the database would never store this type.",
    ),
    "column_differs": FindingText(
        "列与记录不一致",
        "a column does not agree with the record",
        "An index column (or the record itself) was changed: queries by it would mislead.",
    ),
    "leaf_hash_differs": FindingText(
        "叶哈希与记录不符",
        "the leaf hash is not the record's",
        "The record's bytes or its stored hash were changed after it was written.",
    ),
    "position_missing": FindingText(
        "缺少条目",
        "entries are missing",
        "One or more rows were deleted; the positions named are gone.",
    ),
    "position_differs": FindingText(
        "位置号不对",
        "the position is not the next one",
        "A row was renumbered.",
    ),
    "position_repeated": FindingText(
        "位置号重复或倒退",
        "the position was passed before",
        "A row was inserted or duplicated under a number that another row holds.",
    ),
    "opaque_record": FindingText(
        "记录不可读(加密、压缩或其他封装)",
        "the record is an opaque envelope",
        "An auditor could not read it: entries are plain canonical JSON, never packed or encrypted.",
    ),
    "record_not_bytes": FindingText(
        "记录不是字节串",
        "the record is not bytes",
        "The column was overwritten with another type.",
    ),
    "record_too_long": FindingText(
        "记录过长",
        "the record is too long",
        "No entry may exceed 65,535 bytes: it could not be put into an entry bundle.",
    ),
    "record_not_canonical": FindingText(
        "记录不是规范 JSON",
        "the record is not canonical JSON",
        "The bytes were changed, or written by a program that does not keep the form.",
    ),
    "record_missing_field": FindingText(
        "记录缺少字段",
        "the record lacks a field",
        "The bytes were not written as an entry.",
    ),
    "record_unknown_field": FindingText(
        "记录有未知字段",
        "the record has an unknown field",
        "Something was put into the envelope that no reader checks.",
    ),
    "record_field": FindingText(
        "记录字段不合格式",
        "a field of the record breaks its form",
        "The bytes were not written as an entry.",
    ),
    "type_unknown": FindingText(
        "未知的事件类型",
        "the event type is unknown",
        "A newer program wrote it, or it was forged.",
    ),
    "data_form": FindingText(
        "事件内容不合其类型",
        "the data does not have its type's form",
        "The entry cannot be read as the event that it claims to be.",
    ),
    "sealed_form": FindingText(
        "密封字段不合其类型",
        "the sealed fields are not those of its type",
        "A commitment is missing or was put where the type has none.",
    ),
    "version_differs": FindingText(
        "流内版本号不连续",
        "the stream's versions are not dense",
        "An entry of this stream was deleted, inserted, duplicated or moved.",
    ),
    "prev_differs": FindingText(
        "前一条的哈希不符",
        "the link to the stream's entry before is broken",
        "The entry before was changed or replaced, or this one was put in its place.",
    ),
    "recorded_at_back": FindingText(
        "记录时间倒退",
        "the recording time goes back",
        "An entry was moved or inserted later than its time says.",
    ),
    "node_row_form": FindingText(
        "树节点行格式不对",
        "a row of the tree's nodes is malformed",
        "The table was written around the program.",
    ),
    "node_repeated": FindingText(
        "树节点重复",
        "a node of the tree is stored twice",
        "The table was written around the program.",
    ),
    "node_missing": FindingText(
        "缺少树节点",
        "nodes of the tree are missing",
        "Rows were deleted; proofs over these entries cannot be made.",
    ),
    "node_extra": FindingText(
        "多余的树节点",
        "a node lies outside the tree",
        "A row was added, or entries at the end of the log were deleted.",
    ),
    "node_differs": FindingText(
        "树节点与条目不符",
        "nodes of the tree do not agree with the entries",
        "Entries in these positions were changed together with their hashes, or the nodes were.",
    ),
    "head_missing": FindingText(
        "缺少账本头",
        "the head is missing",
        "Without it nothing says how many entries there should be.",
    ),
    "head_form": FindingText(
        "账本头格式不对",
        "the head is malformed",
        "The row was written around the program.",
    ),
    "head_size": FindingText(
        "账本头的条目数不符",
        "the head's size is not the number of entries",
        "Entries at the end were deleted, or were added around the program.",
    ),
    "head_root": FindingText(
        "账本头的根哈希不符",
        "the head's root is not that of the entries",
        "Entries were changed, removed or moved, or the root was.",
    ),
    "head_frontier": FindingText(
        "账本头的树边界不符",
        "the head's frontier is not that of the entries",
        "Entries in these positions were changed together with their hashes, or the frontier was.",
    ),
    "head_recorded_at": FindingText(
        "账本头的记录时间不符",
        "the head's recording time is not that of the last entry",
        "The last entry or the head was changed.",
    ),
    "batch_form": FindingText(
        "批次行格式不对",
        "a row of batches is malformed",
        "The row was written around the program.",
    ),
    "batch_position": FindingText(
        "批次不衔接",
        "the batches do not follow each other",
        "A row of batches was deleted, inserted or renumbered.",
    ),
    "batch_missing": FindingText(
        "条目不属于任何批次",
        "entries belong to no batch",
        "The entry was added around the program, or its batch was deleted.",
    ),
    "batch_extra": FindingText(
        "批次所指的条目不存在",
        "a batch names entries that are not there",
        "Entries at the end of the log were deleted, or a batch was added.",
    ),
    "batch_cause": FindingText(
        "条目与其批次的请求不一致",
        "an entry and its batch name different causes",
        "The entry or the batch was changed: the request could be repeated, or denied.",
    ),
    "batch_cause_repeated": FindingText(
        "两个批次用同一请求",
        "two batches have the same cause",
        "A request was recorded twice around the program.",
    ),
    "batch_recorded_at": FindingText(
        "条目与其批次的时间不一致",
        "an entry and its batch name different times",
        "The entry or the batch was changed.",
    ),
    "batch_root": FindingText(
        "批次之后的树根不符",
        "the root after a batch is not that of the entries",
        "Entries up to there were changed together with their hashes, or the batch was.",
    ),
    "behind_mark": FindingText(
        "账本比它曾有的短或不同",
        "the ledger is shorter than it once was, or another",
        "The tail was cut off, an old copy was put back, or history was rewritten.",
    ),
    "origin_differs": FindingText(
        "账本名称与其声明不符",
        "the log has another name than it declares",
        "The name in the database was changed, or the entries come from another ledger.",
    ),
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
        "It names no entry of its stream, or a value that the entry could not have; it changes nothing.",
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
    "generation_differs": FindingText(
        "曾经认证的读模型再推导不出",
        "read models that were certified do not come out again",
        "An entry, the generation or its certificate was changed: published lists can't be derived.",
    ),
    **CLOSING_TEXTS,
}
"""Every code that verification of a ledger can give, in the order of the ladder's rungs."""

_UNKNOWN: Final = FindingText("其他问题", "another problem", "See the code.")

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {"whole": "ledger", ":": ": ", ",": ", "},
    "zh": {
        "position": "位置",
        "stream": "流",
        "field": "字段",
        "whole": "账本",
        "expected": "应为",
        "found": "实为",
        ":": "：",
        ",": "，",
    },
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of damage; `position` counts from 0, None where it has no place in the log.

    `expected_zh` and `found_zh` stand where `expected` and `found` are sentences: the same in Chinese.
    """

    code: str
    position: int | None = None
    stream: str | None = None
    field: str | None = None
    expected: str
    found: str
    expected_zh: str = ""
    found_zh: str = ""

    def message(self, lang: Language) -> str:
        """Say it in one line, without a final period."""
        words = _WORDS[lang]
        text = FINDING_CODES.get(self.code, _UNKNOWN)
        places = [
            f"{words.get(name, name)} {value}"
            for name, value in (
                ("position", self.position),
                ("stream", self.stream),
                ("field", self.field),
            )
            if value is not None
        ]
        where = words[","].join(places) or words["whole"]
        what = text.zh if lang == "zh" else text.en
        expected, found = (words.get(name, name) for name in ("expected", "found"))
        wanted, there = self.expected, self.found
        if lang == "zh":
            wanted, there = self.expected_zh or wanted, self.found_zh or there
        return (
            f"{where}{words[':']}{what} [{self.code}]{words[':']}{expected} "
            f"{wanted}{words[',']}{found} {there}"
        )
