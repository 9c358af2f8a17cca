"""The codes of what may not be done: by whom it can't be read off the table, or a duty of two.

Codes never change meaning. A duty's code is that of its rule, ``duty_s1`` to ``duty_s16``; which row
of the table was broken stands beside it.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class CodeText(NamedTuple):
    """What a code says, in Chinese and English, and what may have happened."""

    zh: str
    en: str
    meaning: str


POWER_CODES: Final[dict[str, CodeText]] = {
    "genesis_again": CodeText(
        "创世声明只能有一次",
        "genesis is declared a second time",
        "Somebody tried to replace the keys, custodians or powers that the ledger began with.",
    ),
    "powers_text": CodeText(
        "账本没有所采用权限表的文本",
        "the text of the adopted table of powers is not at hand",
        "The evidence file is lost or another one; nothing after it can be judged.",
    ),
    "key_unknown": CodeText(
        "密钥未登记",
        "the key is not registered",
        "A key that no registrar has vouched for was used.",
    ),
    "key_owner": CodeText(
        "密钥不属于该人员",
        "the key is another actor's",
        "Somebody signed in a colleague's name.",
    ),
    "key_window": CodeText(
        "密钥在该位置无效",
        "the key is not in force at this position",
        "The key was used before it was registered, or after it was revoked or stolen.",
    ),
    "key_assurance": CodeText(
        "密钥保管等级不足",
        "the key is not held safely enough for this act",
        "The act wants a token or file of the officer's own, and the server holds the key.",
    ),
    "power_unknown": CodeText(
        "权限表没有此类行为",
        "the table of powers does not know the act",
        "What no power names nobody may do.",
    ),
    "power_missing": CodeText(
        "没有办理此事的角色",
        "the actor has no role that may do this",
        "The role was never granted, was granted later, has ended, or the entry was forged.",
    ),
    "power_role": CodeText(
        "不得由其授予此角色，或不得在该机构、该地域授予",
        "the role can't be granted by this actor, or at this office for this place",
        "Custodians grant the administrators only, the security administrator the others only.",
    ),
    "power_office": CodeText(
        "角色属于其他机构",
        "the role is one at another office",
        "The actor spoke for an office where nobody gave the role.",
    ),
    "power_place": CodeText(
        "不在管辖地域内",
        "the place is not within the actor's reach",
        "An officer of one township acted on a case of another.",
    ),
    "power_programme": CodeText(
        "不在所管项目内",
        "the programme is not the actor's",
        "The role or delegation was given for another programme.",
    ),
    "power_level": CodeText(
        "该层级机构无权办理，且未获授权下放",
        "offices of this level have not the power, and nobody delegated it",
        "A township decided what the county decides, or the other way round.",
    ),
    "power_amount": CodeText(
        "超出授权金额",
        "the amount is above the limit of the delegation",
        "More was approved than was delegated.",
    ),
    "power_delegation": CodeText(
        "不得下放此项权限",
        "this power can't be delegated by this actor",
        "Only who holds a delegable power at home may hand it down; nobody hands it on.",
    ),
    **{
        f"duty_s{number}": CodeText(zh, en, meaning)
        for number, zh, en, meaning in (
            (1, "两人调查", "survey by two persons", "One person, or kin of who took the case in."),
            (2, "初审与调查分离", "opinion apart from investigation", "Who looked also judged."),
            (
                3,
                "审批与经办分离",
                "approval apart from handling",
                "Who handled the case approved it.",
            ),
            (4, "支付与审批分离", "payment apart from approval", "Who decided also paid."),
            (5, "对账与支付分离", "reconciling apart from payment", "Who paid also checked."),
            (6, "回避", "nobody acts for self or kin", "An officer acted on a relative's case."),
            (
                7,
                "投诉调查独立",
                "complaints looked into from outside",
                "Part of the case, or below whom it is about.",
            ),
            (
                8,
                "考核与护理分离",
                "scoring apart from care",
                "A carer's own score, or that of kin.",
            ),
            (
                9,
                "终止须复核并听取意见",
                "termination reviewed and heard",
                "Support ended unreviewed or unheard.",
            ),
            (
                10,
                "授权与登记分离",
                "nobody empowers oneself",
                "One person made or widened their own power.",
            ),
            (
                11,
                "公开与审批分离",
                "publication apart from approval",
                "Who decided also showed, or hid, the list.",
            ),
            (
                12,
                "账户变更双人与冷静期",
                "account change by two and in time",
                "Money was sent elsewhere in a hurry or by one hand.",
            ),
            (
                13,
                "批量审批限速与抽查",
                "approvals at human speed, looked at twice",
                "Approved in bulk without reading.",
            ),
            (
                14,
                "紧急救助事后由他人补办",
                "emergency completed by others in time",
                "The exception became the rule.",
            ),
            (
                15,
                "导出申请与放行分离",
                "export released by another",
                "Somebody let data out alone.",
            ),
            (
                16,
                "疑点由无关人员核实并由他人销号",
                "doubts verified from outside, closed by another",
                "Who is in doubt looked into it, or one person judged and closed it.",
            ),
        )
    },
}
"""Every code that ``authorise`` and ``replay`` can give."""

DUTY_CODE: Final = "duty_"
"""How the codes of duties begin: what may be broken by name. No power and no key may."""


def may_be_broken(code: str) -> bool:
    """Whether an actor may break a rule of this code by naming it: a duty; never a power or a key."""
    return code.startswith(DUTY_CODE)
