"""What is due, in words: the model says it in codes, such as ``limit-opinion`` or ``visit 2022-03``."""

from __future__ import annotations

from typing import Final

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.words import value_words
from aidledger.interfaces.cli.language import Language, Said

WHAT: Final[dict[str, Said]] = {
    "limit-announcement": Said("公布批准", "announcement"),
    "limit-appraisal": Said("民主评议", "appraisal"),
    "limit-check-start": Said("开始核查", "check start"),
    "limit-comparison": Said("信息比对", "comparison"),
    "limit-complaint-answered": Said("答复投诉", "complaint answered"),
    "limit-complaint-registered": Said("登记投诉", "complaint registered"),
    "limit-complaint-review": Said("投诉复查", "complaint review"),
    "limit-complaint-second-review": Said("投诉复核", "complaint second review"),
    "limit-county-opinion": Said("县级审查意见", "county opinion"),
    "limit-county-publicity": Said("县级公示", "county publicity"),
    "limit-death-review": Said("去世后核查", "death review"),
    "limit-decision": Said("作出决定", "decision"),
    "limit-doubt-assigned": Said("交办疑点", "doubt assigned"),
    "limit-doubt-assigned-again": Said("重新交办疑点", "doubt assigned again"),
    "limit-doubt-decided": Said("处理疑点", "doubt decided"),
    "limit-doubt-judged": Said("认定疑点", "doubt judged"),
    "limit-doubt-settled": Said("落实疑点处理", "doubt settled"),
    "limit-doubt-verified": Said("核实疑点", "doubt verified"),
    "limit-fund-held": Said("资金滞留", "fund held"),
    "limit-information": Said("提供信息", "information"),
    "limit-objection": Said("异议复核", "objection"),
    "limit-opinion": Said("初审意见", "opinion"),
    "limit-publicity": Said("公示", "publicity"),
    "limit-reassessment": Said("重新评估", "reassessment"),
    "limit-refusal-notice": Said("告知不予批准", "refusal notice"),
    "limit-review": Said("定期复核", "review"),
    "limit-survey": Said("入户调查", "survey"),
    "limit-survey-start": Said("开始入户调查", "survey start"),
    "limit-visit": Said("探访", "visit"),
    "limit-warning-assessed": Said("研判预警", "warning assessed"),
    "limit-warning-disposed": Said("处置预警", "warning disposed"),
    "limit-whole": Said("全程办结", "whole"),
    "visit": Said("探访", "visit"),
    "score": Said("护理人评分", "score"),
    "joint meeting": Said("联席会议", "joint meeting"),
    "return": Said("月报", "return"),
    "notice": Said("公开", "notice"),
    "need": Said("跟进需求", "need"),
    "referral": Said("答复转介", "referral"),
    "paperwork": Said("补办手续", "paperwork"),
    "rectify": Said("整改", "rectify"),
    "doubt": Said("办理疑点", "doubt"),
    "give back": Said("退回款项", "give back"),
    "take list down": Said("撤下名单", "take list down"),
    "discuss": Said("讨论事件", "discuss"),
    "act on discovery": Said("处理主动发现", "act on discovery"),
    "epidemic watch": Said("疫情监测", "epidemic watch"),
    "no_carer": Said("落实护理人", "no carer"),
    "no_attendance": Said("落实住院陪护", "no attendance"),
    "county visit": Said("县级入户", "county visit"),
    "guardian no_guardian": Said("落实监护人", "no guardian"),
    "guardian account_of_another": Said("账户不在监护人名下", "account of another"),
    "bearer none": Said("落实包保责任人", "no bearer"),
    "bearer several": Said("包保责任人不止一人", "several bearers"),
    "group missing": Said("成立领导小组", "group missing"),
    "group not_led_by_heads": Said("领导小组须由负责人牵头", "group not led by heads"),
    "own rule": Said("制定本地规定", "own rule"),
}
"""By what is due, or the words that it begins with."""

STANDING: Final[dict[str, Said]] = {
    "no_office": Said("没有登记这类机构", "no office"),
    "nobody": Said("无经办人员", "nobody"),
    "idle": Said("从未办理", "idle"),
}
"""How an office of a duty stands that does not act."""


def due_words(what: str, lang: Language) -> str:
    """Return what is due as people say it; what follows the known words is said after them."""
    kind = EVENTS.get(what)
    if kind is not None:
        return kind.title_zh if lang == "zh" else kind.title_en
    words = what.split(" ")
    if words[-1] in STANDING:
        return f"{_said(' '.join(words[:-1]), lang)} {STANDING[words[-1]].in_(lang)}"
    for end in range(len(words), 0, -1):
        said = WHAT.get(" ".join(words[:end]))
        if said is not None:
            return " ".join([said.in_(lang), *(_said(word, lang) for word in words[end:])])
    return " ".join(_said(word, lang) for word in words)


def limit_words(limit_id: str, lang: Language) -> str:
    """Return what a limit of a pack is called; of somebody's own pack its id."""
    said = WHAT.get(limit_id)
    return limit_id.removeprefix("limit-") if said is None else said.in_(lang)


def _said(word: str, lang: Language) -> str:
    return value_words(word)[0 if lang == "zh" else 1]
