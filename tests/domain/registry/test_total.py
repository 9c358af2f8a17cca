"""``authorise`` answers whatever it is asked, and answers the same when asked again."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.registry.test_matrix import GOLDEN, ROLES, event_of
from tests.domain.registry.worlds import TABLE, TOKENS, World

from aidledger.domain.calendar import Calendar
from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.codes import POWER_CODES
from aidledger.domain.registry.context import Act, Actor, Allowed, Forbidden, Setting, Undeclared
from aidledger.domain.registry.enrol import ENROLLED, enrol
from aidledger.domain.registry.registry import Registry
from aidledger.domain.registry.replay import Replay, replay
from aidledger.domain.registry.watch import Watch

WORLD = World()
"""What every log here begins with; nothing of it is changed."""

NAMES = st.sampled_from([*sorted(TOKENS)[:12], "stranger", ""])
TIMES = st.sampled_from(
    ["2022-03-01T01:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "", "x"]
)
DAYS = st.sampled_from(["2022-03-01", "2022-02-30", "", "9999-12-31"])
VALUES = st.sampled_from([[], ["x"], 0, -1, 2**60, "x", True, None])


def changed(event: Event, texts: dict[str, str]) -> Event:
    """Return an event with some of its texts replaced, where it still has its form."""
    data = msgspec.to_builtins(event)
    data.update({key: value for key, value in texts.items() if isinstance(data.get(key), str)})
    try:
        return msgspec.convert(data, type(event))
    except msgspec.ValidationError:
        return event


EVENT = st.builds(
    changed,
    st.sampled_from(sorted(GOLDEN)).map(event_of),
    st.dictionaries(
        st.sampled_from(["run", "actor", "owner", "account", "place", "file", "role", "power"]),
        st.sampled_from(
            ["case/1", "run/1", "file:x", "520123", "town", ROLES[0], *sorted(TOKENS)[:3]]
        ),
        max_size=3,
    ),
)
STREAMS = st.sampled_from(
    ["case/1", "case/2", "run/1", "carer/1", "complaint/1", "registry/520123"]
)
SAID = st.lists(st.tuples(NAMES, EVENT, STREAMS, TIMES, DAYS), max_size=8)
PARAMETERS = st.dictionaries(st.sampled_from(sorted(TABLE.parameters)), VALUES, max_size=3)


@settings(max_examples=150, deadline=None)
@given(said=SAID, parameters=PARAMETERS, data=st.data(), calendar=st.booleans())
def test_any_log_is_replayed_to_the_same_findings_in_one_go_or_two(
    said: list[tuple[str, Event, str, str, str]],
    parameters: dict[str, Any],
    data: st.DataObject,
    *,
    calendar: bool,
) -> None:
    world = WORLD

    def setting(effective_on: str, recorded_at: str, programme: str) -> Setting:
        del effective_on, programme
        known = Calendar(()) if calendar else None
        return Setting(recorded_on=recorded_at[:10], parameters=parameters, calendar=known)

    entries = list(world.entries)
    for who, event, stream, recorded_at, effective_on in said:
        entries.append(
            Recorded(
                actor=who, effective_on=effective_on, event=event, office=who.partition("-")[0],
                position=len(entries), recorded_at=recorded_at, sealed={}, stream=stream, version=1,
            )
        )  # fmt: skip
    once, again = (
        replay(entries, tables=world.tables, settings=setting, key_of={3: "k"}.get)
        for _ in range(2)
    )
    cut = len(world.entries) + data.draw(st.integers(0, len(said)))
    whole, half = (
        Replay(watch=Watch(tables=world.tables, settings=setting), key_of={3: "k"}.get)
        for _ in range(2)
    )
    for entry in entries[:cut]:
        half.see(entry)
    gone_on = Replay.resumed(
        half.state(cut),
        watch=Watch(tables=world.tables, settings=setting, histories=dict(half.watch.histories)),
        key_of={3: "k"}.get,
        enrolled=[one for one in entries[:cut] if wire_name(one.event) in ENROLLED],
        last=entries[cut - 1],
    )
    for entry in entries:
        whole.see(entry)
    for entry in entries[cut:]:
        gone_on.see(entry)

    assert once == again == gone_on.replayed()
    assert whole.state(len(entries)) == gone_on.state(len(entries))
    assert whole.watch.registry == gone_on.watch.registry
    assert whole.watch.histories == gone_on.watch.histories
    assert {found.code for found in once.findings} <= set(POWER_CODES)
    assert len(entries) == once.judged + once.undeclared


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(EVENTS)), NAMES, STREAMS, TIMES, DAYS)
def test_any_question_has_one_answer(
    act: str, who: str, stream: str, recorded_at: str, effective_on: str
) -> None:
    world = WORLD
    event = event_of(act)
    for watch in (world.watch, Watch(tables={}, settings=world.setting)):
        asked: dict[str, Any] = {
            "actor": Actor(id=who, office=who.partition("-")[0]),
            "act": Act(type=wire_name(event), event=event, stream=stream),
            "position": len(world.entries),
            "effective_on": effective_on,
            "recorded_at": recorded_at,
        }
        answer, found = watch.judge(**asked), watch.refusals(**asked)

        assert answer == watch.judge(**asked)
        match answer:
            case Forbidden():
                assert found[0] == answer
            case Allowed() | Undeclared():
                assert () == found


@settings(deadline=None)
@given(st.sampled_from(sorted(GOLDEN)))
def test_only_what_is_enrolled_changes_the_registry(act: str) -> None:
    entry = WORLD.entries[0]
    said = msgspec.structs.replace(entry, event=event_of(act), position=7)

    assert act in ENROLLED or Registry() == enrol(Registry(), said)
