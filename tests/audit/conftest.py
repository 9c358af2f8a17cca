"""What tests of the shipped rules share: the worked cases, and every rule laid over one engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aidledger.audit.bench import Bench, bench
from aidledger.audit.cases import Cases, Shipped
from aidledger.audit.rule import load_rules
from aidledger.replay.models import load_models
from aidledger.services.acts.adoption import shipped


@pytest.fixture(scope="module")
def cases() -> Cases:
    return Cases(Shipped(packs=shipped("packs"), calendars=shipped("calendars")))


@pytest.fixture(scope="module")
def laid() -> Iterator[Bench]:
    models = load_models()
    with bench(models, load_rules(models).values()) as one:
        yield one
