"""What a night carries over of earlier nights' judgements, and what makes it judge everything again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.cli.shell import on
from tests.services.nights import asked, by_name, means, night
from tests.services.signed import SURVEYOR_OF, applied, at, done, stated
from tests.services.test_ladder_powers import powers_of

from aidledger.replay.generations import Generations
from aidledger.said import Said
from aidledger.services import keptfile
from aidledger.services.decisions.redeciding_new import REDECIDED_FILE
from aidledger.services.generations.agreeing import AGREED_FILE, OTHER_MONTH
from aidledger.services.generations.past import check_past
from aidledger.services.generations.rebuilding import generations_folder
from aidledger.services.keys.keptpowers import KEPT_FILE, KeptPowers
from aidledger.services.ladder.verifying import verify
from aidledger.services.nightly.leaving import LEFT_FILE
from aidledger.services.nightly.night import Night
from aidledger.services.nightly.report import NightReport
from aidledger.services.nightly.running import nightly
from aidledger.services.nightly.runs import runs_folder
from aidledger.services.nightly.steps import StepResult
from aidledger.services.session import Session, open_session
from aidledger.store.secrets import Secrets

SOURCE = Path(keptfile.__file__).parents[1]
SECRETS = Secrets(pepper=bytes(32), vault_key=bytes(range(32)))
DISCOVERED = (
    b'{"type": "NeedDiscovered", "stream": "case/9", "effective_on": "2022-03-04",'
    b' "actor": "u1", "office": "o1", "data": {"assessment": "eligible",'
    b' "channel": "patrol", "informed": true, "township": "t", "village": "v"}}'
)


def judged(report: NightReport) -> tuple[int, str, str]:
    """From where a night judged, when everything was judged last, and why everything was."""
    figures = report.steps[0].figures
    return (
        figures["judged_from"],
        figures["judged_in_full"],
        figures.get("why_in_full", ""),
    )


def kept_of(ledger: Path) -> Path:
    return runs_folder(str(ledger)) / KEPT_FILE


def kept_in(folder: Path, **more: Any) -> KeptPowers:
    given = {"now": "2026-06-01T00:00:00Z", "full_each": 9, **more}
    return KeptPowers(folder / KEPT_FILE, SECRETS, **given)


def test_a_night_judges_what_is_new_and_says_since_when(county_after: Path) -> None:
    before = night(county_after)
    assert 0 == on(county_after, "record", "-", stdin=DISCOVERED).code
    found = night(county_after)
    again = next(one for one in found.steps if one.name == "redecide")

    assert (0, 0) == (before.exit_code, found.exit_code)
    assert judged(before)[1:] == judged(found)[1:] == ("2026-06-01T17:30:00Z", "")
    assert 0 < judged(before)[0] < judged(found)[0] == before.size
    assert f"from position {before.size:,} on, of all on 2026-06-01" in found.steps[0].why_en
    assert (before.size, 0, 0) == (
        again.figures["from"],
        again.figures["cases"],
        again.figures["decisions"],
    )
    assert len(found.steps[0].findings) == found.steps[0].figures["findings"] == 0


def test_a_full_night_judges_everything_and_takes_every_decision_again(county_after: Path) -> None:
    first = next(one for one in night(county_after).steps if one.name == "redecide")
    found = night(county_after, full=True)
    again = next(one for one in found.steps if one.name == "redecide")

    assert (0, keptfile.ASKED) == (judged(found)[0], judged(found)[2])
    assert "every act's power was asked" in found.steps[0].why_en
    assert 0 == first.figures["decisions"] < again.figures["decisions"]
    assert 0 < judged(night(county_after))[0]


def step(report: NightReport, name: str) -> StepResult:
    return next(one for one in report.steps if one.name == name)


def test_cases_and_decisions_of_other_nights_are_carried_over_and_said(county_after: Path) -> None:
    assert 0 == on(county_after, "record", "-", stdin=DISCOVERED).code
    first = step(night(county_after), "agree").figures
    other = DISCOVERED.replace(b"case/9", b"case/8")
    assert 0 == on(county_after, "record", "-", stdin=other).code
    found = night(county_after)
    agreed, again = step(found, "agree"), step(found, "redecide")
    full = night(county_after, full=True)

    assert (OTHER_MONTH, 0) == (first["why_in_full"], first["carried"])
    assert (0, 1, first["folded"]) == (
        found.exit_code,
        agreed.figures["folded"],
        agreed.figures["carried"],
    )
    assert first["full_on"] == agreed.figures["full_on"]
    assert "2026-06-01T17:30:00Z" == again.figures["full_on"]
    day = first["full_on"][:10]
    assert f"have not changed since they were (all on {day})" in agreed.why_en
    assert f"{day} 全部折叠过" in agreed.why_zh
    for name in ("agree", "redecide"):
        assert "why_in_full" not in step(found, name).figures
        assert keptfile.ASKED == step(full, name).figures["why_in_full"]
    assert 1 + agreed.figures["carried"] == step(full, "agree").figures["folded"]


@pytest.mark.parametrize("name", [AGREED_FILE, REDECIDED_FILE])
def test_a_kept_file_that_was_altered_is_refused_and_said(county_after: Path, name: str) -> None:
    assert 0 == night(county_after).exit_code
    path = runs_folder(str(county_after)) / name
    path.write_bytes(_flipped(path.read_bytes()))
    found = night(county_after)
    agreed, again = step(found, "agree").figures, step(found, "redecide").figures
    altered, other = (agreed, again) if name == AGREED_FILE else (again, agreed)

    assert 0 == found.exit_code
    assert keptfile.ALTERED == altered["why_in_full"]
    assert "why_in_full" not in other
    assert (name == AGREED_FILE) == (agreed["carried"] == 0)
    assert (name == REDECIDED_FILE) == (again["decisions"] > 0) == (again["from"] == 0)


def test_in_a_damaged_log_nothing_is_carried_over_and_nothing_kept(county_after: Path) -> None:
    assert 0 == night(county_after).exit_code
    kept = [runs_folder(str(county_after)) / name for name in (AGREED_FILE, REDECIDED_FILE)]
    before = [path.read_bytes() for path in kept]
    _change_an_entry(county_after)
    found = night(county_after)

    assert "findings" == by_name(found)["verify"]
    for name in ("agree", "redecide"):
        assert keptfile.UNSOUND == step(found, name).figures["why_in_full"]
    assert 0 == step(found, "agree").figures["carried"] == step(found, "redecide").figures["from"]
    assert before == [path.read_bytes() for path in kept]


def test_a_row_that_was_changed_is_found_in_a_night_that_carries_others_over(
    county_after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 0 == night(county_after).exit_code
    real = Generations.read

    def changed(self: Any, generation: Any, model: Any, limits: Any = None) -> Any:
        columns, rows = real(self, generation, model, limits)
        if model.name == "case_state":
            rows[0] = tuple(
                7_777 if name == "visits" else one
                for name, one in zip(columns, rows[0], strict=True)
            )
        return columns, rows

    with monkeypatch.context() as patch:
        patch.setattr(Generations, "read", changed)
        found = [step(night(county_after), "agree") for _ in range(2)]

    for one in found:
        assert ("findings", 1) == (one.status, one.figures["folded"])
        assert one.figures["carried"] > 0
        assert one.findings[0].endswith("visits differs")
    assert "ok" == step(night(county_after), "agree").status


def test_the_program_is_every_source_file() -> None:
    names = {path.relative_to(SOURCE).as_posix() for path in keptfile.program_files()}

    assert {"domain/case.py", "replay/agreement.py", "services/keptfile.py"} <= names


@pytest.mark.parametrize(
    ("each", "nights"), [(1, [0, 0, 0, 0]), (2, [1, 0, 1, 0]), (3, [1, 1, 0, 1])]
)
def test_each_so_many_nights_everything_is_judged(
    each: int, nights: list[int], signed_session: Session, tmp_path: Path
) -> None:
    verified(signed_session, tmp_path)
    found = [verified(signed_session, tmp_path, full_each=each) for _ in nights]

    assert nights == [int(one.start > 0) for one in found]
    assert {keptfile.DUE} >= {one.why for one in found if not one.start}


def verified(session: Session, folder: Path, **more: Any) -> KeptPowers:
    """Verify as a night does, and keep what was judged where nothing is wrong."""
    kept = kept_in(folder, **more)
    report = verify(session, kept=kept)
    if not report.findings:
        kept.keep()
    return kept


def test_an_entry_that_was_changed_between_two_nights_is_found(county_after: Path) -> None:
    assert 0 < judged(night(county_after))[0]
    _change_an_entry(county_after)
    found = night(county_after)

    assert (1, "findings") == (found.exit_code, by_name(found)["verify"])
    assert found.steps[0].findings


def _change_an_entry(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():  # fmt: skip
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(
            "UPDATE entries SET record = CAST(replace(CAST(record AS TEXT), '520123-', '520124-') "
            "AS BLOB) WHERE position = 40"
        )


def _longer(content: bytes) -> bytes:
    return content + b"\x00"


def _flipped(content: bytes) -> bytes:
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    "forged",
    [_longer, _flipped, lambda _: b"", lambda content: content[:-1], lambda content: content[32:]],
)
def test_a_state_that_this_ledger_did_not_write_is_not_believed(
    forged: Callable[[bytes], bytes], signed_session: Session, tmp_path: Path
) -> None:
    verified(signed_session, tmp_path)
    path = tmp_path / KEPT_FILE
    good = path.read_bytes()
    path.write_bytes(forged(good))
    found = verified(signed_session, tmp_path)

    assert (0, keptfile.ALTERED) == (found.start, found.why)
    path.write_bytes(good)
    assert 0 < verified(signed_session, tmp_path).start


def test_another_ledgers_secrets_read_nothing_from_it(
    signed_session: Session, tmp_path: Path
) -> None:
    verified(signed_session, tmp_path)
    other = Secrets(pepper=bytes(32), vault_key=bytes(32))
    kept = KeptPowers(tmp_path / KEPT_FILE, other, now="", full_each=9)
    verify(signed_session, kept=kept)

    assert (0, keptfile.ALTERED) == (kept.start, kept.why)


def test_another_program_judges_everything_again(
    signed_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(signed_session, tmp_path)
    monkeypatch.setattr("aidledger.services.ladder.powercheck.program_digest", lambda: "ff" * 32)
    found = verified(signed_session, tmp_path)

    assert (0, keptfile.OTHER_PROGRAM) == (found.start, found.why)


def test_rules_that_changed_or_were_lost_judge_everything_again(
    signed_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(signed_session, tmp_path)
    lost = kept_in(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(signed_session.store, "get_evidence", lambda _: None)
        report = verify(signed_session, kept=lost)

    assert (0, keptfile.OTHER_RULES) == (lost.start, lost.why)
    assert "damaged" == report.verdict
    assert 0 < verified(signed_session, tmp_path).start


def test_another_past_than_was_judged_is_judged_anew(signed_location: str, tmp_path: Path) -> None:
    """A backup is brought back and written on: consistent in itself, only its roots are others."""
    shutil.copytree(Path(signed_location).parent, tmp_path / "backup", symlinks=True)
    with at(signed_location) as session:
        done(session, applied(), stated(), cause="applied")
        verified(session, tmp_path)
    with at(str(tmp_path / "backup" / "ledger.sqlite")) as session:
        done(session, applied(), cause="applied")
        done(session, stated(), cause="stated")
        found = verified(session, tmp_path)

    assert (0, keptfile.OTHER_ENTRIES) == (found.start, found.why)


def test_an_act_recorded_around_the_program_after_the_first_night_is_found(
    signed_session: Session, tmp_path: Path
) -> None:
    done(signed_session, applied(), stated(), cause="applied")
    verified(signed_session, tmp_path)
    size = signed_session.store.head().size
    signed_session.judging = False
    signed_session.forget()
    done(signed_session, applied(SURVEYOR_OF, 2), cause="forged")
    kept = kept_in(tmp_path)
    report = verify(signed_session, kept=kept)

    assert (size, "") == (kept.start, kept.why)
    assert powers_of(verify(signed_session)) == powers_of(report)
    assert [size] == [one.position for one in report.findings]


def test_a_night_told_to_stop_ends_while_powers_are_asked(county_before: Path) -> None:
    _stops_at(county_before, "powers", "verify")


def test_a_night_told_to_stop_ends_while_the_past_is_derived(county_after: Path) -> None:
    _stops_at(county_after, "case_state", "past", behind="agree")


def _stops_at(ledger: Path, what: str, step: str, *, behind: str = "") -> None:
    """Tell a night to stop at the first sign of life of a name, once a step before is over."""
    begun: list[Night] = []
    over: list[str] = [""]

    def tell(name: str, done: int, total: int | None) -> None:
        del done, total
        if name == what and behind in over:
            begun[0].stop(Said("停", "told to stop"))

    found = nightly(
        str(ledger),
        asked(ledger),
        means(ledger, tell=tell, begun=begun.append, told=lambda one: over.append(one.name)),
    )

    assert "skipped" == by_name(found)[step]
    assert "told to stop" == next(one.why_en for one in found.steps if one.name == step)


def test_the_past_says_how_far_it_is(county_after: Path) -> None:
    told: list[str] = []
    with open_session(str(county_after), read_only=True) as session:
        found = check_past(
            session,
            progress=lambda name, *_: told.append(name),
        )

    assert found is not None
    assert {"load", "case_state"} <= {"load", *told}
    assert "case_state" in told


def _row_edited(path: Path) -> None:
    with duckdb.connect(str(path)) as database:
        database.execute("DELETE FROM list_approved")


def _byte_flipped(path: Path) -> None:
    path.write_bytes(_flipped(path.read_bytes()))


def _log_of_changes(path: Path) -> None:
    Path(f"{path}.wal").write_bytes(b"")


@pytest.mark.parametrize("edit", [_row_edited, _byte_flipped, _log_of_changes])
def test_a_generation_that_was_edited_between_two_nights_is_not_gone_on_with(
    county_after: Path, edit: Callable[[Path], None]
) -> None:
    """Else a night in which nothing is new would write its lists from it."""
    folder = runs_folder(str(county_after))
    first, idle = step(night(county_after), "rebuild"), step(night(county_after), "rebuild")
    rows = len((folder / "lists" / "list_approved.csv").read_bytes().splitlines())
    current = Generations(generations_folder(str(county_after))).current()
    assert current is not None
    edit(generations_folder(str(county_after)) / current.file)
    found = night(county_after)

    assert first.figures["generation"] == idle.figures["generation"] == current.file
    assert not idle.figures["built"]
    assert step(found, "rebuild").figures["built"]
    assert current.file != step(found, "rebuild").figures["generation"]
    assert 1 < rows == len((folder / "lists" / "list_approved.csv").read_bytes().splitlines())
    assert not step(night(county_after), "rebuild").figures["built"]


def test_nor_is_one_of_which_the_kept_file_was_edited(county_after: Path) -> None:
    path = runs_folder(str(county_after)) / LEFT_FILE
    night(county_after)
    path.write_bytes(_flipped(path.read_bytes()))

    assert step(night(county_after), "rebuild").figures["built"]
