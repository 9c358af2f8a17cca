"""Words for what events, stages and values mean, and how amounts and days are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.events.codes import EVENT_CODES
from aidledger.domain.money import grouped_yuan
from aidledger.domain.policy.words import value_words
from aidledger.domain.recorded import Recorded
from aidledger.interfaces.cli.language import Language, Said
from aidledger.replay.views import view_name
from aidledger.services.clock import CHINA
from aidledger.services.handing.columnwords import short_name

STAGES: Final[dict[str, Said]] = {
    "discovered": Said("已发现", "discovered"),
    "applied": Said("已申请", "applied"),
    "accepted": Said("已受理", "accepted"),
    "opined": Said("已出初审意见", "opinion given"),
    "in_publicity": Said("公示中", "in publicity"),
    "published": Said("公示期满", "publicity over"),
    "submitted": Said("已上报", "submitted to the county"),
    "approved": Said("在册", "approved"),
    "refused": Said("不予批准", "refused"),
    "withdrawn": Said("已撤回", "withdrawn"),
    "helped": Said("已给予救助", "helped"),
    "terminating": Said("终止办理中", "being terminated"),
    "terminated": Said("已终止", "terminated"),
}
"""The stages of a case in the order they follow each other."""

VALUES: Final[dict[str, Said]] = {
    "rural": Said("农村", "rural"),
    "urban": Said("城镇", "urban"),
    "decentralised": Said("分散供养", "decentralised support"),
    "concentrated": Said("集中供养", "support in an institution"),
    "household": Said("按户救助", "support of a household"),
    "single_person": Said("单人户", "single-person route"),
    "tekun": Said("特困人员供养", "support in extreme hardship"),
    "dibao": Said("最低生活保障", "minimum living allowance"),
    "temporary": Said("临时救助", "temporary assistance"),
    "able": Said("具备自理能力", "able to live alone"),
    "partly": Said("部分丧失自理能力", "partly able to live alone"),
    "unable": Said("完全丧失自理能力", "unable to live alone"),
    "age": Said("老年人", "old age"),
    "minor": Said("未成年人", "minor"),
    "disability": Said("重度残疾人", "disability"),
    "approve": Said("同意", "approve"),
    "refuse": Said("不同意", "refuse"),
    "prison": Said("服刑", "in prison"),
    "missing": Said("失踪", "missing"),
    "open": Said("未到期", "open"),
    "missed": Said("已逾期", "missed"),
    "late": Said("逾期办结", "late"),
    "met": Said("按期办结", "met"),
    "early": Said("提前", "early"),
    "unknown": Said("无法计算", "unknown"),
}

FIELDS: Final[dict[str, Said]] = {
    "stage": Said("阶段", "stage"),
    "applicant": Said("申请人代号", "applicant"),
    "display_name": Said("姓名", "name"),
    "programme": Said("救助项目", "programme"),
    "birth_on": Said("出生", "born"),
    "area": Said("城乡", "area"),
    "township": Said("乡镇", "township"),
    "village": Said("村", "village"),
    "applied_on": Said("申请", "applied"),
    "accepted_on": Said("受理", "accepted"),
    "opinion": Said("初审意见", "opinion"),
    "opinion_on": Said("初审日期", "opinion given"),
    "publicity_from": Said("公示起", "publicity from"),
    "publicity_to": Said("公示止", "publicity to"),
    "submitted_on": Said("上报", "submitted"),
    "decided_on": Said("决定", "decided"),
    "decided_by": Said("决定人", "decided by"),
    "limb": Said("类别", "limb"),
    "form": Said("供养形式", "form of support"),
    "institution": Said("机构", "institution"),
    "from_month": Said("起始月", "from"),
    "ability": Said("自理能力", "ability"),
    "monthly_fen": Said("每月应发", "due a month"),
    "account": Said("账户", "account"),
    "carer": Said("护理人", "carer"),
    "care_class": Said("护理档次", "class of care"),
    "died_on": Said("去世", "died"),
    "whereabouts": Said("下落", "whereabouts"),
    "suspended_from": Said("停发自", "suspended from"),
    "last_month": Said("末月", "last month"),
    "terminated_on": Said("终止", "terminated"),
    "termination_ground": Said("终止原因", "ground"),
    "open_objections": Said("未决异议", "open objections"),
    "visits": Said("探访次数", "visits"),
    "last_visit_on": Said("最近探访", "last visit"),
    "paid_lines": Said("发放笔数", "lines paid"),
    "paid_fen": Said("已发", "paid"),
}
"""What the columns of ``case_state`` are called."""

SEALED: Final = {
    "ability_items": "自理能力各项",
    "account_number": "账号",
    "address": "住址",
    "answer": "答复内容",
    "category": "分类",
    "complainant": "投诉人",
    "decision_facts": "决定所依据的事实",
    "disability_grade": "残疾等级",
    "disability_kind": "残疾类别",
    "groups": "所属群体",
    "identity_number": "身份证号码",
    "illness": "疾病",
    "name": "姓名",
    "needs": "需求",
    "note": "备注",
    "objector": "异议人",
    "phone": "电话",
    "proxy_name": "代理人姓名",
    "reasons_text": "理由",
    "report": "报告",
    "statement": "陈述",
    "text": "内容",
    "value": "更正后的值",
}
"""What sealed fields are called in Chinese."""

_QUIET: Final = frozenset({"decision", "source", "parts"})
_TOKEN_SHOWN: Final = 8
_HASH_CHARACTERS: Final = 64


def word(value: str, lang: Language) -> str:
    """Return the word for a code; in English a code that is plain by itself as it stands."""
    said = VALUES.get(value) or STAGES.get(value)
    if said:
        return said.in_(lang)
    return value_words(value)[0] if value and lang == "zh" else value


def field_name(table: str, field: str, lang: Language) -> str:
    """Return what a field is called: in English as the record has it."""
    return short_name(table, field).zh if lang == "zh" else field.removesuffix("_fen")


def title(entry: Recorded, lang: Language) -> str:
    """Return what an entry is called."""
    kind = EVENTS[wire_name(entry.event)]
    return kind.title_zh if lang == "zh" else kind.title_en


def type_name(wire: str, lang: Language) -> str:
    """Return what a type of events is called: in English its wire name."""
    return EVENTS[wire].title_zh if lang == "zh" and wire in EVENTS else wire


def yuan(amount_fen: int, lang: Language) -> str:
    """Return an amount in yuan, with thousands set off."""
    return f"{grouped_yuan(amount_fen)} " + ("元" if lang == "zh" else "yuan")


def moment(utc: str) -> str:
    """Return a time in UTC (RFC 3339) as the clock on a Chinese wall showed it."""
    try:
        return datetime.fromisoformat(utc).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    except OverflowError:  # the last hours of the year 9999: hostile, and no reason to stop
        return utc[:16].replace("T", " ")


def counted(count: int, one: str, many: str) -> str:
    """Return an English count with its noun."""
    return f"{count:,} {one if count == 1 else many}"


def limit_moves(extended: int, unit: str, suspended_since: str | None, lang: Language) -> list[str]:
    """Say by how much a limit was extended, and since when it is suspended, if it is."""
    said: list[Said] = []
    if extended:
        zh, en = value_words(unit)
        said.append(Said(f"已延长 {extended} {zh}", f"extended by {extended} {en}"))
    if suspended_since:
        since = suspended_since
        said.append(Said(f"自 {since} 起中止", f"suspended since {since}"))
    return [one.in_(lang) for one in said]


def facts_text(entry: Recorded, lang: Language) -> str:
    """Return the key facts of an entry as short ``name value`` pairs."""
    data: Mapping[str, Any] = msgspec.to_builtins(entry.event)
    table = view_name(wire_name(entry.event))
    shown = [
        f"{field_name(table, key, lang)} {event_value(key, value, lang)}"
        for key, value in data.items()
        if key not in _QUIET and value not in (None, "", [], ())
    ]
    if entry.sealed:
        names = [SEALED.get(name, name) if lang == "zh" else name for name in entry.sealed]
        shown.append(f"密封：{'、'.join(names)}" if lang == "zh" else f"sealed: {', '.join(names)}")
    return Said("；", "; ").in_(lang).join(shown)


def event_value(key: str, value: Any, lang: Language) -> str:
    """Return one value of a field of an event, short."""
    match value:
        case bool():
            return Said("是", "yes").in_(lang) if value else Said("否", "no").in_(lang)
        case int() if key.endswith("_fen"):
            return yuan(value, lang)
        case str():
            own = EVENT_CODES.get(f"{key}.{value}")
            return own[0] if own and lang == "zh" else word(shortened(value), lang)
        case list() | tuple():
            between = Said("、", ", ").in_(lang)
            shown = between.join(event_value(key, item, lang) for item in value[:4])
            return shown + ("…" if len(value) > 4 else "")
        case dict():
            return (
                Said("，", ", ").in_(lang).join(event_value(k, v, lang) for k, v in value.items())
            )
        case _:
            return str(value)


def shortened(text: str) -> str:
    """Return a token or a hash by its beginning; other texts as they are."""
    is_token = len(text) == 33 and text[0] in "pa" and _is_hex(text[1:])
    is_hash = len(text) == _HASH_CHARACTERS and _is_hex(text)
    return text[:_TOKEN_SHOWN] + "…" if is_token or is_hash else text


def _is_hex(text: str) -> bool:
    """Whether a text is small hexadecimal."""
    return all(c in "0123456789abcdef" for c in text)


def fact_text(value: Any) -> str:
    """Return a fact as short text."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "–"
        case str():
            return value
        case _:
            text = msgspec.json.encode(value, order="sorted").decode()
            return text if len(text) <= 60 else text[:59] + "…"
