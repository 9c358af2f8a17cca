"""The steps by which a night vouches for what it read: lists, index, checkpoint, cosignatures."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Final

import msgspec

from aidledger.replay.models import load_models
from aidledger.said import Said
from aidledger.services.archives.archiving import seal
from aidledger.services.checkpoints.checkpointing import log_keys, sign_checkpoint, signed_path
from aidledger.services.files import sweep, write_files
from aidledger.services.generations.certifying import certificate_of, certified, certify
from aidledger.services.generations.rebuilding import size_of_others
from aidledger.services.ladder.outside import read_outside
from aidledger.services.nightly.night import Night
from aidledger.services.nightly.steps import Done
from aidledger.services.nightly.work import generations_of, in_full, kept_by, limits_of
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.completeness import seal_indexes, seals
from aidledger.services.proofs.keptindexes import KEPT_INDEXES, KeptIndexes
from aidledger.services.questions.listing import DisclosureError, Table, as_csv, check_publishable
from aidledger.services.witnessing.asking import ask_witnesses
from aidledger.store.keyfiles import is_locked, key_path, keys_path, load_signer
from aidledger.store.outcome import Committed

CHECKPOINT_FILE: Final = "checkpoint"
LISTS: Final = "lists"
SUMS: Final = "SHA256SUMS"
_FOUND: Final = 1
_NO_KEY: Final = 12


def seal_archive(night: Night) -> Done:
    """Write every complete segment of the archive that the log does not vouch for yet."""
    asked = night.asked
    sealing = seal(
        night.session,
        night.location,
        actor=asked.actor,
        office=asked.office,
        jobs=asked.jobs or None,
        progress=lambda done, total: night.alive("archive", done, total),
    )
    figures = {"sealed": sealing.sealed, "written": len(sealing.written), "left": sealing.left}
    if sealing.finding is not None:
        said = Said("有记录不能通过核对，封存到此为止", "entries do not verify: sealed up to them")
        return Done("findings", said, figures, [sealing.finding.message("en")])
    if sealing.outcome is not None and not isinstance(sealing.outcome, Committed):
        raise ServiceError(
            f"the segments were not recorded: {sealing.outcome}", hint="try again", exit_code=75
        )
    said = Said(
        f"{sealing.sealed} 段，本次写出 {len(sealing.written)} 段，其后 {sealing.left:,} 条",
        f"{sealing.sealed} segments, {len(sealing.written)} of them new, {sealing.left:,} entries "
        "after them",
    )
    return Done("ok", said, figures)


def certify_generation(night: Night) -> Done:
    """Certify the current generation, unless the log names its certificate already."""
    current = generations_of(night).current()
    if current is None:
        return Done("absent", Said("还没有生成版本", "there is no generation yet"))
    content = certificate_of(current, night.store.origin)
    known = next(
        (one.position for one in certified(night.store) if one.event.certificate == content.hash),
        None,
    )
    figures = {"generation": current.file, "certificate": content.hash, "position": known}
    if known is not None:
        return Done("ok", Said("此前已认证", "certified before"), figures)
    night.alive("certificate", 0)
    outcome = certify(
        night.session,
        actor=night.asked.actor,
        office=night.asked.office,
        own=True,
    )
    if not isinstance(outcome, Committed):
        raise ServiceError(f"it was not certified: {outcome}", hint="try again", exit_code=75)
    figures["position"] = outcome.receipt.position
    said = Said(f"已认证 {current.file}", f"certified {current.file}")
    return Done("ok", said, figures)


def write_lists(night: Night) -> Done:
    """Write every disclosure list of the current generation as a file, with its rows and SHA-256."""
    generations, models = generations_of(night), load_models()
    current = generations.current()
    there = {one.name for one in current.models} if current is not None else set()
    public = [one for one in models.values() if one.allow is not None and one.name in there]
    if current is None or not public:
        said = Said("没有公开名单的模型", "no model of a public list was built")
        return Done("absent", said)
    folder = night.folder / LISTS
    for place in (night.folder, folder):  # a night is alone: what is half written is a dead one's
        sweep(place)
    written: list[dict[str, object]] = []
    wrong: list[Said] = []
    for model in public:
        night.alive(LISTS, len(written), len(public))
        columns, rows = generations.read(current, model, limits_of(night))
        table = Table(
            name=model.name,
            title_zh=model.title_zh,
            title_en=model.title_en,
            columns=tuple(columns),
            rows=rows,
        )
        content = as_csv(table, mark=True)
        try:
            check_publishable(model.name, content)
        except DisclosureError as error:
            wrong.append(night.words(error))
            continue
        write_files(folder, {f"{model.name}.csv": content})
        written.append(
            {
                "file": f"{model.name}.csv",
                "rows": len(rows),
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    manifest = {
        "schema": "aidledger/lists/v1",
        "position": current.position,
        "as_of": current.as_of.isoformat(),
        "lists": written,
    }
    told = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
    sums = "".join(f"{one['sha256']}  {one['file']}\n" for one in written)
    write_files(folder, {"manifest.json": told, SUMS: sums.encode()})
    figures = {"lists": written}
    if wrong:
        said = Said(f"{len(wrong)} 份名单没有写出", f"{len(wrong)} lists were not written")
        return Done("findings", said, figures, wrong)
    said = Said(f"{len(written)} 份名单", f"{len(written)} lists")
    return Done("ok", said, figures)


def seal_index(night: Night) -> Done:
    """Seal the indexes, where anybody but the nights recorded something since."""
    size = size_of_others(night.store)
    sealed = {seal.kind: seal.size for _, seal in seals(night.store)}
    if sealed and min(sealed.values()) >= size:
        return Done(
            "ok",
            Said("自上次封存以来没有新记录", "nothing new since it was sealed"),
            {"size": size},
        )
    night.alive("index", 0)
    kept = kept_by(night, KeptIndexes, KEPT_INDEXES)
    outcome = seal_indexes(
        night.session, actor=night.asked.actor, office=night.asked.office, kept=kept
    )
    if not isinstance(outcome, Committed):
        raise ServiceError(f"the index was not sealed: {outcome}", hint="try again", exit_code=75)
    position = outcome.receipt.position
    figures: dict[str, object] = {"size": position, "position": position}
    said = Said(f"封存了 {size:,} 条的索引", f"sealed over {size:,} entries")
    if kept is None:
        return Done("ok", said, figures)
    kept.keep()
    figures |= {"read_from": kept.start, **in_full(kept, "read_in_full")}
    if kept.start:
        day = kept.full_on[:10]
        said = Said(
            f"{said.zh}；读了位置 {kept.start:,} 起的，{day} 读过全部",
            f"{said.en}, read from position {kept.start:,} on, all of them on {day}",
        )
    return Done("ok", said, figures)


def sign_tonight(night: Night) -> Done:
    """Sign a checkpoint of everything recorded, and leave its note with the reports."""
    origin = night.store.origin
    try:
        keys = log_keys(night.location, origin)
    except ServiceError as error:
        if error.exit_code != _NO_KEY:
            raise
        said = Said(
            "账本没有签名密钥，没有签检查点：aidledger checkpoint sign --new-key",
            "the log has no key, nothing was signed: aidledger checkpoint sign --new-key",
        )
        return Done("unproven", said)
    folder = keys_path(night.location)
    signers = []
    for key in keys:
        path = key_path(folder, key.name)
        known = night.passphrase(path.stem) if is_locked(path) else None
        signers.append(load_signer(path, passphrase=known))
    night.alive("checkpoint", 0)
    at = int(night.session.clock.now().timestamp())
    try:
        note = sign_checkpoint(night.store, signers, at=at, memory=signed_path(night.location))
    except ServiceError as error:
        if error.exit_code != _FOUND:
            raise
        said = Said(
            "账本不再含有曾经签署的内容，没有签检查点",
            "the ledger no longer holds what was signed, nothing was signed",
        )
        return Done("findings", said, {}, [f"{error}: {error.hint}"])
    write_files(night.folder, {CHECKPOINT_FILE: note.encode()})
    head = night.store.head()
    return Done(
        "ok",
        Said(f"已签 {head.size:,} 条", f"signed over {head.size:,} entries"),
        {"size": head.size, "root": head.root.hex()},
    )


def ask_for_cosignatures(night: Night) -> Done:
    """Have tonight's checkpoint cosigned by the witnesses of the policy."""
    if night.asked.policy is None:
        said = Said(
            "没有给出策略：无人从外部见证，运营方可改写历史",
            "no policy was given: nobody outside has seen it, the operator can rewrite history",
        )
        return Done("unproven", said)
    policy = read_outside((), night.asked.policy).policy
    if policy is None:
        raise ServiceError(f"{night.asked.policy}: expected a policy, found none", exit_code=2)
    keys = [log.key for log in policy.logs if log.key.name == night.store.origin]
    found = ask_witnesses(
        night.store, keys, policy, to=(), send=night.send, progress=partial(night.alive, "witness")
    )
    write_files(night.folder, {CHECKPOINT_FILE: found.kept.note.encode()})
    refused = [f"{one.who}: {one.why}" for one in found.asked if one.outcome == "refused"]
    away = [f"{one.who}: {one.why}" for one in found.asked if one.outcome == "unreachable"]
    figures = {
        "size": found.kept.checkpoint.size,
        "cosigners": [one.name.decode("utf-8", "replace") for one in found.verdict.cosigners],
        "accepted": found.verdict.accepted,
        "cosigned_at": max((one.timestamp for one in found.verdict.cosigners), default=0),
    }
    count = len(found.verdict.cosigners)
    if refused:
        said = Said(f"{len(refused)} 个见证方拒绝联署", f"{len(refused)} witnesses refused")
        return Done("findings", said, figures, [*refused, *away])
    said = Said(f"{count} 个见证方已联署", f"cosigned by {count}")
    if not found.verdict.accepted:
        why = Said(f"{said.zh}，策略不接受", f"{said.en}, the policy asks for more")
        return Done("partial" if away else "unproven", why, figures, away)
    return Done("ok", said, figures, away)
