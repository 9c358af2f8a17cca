"""Households that are not what they say: invented ones on a few accounts, owners of homes and firms."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec

from aidledger.domain.events import support
from aidledger.services.simulation.irregularities.means import hit_let_pass, hits_of
from aidledger.services.simulation.irregularities.scene import Kind, Scene, SideEffect, at, then
from aidledger.services.simulation.people import born_aged
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.programmes.households import (
    Kin,
    orderly_household,
)
from aidledger.services.simulation.scenarios.scenario import Scenario, Shown

_INVENTED: Final = 611
_PERSONS: Final = 4_517
_ON_ONE: Final = 13
"""Households that share an account."""
_ACCOUNTS: Final = _INVENTED // _ON_ONE
_INCOME_FEN: Final = 10_000
"""What an invented household says it has, a month and a head."""
_OWNED: Final = (
    ("F011", "vehicles", 58, "车辆", "vehicles"),
    ("F012", "real_estate", 71, "房产", "homes"),
    ("F013", "companies", 34, "企业", "firms"),
    ("F015", "housing_fund", 45, "公积金", "contributions to the provident fund"),
)


def _filled(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Give the households all their persons and the few accounts, in turn."""
    people, rng = scene.county.people, scene.county.rng("invented")
    each, more = divmod(_PERSONS, _INVENTED)
    accounts: list[str] = []
    filled: list[CasePlan] = []
    for place, plan in enumerate(plans):
        if place % _ON_ONE == 0:
            accounts.append(people.account())
        size = each + (place < more)
        kin = tuple(
            Kin(person=people.person(born_aged(rng, plan.apply_on, 20 + age)), relation="child")
            for age in range(size - 1)
        )
        filled.append(
            msgspec.structs.replace(
                plan,
                account=accounts[-1],
                income_fen=size * _INCOME_FEN,
                kin=kin,
                persons=size,
            )
        )
    return filled


def _owners(rule: str, register: str, count: int, word_zh: str, word_en: str) -> Kind:
    """Return the households whose hits in one register were confirmed, and nothing followed."""
    return Kind(
        rule=rule,
        note_zh=f"核对发现{word_zh}属实，未处理",
        note_en=f"a comparison found {word_en}, confirmed, and nothing followed",
        people=count,
        orderly=orderly_household,
        plan=then(partial(hit_let_pass, register, "情况属实")),
        find=partial(hits_of, register),
    )


INVENTED_PERSONS: Final = Scenario(
    name="invented-persons",
    title_zh="虚报人员、重复使用账户",
    title_en="invented persons, reused accounts",
    published_zh="喜德县案例：虚构611户4,517人，反复使用同一批账户",
    published_en="Xide county: 611 households with 4,517 persons invented, accounts used again and again",
    ours_zh=f"{_ACCOUNTS}个账户，每个{_ON_ONE}户；四个月，金额未公布",
    ours_en=f"{_ACCOUNTS} accounts, {_ON_ONE} households on each; four months",
    kinds=(
        Kind(
            rule="F062",
            note_zh="虚构的家庭共用少数账户",
            note_en="invented households, on a few accounts",
            people=_INVENTED,
            orderly=orderly_household,
            plan=_filled,
            find=at(support.AccountBound),
            also=(SideEffect(rule="F063", find=at(support.AccountBound)),),
        ),
    ),
    shown=(Shown(rule="F062", findings=_ACCOUNTS, cases=_INVENTED, persons=_PERSONS),),
    months=4,
)

OWNERS: Final = Scenario(
    name="owners",
    title_zh="有房有车有企业仍享受低保",
    title_en="owners of homes, cars and firms",
    published_zh="舒城县2020年审计：208户低保家庭有房产、车辆、企业或者公积金",
    published_en="Shucheng county, audit of 2020: 208 households with homes, costly cars, firms or fund payments",
    ours_zh="按登记分为58、71、34、45户，每户二人",
    ours_en="58, 71, 34 and 45 households by register, each of two persons",
    kinds=tuple(_owners(*one) for one in _OWNED),
    shown=tuple(
        Shown(rule=rule, findings=count, cases=count, persons=2 * count)
        for rule, _, count, _, _ in _OWNED
    ),
    months=9,
)
