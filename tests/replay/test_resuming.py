"""A rebuild that was killed is taken up again, with the digests of an undisturbed one; readers don't notice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from tests.replay.histories import Log
from tests.replay.test_lists import busy_county

from aidledger.replay import building as building_module
from aidledger.replay.generation import GenerationsError
from aidledger.replay.generations import Generations
from aidledger.replay.journal import read_journal
from aidledger.replay.models import Model, load_models, needed

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("list_publicity", "deadlines", "case_state")
HEAD = (10**6, "ab" * 32)
#: Rebuilds, keeping after each model; prints what it took over, then every digest.
CHILD = """
import sys, time
from pathlib import Path
from aidledger.replay import building
from aidledger.replay.generations import Generations
from aidledger.replay.models import load_models, needed
from tests.replay.test_lists import busy_county
from tests.replay.test_resuming import HEAD, NAMES

building.KEEP_AFTER_SECONDS = -1e9
models = needed(load_models(), NAMES)
print("ready", flush=True)
def told(stage, done, total):
    print(stage, flush=True)
    time.sleep(float(sys.argv[2]))
built = Generations(Path(sys.argv[1])).rebuild(busy_county(), models, head=HEAD, progress=told)
print("resumed", *built.resumed, flush=True)
print("digests", *(f"{m.name}={m.digest}" for m in built.generation.models), flush=True)
"""
READER = """
import sys
from pathlib import Path
from aidledger.replay.generations import Generations
from aidledger.replay.models import load_models

generations, model = Generations(Path(sys.argv[1])), load_models()["case_state"]
current = generations.current()
with generations.opened(current) as connection:
    for line in sys.stdin:
        print(connection.execute("SELECT count(*) FROM case_state").fetchone()[0], flush=True)
"""


@pytest.fixture(scope="module")
def wanted() -> dict[str, Model]:
    return needed(load_models(), NAMES)


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, wanted: dict[str, Model]
) -> dict[str, str]:
    return digests_in(tmp_path_factory.mktemp("g"), wanted)


def digests_in(folder: Path, models: dict[str, Model]) -> dict[str, str]:
    built = Generations(folder).rebuild(busy_county(), models, head=HEAD)
    return {one.name: one.digest for one in built.generation.models}


def begin(script: str, folder: Path, *more: str) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "projections"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder), *more],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def killed_after(folder: Path, seconds: float, *, slowly: float = 0.0) -> list[str]:
    """Run a rebuild and kill it so long after it began; return what it had said."""
    with begin(CHILD, folder, str(slowly)) as process:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return process.stdout.read().split("\n")


@pytest.mark.faults
def test_killed_at_random_moments_it_ends_with_the_digests_of_an_undisturbed_run(
    tmp_path: Path, wanted: dict[str, Model], undisturbed: dict[str, str]
) -> None:
    """Killed again and again, each time a little later; what was kept is never built again."""
    chance = random.Random(5)
    folder, kept, seconds = tmp_path / "g", set[str](), 0.2
    for _ in range(5):
        said = killed_after(folder, seconds + chance.random() * 0.4, slowly=0.05)
        seconds += 0.2
        begun = {one for one in said if one in wanted}
        assert not begun & kept
        for path in folder.glob("*.journal"):
            journal = read_journal(path)
            assert journal is not None
            kept = {one.name for one in journal.built}
        if any(one.startswith("digests") for one in said):
            break

    built = Generations(folder).rebuild(busy_county(), wanted, head=HEAD)

    assert undisturbed == {one.name: one.digest for one in built.generation.models}
    names = {path.suffix for path in folder.iterdir()}
    assert names <= {"", ".duckdb", ".json"}


@pytest.fixture
def half(tmp_path: Path, wanted: dict[str, Model], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a rebuild ended when all but its last models were built and kept."""
    folder, names = tmp_path / "g", list(wanted)

    class KilledError(BaseException):
        pass

    def told(stage: str, _done: int, _total: int) -> None:
        if stage == names[-1]:
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(building_module, "KEEP_AFTER_SECONDS", -1e9)
        with pytest.raises(KilledError):
            Generations(folder).rebuild(busy_county(), wanted, head=HEAD, progress=told)
    return folder


def test_what_was_finished_is_kept_and_not_built_again(
    half: Path, wanted: dict[str, Model], undisturbed: dict[str, str]
) -> None:
    begun: list[str] = []

    built = Generations(half).rebuild(
        busy_county(), wanted, head=HEAD, progress=lambda stage, _d, _t: begun.append(stage)
    )

    assert len(built.resumed) >= 3
    assert "load" not in begun
    assert set(wanted) == {*begun, *built.resumed}
    assert not set(begun) & set(built.resumed)
    assert undisturbed == {one.name: one.digest for one in built.generation.models}
    assert ["current", "generation-000001.duckdb", "generation-000001.json", "lock"] == sorted(
        path.name for path in half.iterdir()
    )


@pytest.mark.parametrize("what", ["size", "engine"])
def test_another_input_begins_anew(half: Path, wanted: dict[str, Model], what: str) -> None:
    (path,) = half.glob("*.journal")
    other = {"size": 7, "engine": "duckdb 1"}
    value = msgspec.json.decode(path.read_bytes())
    value["input"][what] = other[what]
    path.write_bytes(msgspec.json.encode(value))

    assert () == Generations(half).rebuild(busy_county(), wanted, head=HEAD).resumed


def test_a_model_whose_sql_changed_and_its_readers_are_built_again(
    half: Path, wanted: dict[str, Model], undisturbed: dict[str, str]
) -> None:
    (path,) = half.glob("*.journal")
    journal = read_journal(path)
    assert journal is not None
    first = next(
        one.name
        for one in journal.built
        if any(one.name in wanted[other.name].uses for other in journal.built)
    )
    readers = {one.name for one in journal.built if first in wanted[one.name].uses}
    value = msgspec.json.decode(path.read_bytes())
    for one in value["built"]:
        if one["name"] == first:
            one["sql_sha256"] = "00" * 32
    path.write_bytes(msgspec.json.encode(value))

    built = Generations(half).rebuild(busy_county(), wanted, head=HEAD)

    assert readers
    assert not {first, *readers} & set(built.resumed)
    assert undisturbed == {one.name: one.digest for one in built.generation.models}


def test_a_file_that_does_not_hold_what_its_journal_says_is_begun_anew(
    half: Path, wanted: dict[str, Model], undisturbed: dict[str, str]
) -> None:
    (path,) = half.glob("*.partial")
    content = bytearray(path.read_bytes())
    content[: len(content) // 2] = bytes(len(content) // 2)
    path.write_bytes(content)

    built = Generations(half).rebuild(busy_county(), wanted, head=HEAD)

    assert () == built.resumed
    assert undisturbed == {one.name: one.digest for one in built.generation.models}


def test_a_journal_that_names_a_table_which_is_not_in_the_file_counts_for_nothing(
    half: Path, wanted: dict[str, Model], undisturbed: dict[str, str]
) -> None:
    """As if it were written before what it names is on disk."""
    (path,) = half.glob("*.journal")
    value = msgspec.json.decode(path.read_bytes())
    missing = wanted[list(wanted)[-1]]
    value["built"] += [
        value["built"][0] | {"name": name, "sql_sha256": wanted[name].sql_sha256}
        for name in needed(wanted, [missing.name])
        if name not in {one["name"] for one in value["built"]}
    ]
    path.write_bytes(msgspec.json.encode(value))

    built = Generations(half).rebuild(busy_county(), wanted, head=HEAD)

    assert () == built.resumed
    assert undisturbed == {one.name: one.digest for one in built.generation.models}


@pytest.mark.parametrize("field", ["digest", "content"])
def test_what_is_kept_wrongly_is_noticed(
    half: Path, wanted: dict[str, Model], undisturbed: dict[str, str], field: str
) -> None:
    """The negative control: a kept digest that is not the table's shows in the comparison above."""
    (path,) = half.glob("*.journal")
    value = msgspec.json.decode(path.read_bytes())
    value["built"][0][field] = "00" * 32 if field == "digest" else 7
    path.write_bytes(msgspec.json.encode(value))
    generations = Generations(half)

    if field == "content":
        with pytest.raises(GenerationsError, match="with other content"):
            generations.rebuild(busy_county(), wanted, head=HEAD)
        assert generations.current() is None
    built = generations.rebuild(busy_county(), wanted, head=HEAD)

    found = {one.name: one.digest for one in built.generation.models}
    assert (found == undisturbed) == (field == "content")


def read_now(generations: Generations, models: dict[str, Model]) -> int:
    current = generations.current()
    assert current is not None
    return len(generations.read(current, models["case_state"])[1])


@pytest.mark.faults
def test_a_reader_has_its_generation_through_a_switch_and_a_prune(
    tmp_path: Path, wanted: dict[str, Model]
) -> None:
    folder = tmp_path / "g"
    generations = Generations(folder)
    generations.rebuild(Log(), wanted)
    rows = read_now(generations, wanted)
    with begin(READER, folder) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def asked() -> int:
            print(file=reader.stdin, flush=True)
            return int(reader.stdout.readline()) if reader.stdout else -1

        assert rows == asked()
        for _ in range(4):
            generations.rebuild(busy_county(), needed(wanted, ["case_state"]))
        assert rows == asked()
        generations.prune(1)
        assert rows == asked()
        there = [one.number for one in generations.all()]
        reader.stdin.close()
        reader.wait(30)
    assert [1, 5] == there
    assert (1,) == generations.prune(1)
    assert rows < read_now(generations, wanted)
