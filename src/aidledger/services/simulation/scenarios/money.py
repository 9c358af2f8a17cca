"""Money that is wrong, waits, or comes from the wrong level."""

from __future__ import annotations

from datetime import date
from typing import Final

from aidledger.domain.events import payment
from aidledger.domain.events.base import AmountLine
from aidledger.domain.recorded import Recorded
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import Kind, Scene, then, where
from aidledger.services.simulation.places import APPROVER, FINANCE, FUND_KEEPER
from aidledger.services.simulation.scenarios.scenario import Scenario, Shown
from aidledger.services.simulation.treasury import Level

_TOO_HIGH_FEN: Final = 60_000
_WRONG_CODE: Final = "former-standard"
_WRONG: Final = ((28, 6), (1, 5))
"""How many persons, and in how many months from April on they have too much."""
_WRONG_FROM: Final = 4
_IDLE_FEN: Final = 1_200_000_000
_IDLE_MONTHS: Final = 27
_CITY_TOO_MUCH_FEN: Final = 203_000_000
_SHARES: Final[tuple[tuple[Level, int], ...]] = (
    ("central", 1_116_500_000),
    ("province", 406_000_000),
    ("city", 101_500_000 + _CITY_TOO_MUCH_FEN),
    ("county", 406_000_000 - _CITY_TOO_MUCH_FEN),
)
"""55, 20, 5 and 20 in a hundred of 20.3 million yuan, and what the city gave in the county's stead."""


def _paid_by_the_former(scene: Scene, case: Dossier) -> Process:
    """Have too much on the roster in each of the case's months."""
    months = [count for people, count in _WRONG for _ in range(people)]
    disorder = scene.tools.runs.disorder
    for number in range(months[scene.cases.index(case)]):
        added = AmountLine(code=_WRONG_CODE, fen=_TOO_HIGH_FEN, formula="")
        disorder.roster_adds[case.stream, f"2022-{_WRONG_FROM + number:02d}"] = added
    yield from ()


def _lines_too_high(scene: Scene) -> list[int]:
    """Find the lines of the rosters with the part that no rule gives."""

    def has_it(entry: Recorded) -> bool:
        parts = getattr(entry.event, "parts", ())
        return any(part.code == _WRONG_CODE for part in parts)

    return [
        position
        for case in scene.cases
        for position in where(scene.entries(case.stream), payment.PaymentRostered, has_it)
    ]


def _stream(county: County) -> str:
    """Return the fund that is no programme's."""
    return f"fund/relief-{county.first.year}"


def _received(scene: Scene) -> list[int]:
    """Find what the fund received."""
    return where(scene.entries(_stream(scene.county)), payment.FundReceived)


def _idle(scene: Scene) -> Process:
    """Receive a special allocation in February 2022, and leave it where it is."""
    county = scene.county
    yield Turn(date(2022, 2, 15), FINANCE)
    received = payment.FundReceived(amount_fen=_IDLE_FEN, level="province", year=2022)
    county.say(_stream(county), received, by=FUND_KEEPER)


def _shared_wrongly(scene: Scene) -> Process:
    """Receive from all levels, from the city in the county's stead, and use it in the same month."""
    county = scene.county
    yield Turn(date(2022, 5, 12), FINANCE)
    for level, fen in _SHARES:
        received = payment.FundReceived(amount_fen=fen, level=level, year=2022)
        county.say(_stream(county), received, by=FUND_KEEPER)
    yield Turn(date(2022, 5, 20), FINANCE)
    total_fen = sum(fen for _, fen in _SHARES)
    spent = payment.FundDisbursed(amount_fen=total_fen, purpose="basic_living", run=None)
    county.say(_stream(county), spent, by=APPROVER)


WRONG_STANDARD: Final = Scenario(
    name="wrong-standard",
    title_zh="执行标准错误",
    title_en="paid by a wrong standard",
    published_zh="惠来县2022年审计：执行标准错误，涉及103,800元",
    published_en="Huilai county, audit of 2022: wrong standards, 103,800 yuan",
    ours_zh="29人，每月多600元：28人六个月，一人五个月",
    ours_en="29 persons with 600 yuan a month too much: 28 of them for six months, one for five",
    kinds=(
        Kind(
            rule="F054",
            note_zh="按已停用的标准列入名册",
            note_en="on the roster by a standard no longer in force",
            people=sum(people for people, _ in _WRONG),
            plan=then(_paid_by_the_former),
            find=_lines_too_high,
        ),
    ),
    shown=(Shown(rule="F054", findings=29, cases=29, persons=29, amount_fen=10_380_000),),
    months=10,
)

MONEY_HELD: Final = Scenario(
    name="money-held",
    title_zh="资金滞留两年以上",
    title_en="money held for two years",
    published_zh="文成县：资金滞留两年以上；惠来县2022年审计：闲置1,200万元",
    published_en="Wencheng county: held for over two years; Huilai county: 12 million yuan idle",
    ours_zh="两例合为一例：2022年2月到账1,200万元，至2024年3月未用",
    ours_en="both in one: 12 million yuan received in February 2022, not used by March 2024",
    kinds=(
        Kind(
            rule="F071",
            note_zh="专项资金到账后两年未使用",
            note_en="an allocation that was not used for two years",
            people=0,
            start=lambda scene: scene.county.spawn(_idle(scene)),
            stream=lambda scene: _stream(scene.county),
            find=_received,
        ),
    ),
    shown=(Shown(rule="F071", findings=1, cases=0, persons=0, amount_fen=_IDLE_FEN),),
    months=_IDLE_MONTHS,
    bystanders=5,
)

CITY_SHARE: Final = Scenario(
    name="city-share",
    title_zh="分担比例错误",
    title_en="the wrong level paid",
    published_zh="常州市2017年审计：市级多承担203万元",
    published_en="Changzhou, audit of 2017: the city paid 2.03 million yuan too much",
    ours_zh="一笔2,030万元的资金，县级应承担的部分由市级承担",
    ours_en="one fund of 20.3 million yuan, a part of the county's share paid by the city",
    kinds=(
        Kind(
            rule="F074",
            note_zh="县级应承担的资金由市级多承担",
            note_en="the city paid what the county should have",
            people=0,
            start=lambda scene: scene.county.spawn(_shared_wrongly(scene)),
            stream=lambda scene: _stream(scene.county),
            find=_received,
        ),
    ),
    shown=(Shown(rule="F074", findings=1, cases=0, persons=0, amount_fen=_CITY_TOO_MUCH_FEN),),
    bystanders=5,
)
