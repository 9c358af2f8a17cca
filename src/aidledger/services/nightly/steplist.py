"""The steps of a night in their order, and what each of them stands on."""

from __future__ import annotations

from typing import Final

from aidledger.said import Said
from aidledger.services.ladder.vaultcheck import VALUES
from aidledger.services.nightly.carrying import REDECIDE, cross_check, open_values, take_again
from aidledger.services.nightly.steps import Step
from aidledger.services.nightly.vouching import (
    ask_for_cosignatures,
    certify_generation,
    seal_archive,
    seal_index,
    sign_tonight,
    write_lists,
)
from aidledger.services.nightly.work import (
    audit_rules,
    check_the_past,
    rebuild_models,
    verify_log,
)

_SOUND: Final = ("verify", "agree", "past")

STEPS: Final[tuple[Step, ...]] = (
    Step("verify", Said("核验账本", "verify the log"), verify_log),
    Step("archive", Said("封存归档段", "seal the archive"), seal_archive, (), ("verify",)),
    Step("rebuild", Said("重建读模型", "rebuild the models"), rebuild_models),
    Step("agree", Said("两种推导对照", "compare two derivations"), cross_check, ("rebuild",)),
    Step(REDECIDE, Said("重新作出新决定", "take new decisions again"), take_again),
    Step(VALUES, Said("打开密封的个人信息", "open the sealed values"), open_values),
    Step("past", Said("过去没有改变", "the past has not changed"), check_the_past),
    Step("audit", Said("审计规则", "audit rules"), audit_rules, ("rebuild",)),
    Step(
        "lists", Said("写出公开名单", "write the public lists"), write_lists, ("rebuild",), _SOUND
    ),
    # before the checkpoint, so that tonight's covers tonight's certificate
    Step(
        "certificate",
        Said("认证生成版本", "certify the generation"),
        certify_generation,
        (),
        ("rebuild", *_SOUND),
    ),
    Step("index", Said("封存索引", "seal the indexes"), seal_index, (), ("verify",)),
    Step("checkpoint", Said("签检查点", "sign a checkpoint"), sign_tonight, (), ("verify",)),
    Step(
        "witness",
        Said("请见证方联署", "have it cosigned"),
        ask_for_cosignatures,
        (),
        ("checkpoint",),
    ),
)
