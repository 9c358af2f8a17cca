"""Generations: the same digests everywhere, and nothing half-built is ever current."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.replay.histories import Log, apply_for, case_name
from tests.replay.test_lists import busy_county
from tests.services.archived import stored

from aidledger.ledger import canonical
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.replay import job as job_module
from aidledger.replay.building import build
from aidledger.replay.digest import leaf_inputs, plain_rows
from aidledger.replay.engine import EngineLimits, building, reading
from aidledger.replay.generation import Generation, GenerationsError
from aidledger.replay.generations import KEPT, Generations
from aidledger.replay.loading import Loader
from aidledger.replay.models import Model, load_models, needed, parse_model

ROOT = Path(__file__).resolve().parents[2]
FEW = ("case_state", "list_publicity")
"""Models enough to be killed between."""

#: Builds a generation in a folder; dies of SIGKILL at a point when one is named.
CHILD = """
import os, signal, sys
from pathlib import Path
from aidledger.replay import generations
from aidledger.replay.engine import EngineLimits
from aidledger.replay.generations import Generations
from aidledger.replay.models import load_models, needed
from tests.replay.test_lists import busy_county

folder, threads, point, page, place = (
    Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5]
)
if page:
    from aidledger.replay import digest, loading
    digest.ROWS_A_FETCH = loading.ROWS_A_PAGE = page
die = lambda: os.kill(os.getpid(), signal.SIGKILL)

def progress(stage, done, total):
    if stage == point:
        die()

real_rename, renames = Path.rename, []
def rename(self, target):
    renames.append(target)
    if point == f"before rename {len(renames)}":
        die()
    real_rename(self, target)
    if point == f"after rename {len(renames)}":
        die()
Path.rename = rename

if point == "torn switch":
    whole = generations.replace_file
    def torn(path, content, *, mode):
        if path.name != generations.POINTER:
            return whole(path, content, mode=mode)
        with path.open("wb") as file:
            file.write(content[:14])
            file.flush()
            die()
    generations.replace_file = torn

if place:
    from aidledger.services.generations.source import StoreSource
    from aidledger.store.opening import open_ledger
    store = open_ledger(place, read_only=True)
    source = StoreSource(store)
else:
    source = busy_county()
built = Generations(folder).rebuild(
    source,
    needed(load_models(), sys.argv[6:] or None),
    limits=EngineLimits(threads=threads),
    progress=progress,
)
if place:
    store.close()
print(*(f"{m.name}={m.digest}" for m in built.generation.models), sep="\\n")
"""


def child(
    folder: Path,
    *names: str,
    point: str = "",
    threads: int = 1,
    page: int = 0,
    place: str = "",
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "projections"), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(threads), point, str(page), place, *names],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def digests(generation: Generation | None) -> dict[str, str]:
    assert generation is not None
    return {model.name: model.digest for model in generation.models}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a rebuild in this process gives."""
    folder = tmp_path_factory.mktemp("expected") / "generations"
    Generations(folder).rebuild(busy_county(), load_models())
    return digests(Generations(folder).current())


@pytest.fixture(scope="module")
def of_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a generation of an earlier day, of which tests take copies."""
    folder = tmp_path_factory.mktemp("before") / "generations"
    old = Log()
    apply_for(old, case_name(1))
    Generations(folder).rebuild(old, needed(load_models(), FEW))
    return folder


@pytest.mark.parametrize(
    ("threads", "page", "store", "environment"),
    [
        (1, 7, "sqlite", {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "0"}),
        (4, 3, "postgresql", {"TZ": "America/New_York", "LC_ALL": "zh_CN.UTF-8",
                              "PYTHONHASHSEED": "42"}),
    ],
)  # fmt: skip
def test_digests_are_the_same_with_any_threads_pages_store_zone_locale_and_hash_seed(
    *,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    expected: dict[str, str],
    threads: int,
    page: int,
    store: str,
    environment: dict[str, str],
) -> None:
    """Each point differs in everything; `test_spark` holds the same county on Spark to these digests."""
    is_file = store == "sqlite"
    place = str(tmp_path / "l.sqlite") if is_file else request.getfixturevalue("postgres_url")
    environment = {**environment, "AIDLEDGER_SECRETS": str(tmp_path / "secrets")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIDLEDGER_SECRETS", environment["AIDLEDGER_SECRETS"])
        stored(place, busy_county())
    done = child(tmp_path / "g", threads=threads, page=page, place=place, **environment)

    assert "" == done.stderr
    assert [f"{name}={digest}" for name, digest in expected.items()] == done.stdout.split()


@pytest.mark.faults
@pytest.mark.parametrize(
    "point",
    [
        *("case_state", "list_publicity", "before rename 1"),
        *("after rename 1", "before rename 3"),
    ],
)
def test_a_kill_leaves_the_old_generation_and_the_next_run_gives_the_same(
    tmp_path: Path,
    models: dict[str, Model],
    of_before: Path,
    expected: dict[str, str],
    point: str,
) -> None:
    generations, few = Generations(shutil.copytree(of_before, tmp_path / "g")), needed(models, FEW)
    before = generations.current()

    killed = child(tmp_path / "g", *FEW, point=point)

    assert -signal.SIGKILL == killed.returncode
    assert before is not None
    assert before == generations.current()
    assert 1 == len(generations.read(before, models["case_state"])[1])
    generations.rebuild(busy_county(), few, limits=EngineLimits(threads=1))
    assert {name: expected[name] for name in few} == digests(generations.current())
    names = [f"generation-00000{n}.{kind}" for n in (1, 2) for kind in ("duckdb", "json")]
    assert ["current", *names, "lock"] == sorted(path.name for path in (tmp_path / "g").iterdir())


@pytest.mark.faults
def test_a_kill_after_the_switch_leaves_the_new_generation(
    tmp_path: Path, models: dict[str, Model], expected: dict[str, str]
) -> None:
    killed = child(tmp_path / "g", *FEW, point="after rename 3")

    assert -signal.SIGKILL == killed.returncode
    of_few = {name: expected[name] for name in needed(models, FEW)}
    assert of_few == digests(Generations(tmp_path / "g").current())


@pytest.mark.faults
def test_a_switch_that_is_not_atomic_is_noticed(tmp_path: Path, models: dict[str, Model]) -> None:
    """The negative control: were the pointer written in place, the tests above would see it."""
    Generations(tmp_path / "g").rebuild(Log(), needed(models, FEW))

    assert -signal.SIGKILL == child(tmp_path / "g", *FEW, point="torn switch").returncode
    with pytest.raises(GenerationsError, match="expected the name of a generation"):
        Generations(tmp_path / "g").current()


def test_only_one_rebuild_runs_at_a_time(tmp_path: Path, models: dict[str, Model]) -> None:
    generations = Generations(tmp_path / "g")
    with generations._locked(), pytest.raises(GenerationsError, match="another rebuild running"):
        Generations(tmp_path / "g").rebuild(Log(), models)


def test_old_generations_are_kept_a_while_and_then_removed(
    tmp_path: Path, models: dict[str, Model]
) -> None:
    generations = Generations(tmp_path / "g")
    only = {"complaints": models["complaints"]}
    for _ in range(KEPT + 2):
        generations.rebuild(Log(), only)

    files = sorted(path.name for path in (tmp_path / "g").glob("*.duckdb"))

    assert [f"generation-{number:06d}.duckdb" for number in (3, 4, 5)] == files
    assert files[-1] == getattr(generations.current(), "file", "")


def test_another_digest_for_the_same_input_is_reported(
    tmp_path: Path, models: dict[str, Model]
) -> None:
    generations = Generations(tmp_path / "g")
    only = {"complaints": models["complaints"]}
    first = generations.rebuild(busy_county(), only)
    pointer = tmp_path / "g" / "current"
    pointer.write_text(pointer.read_text().replace(first.generation.models[0].digest, "0" * 64))

    assert () == first.changed
    assert ("complaints",) == generations.rebuild(busy_county(), only).changed
    assert () == generations.rebuild(busy_county(), only).changed


def test_new_entries_are_no_other_digest_and_the_rows_that_differ_are_counted(
    tmp_path: Path, models: dict[str, Model]
) -> None:
    generations = Generations(tmp_path / "g")
    two = needed(models, ("case_state", "complaints"))
    log = Log()
    for number in (1, 2):
        apply_for(log, case_name(number), number=number)
    assert () == generations.rebuild(log, two).compared
    log.add("ApplicationAccepted", case_name(1), "2022-01-05")
    apply_for(log, case_name(3), number=3)

    built = generations.rebuild(log, two)

    assert () == built.changed
    assert [("case_state", 1, 0, 1)] == [
        (one.name, one.added, one.removed, one.changed) for one in built.compared
    ]
    assert () == generations.rebuild(log, two).compared
    assert [("case_state", 0, 3, 0)] == [
        (one.name, one.added, one.removed, one.changed)
        for one in generations.rebuild(Log(), two).compared
    ]


def test_a_row_is_canonical_json_and_the_digest_its_rfc_6962_root(models: dict[str, Model]) -> None:
    log = busy_county()
    odd = 'quote " back\\slash\nnew/line \u2028 é 张'
    log.add("ApplicationWithdrawn", case_name(1), "2022-02-14", reason=odd)
    sample = (
        "-- title_zh: 例\n-- title_en: sample\n-- key: position\n-- for: a test\n"
        "SELECT position, reason, effective_on, TRUE AS yes, CAST(NULL AS BIGINT) AS nothing, "
        "[position] AS positions FROM application_withdrawn"
    )
    with duckdb.connect() as parser:
        every = models | {"sample": parse_model("sample", sample, parser)}
    with building(None) as connection:
        Loader(connection).load(log)
        results = build(connection, every).built
        assert list(every) == [result.name for result in results]
        for result in results:
            key = every[result.name].key
            columns, rows = plain_rows(connection, result.name, key)
            expected = [canonical.encode(dict(zip(columns, row, strict=True))) for row in rows]
            hashed = [row for page in leaf_inputs(connection, result.name, key) for row in page]

            assert [b"\0" + row for row in expected] == hashed, result.name
            assert root_of_leaves([leaf_hash(row) for row in expected]).hex() == result.digest
        assert odd == plain_rows(connection, "sample", ("position",))[1][0][1]


def test_a_generation_answers_only_the_question_it_was_built_for(
    tmp_path: Path, models: dict[str, Model]
) -> None:
    generations = Generations(tmp_path / "g")
    log = busy_county()
    models = needed(models, FEW)
    built = generations.rebuild(log, models, as_of=date(2022, 2, 15))
    current = generations.current()
    assert current is not None
    last = len(log.written) - 1
    day = date(2022, 2, 15)

    assert built.loaded.position == last
    assert current.holds(models, position=last, as_of=None, known_on=None)
    assert current.holds(models, position=last, as_of=day, known_on=None)
    assert not current.holds(models, position=last + 1, as_of=None, known_on=None)
    assert not current.holds(models, position=last, as_of=date(2022, 2, 16), known_on=None)
    assert not current.holds(models, position=last, as_of=None, known_on=day)


def test_a_full_disk_or_memory_is_told_and_leaves_the_old(
    tmp_path: Path, models: dict[str, Model]
) -> None:
    generations = Generations(tmp_path / "g")
    generations.rebuild(Log(), needed(models, FEW))
    before = generations.current()

    with pytest.raises(GenerationsError, match="expected room to work"):
        generations.rebuild(busy_county(), models, limits=EngineLimits(memory="1MB"))

    assert before == generations.current()
    # what was half built gives its room back
    assert [] == [*(tmp_path / "g").glob("*.partial*"), *(tmp_path / "g").glob("*.journal")]


def test_a_file_that_reads_back_otherwise_is_never_switched_to(
    tmp_path: Path, models: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = reading

    def faulty(path: Path, limits: EngineLimits | None = None) -> Any:
        """Read a disk that has lost a row."""
        with duckdb.connect(str(path)) as disk:
            disk.execute(
                "DELETE FROM case_state WHERE version = (SELECT min(version) FROM case_state)"
            )
        return opened(path, limits)

    monkeypatch.setattr(job_module, "reading", faulty)
    generations = Generations(tmp_path / "g")

    with pytest.raises(GenerationsError, match="case_state: expected"):
        generations.rebuild(busy_county(), needed(models, ["case_state"]))

    assert generations.current() is None
