"""Who a pack makes responsible can act: each kind of office has a role, and each role a power."""

from __future__ import annotations

import pytest
from tests.domain.test_packs import LIBRARY

from aidledger.services.keys.founding import powers_evidence

TABLE = powers_evidence()[0]
#: What the facts say, written down apart from the packs: duty, its leader, some of those beside it.
SAID = [
    ("sn-yanan-2020", "elderly", "civil_affairs", {"public_security", "health", "government"}),
    ("sn-yanan-2020", "elderly", "civil_affairs", {"development", "housing", "finance"}),
    ("fj-sanming-2021", "service", "civil_affairs", {"social_work"}),
    ("gz-county-2022", "tekun", "civil_affairs", {"finance", "health", "medical_insurance"}),
    ("gz-county-2022", "education", "education", {"finance", "civil_affairs", "township"}),
    ("gz-county-2022", "disaster", "emergency_management", {"finance", "township"}),
    ("gz-county-2022", "employment", "human_resources", {"finance", "township"}),
    ("gz-county-2022", "service", "civil_affairs", {"trade_union", "disabled_federation"}),
    ("gz-county-2022", "care", "civil_affairs", {"womens_federation", "next_generation"}),
]
DUTIES = sorted(
    (pack, name)
    for pack in LIBRARY.ids
    for name in LIBRARY.resolve(pack).parameters
    if name.startswith("responsible_offices_")
)


@pytest.mark.parametrize(("pack", "duty", "lead", "others"), SAID)
def test_a_pack_names_who_leads_and_who_works_with_them(
    pack: str, duty: str, lead: str, others: set[str]
) -> None:
    """S2-013, S2-019, S3-019, S4-042, S4-059, S4-063, S4-066, S4-068, S4-072."""
    first, *rest = LIBRARY.resolve(pack).parameters[f"responsible_offices_{duty}"]

    assert lead == first
    assert others <= set(rest)
    assert len(rest) == len({first, *rest}) - 1


@pytest.mark.parametrize(("pack", "name"), DUTIES)
def test_each_office_that_a_pack_makes_responsible_has_somebody_who_can_act(
    pack: str, name: str
) -> None:
    """S2-013, S2-019, S3-019, S4-042, S4-059, S4-063, S4-066, S4-068, S4-072."""
    powerful = {role for power in TABLE.powers for role in power.roles}
    manned = {kind for role in TABLE.roles.values() if role.id in powerful for kind in role.offices}

    assert set() == set(LIBRARY.resolve(pack).parameters[name]) - manned


def test_a_social_work_station_finds_who_helps_and_decides_nothing() -> None:
    """S3-019, S4-067: it refers and matches; no power to decide or to pay has its role."""
    roles = {role.id for role in TABLE.roles.values() if "social_work" in role.offices}
    acts = {act for power in TABLE.powers if roles & set(power.roles) for act in power.acts}

    assert {"ReferralMade", "NeedMatched", "ReferralAnswered", "ReturnSubmitted"} <= acts
    assert set() == acts & {
        "ApplicationApproved",
        "HelpGranted",
        "RecognitionGranted",
        "PayRunApproved",
    }
