"""What the parameters of packs are called, and the codes in their values, in Chinese and English.

A parameter that has no words here is called by its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: Parameter: what it is about. Units stand in the words.
PARAMETERS: Final[dict[str, tuple[str, str]]] = {
    "ability_items": ("评估自理能力的项目数", "items by which ability is assessed"),
    "ability_partly_max_failed": ("部分丧失自理能力至多未达标项数", "items failed at most by the partly able"),
    "announcement_working_days": ("批准后公布的工作日数", "working days to announce an approval"),
    "appraisal_policy": ("民主评议", "appraisal by neighbours"),
    "appraisal_waiver_grounds": ("免予民主评议的理由", "grounds for leaving the appraisal out"),
    "carer_score_months": ("护理人考核周期（月）", "months between scores of a carer"),
    "complaint_answer_days": ("投诉答复的天数", "days to answer a complaint"),
    "complaint_extension_days": ("投诉办理可延长的天数", "days a complaint may be extended by"),
    "complaint_register_days": ("投诉登记的天数", "days to register a complaint"),
    "concentrated_target_permille": ("集中供养目标（千分比）", "target of support in institutions, permille"),
    "coordinators_min": ("按人口配备的协理员人数", "coordinators by population"),
    "data_comparison_required": ("必须进行信息核对", "data must be compared"),
    "death_review_months": ("去世后复核的月数", "months to review a household after a death"),
    "deciding_offices": ("有权决定的机关", "offices that decide"),
    "decision_limit_working_days": ("作出决定的工作日数", "working days to decide"),
    "disability_max_grade": ("视为无劳动能力的残疾类别及最低等级", "disability: kinds, and the mildest grade that counts"),
    "elderly_age": ("老年人年龄", "age from which a person is old"),
    "joint_meeting_months": ("联席会议周期（月）", "months between joint meetings"),
    "medical_lookback_months": ("医疗救助回溯月数", "months of medical cost looked back upon"),
    "minor_entry_age": ("未成年人申请的年龄上限", "age below which a minor can enter"),
    "minor_keep_age": ("未成年人继续供养的年龄上限", "age until which a minor is kept"),
    "monthly_return_day": ("月报截止日", "day of the month for the return"),
    "monthly_return_inclusive": ("月报截止日含当日", "day of the return is included"),
    "monthly_return_roll": ("月报截止日遇休息日的顺延", "how the day of the return rolls"),
    "objection_limit_working_days": ("复核异议的工作日数", "working days to reinvestigate an objection"),
    "opinion_limit_working_days": ("提出初审意见的工作日数", "working days to give an opinion"),
    "outsider_work_months": ("外来务工人员须满的月数", "months an outsider must have worked"),
    "pass_mark": ("护理人考核合格分数", "pass mark of a carer"),
    "payment_day": ("每月发放日", "day of the month of payment"),
    "public_list_k_min": ("名单显示姓名所需的最少人数", "persons that must share a line before names are shown"),
    "publicity_days": ("公示期限", "length of the notice"),
    "publicity_unit": ("公示期限的单位", "unit of the notice's length"),
    "purchased_service_permille_min": ("购买服务的最低比例（千分比）", "least share of bought services, permille"),
    "reassessment_working_days": ("重新评估自理能力的工作日数", "working days to reassess ability"),
    "refusal_notice_working_days": ("告知不予批准的工作日数", "working days to tell of a refusal"),
    "school_extension_stages": ("在读可继续供养的学段", "school stages during which support goes on"),
    "single_household_elderly_age": ("单独成户老年人的年龄", "age of the elderly who may apply alone"),
    "spot_check_permille_min": ("县级抽查的最低比例（千分比）", "least share of spot checks, permille"),
    "submission_required": ("须上报县级民政部门", "the case must be submitted to the county"),
    "supplement_15_categories": ("按15%增发的类别", "categories with a supplement of 15 %"),
    "supplement_20_categories": ("按20%增发的类别", "categories with a supplement of 20 %"),
    "supplement_30_categories": ("按30%增发的类别", "categories with a supplement of 30 %"),
    "supplement_flat_categories": ("按定额增发的类别", "categories with a flat supplement"),
    "supplement_flat_fen": ("定额增发的金额（分）", "flat supplement, in fen"),
    "survey_investigators_min": ("入户调查最少人数", "investigators of a survey at least"),
    "survey_signature_required": ("调查须由被调查人签字", "the household signs the survey"),
    "termination_publicity_days": ("终止决定公示的天数", "days a termination is published"),
    "visit_months_key": ("重点对象探访周期（月）", "months between visits, key class"),
    "visit_months_other": ("其他对象探访周期（月）", "months between visits, other classes"),
}  # fmt: skip

CODES: Final[dict[str, tuple[str, str]]] = {
    "": ("无", "none"),
    "above_50000": ("5万以上", "above 50,000"),
    "below_20000": ("2万以下", "below 20,000"),
    "civil_affairs": ("县级民政部门", "county civil affairs"),
    "compulsory": ("义务教育", "compulsory school"),
    "days": ("天", "days"),
    "elderly": ("老年人", "elderly"),
    "elderly_disabled": ("老残一体", "elderly and disabled"),
    "from_20000_to_50000": ("2万至5万", "20,000 to 50,000"),
    "high": ("高中", "high school"),
    "intellectual": ("智力", "intellectual"),
    "mental": ("精神", "mental"),
    "months": ("个月", "months"),
    "next_working_day": ("顺延至下一工作日", "to the next working day"),
    "no_doubt": ("无疑点", "no doubt"),
    "none": ("无", "none"),
    "optional": ("可以进行", "optional"),
    "ordinary_disability": ("一般残疾", "ordinary disability"),
    "physical": ("肢体", "physical"),
    "required": ("必须进行", "required"),
    "seriously_ill": ("重病", "seriously ill"),
    "severely_disabled": ("重度残疾", "severely disabled"),
    "single_child": ("独生子女户", "single child"),
    "single_parent": ("单亲", "single parent"),
    "student": ("学生", "student"),
    "three_without": ("三无", "three without"),
    "township": ("乡镇", "township"),
    "two_daughters": ("二女户", "two daughters"),
    "visual": ("视力", "visual"),
    "vocational": ("中等职业教育", "vocational school"),
    "waivable": ("可以免予", "may be left out"),
    "working_days": ("个工作日", "working days"),
}

_MODES: Final = {
    "half_up": ("四舍五入到", "rounded to the nearest"),
    "up": ("向上取整到", "rounded up to the next"),
    "down": ("向下取整到", "rounded down to the"),
}
_UNITS: Final = {"fen": "分", "jiao": "角", "yuan": "元"}


def parameter_words(key: str) -> tuple[str, str]:
    """Return what a parameter is called, in Chinese and English."""
    return PARAMETERS.get(key, (key, key.replace("_", " ")))


def value_words(value: Any) -> tuple[str, str]:
    """Return a parameter's value in words: lists and maps in one line."""
    match value:
        case bool():
            return ("是", "yes") if value else ("否", "no")
        case str():
            return CODES.get(value, (value, value.replace("_", " ")))
        case list() | tuple():
            said = [value_words(one) for one in value] or [CODES["none"]]
            return "、".join(zh for zh, _ in said), ", ".join(en for _, en in said)
        case Mapping():
            zh = (f"{value_words(k)[0]} {value_words(v)[0]}" for k, v in value.items())
            en = (f"{value_words(k)[1]} {value_words(v)[1]}" for k, v in value.items())
            return "，".join(zh), ", ".join(en)
        case _:
            return str(value), str(value)


def rounding_words(rounding: str | None) -> tuple[str, str]:
    """Return how an amount is rounded: ``half_up_fen`` and the like; nothing: whole as it is."""
    if rounding is None:
        return "无须取整", "in whole fen"
    mode, _, unit = rounding.rpartition("_")
    zh, en = _MODES.get(mode, (mode, mode))
    return f"{zh}{_UNITS.get(unit, unit)}", f"{en} {unit}"
