"""Write the calendar files cn-YYYY.toml from the tables of the package chinesecalendar.

Run it again when the notice for a new year is out: add the notice below, then compare with
``git diff``. Files list only the days that depart from the weekend rule. For a year whose
arrangement was changed after it was announced there are two files: ``cn-YYYY-plan.toml`` as first
announced and ``cn-YYYY.toml`` as changed, each with the day since which it was known.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import chinese_calendar

TARGET = Path(__file__).parents[1] / "src" / "aidledger" / "policies" / "calendars"


class Notice(NamedTuple):
    """A State Council notice: its number and the day since which it was known."""

    number: str
    known_since: str


#: The notice that gives each year its present arrangement.
NOTICES = {
    2012: Notice("国办发明电〔2011〕45号", "2011-12-06"),
    2013: Notice("国办发明电〔2012〕33号", "2012-12-08"),
    2014: Notice("国办发明电〔2013〕28号", "2013-12-11"),
    2015: Notice("国务院 2015-05-13 关于抗战胜利70周年纪念日调休放假的通知", "2015-05-13"),
    2016: Notice("国办发明电〔2015〕18号", "2015-12-10"),
    2017: Notice("国办发明电〔2016〕17号", "2016-12-01"),
    2018: Notice("国办发明电〔2017〕12号", "2017-11-30"),
    2019: Notice("国办发明电〔2019〕3号 (2019年劳动节)", "2019-03-22"),
    2020: Notice("国办发明电〔2020〕1号 (延长2020年春节假期)", "2020-01-27"),
    2021: Notice("国办发明电〔2020〕27号", "2020-11-25"),
    2022: Notice("国办发明电〔2021〕11号", "2021-10-25"),
    2023: Notice("国办发明电〔2022〕16号", "2022-12-08"),
    2024: Notice("国办发明电〔2023〕7号", "2023-10-25"),
    2025: Notice("国办发明电〔2024〕12号", "2024-11-12"),
    2026: Notice("国办发明电〔2025〕7号", "2025-11-04"),
}


class Plan(NamedTuple):
    """An arrangement as first announced: what the later notice added is taken back."""

    notice: Notice
    not_off: tuple[str, ...]
    not_work: tuple[str, ...]
    off: tuple[str, ...] = ()
    work: tuple[str, ...] = ()


PLANS = {
    2015: Plan(
        Notice("国办发明电〔2014〕28号", "2014-12-16"),
        not_off=("2015-09-03", "2015-09-04"),
        not_work=("2015-09-06",),
    ),
    2019: Plan(
        Notice("国办发明电〔2018〕15号", "2018-12-06"),
        not_off=("2019-05-02", "2019-05-03"),
        not_work=("2019-04-28", "2019-05-05"),
    ),
    2020: Plan(
        Notice("国办发明电〔2019〕16号", "2019-11-21"),
        not_off=("2020-01-31",),
        not_work=(),
        work=("2020-02-01",),
    ),
}


def departures(year: int) -> tuple[list[str], list[str]]:
    """Return the weekdays off and the weekend days worked of a year, in order."""
    off: list[str] = []
    work: list[str] = []
    day = date(year, 1, 1)
    while day.year == year:
        weekend = day.weekday() >= 5
        if weekend != chinese_calendar.is_holiday(day):
            (work if weekend else off).append(day.isoformat())
        day += timedelta(days=1)
    return off, work


def render(name: str, year: int, notice: Notice, off: list[str], work: list[str]) -> str:
    """Return the text of one file."""

    def listed(days: list[str]) -> str:
        return "[\n" + "".join(f'    "{day}",\n' for day in days) + "]" if days else "[]"

    version = metadata.version("chinesecalendar")
    return (
        f'id = "{name}"\njurisdiction = "000000"\nyear = {year}\n'
        f'known_since = "{notice.known_since}"\nnotice = "{notice.number}"\n'
        f'source = "chinesecalendar {version}"\n'
        f"off_days = {listed(off)}\nwork_days = {listed(work)}\n"
    )


def files() -> dict[str, str]:
    """Return every file's text by its name."""
    texts = {}
    for year, notice in NOTICES.items():
        off, work = departures(year)
        texts[f"cn-{year}.toml"] = render(f"cn-{year}", year, notice, off, work)
        if plan := PLANS.get(year):
            planned_off = sorted({*off, *plan.off} - set(plan.not_off))
            planned_work = sorted({*work, *plan.work} - set(plan.not_work))
            name = f"cn-{year}-plan"
            texts[f"{name}.toml"] = render(name, year, plan.notice, planned_off, planned_work)
    return texts


def main() -> int:
    """Write the files; with ``--check`` only say whether they are as they would be written."""
    stale = [
        name
        for name, text in files().items()
        if not (TARGET / name).is_file() or (TARGET / name).read_text("utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        print("\n".join(f"{name}: not as generated" for name in stale), end="\n" if stale else "")
        return 1 if stale else 0
    for name in stale:
        (TARGET / name).write_text(files()[name], "utf-8")
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
