"""The words of the codes for the log itself: records, columns, chain, tree, batches, the mark."""

from __future__ import annotations

from typing import Final

from aidledger.ledger.finding_text import FindingText

LOG_TEXTS: Final[dict[str, FindingText]] = {
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
    "recorded_ahead": FindingText(
        "记录时间晚于见证方见到它的时间",
        "the recording time is later than witnesses had seen the entry",
        "No damage: a clock was set forward, and what came behind it bears at least that time. Ask by --as-of and `due --proven`.",
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
        "The tail was cut off, an old copy was put back, history was rewritten, or files of a former ledger lie beside it.",
    ),
    "origin_differs": FindingText(
        "账本名称与其声明不符",
        "the log has another name than it declares",
        "The name in the database was changed, or the entries come from another ledger.",
    ),
}
