"""The steps that do only what is new: two derivations of each case held together, decisions taken again."""

from __future__ import annotations

from functools import partial
from typing import Final

from aidledger.said import Said
from aidledger.services.decisions.redeciding_all import Redecided
from aidledger.services.decisions.redeciding_new import (
    MOST_WRONG,
    REDECIDED_FILE,
    REDECIDED_FORMAT,
    RedecidedCases,
    redecide_new,
)
from aidledger.services.generations.agreeing import (
    AGREED_FILE,
    AGREED_FORMAT,
    AgreedCases,
    agree,
)
from aidledger.services.keptfile import KeptFile
from aidledger.services.ladder.openednew import (
    OPENED_FILE,
    OPENED_FORMAT,
    OpenedValues,
    open_new,
)
from aidledger.services.ladder.packcheck import check_packs
from aidledger.services.ladder.vaultcheck import NO_SECRETS, VALUES
from aidledger.services.nightly.night import Night
from aidledger.services.nightly.steps import Done
from aidledger.services.nightly.work import generations_of, in_full, kept_by, limits_of, told

AGREE: Final = "agree"
REDECIDE: Final = "redecide"


def cross_check(night: Night) -> Done:
    """Hold the fold of every case against its row of `case_state`; fold what may have changed."""
    night.alive(AGREE, 0)
    current = generations_of(night).current()
    if current is None or all(one.name != "case_state" for one in current.models):
        return Done("absent", Said("没有建 case_state", "case_state was not built"))
    agreed = partial(KeptFile, kind=AgreedCases, form=AGREED_FORMAT, sound=night.sound)
    kept = kept_by(night, agreed, AGREED_FILE)
    found = agree(
        night.store,
        current,
        kept,
        limits=limits_of(night),
        progress=partial(night.alive, AGREE),
    )
    figures = {
        "differences": len(found.differing),
        "folded": found.folded,
        "carried": found.carried,
        **({} if kept is None else in_full(kept, "full_on")),
    }
    if found.differing:
        count = len(found.differing)
        return Done(
            "findings",
            Said(f"{count} 处不一致", f"the two derivations differ in {count} places"),
            figures,
            [
                Said(f"{one.case}：{one.column} 不同", f"{one.case}: {one.column} differs")
                for one in found.differing
            ],
        )
    said = Said(
        f"两种推导一致：折叠了 {found.folded:,} 个个案",
        f"both derivations agree: {found.folded:,} cases were folded",
    )
    if found.carried and kept is not None:
        day = kept.full_on[:10]
        said = Said(
            f"{said.zh}，其余 {found.carried:,} 个没有变化，沿用此前的结果（{day} 全部折叠过）",
            f"{said.en}, {found.carried:,} have not changed since they were (all on {day})",
        )
    return Done("ok", said, figures)


def take_again(night: Night) -> Done:
    """Take again the decisions that were never taken again, and those that came out otherwise."""
    night.alive(REDECIDE, 0)
    redecided = partial(KeptFile, kind=RedecidedCases, form=REDECIDED_FORMAT, sound=night.sound)
    kept = kept_by(night, redecided, REDECIDED_FILE)
    done = redecide_new(
        night.session,
        night.location,
        kept,
        jobs=night.asked.jobs or None,
        progress=partial(night.alive, REDECIDE),
    )
    found = done.found
    figures = {
        "from": done.start,
        "upto": done.upto,
        "again": done.again,
        "cases": found.cases,
        "decisions": found.decisions,
        "unchecked": found.unchecked,
        **({} if kept is None else in_full(kept, "full_on")),
    }
    packs = [Said(one.message("zh"), one.message("en")) for one in check_packs(night.session)]
    wrong = _wrong(found)
    if packs:
        said = Said(
            f"政策包的文本有 {len(packs)} 处不符，{len(wrong)} 个决定结果不同",
            f"policy packs are not what was adopted in {len(packs)} places, "
            f"{len(wrong)} decisions come out otherwise",
        )
        return Done("findings", said, figures, [*packs, *wrong])
    if wrong:
        said = Said(f"{len(wrong)} 个决定结果不同", f"{len(wrong)} decisions come out otherwise")
        if not done.kept:
            said = Said(
                f"{said.zh}；多于 {MOST_WRONG:,} 个个案，下一晚仍从位置 {done.start:,} 起重新作出",
                f"{said.en}; in more than {MOST_WRONG:,} cases, so the next night begins at "
                f"position {done.start:,} again",
            )
        return Done("findings", said, figures, wrong)
    said = Said(
        f"{found.cases} 个个案的 {found.decisions} 个决定结果相同",
        f"{found.decisions} decisions of {found.cases} cases come out the same",
    )
    if found.unchecked:
        said = Said(
            f"{said.zh}，{found.unchecked} 个的密封事实未打开",
            f"{said.en}, of {found.unchecked} the sealed facts stayed closed",
        )
    return Done("ok", said, figures)


def open_values(night: Night) -> Done:
    """Open the sealed values that are new, and all where what was opened before is not as it was."""
    night.alive(VALUES, 0)
    secrets = night.session.secrets
    opened = partial(KeptFile, kind=OpenedValues, form=OPENED_FORMAT, sound=night.sound)
    kept = kept_by(night, opened, OPENED_FILE)
    if secrets is None or kept is None:
        return Done("absent", Said("未核对：没有密钥文件", f"not made: {NO_SECRETS}"))
    found = open_new(night.session, secrets, kept, progress=partial(night.alive, VALUES))
    figures = {
        "from": found.start,
        "upto": found.upto,
        "looked_at": found.looked_at,
        **in_full(kept, "full_on"),
    }
    if found.rung.status == "not_made":
        said = Said("未核对：没有一项能用这些密钥打开", f"not made: {found.rung.why}")
        return Done("partial", said, figures)
    if found.findings:
        count = len(found.findings)
        said = Said(
            f"密封的个人信息有 {count} 项被改动或丢失",
            f"{count} sealed values were changed or lost",
        )
        return Done("findings", said, figures, [told(one) for one in found.findings])
    said = Said(
        f"打开了 {found.looked_at:,} 项密封的个人信息，均为当初所承诺的",
        f"{found.looked_at:,} sealed values open to what was committed to",
    )
    if found.start:
        day = kept.full_on[:10]
        said = Said(
            f"{said.zh}；此前的逐行未变（{day} 全部打开过）",
            f"{said.en}; no row of those before has changed (all were opened on {day})",
        )
    return Done("ok", said, figures)


def _wrong(found: Redecided) -> list[str | Said]:
    """Say of each case why nothing came of it, and of each decision what comes out otherwise."""
    wrong: list[str | Said] = [f"{one.case}: {one.why}" for one in found.not_repeated]
    for one in found.differing:
        kinds = {difference.kind for difference in one.again.differences} - {"unchecked"}
        at = one.again.position
        wrong += [
            Said(f"{one.case} 位置 {at}：{kind}", f"{one.case} position {at}: {kind}")
            for kind in sorted(kinds)
        ]
    return wrong
