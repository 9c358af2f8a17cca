"""A county's own pack and calendar, as text to be changed; and an office that works under them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.services.conftest import COUNTY, Office

from aidledger.services.initialising import Adopted, open_county
from aidledger.store.outcome import Committed

PACK: Final = """\
id = "my-county"
version = 1
title = { zh = "本县特困供养细则", en = "Our county's rules" }
jurisdiction = "520123"
status = "in_force"
known_since = "2022-01-04"
extends = "gz-county-2022"
in_force = { from = "2022-01-01" }

[[basis]]
text_zh = "本县实施细则"
number = "县府发〔2022〕1号"
date = "2022-01-04"

[parameters]
announcement_working_days = 5

[provenance]
announcement_working_days = { citation = "县府发〔2022〕1号 art. 9" }

[[standard]]
code = "dibao_urban"
monthly_fen = 80000
from = "2022-01-01"
citation = "县府发〔2022〕1号 art. 3"

[[example]]
id = "announced-within-a-week"
facts = ["S1-040"]
on = "2022-02-07"
limit = "limit-announcement"
due = "2022-02-14"
"""
CALENDAR: Final = """\
id = "cn-2027"
jurisdiction = "000000"
year = 2027
known_since = "2021-12-10"
notice = "国办发明电〔2026〕8号"
source = "the notice as published"
off_days = [
    "2027-01-01",
    "2027-02-05",
    "2027-02-08",
]
work_days = [
    "2027-01-31",
    "2027-02-20",
]
"""


def write(folder: Path, text: str, *changes: tuple[str, str], name: str = "my-county") -> Path:
    """Write a file with some changes, each of which must bite."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def adopt(office: Office, *files: Path | str, on: str = "2022-01-04") -> Adopted:
    """Adopt packs and calendars on a day; they are recorded."""
    office.at(on)
    names = [str(file) for file in files]
    done = open_county(office.session, county=COUNTY, packs=names, actor="c0", office=COUNTY, on=on)
    assert isinstance(done.outcome, Committed), done.outcome
    return done
