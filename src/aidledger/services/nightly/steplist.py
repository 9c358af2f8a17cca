"""The steps of a night in their order, and what each of them stands on."""

from __future__ import annotations

from typing import Final

from aidledger.said import Said
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
    REDECIDE,
    cross_check,
    rebuild_models,
    redecide_new,
    verify_log,
)

_SOUND: Final = ("verify", "agree")

STEPS: Final[tuple[Step, ...]] = (
    Step("verify", Said("核验账本", "verify the log"), verify_log),
    Step("archive", Said("封存归档段", "seal the archive"), seal_archive, (), ("verify",)),
    Step("rebuild", Said("重建读模型", "rebuild the models"), rebuild_models),
    Step("agree", Said("两种推导对照", "compare two derivations"), cross_check, ("rebuild",)),
    Step(REDECIDE, Said("重新作出新决定", "take new decisions again"), redecide_new),
    Step(
        "lists", Said("写出公开名单", "write the public lists"), write_lists, ("rebuild",), _SOUND
    ),
    Step(
        "certificate",
        Said("认证生成版本", "certify the generation"),
        certify_generation,
        ("rebuild",),
        (*_SOUND, "rebuild"),
    ),
    Step("index", Said("封存索引", "seal the indexes"), seal_index, (), ("verify",)),
    Step("checkpoint", Said("签检查点", "sign a checkpoint"), sign_tonight, (), ("verify",)),
    Step(
        "witness", Said("请见证方联署", "have it cosigned"), ask_for_cosignatures, ("checkpoint",)
    ),
)
