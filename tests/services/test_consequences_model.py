"""The read model of consequences is what the command says of each amended entry, whatever was recorded."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domain.people import COUNTY
from tests.services.conftest import opened
from tests.services.test_consequences import Lived, annul, said
from tests.services.test_recording import on_case

from aidledger.domain.events.catalog import EVENTS, encode_data
from aidledger.domain.policy.decision import DecisionRecord
from aidledger.replay.deriving import compute
from aidledger.replay.models import load_models
from aidledger.services.cases.consequences import consequences
from aidledger.services.cases.followed import Consequence
from aidledger.services.decoding import recorded_all
from aidledger.services.generations.source import StoreSource
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session, open_session
from aidledger.store.draft import Draft
from aidledger.store.opening import create
from aidledger.store.outcome import Committed
from aidledger.store.secrets import create_secrets, secrets_path

MODELS = load_models()
AS_OF = date(2022, 12, 31)
YEAR = "2022-0"
DAYS = ("2022-05-01", "2022-05-02", "2022-05-03")
TOWNSHIP, VILLAGE = "520123001", "520123001001"
COMPARED: Final = tuple(
    name for name in Consequence.__struct_fields__ if name not in {"open", "position", "kind"}
)
"""What both say of an entry that followed, by the same names, but ``open``, ``kind`` and its position."""
#: The model's own names.
NAMED = {"type": "followed_type", "stream": "followed_stream"}

months = st.sampled_from(["2022-02", "2022-03"])
runs = st.sampled_from(["run/a", "run/a", "run/b"])
amounts = st.sampled_from([0, 100, 250, 1_000])
paths = st.lists(
    st.sampled_from(
        ["act.type", "case.ability", "case.entitled_fen", "case.paid_fen", "day.month"]
    ),
    max_size=2,
    unique=True,
)


def decided(act: str, read: list[str]) -> dict[str, Any]:
    record = DecisionRecord(
        act=act,
        clauses=(),
        facts=dict.fromkeys(read, "x"),
        outcome="allow",
        pack="p",
        pack_hash="ab" * 32,
    )
    return {"decision": msgspec.to_builtins(record)}


def entry(name: str, *, decides: bool = False, **fields: Any) -> st.SearchStrategy[Any]:
    """Return an entry to draw; one that decides has read some facts, or has no decision."""
    drawn = {
        key: value if isinstance(value, st.SearchStrategy) else st.just(value)
        for key, value in fields.items()
    }
    data = st.fixed_dictionaries(drawn)
    if decides:
        read = st.none() | paths
        data = st.tuples(data, read).map(
            lambda both: both[0] | ({} if both[1] is None else decided(name, both[1]))
        )
    return data.map(lambda one: (name, one))


def paid(line: dict[str, Any]) -> list[Any]:
    """Return a line of a roster, and its payment."""
    issued = {name: value for name, value in line.items() if name != "kind"}
    return [("PaymentRostered", line), ("PaymentIssued", issued | {"paid_on": DAYS[0]})]


MONEY: dict[str, Any] = {
    "account": "a" + "0" * 32,
    "amount_fen": amounts,
    "month": months,
    "run": runs,
}
RETURNED: dict[str, Any] = {name: MONEY[name] for name in ("amount_fen", "month", "run")}
LINE = entry("PaymentRostered", kind=st.sampled_from(["regular", "one_off"]), **MONEY)
APPROVAL = entry(
    "ApplicationApproved", decides=True, form="decentralised", from_month=months, limb="age"
)
ENTITLEMENT = entry(
    "EntitlementSet", decides=True, from_month=months, monthly_fen=amounts, reason="approval"
)
HELP = entry(
    "HelpGranted",
    decides=True,
    amount_fen=amounts,
    help="temporary",
    kind="emergency",
    way=st.sampled_from(["money", "goods"]),
)
ORDER = entry(
    "RecoveryOrdered",
    amount_fen=amounts,
    due_on="2022-06-01",
    from_month=months,
    reason="x",
    to_month=months,
)
BACK = (
    entry("PaymentReturned", reason="closed", returned_on=DAYS[0], **RETURNED),
    entry("PaymentRecovered", amount_fen=amounts, month=months, reason="death"),
    entry("RecoveryWaived", amount_fen=amounts, authority="d", reason="x"),
)
SUSPENSION = entry("SupportSuspended", from_month=months, ground="prison")
RESUMPTION = entry("SupportResumed", from_month=months)
OTHERS = (
    LINE,
    entry("PaymentIssued", paid_on=DAYS[0], **MONEY),
    entry("DeathRecorded", died_on="2022-02-11", source="hospital"),
    entry("TerminationApproved", decides=True, ground="death", last_month=months),
    entry("AbilityAssessed", level=st.sampled_from(["able", "unable"])),
    entry("VisitMade", visitor="v1"),
    entry("CaseMoved", township=st.sampled_from([TOWNSHIP, "520123002"]), village=VILLAGE),
)
CORRECTIONS = st.one_of(
    st.tuples(st.just("amount_fen"), amounts.map(str)),
    st.tuples(st.just("monthly_fen"), amounts.map(str)),
    st.tuples(st.sampled_from(["from_month", "month"]), months.map(lambda one: f'"{one}"')),
    st.tuples(st.just("run"), runs.map(lambda one: f'"{one}"')),
    st.tuples(
        st.sampled_from(["kind", "way", "nothing"]), st.sampled_from(['"one_off"', '"goods"'])
    ),
)
AMENDMENT = st.tuples(st.integers(0, 9), st.booleans(), CORRECTIONS).map(
    lambda drawn: (drawn[0], None if drawn[1] else drawn[2])
)
STEPS: dict[str, st.SearchStrategy[list[Any]]] = {
    "approval": st.tuples(APPROVAL, ENTITLEMENT).map(list),
    "entitlement": ENTITLEMENT.map(lambda one: [one]),
    "line": LINE.map(lambda line: paid(line[1])),
    "help": st.tuples(HELP, LINE).map(
        lambda both: [both[0], *paid(both[1][1] | {"kind": "one_off"})]
    ),
    "order": ORDER.map(lambda one: [one]),
    "pause": st.tuples(SUSPENSION, st.lists(RESUMPTION, max_size=1)).map(
        lambda both: [both[0], *both[1]]
    ),
    "back": st.one_of(BACK).map(lambda one: [one]),
    "other": st.one_of(OTHERS).map(lambda one: [one]),
    "amend": AMENDMENT.map(lambda one: [one]),
}
#: Entries that act on each other: a history of a few kinds finds what a mixed one rarely does.
THEMES = (
    tuple(STEPS),
    ("approval", "entitlement", "line"),
    ("help", "line", "order"),
    ("line", "order", "back", "back"),
    ("line", "pause", "other"),
    ("line",),
)
CASE = st.sampled_from(THEMES).flatmap(
    lambda theme: st.tuples(
        STEPS["help" if "help" in theme else "approval"],
        st.lists(
            st.sampled_from([*theme, *["amend"] * len(theme)]).flatmap(STEPS.__getitem__),
            min_size=3,
            max_size=9,
        ),
    ).map(lambda both: [*both[0], *(one for step in both[1] for one in step)])
)
"""The entries of a case; an amendment names one of them by its number, be it there or not."""
BESIDE = st.lists(
    st.one_of(
        st.tuples(
            st.just("ListPublished"), months, st.sampled_from([TOWNSHIP, VILLAGE, "520123099"])
        ),
        st.tuples(st.just("ListWithdrawn"), st.none(), st.none()),
        st.tuples(st.just("PaymentMonthClosed"), months, st.none()),
        st.tuples(st.just("PaymentMonthClosed"), months, st.none()),
    ),
    max_size=4,
)
"""Lists and closings, between the cases: a month that is closed once more is supplemented."""
CASES = st.lists(st.tuples(CASE, BESIDE), min_size=10, max_size=20)


class Writing:
    """A county being written into a store: the entries of its cases follow each other by turns."""

    def __init__(self, session: Session) -> None:
        self.session, self.size = session, session.store.head().size
        self.drafts: list[Draft] = []
        self.positions: dict[str, list[int]] = {}
        self.files: list[str] = []
        self.closed: dict[str, int] = {}

    def add(self, name: str, stream: str, data: dict[str, Any]) -> None:
        event = msgspec.convert(data, EVENTS[name].struct)
        self.positions.setdefault(stream, []).append(self.size + len(self.drafts))
        self.drafts.append(
            Draft(
                type=name,
                stream=stream,
                actor="u1",
                office=TOWNSHIP,
                effective_on=DAYS[0],
                data=encode_data(event),
            )
        )

    def amend(self, stream: str, named: int, correction: list[str] | None) -> None:
        """Amend an entry of a case by its number; one that isn't there yet is that far ahead."""
        known = self.positions.get(stream, [])
        at = known[named] if named < len(known) else self.size + len(self.drafts) + named
        data = {"authority": "county", "position": at, "reason": "error"}
        if correction is None:
            self.add("EntryAnnulled", stream, data)
        else:
            field, value = correction
            self.add("EntryCorrected", stream, data | {"field": field, "value": value})

    def show(self, name: str, what: str, place: str | None) -> None:
        """Publish a list, take one down, or close a month."""
        size = self.size + len(self.drafts)
        match name:
            case "ListPublished":
                self.files.append(f"{size:064d}")
                data = {"as_of": DAYS[0], "file": self.files[-1], "kind": "payments", "rows": 1}
                self.add(name, "list/payments", data | {"month": what, "place": place})
            case "ListWithdrawn" if self.files:
                data = {"file": self.files[-1], "withdrawn_on": DAYS[0]}
                self.add(name, "list/payments", data)
            case "PaymentMonthClosed":
                zeros = dict.fromkeys(("count", "returned_count", "returned_fen", "total_fen"), 0)
                data = {**zeros, "month": what, "root": "0" * 64, "size": size}
                number = self.closed[what] = self.closed.get(what, -1) + 1
                if number:
                    name = "PaymentMonthSupplemented"
                    data |= {"number": number, "withdrawn_count": 0, "withdrawn_fen": 0}
                    data["withdrawn_root"] = "0" * 64
                self.add(name, f"month/{what}", data)

    def commit(self, day: str) -> None:
        outcome = self.session.store.append(
            self.drafts,
            cause=day,
            request_digest=bytes(32),
            now=datetime.fromisoformat(f"{day}T04:00:00+00:00").astimezone(UTC),
        )
        assert isinstance(outcome, Committed)
        self.size, self.drafts = self.size + len(self.drafts), []


@contextmanager
def county(cases: list[Any]) -> Iterator[Session]:
    """Write a county in three days, a third of each case at a time; each case has a year of its own."""
    with tempfile.TemporaryDirectory() as folder:
        location = str(Path(folder) / "ledger.sqlite")
        create(location, origin="test/520123").close()
        create_secrets(Path(secrets_path(location)))
        with open_session(location) as session:
            writing = Writing(session)
            for third, day in enumerate(DAYS):
                for number, (case, beside) in enumerate(cases):
                    stream, year = f"case/520123-2022-{number:06d}", f"{2001 + number}-0"
                    if not third:
                        writing.add("CaseMoved", stream, {"township": TOWNSHIP, "village": VILLAGE})
                    part = case[third * len(case) // 3 : (third + 1) * len(case) // 3]
                    for name, what in json.loads(json.dumps(part).replace(YEAR, year)):
                        if isinstance(name, int):
                            writing.amend(stream, name, what)
                        else:
                            writing.add(name, stream, what)
                    for name, what, place in beside[third::3]:
                        writing.show(name, str(what).replace(YEAR, year), place)
                writing.commit(day)
            yield session


def said_by_the_command(session: Session, known_on: str | None) -> dict[Any, Any]:
    """Return what followed from every amended entry, asked one by one."""
    found = {}
    for stream in {entry.stream for entry in amendments(session)}:
        entries = {entry.position for entry in session.stream(stream)}
        named = {entry.event.position for entry in amendments(session) if entry.stream == stream}
        for position in sorted(named & entries):
            try:
                answer = consequences(session, stream, position, known_on=known_on)
            except ServiceError:  # not known by then
                continue
            if answer.amendment is None:
                continue
            for one in answer.followed:
                about = (answer.state, answer.amendment.position)
                of = tuple(getattr(one, name) for name in COMPARED)
                found[position, one.kind, one.position] = (*about, one.open, *of)
    return found


def amendments(session: Session) -> list[Any]:
    rows = session.store.read_types(("EntryAnnulled", "EntryCorrected"))
    return recorded_all(rows)


def said_by_the_model(session: Session, known_on: str | None) -> dict[Any, Any]:
    """Return the same of the model."""
    _, columns, rows = compute(
        StoreSource(session.store),
        MODELS,
        "consequences",
        as_of=AS_OF,
        known_on=date.fromisoformat(known_on) if known_on else None,
    )
    found = {}
    for row in rows:
        said = dict(zip(columns, row, strict=True))
        said["effective_on"] = str(said["effective_on"])
        # it can't say whether a decision rests on the entry: somebody is to look
        assert (said["kind"] == "decision") is (said["proposal"] == "look_again") or (
            not said["is_open"] and said["proposal"] is None
        )
        if said["proposal"] == "look_again":
            said["proposal"] = "decide_again"
        of = tuple(said[NAMED.get(name, name)] for name in COMPARED)
        key = (said["position"], said["kind"], said["followed"])
        found[key] = (said["amended"], said["amended_by"], said["is_open"], *of)
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases=CASES, known_on=st.none() | st.sampled_from(DAYS[:2]))
def test_the_model_says_what_the_command_says_and_may_name_a_decision_too_many(
    cases: list[Any], known_on: str | None
) -> None:
    """S4-115: two derivations of what is to be recovered, withdrawn, annulled and decided again."""
    with county(cases) as session:
        command = said_by_the_command(session, known_on)
        model = said_by_the_model(session, known_on)

    assert command == {key: said for key, said in model.items() if key in command}
    assert {"decision"} >= {kind for _, kind, _ in model.keys() - command.keys()}


def test_what_an_auditor_reads_of_an_annulled_approval_is_what_the_command_proposes(
    tmp_path: Path,
) -> None:
    """S4-115: with the decisions and rules of a county, in a case with paid months."""
    for office in opened(str(tmp_path / "ledger.sqlite")):
        lived = Lived(office)
        session = office.session
        [assessed, entitled] = said(
            office, "2022-04-25", on_case("AbilityAssessed", "c1", COUNTY, level="unable")
        )
        [visit] = said(office, "2022-04-26", on_case("VisitMade", visitor=f"{TOWNSHIP}-u1"))
        for position in (visit, assessed, lived.paid[1], lived.approval):
            annul(office, position)
        command, model = said_by_the_command(session, None), said_by_the_model(session, None)

        proposed = {(key[1], values[-2]) for key, values in model.items() if key[0] != assessed}
        assert command == {key: said for key, said in model.items() if key in command}
        assert {"decision"} >= {kind for _, kind, _ in model.keys() - command.keys()}
        assert {(assessed, "decision", entitled)} == {key for key in model if key[0] == assessed}
        # nothing that was decided since has read how often there were visits
        assert visit not in {key[0] for key in model}
        assert proposed >= {("entitlement", "annul"), ("list", "withdraw"), ("payment", "recover")}
