"""What docs/ tell people to type exists, and what can be typed is told somewhere by hand."""

from __future__ import annotations

import re
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from tests.cli.shell import aidledger
from tests.services.test_timestamping import Authority

from aidledger.interfaces.cli.specs import Spec
from aidledger.interfaces.cli.tree import top_commands
from aidledger.services.clock import SystemClock
from aidledger.services.witnessing.http import WitnessServer
from aidledger.services.witnessing.witness import open_witness

ROOT: Final = Path(__file__).resolve().parent.parent
ROUTINE: Final = ROOT / "docs/ROUTINE.md"
MADE: Final = {"cli.md", "cli.zh.md", "CHANGELOG.md"}
"""Pages that are made of the tree itself, or that tell what was and not what to type."""
PAGES: Final = sorted(
    path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")) if path.name not in MADE
)
SHARED: Final = {"--ledger", "--lang", "--help", "--version", "--json"}
FOR_STRANGERS: Final = frozenset(
    "checkpoint witness prove proof timestamp month index reconcile tiles serve receipt".split()
)
"""Whoever proves something to strangers needs a page: none of these explains itself."""
SELF_EXPLAINING: Final = frozenset(
    {
        *("case whatif", "completion"),
        *("keys list", "keys revoke", "keys rotate"),
    }
)
NOT_RUN: Final = ("serve", "checkpoint restore")
"""Of ROUTINE: one does not end, the other has nothing to say to a sound ledger."""
FENCE: Final = re.compile(r"^```(?:\w+)?\n(.*?)^```", re.DOTALL | re.MULTILINE)


_OURS: Final = "aidledger "


class Typed(NamedTuple):
    """A line of a page that begins with the program: its command, its options, its words."""

    page: str
    line: str
    words: list[str]

    def command(self) -> tuple[str, Spec | None]:
        """Return the path of the command, and its spec if there is such a command."""
        specs, path, spec = top_commands(), [], None
        for word in self.plain():
            if spec is not None and not spec.below:
                break
            spec = specs.get(word)
            path.append(word)
            if spec is None:
                break
            specs = {one.name: one for one in spec.below}
        return " ".join(path), spec

    def plain(self) -> list[str]:
        """Return the words without the options that may stand before the command."""
        words = list(self.words)
        while words and words[0] in ("--ledger", "--lang"):
            del words[:2]
        return words


def leaves(specs: dict[str, Spec], above: str = "") -> Iterator[str]:
    """Yield the path of every command that does something."""
    for spec in specs.values():
        path = f"{above} {spec.name}".strip()
        if spec.below:
            yield from leaves({one.name: one for one in spec.below}, path)
        else:
            yield path


def typed(page: str, text: str) -> Iterator[Typed]:
    """Yield everything on a page that begins with the program and goes on with a command."""
    spans = re.findall(r"`([^`]+)`", FENCE.sub("", text))
    code = [line for block in FENCE.findall(text) for line in block.splitlines()]
    for line in [*code, *spans]:
        found = re.match(r"(?:\$ )?(?:\S+/)?aidledger\s+(.+)", " ".join(line.split()))
        if found and re.match(r"-?-?[a-z]", found[1]):
            first, *piped = re.split(r" (?:&&|\|) ", found[1])
            ours = [part[len(_OURS) :] for part in piped if part.startswith(_OURS)]
            for part in (first, *ours):
                words = shlex.split(part, comments=True)
                yield Typed(page, line, words)


EVERYTHING: Final = [
    one for path in PAGES for one in typed(path.name, path.read_text(encoding="utf-8"))
]
COMMANDS: Final = frozenset(leaves(top_commands()))


def faults(one: Typed) -> list[str]:
    """Say what of a line does not exist."""
    path, spec = one.command()
    if spec is None and path:
        return [f"{one.page}: no command {path}: {one.line}"]
    known = SHARED | ({opt.name for opt in spec.opts} if spec else set())
    return [
        f"{one.page}: {path} has no {word}: {one.line}"
        for word in one.words
        if word.startswith("--") and word not in known
    ]


def test_every_command_and_option_that_docs_name_exists() -> None:
    assert [] == [fault for one in EVERYTHING for fault in faults(one)]


def test_every_command_is_told_by_hand_or_explains_itself() -> None:
    told = {path for path, spec in (one.command() for one in EVERYTHING) if spec is not None}

    assert set() == COMMANDS - told - SELF_EXPLAINING
    assert set() == SELF_EXPLAINING - COMMANDS
    assert set() == SELF_EXPLAINING & told, "told by now: take them out"
    assert [] == [path for path in SELF_EXPLAINING if path.split()[0] in FOR_STRANGERS]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`aidledger prove nothing 3`", ("prove nothing", False)),
        ("```sh\naidledger --lang zh --ledger x due --proven\n```", ("due", True)),
        ("`aidledger case`", ("case", True)),
    ],
)
def test_a_command_is_found_where_it_stands(text: str, found: tuple[str, bool]) -> None:
    [one] = typed("page", text)
    path, spec = one.command()

    assert found == (path, spec is not None)


@pytest.mark.parametrize(
    "line", ["prove nothing 3", "due --proved", "witness init x --json --nam y", "verfy"]
)
def test_what_does_not_exist_is_found(line: str) -> None:
    [one] = typed("page", f"```sh\naidledger {line}   # a comment\n```")

    assert 1 == len(faults(one))


def halves() -> list[list[str]]:
    """Return the lines of shell of the English and of the Chinese half of ROUTINE."""
    text = ROUTINE.read_text(encoding="utf-8")
    return [
        [line for block in FENCE.findall(half) for line in block.splitlines()]
        for half in text.split("\n## 中文\n")
    ]


def test_both_halves_of_the_routine_say_the_same() -> None:
    english, chinese = ([line.partition("  #")[0].strip() for line in half] for half in halves())

    assert english == chinese


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """A folder with a county's ledger, a witness that answers, a bank's file, and an authority."""
    monkeypatch.chdir(tmp_path)
    ledger = ("--ledger", "county.db")
    aidledger(*ledger, "init", "--origin", "example.org/county")
    aidledger(*ledger, "simulate", "--cases", "4", "--months", "3", "--seed", "7")
    signed = aidledger(*ledger, "checkpoint", "sign", "--new-key", "--json").object
    Path("county.vkey").write_text(signed["log_keys"][0] + "\n", encoding="utf-8")
    aidledger("witness", "init", "audit", "--name", "audit.example", "--log", "county.vkey")
    key = aidledger("witness", "show", "audit", "--json").object["vkey"][0]
    bank = "案件编号,月份,金额（元）\n520123-2022-000002,2022-02,1128.00\n"
    Path("bank.csv").write_text(bank, encoding="utf-8")
    folder = tmp_path / "authority"
    folder.mkdir()
    authority = Authority(folder)
    Path("tsa.pem").write_bytes(authority.pin())
    witness = open_witness(Path("audit"), passphrase=None, clock=SystemClock())
    with WitnessServer(witness, tell=lambda text: None) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        policy = f"log {signed['log_keys'][0]}\nwitness audit {key} "
        policy += f"http://127.0.0.1:{server.server_port}\nquorum audit\n"
        Path("policy.txt").write_text(policy, encoding="utf-8")
        yield authority
        server.shutdown()
        thread.join()


def test_the_routine_runs_as_the_page_says(office: Authority) -> None:
    environ: dict[str, str] = {}
    for line in halves()[0]:
        command, _, comment = line.partition("  #")
        name, _, rest = command.strip().partition(" ")
        if name == "export":
            variable, _, value = rest.partition("=")
            environ[variable] = value
            continue
        if rest.startswith(NOT_RUN):
            continue
        if rest.startswith("timestamp add"):
            [request] = Path("county.db.timestamps").glob("*.tsq")
            Path("reply.tsr").write_bytes(office.answer(request.read_bytes()))
        ran = aidledger(*shlex.split(rest), environ=environ)
        expected = re.match(r" (\d):", comment)

        assert (int(expected[1]) if expected else 0) == ran.code, f"{line}\n{ran.out}{ran.err}"
