"""The steps that read: the log verified, the models rebuilt, the past derived again, the rules run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from aidledger.audit.rule import SEVERITIES
from aidledger.audit.running import BROKEN
from aidledger.ledger.finding import Finding
from aidledger.ledger.verify import VerifyReport
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generation import Generation
from aidledger.replay.generations import Generations
from aidledger.replay.models import Model, ModelError, load_models, needed
from aidledger.said import Said
from aidledger.services.audits.auditing import audit, rules_of
from aidledger.services.clock import DRIFT_S, china_day, utc_text
from aidledger.services.doubts.raising import open_doubts
from aidledger.services.generations.freshness import clock_behind_s
from aidledger.services.generations.past import check_past
from aidledger.services.generations.rebuilding import (
    generations_folder,
    is_of,
    rebuild,
    size_of_others,
)
from aidledger.services.keptfile import KeptFile, Offered
from aidledger.services.keys.keptpowers import KEPT_FILE, KeptPowers
from aidledger.services.ladder.aheadcheck import RECORDED_AHEAD
from aidledger.services.ladder.outside import Outside, read_outside
from aidledger.services.ladder.storagecheck import answers_otherwise
from aidledger.services.ladder.verifying import verify
from aidledger.services.nightly.leaving import is_as_left, leave
from aidledger.services.nightly.night import Night
from aidledger.services.nightly.steps import Done
from aidledger.services.points import first_after
from aidledger.services.proofs.timeproofs import newest_time

T = TypeVar("T")


def verify_log(night: Night) -> Done:
    """Climb the ladder over the whole log, with what was brought from outside.

    Every record, chain, node and signature is checked each night. Which acts were allowed is judged of
    the new ones, where the judgement of those before them still stands.
    """
    asked = night.asked
    # a policy that is not there is told by the step that asks the witnesses
    policy = asked.policy if asked.policy and Path(asked.policy).is_file() else None
    outside = read_outside(asked.checkpoints, policy, None)
    kept = kept_by(night, KeptPowers, KEPT_FILE) if asked.powers else None
    report = verify(
        night.location,
        progress=lambda done, total: night.alive("verify", done, total),
        jobs=asked.jobs or None,
        outside=outside,
        powers=asked.powers,
        kept=kept,
        judging=lambda done, total: night.alive("powers", done, total),
    )
    figures = {
        "entries": report.entries,
        "root": report.root,
        "verdict": report.verdict,
        "powers": asked.powers,
        "proven_size": report.proven_size,
        "findings": len(report.findings),
        "leads": len(report.leads),
    }
    if kept is not None:
        figures |= {"judged_from": kept.start, **in_full(kept, "judged_in_full")}
    if report.findings:
        count = len(report.findings)
        return Done(
            "findings",
            Said(f"账本有 {count} 处损坏", f"the ledger is damaged in {count} places"),
            figures,
            [told(finding) for finding in report.findings],
        )
    night.sound = True
    if kept is not None:
        kept.keep()
    if answered := [one for one in report.leads if answers_otherwise(one)]:
        # whoever reads by it is shown another log than the one that was verified
        said = Said(
            "数据库与新建时不同：答复读取者的、写入的都可能另是一样",
            "the database is not as it is made: it may answer readers otherwise, or not keep what is recorded",
        )
        return Done("findings", said, figures, [told(lead) for lead in answered])
    if (behind := clock_behind_s(night.session)) and not _refuted(night, report, outside):
        # what this clock would put into the log and into a checkpoint is not so
        said = _behind(night, behind, report.entries)
        return Done("findings", said, figures | {"clock_behind_s": behind}, [said])
    said = Said(
        f"{report.entries:,} 条，自身一致", f"{report.entries:,} entries, consistent in themselves"
    )
    if report.verdict == "proven":
        said = Said(
            f"{report.entries:,} 条，其中 {report.proven_size:,} 条经外部检查点证明",
            f"{report.entries:,} entries, {report.proven_size:,} proven by a checkpoint from outside",
        )
    judged = _judged(asked.powers, kept)
    return Done("ok", Said(f"{said.zh}；{judged.zh}", f"{said.en}; {judged.en}"), figures)


def _behind(night: Night, seconds: int, entries: int) -> Said:
    """Say which of the two clocks may be wrong, and what can be done about either."""
    found = first_after(night.store, night.session.clock.now(), entries)
    at, when = found or (entries - 1, "")
    return Said(
        f"本机时钟比最后一条慢 {seconds} 秒：请校准（NTP）；若本机无误，则位置 {at}（{when}）是快了的时钟所记："
        "请签署检查点并请见证方联署（NIGHTLY）",
        f"this machine's clock is {seconds} s behind the last entry: set it (NTP); if it is right, position {at} "
        f"({when}) was recorded by one that was ahead: sign a checkpoint and have it cosigned (NIGHTLY)",
    )


def _refuted(night: Night, report: VerifyReport, outside: Outside) -> bool:
    """Whether witnesses say that the clock of the entries was wrong, and none that this machine's is."""
    if outside.policy is None or all(one.code != RECORDED_AHEAD for one in report.leads):
        return False
    newest = newest_time(night.store, outside.policy)
    return newest is not None and newest - DRIFT_S <= night.session.clock.now().timestamp()


def told(finding: Finding) -> Said:
    """Return what a finding says."""
    return Said(finding.message("zh"), finding.message("en"))


def kept_by(night: Night, kept: Callable[..., T], name: str) -> T | None:
    """Return what earlier nights kept in a file; nothing where there are no secrets to know it by."""
    asked, secrets = night.asked, night.session.secrets
    if secrets is None:
        return None
    return kept(
        night.folder / name,
        secrets,
        now=utc_text(night.session.clock.now()),
        full=asked.full,
        full_each=asked.full_each,
    )


def in_full(kept: KeptFile[Any] | Offered[Any], name: str) -> dict[str, str]:
    """Return the figures of when everything was done last, under a name, and of why it was tonight."""
    return {name: kept.full_on} | ({"why_in_full": kept.why} if kept.why else {})


def _judged(powers: bool, kept: KeptPowers | None) -> Said:
    """Say which acts tonight was judged of, and when all of them were last."""
    if not powers:
        return Said("未核对权限", "powers were not asked")
    if kept is None or not kept.start:
        return Said("逐条核对了权限", "every act's power was asked")
    day = kept.full_on[:10]
    return Said(
        f"权限自位置 {kept.start:,} 起核对，此前的沿用 {day} 全部核对的结果",
        f"powers were asked from position {kept.start:,} on, of all on {day}",
    )


def rebuild_models(night: Night) -> Done:
    """Derive the models again, unless the current generation holds all that others recorded.

    It is gone on with only if its file is the one that a night built.
    """
    size = size_of_others(night.store)
    models = needed(load_models(), night.asked.models or None)
    generations = generations_of(night)
    current = generations.current()
    if (
        current is not None
        and current.size >= size
        and _has(current, models)
        and is_of(night.store, current)
        and is_as_left(night, current, generations.folder / current.file)
    ):
        return Done(
            "ok",
            Said("上一生成版本仍是最新", "the current generation is up to date"),
            _figures(current, built=False),
        )
    built = rebuild(
        night.session,
        as_of=_day_of(night),
        models=night.asked.models or None,
        limits=limits_of(night),
        progress=night.alive,
    )
    current = generations.current()
    failed = [
        night.words(ModelError(one.name, one.expected, one.found, one.hint)) for one in built.failed
    ]
    if current is None or not built.current:
        said = Said(
            f"{len(failed)} 个模型失败，旧的生成版本保留",
            f"{len(failed)} models failed, the old generation stays",
        )
        return Done("partial", said, {"built": False}, failed)
    leave(night, current, generations.folder / current.file)
    figures = _figures(current, built=True)
    figures |= {"seconds_by_model": {one.name: round(one.seconds, 3) for one in built.models}}
    if built.changed or built.skipped:
        wrong = [
            Said(
                f"{name}：所读内容未变，结果却变了", f"{name}: changed though nothing it reads did"
            )
            for name in built.changed
        ]
        skipped = map(told, built.skipped)
        wrong += [Said(f"未能读入：{one.zh}", f"skipped: {one.en}") for one in skipped]
        said = Said(f"{len(wrong)} 处问题", f"{len(wrong)} things are wrong")
        return Done("findings", said, figures, wrong)
    if failed:
        said = Said(
            f"{len(failed)} 个模型失败，其余完成",
            f"{len(failed)} models failed, the others are there",
        )
        return Done("partial", said, figures, failed)
    count = len(current.models)
    said = Said(
        f"{count} 个模型，{built.entries:,} 条，截至 {built.as_of}",
        f"{count} models of {built.entries:,} entries, as of {built.as_of}",
    )
    return Done("ok", said, figures)


def _day_of(night: Night) -> date | None:
    """Return today where the last entry's day is still to come: nothing of that day is known yet."""
    if not clock_behind_s(night.session):
        return None
    return date.fromisoformat(china_day(utc_text(night.session.clock.now())))


def check_the_past(night: Night) -> Done:
    """Derive some generation that was certified once again, and hold it against its certificate."""
    night.alive("past", 0)
    found = check_past(
        night.session,
        limits=limits_of(night),
        progress=night.alive,
    )
    if found is None:
        said = Said("还没有认证过的生成版本", "no generation was certified yet")
        return Done("absent", said)
    same = sum(one.status == "same" for one in found.models)
    figures = {
        "certified": found.count,
        "position": found.position,
        "size": found.size,
        "certificate": found.certificate,
        "same": same,
        "not_comparable": sum(one.status == "not_comparable" for one in found.models),
    }
    if found.findings:
        count = len(found.findings)
        said = Said(f"过去变了：{count} 处", f"the past has changed in {count} places")
        return Done("findings", said, figures, [told(one) for one in found.findings])
    if found.not_made:
        said = Said(f"无法比较：{found.not_made}", f"nothing could be compared: {found.not_made}")
        return Done("partial", said, figures)
    said = Said(
        f"位置 {found.position} 的认证：{same} 个模型相同",
        f"the certificate at position {found.position}: {same} models come out the same",
    )
    return Done("ok", said, figures)


def audit_rules(night: Night) -> Done:
    """Run the audit rules over what was rebuilt; what they find is counted and holds nothing up."""
    rules = rules_of()
    if night.asked.models:
        # a night of some models runs the rules that these answer
        built = needed(load_models(), night.asked.models).keys()
        rules = {n: r for n, r in rules.items() if r.models_in(load_models()) <= built}
    found = audit(
        night.session,
        rules,
        limits=limits_of(night),
        progress=lambda done: night.alive("audit", done),
    )
    report = found.report
    severities = {
        name: sum(run.by_severity.get(name, 0) for run in report.ran) for name in SEVERITIES
    }
    count, silent = sum(severities.values()), len(report.not_run)
    doubts = open_doubts(night.session.store)
    figures = {
        "position": found.position,
        "rules": len(report.ran),
        "not_run": [one.rule for one in report.not_run],
        "findings": count,
        "by_severity": severities,
        "amount_fen": sum(run.amount_fen for run in report.ran),
        "by_rule": {run.rule: run.findings for run in report.ran if run.findings},
        "root": report.root,
        "doubts_open": doubts,
    }
    grave, unsettled = severities["critical"], sum(doubts.values())
    said = Said(
        f"{len(report.ran)} 条规则发现 {count} 项（极严重 {grave}），{silent} 条未运行；"
        f"未了结的疑点 {unsettled} 个",
        f"{len(report.ran)} rules found {count} ({grave} critical), {silent} were not run; "
        f"open doubts: {unsettled}",
    )
    broken = [one for one in report.not_run if one.code in BROKEN]
    if broken:
        names = ", ".join(one.rule for one in broken)
        said = Said(f"{said.zh}；出错：{names}", f"{said.en}; failed: {names}")
    return Done("partial" if broken else "ok", said, figures)


def generations_of(night: Night) -> Generations:
    """Return the generations of the night's ledger."""
    return Generations(generations_folder(night.location))


def limits_of(night: Night) -> EngineLimits | None:
    """Return how much the engine may take, as far as the night was told."""
    return EngineLimits(threads=night.asked.jobs) if night.asked.jobs else None


def _has(current: Generation, models: Mapping[str, Model]) -> bool:
    """Whether a generation has these models, each of the SQL that it has now."""
    built = {one.name: one.sql_sha256 for one in current.models}
    wanted = {name: model.sql_sha256 for name, model in models.items()}
    return built == wanted and not current.failed


def _figures(current: Generation, *, built: bool) -> dict[str, object]:
    """Return what a report says of a generation."""
    return {
        "built": built,
        "generation": current.file,
        "position": current.position,
        "entries": current.entries,
        "as_of": current.as_of.isoformat(),
        "rows": sum(one.rows for one in current.models),
        "digests": {one.name: one.digest for one in current.models},
    }
