"""A table of powers is refused where a name means nothing or a number has no source."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.registry.worlds import FILE, TABLE

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.policy.errors import PackError
from aidledger.domain.policy.pack import load_pack_file
from aidledger.domain.registry.codes import POWER_CODES
from aidledger.domain.registry.duties import _TESTS
from aidledger.domain.registry.table import CUSTODIAN, load_powers

TEXT = FILE.read_text(encoding="utf-8")
PACKS = sorted((FILE.parents[1] / "packs").glob("*.toml"))


def put(old: str, new: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return changed


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (put('id = "opine"', 'id = "apply"'), "power"),
        (put('id = "sys_admin"', 'id = "sec_admin"'), "role"),
        (put('id = "s9-heard"', 'id = "s9-same-chain"'), "duty"),
        (put('["NeedDiscovered"]', '["ApplicationSubmitted"]'), "power.acts"),
        (put('["NeedDiscovered"]', '["NeedInvented"]'), "power.discover.acts"),
        (put('roles = ["bank_agent"', 'roles = ["banker"'), "power.bank"),
        (put('roles = ["care_supervisor"]', "roles = []"), "power.score.roles"),
        (put('of = ["investigate"]', 'of = ["inquire"]'), "duty.s2-reviewer-not-investigator"),
        (put('since = "report_end"', 'since = "never"'), "duty.s9-fresh-review"),
        (put('rule = "S15"', 'rule = "S17"'), "duty[32].rule"),
        (put('kind = "rate"', 'kind = "speed"'), "duty[27].kind"),
        (put("approvals_per_hour = 60\n", ""), "parameters.approvals_per_hour"),
        (put("approvals_per_hour = 60", "approvals_per_hour = true"), "parameters.approvals_per_hour"),
        (put('kin_degrees = ["spouse"', 'kin_degree = ["spouse"'), "provenance.kin_degree"),
        (put('assurance_step_up = "server"', 'assurance_step_up = "none"'), "parameters.assurance_step_up"),
        (put("version = 1", "version = 0"), "version"),
        (put("[title]", "[titles]"), "titles"),
    ],
)  # fmt: skip
def test_a_fault_of_the_table_is_named_by_its_field(
    change: Callable[[str], str], field: str
) -> None:
    with pytest.raises(PackError) as error:
        load_powers(change(TEXT).encode(), file="p.toml")

    assert ("p.toml", field) == (error.value.file, error.value.field)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_an_error(content: bytes) -> None:
    with pytest.raises(PackError):
        load_powers(content, file="p.toml")


def test_every_act_is_in_one_power_and_every_role_is_in_words() -> None:
    assert set(EVENTS) == set(TABLE.by_act)
    assert CUSTODIAN not in TABLE.roles
    assert all(role.text_zh and role.text_en for role in TABLE.roles.values())


def test_every_kind_of_duty_is_used_and_has_its_code() -> None:
    assert set(_TESTS) == {duty.kind for duty in TABLE.all_duties}
    assert {f"duty_{duty.rule.lower()}" for duty in TABLE.all_duties} <= set(POWER_CODES)
    assert all(text.zh and text.en and text.meaning for text in POWER_CODES.values())


def test_a_pack_that_sets_a_parameter_of_the_table_sets_one_of_its_type() -> None:
    shared = [
        (key, value, TABLE.parameters[key])
        for path in PACKS
        for key, value in load_pack_file(path.read_bytes(), file=path.name).parameters.items()
        if key in TABLE.parameters
    ]

    assert {"deciding_offices", "survey_investigators_min"} == {key for key, _, _ in shared}
    assert [] == [key for key, mine, theirs in shared if type(mine) is not type(theirs)]
