"""``sql --shell``: on a real terminal and from a script; what goes wrong ends a question and no sitting."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.shell import ENVIRONMENT, Ran, on

from aidledger.services.questions.statements import cut, is_open

ENDLESS = (
    "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE (a.range * b.range) % 7 = 3;"
)
ON_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as it comes from a script that runs in the background
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "aidledger", *sys.argv[1:]])
"""


def script(county: Path, text: str, *words: str) -> Ran:
    return on(county, "sql", "--shell", *words, stdin=text.encode())


def test_a_script_is_answered_statement_by_statement(county: Path) -> None:
    ran = script(
        county,
        ".mode csv\nSELECT 1 AS a; SELECT ';' AS b -- ; no end\n;\n"
        "SELECT\n count(*) AS n\nFROM case_state;\n.mode json\nSELECT 2 AS c",
    )
    cases = len(on(county, "case", "list", "--json").object["cases"])

    assert (0, "") == (ran.code, ran.err)
    assert f"a\n1\nb\n;\nn\n{cases}\n" in ran.out
    assert '"c": 2' in ran.out


def test_what_goes_wrong_is_said_and_the_rest_is_answered(county: Path) -> None:
    ran = script(
        county,
        "SELEC 1;\nSELECT * FROM nothing;\nDROP TABLE entry;\nCREATE TABLE t AS SELECT 1;\n"
        "SELECT * FROM read_csv('/etc/hostname');\n.foo\n.mode pdf\n.as-of yesterday\n"
        f".schema nothing\n{ENDLESS}\n.mode csv\nSELECT count(*) > 9 AS n FROM entry;\nSELECT 'x",
        "--seconds",
        "1",
    )

    assert 3 == ran.code
    assert ran.out.endswith("n\ntrue\n")
    assert 11 == ran.err.count("aidledger: error:")
    assert "file system operations are disabled" in ran.err
    assert "expected an answer within 1 s" in ran.err
    assert "a statement that does not end" in ran.err


def test_rows_beyond_the_most_are_left_out_and_that_is_said(county: Path) -> None:
    ran = script(county, ".mode csv\nSELECT position FROM entry ORDER BY 1;", "--most", "3")

    assert "position\n0\n1\n2\n" == ran.out
    assert "only the first 3 rows" in ran.err


def test_another_day_is_asked_about_from_then_on(county: Path) -> None:
    """2021 had no entry yet; without a day everything is known again."""
    sql = "SELECT count(*) AS n FROM application_submitted;"
    ran = script(county, f".mode csv\n.known-on 2021-12-31\n{sql}\n.known-on\n{sql}\n")
    found = re.findall(r"n\n(\d+)\n", ran.out)

    assert (0, 2, "0") == (ran.code, len(found), found[0])
    assert int(found[1]) > 9
    assert ran.err.count("in force on") == 2


def test_tables_and_columns_are_told_in_both_languages(county: Path) -> None:
    english = script(county, ".tables ARREARS\n.schema trial_balance\n.help\n.quit\nSELECT 1;")
    chinese = on(county, "--lang", "zh", "sql", "--shell", stdin=".tables 欠发".encode())

    assert "arrears  arrears" in english.out
    assert "balance_fen  HUGEINT   balance" in english.out
    assert "Ctrl-D" in english.out
    assert "Answer" not in english.out, "left at .quit"
    assert "欠发与多发" in chinese.out


def test_options_that_do_not_go_together_are_refused(county: Path) -> None:
    codes = [
        on(county, "sql", *words).code
        for words in (
            ("--shell", "SELECT 1"),
            ("--shell", "--json"),
            ("--shell", "--format", "csv"),
            (),
        )
    ]

    assert [2, 2, 2, 2] == codes


texts = st.text("ab ;'\"-\n/*", max_size=20)


@given(parts=st.lists(texts, max_size=4))
def test_a_semicolon_in_a_text_or_a_remark_ends_nothing(parts: list[str]) -> None:
    quoted = [
        f"SELECT '{part.replace(chr(39), chr(39) * 2)}' /*{part.replace('*', '')}*/"
        for part in parts
    ]
    statements, rest = cut(";".join([*quoted, ""]))

    assert (quoted, "") == (statements, rest.strip())


@pytest.mark.parametrize("text", ["SELECT 'a;", 'SELECT "a;', "SELECT 1 /* ;", "'a''"])
def test_what_begins_and_does_not_end_is_no_statement(text: str) -> None:
    assert ([], text) == cut(text)
    assert is_open(text)
    assert not is_open("SELECT 'a' -- '")


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, county: Path) -> None:
        self.ours, theirs = pty.openpty()
        environ = {**os.environ, **ENVIRONMENT, "TERM": "xterm"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", ON_TERMINAL, "--ledger", county, "sql", "--shell"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environ,
        )
        os.close(theirs)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def until(self, text: str, seconds: float = 180) -> str:
        """Wait for a text behind what was waited for last; return what came before it."""
        if not self.shows(text, seconds):
            pytest.fail(f"no {text!r} in {self.seen!r}")
        before, _, self.seen = self.seen.partition(text)
        return before

    def shows(self, text: str, seconds: float) -> bool:
        """Say whether a text comes within that time."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            if left < 0 or not select.select([self.ours], [], [], left)[0]:
                return False
            self.seen += os.read(self.ours, 65_536).decode("utf-8", "replace")
        return True


def test_interrupts_one_upon_the_other_end_no_sitting(terminal: Terminal) -> None:
    terminal.until("sql> ")
    for _ in range(300):
        terminal.process.send_signal(signal.SIGINT)
        time.sleep(0.001)
    for _ in range(5):  # the last one may lie until a key is pressed, and take the line with it
        terminal.type("SELECT 6 * 7 AS n;\n")
        if terminal.shows("42", 20):
            break
    else:
        pytest.fail(f"no answer in {terminal.seen!r}")

    assert terminal.process.poll() is None


@pytest.fixture
def terminal(county: Path) -> Iterator[Terminal]:
    made = Terminal(county)
    yield made
    made.process.kill()
    made.process.wait()
    os.close(made.ours)


def test_on_a_terminal_an_interrupt_stops_the_question_alone(terminal: Terminal) -> None:
    """Prompts, more lines, history by the arrow, Ctrl-C in a line and in a question, Ctrl-D."""
    terminal.until("sql> ")
    terminal.type("SELECT count(*) > 9\n")
    terminal.until("...> ")
    terminal.type("AS answered FROM entry;\n")
    terminal.until("true")
    terminal.until("sql> ")
    terminal.type("SELECT 'given up")
    terminal.until("given up")
    for patience in (0.5, 4, 16):
        terminal.type("\x03")
        if terminal.shows("sql> ", patience):
            break
        terminal.type("\n")  # readline may hold an interrupt until the next key
        if terminal.shows("sql> ", patience):
            break
    else:
        pytest.fail(f"no line was given up: {terminal.seen!r}")
    for patience in (0.5, 4, 16):  # a slow machine has not begun with the question so soon
        terminal.type(f"{ENDLESS}\n")
        terminal.until("= 3;")
        time.sleep(patience)
        terminal.type("\x03")
        if "the question was stopped" in terminal.until("sql> "):
            break
    else:
        pytest.fail("no question was stopped")
    terminal.type("SELECT 6 * 7 AS n;\n")
    terminal.until("42")
    terminal.until("sql> ")
    terminal.type("\x1b[A\n")  # the line before, once more
    terminal.until("42")
    terminal.until("sql> ")
    terminal.type("\x04")

    assert 0 == terminal.process.wait(30)
