"""The words of a finding's code, and those for archives and for evidence from outside the log."""

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

STATEMENT_TEXTS: Final[dict[str, FindingText]] = {
    "statement_differs": FindingText(
        "条目所述的账本树根与账本不符",
        "an entry says that the log's root was another",
        "What comes before the entry was changed since, with chain and tree made anew; or the entry is false.",
    ),
}

GATHERED_TEXTS: Final[dict[str, FindingText]] = {
    "gathered_false": FindingText(
        "入册的县级检查点不能由此前的推出",
        "a county's checkpoint that was gathered does not follow from those before",
        "The entry was forged, or recorded by somebody who checked nothing: it says nothing of the county.",
    ),
}

ARCHIVE_TEXTS: Final[dict[str, FindingText]] = {
    "segment_missing": FindingText(
        "缺少归档段",
        "a segment of the archive is missing",
        "Its folder was deleted, or was never copied. Seal the archive again from the ledger.",
    ),
    "segment_range": FindingText(
        "归档段不是其编号所示的那段",
        "a segment is not the one that its number says",
        "Two segments were swapped or one was renamed, or it comes from another ledger's archive.",
    ),
    "manifest_form": FindingText(
        "归档段清单格式不对",
        "a segment's manifest is malformed",
        "The file was changed, or a newer program wrote it.",
    ),
    "segment_file_missing": FindingText(
        "归档段缺少文件",
        "a file of a segment is missing",
        "It was deleted: whoever reads the columns would not see these events.",
    ),
    "segment_file_differs": FindingText(
        "归档文件与清单不符",
        "a file of a segment is not the one of its manifest",
        "The file was changed after it was sealed, or the disk damaged it.",
    ),
    "segment_file_extra": FindingText(
        "归档中有多余的文件",
        "an archive has a file that no manifest names",
        "Somebody put it there: a careless query over the folder would read it.",
    ),
    "segment_root_differs": FindingText(
        "归档段的根哈希与其记录不符",
        "a segment's root is not that of its records",
        "Records were changed together with the manifest, or the manifest was.",
    ),
    "segment_columns_differ": FindingText(
        "归档列与记录不符",
        "a column of the archive does not say what the records say",
        "Queries over the archive would mislead; the records themselves are not touched by this.",
    ),
    "segment_seal_differs": FindingText(
        "归档段清单不是账本所封存的那份",
        "a segment's manifest is another than the log sealed",
        "The segment was written anew and not sealed, or it was replaced together with its manifest.",
    ),
}

TABLE_TEXTS: Final[dict[str, FindingText]] = {
    "storage_differs": FindingText(
        "数据库中的表、索引或触发器与新建时不同",
        "a table, index or trigger of the database is not as it is made",
        "A view, a policy or an index may answer each reader otherwise, an added column lies under no hash, and a trigger or a rule may keep from being "
        "written what a receipt was given for. Verify a copy of the rows that the owner of the tables made before your eyes; an index is made again by REINDEX.",
    ),
    "table_altered": FindingText(
        "账本旁的表与为其作证的条目不符",
        "a table beside the ledger is not the one that its entry vouches for",
        "Rows were changed, added or taken out after the import: rules that read it don't run. Bring the file back.",
    ),
    "table_gone": FindingText(
        "条目为其作证的表不在账本旁",
        "a table that an entry vouches for is not beside the ledger",
        "No damage: a copy of the database alone has none. Of an office's own ledger ask who deleted it.",
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
    **ARCHIVE_TEXTS,
}

CLOSING_TEXTS: Final[dict[str, FindingText]] = {
    "month_order": FindingText(
        "封账与补充的次序不对",
        "closings and supplements of a month do not follow each other",
        "A month was closed twice, or a supplement is missing, repeated or put elsewhere.",
    ),
    "month_total_differs": FindingText(
        "封账数与发放条目不符",
        "a closed month does not have the payments before it",
        "The total, the number of lines or the root was stated otherwise than the entries say.",
    ),
    "month_late_payment_unlisted": FindingText(
        "封账后的发放变动未列入补充",
        "a payment of a closed month changed and stands in no supplement",
        "It came late, or was corrected or annulled, and the closed total does not say so.",
    ),
    "bank_file_differs": FindingText(
        "银行对账数与发放条目不符",
        "a reconciliation does not have the payments before it",
        "The ledger's side was stated otherwise than the entries say, or the figures do not fit.",
    ),
}
