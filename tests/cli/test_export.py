"""The file of Beancount: accepted by its own loader, the same bytes always, and faults are seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.shell import on
from tests.replay.histories import Log, apply_for, case_name, pay, token
from tests.replay.test_postings import HISTORY, recorded, written

from aidledger.domain.postings import posted
from aidledger.services.payments.beancount import account_name, as_beancount

GOLDEN = Path(__file__).parents[1] / "vectors" / "county.beancount"
_LETTERS = {"h": "-", "p": ".", "s": "/", "k": ":", "u": "_"}


def checked(text: str) -> list[str]:
    """Return what Beancount's own loader complains of."""
    entries, errors, _ = loader.load_string(text)

    assert entries or errors or "open" not in text

    return [error.message for error in errors]


def exported(log: Log) -> str:
    return "".join(as_beancount(posted(recorded(log)), origin="test/1", as_of="2022-12-31"))


def small_county() -> Log:
    """One case from the roster to the recovery, and the fund behind it."""
    log, fund, case = Log(), "fund/tekun-2022", case_name(1)
    apply_for(log, case)
    log.add("FundReceived", fund, "2022-03-01", amount_fen=120_005, level="county", year=2022)
    spent: dict[str, Any] = {"amount_fen": 112_800, "run": "run/2022-03"}
    log.add("FundDisbursed", fund, "2022-03-05", purpose="basic_living", **spent)
    pay(log, case, "2022-03")
    line: dict[str, Any] = {"month": "2022-03", **spent}
    log.add(
        "PaymentReturned", case, "2022-03-11", reason="closed", returned_on="2022-03-11", **line
    )
    log.add("PaymentReissued", case, "2022-03-12", account=token("a", 2), **line)
    log.add("PaymentIssued", case, "2022-03-13", account=token("a", 2), kind="reissue",
            paid_on="2022-03-13", **line)  # fmt: skip
    log.add("PaymentRecovered", case, "2022-04-01", amount_fen=5, month="2022-03", reason="death")
    log.add("FundReturned", fund, "2022-04-02", amount_fen=5)
    log.add("FuneralArranged", case, "2022-04-03", by="village", cost_fen=700)
    log.add("FundDisbursed", fund, "2022-04-04", amount_fen=700, purpose="funeral")
    log.add("DirectPurchaseMade", case_name(2), "2022-04-05", amount_fen=3, emergency="flood",
            item="rice", quantity=1, supplier="shop")  # fmt: skip
    return log


def test_a_small_county_has_these_bytes_and_no_others() -> None:
    """S4-118: what an auditor kept can be compared with what is exported later."""
    text = exported(small_county())

    assert GOLDEN.read_text("utf-8") == text
    assert [] == checked(text)


def test_a_simulated_county_is_accepted_and_a_dropped_line_is_not(county: Path) -> None:
    """S4-115: the twin is the same file without one line."""
    first, second = on(county, "export", "beancount"), on(county, "export", "beancount")
    lines = first.out.splitlines(keepends=True)
    legs = [at for at, line in enumerate(lines) if line.endswith(" CNY\n") and line[:2] == "  "]
    spoiled = "".join(line for at, line in enumerate(lines) if at != legs[-1])

    assert first.raw == second.raw
    assert [] == checked(first.out)
    assert len(legs) > 20
    assert ["does not balance" in message for message in checked(spoiled)] == [True]


def test_each_transaction_names_an_entry_of_money(county: Path) -> None:
    entries, _, _ = loader.load_string(on(county, "export", "beancount").out)
    lines = on(county, "list", "postings", "--json").object["rows"]
    named = [int(one.meta["position"]) for one in entries if "position" in one.meta]

    assert sorted({row["position"] for row in lines}) == sorted(named)
    assert len(named) == len(set(named))


def test_the_file_and_the_summary_say_the_same(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "county.beancount"
    written_file = on(county, "export", "beancount", "--output", out, "--lang", "zh")
    told = on(county, "export", "beancount", "--json").object

    assert 0 == written_file.code
    assert f"{told['transactions']} 笔交易" in written_file.err
    assert told["text"] == out.read_text("utf-8") == on(county, "export", "beancount").out
    assert told["accounts"] == len(re.findall(r"^[0-9-]+ open ", told["text"], re.MULTILINE))


def test_what_was_not_known_on_a_day_is_not_exported(county: Path) -> None:
    early = on(county, "export", "beancount", "--known-on", "2021-12-31", "--json").object
    before = on(county, "export", "beancount", "--as-of", "2021-12-31", "--json").object

    assert [(0, 0), (0, 0)] == [(one["transactions"], one["accounts"]) for one in (early, before)]


@settings(max_examples=15, deadline=None)
@given(history=HISTORY)
def test_beancount_accepts_whatever_was_recorded(history: list[Any]) -> None:
    assert [] == checked(exported(written(history)))


texts = st.text("aAzZ09-._:/ü", max_size=6)


@given(parts=st.lists(texts, min_size=1, max_size=3))
def test_no_two_accounts_have_one_name(parts: list[str]) -> None:
    path = "/".join(parts)
    name = account_name(f"assets:{path}")

    assert re.fullmatch(r"Assets(:[A-Z0-9][A-Za-z0-9-]*)+", name)
    assert path == "/".join(map(read_back, name.split(":")[1:]))


def read_back(part: str) -> str:
    """Undo the writing of one part of an account's name."""
    head, rest = part[0].lower(), part[1:]
    if part.startswith("Z--o"):
        head, rest = "", part[4:]
    elif part[1:4] == "--x":
        head, rest = part[0], part[4:]
    pattern = r"--(?:([hpsku])|([0-9a-f]+)z)"
    return head + re.sub(pattern, lambda m: _LETTERS.get(m[1]) or chr(int(m[2], 16)), rest)
