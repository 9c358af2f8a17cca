"""Why something in a bundle does not hold is said in both languages."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from aidledger.domain.policy.words import value_words
from aidledger.interfaces.cli.phrases import chinese
from aidledger.ledger.proof import ProofError
from aidledger.services.bundles import checked, verifying
from aidledger.services.bundles.checked import Bundle
from aidledger.services.bundles.wording import reason_of
from aidledger.services.cases.history import find_stream
from aidledger.services.decisions.explaining import OUTCOMES
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session

_SAID = re.findall(
    r'ProofError\(f?"([^"]+)"', "".join(map(inspect.getsource, (checked, verifying)))
)


@pytest.mark.parametrize("sentence", _SAID)
def test_every_reason_of_the_verifier_has_its_chinese(sentence: str) -> None:
    why = re.sub(r"\{[^}]+\}", "7", sentence)

    said = reason_of(why)

    assert said.en == why
    assert said.zh != why
    assert not re.search(r"[a-z]{3,} [a-z]{2,}", said.zh)


def test_a_flaw_is_not_half_english() -> None:
    bundle = Bundle({})
    with bundle.reading("timeline.jsonl", 3):
        raise ProofError("it is not what the entry says")

    assert len(_SAID) > 9
    assert bundle.flaws[0].zh == "不能成立（与记录不符）"
    assert bundle.flaws[0].en == "does not hold (it is not what the entry says)"


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("case", "aidledger case list shows the names"),
        ("doubt", "aidledger doubt list shows the names"),
        ("list", "aidledger log --type ListPublished shows what was published"),
        ("month", "a month is there once it is closed: aidledger month close"),
    ],
)
def test_what_is_not_there_says_where_its_names_are(
    kind: str, hint: str, county_before: Path
) -> None:
    with (
        open_session(str(county_before)) as session,
        pytest.raises(ServiceError) as caught,
    ):
        find_stream(session, f"{kind}/none", kind)

    assert caught.value.hint == hint
    assert chinese(hint, "zh") != hint


def test_what_the_rules_say_is_not_taken_for_what_was_decided() -> None:
    """An approval that the rules are against, done despite them, must not read "approved: refused"."""
    decided = {word for code in ("refuse", "refused") for word in value_words(code)}

    assert decided.isdisjoint(OUTCOMES["refuse"])
