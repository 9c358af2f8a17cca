"""The same facts under two packs: two results, each with its own citation.

One row a conflict and question, C1 to C20. Where only one text is at hand, the other side is a pack of
``tests/policy/packs``, marked local.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.domain.lawful import Changes, lawful
from tests.domain.test_packs import CALENDAR
from tests.replay.test_returns import begun

from aidledger.domain.policy.adopting import parameter_text
from aidledger.domain.policy.adoption import Adoption, pack_in_force
from aidledger.domain.policy.decision import compute_amounts, decide, redecide
from aidledger.domain.policy.moving import Move
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack
from aidledger.replay.building import build_table
from aidledger.replay.digest import plain_rows
from aidledger.replay.engine import building, lock
from aidledger.replay.loading import Loader
from aidledger.replay.models import load_models, needed
from aidledger.services.acts.adoption import shipped

LOCAL = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "packs").glob("*.toml")}
LIBRARY = PackLibrary({**shipped("packs"), **LOCAL})
OLD, NEW, CITY, COUNTY = "cn-tekun-2016", "cn-tekun-2021", "fj-sanming-2021", "gz-county-2022"


class Answer(NamedTuple):
    """What a pack makes of the facts, and every citation that it rests on."""

    result: object
    citations: frozenset[str]


class Side(NamedTuple):
    """A pack, its result, and one of its citations."""

    pack: str
    result: object
    citation: str


Question = Callable[[ResolvedPack], Answer]


def clause(act: str, name: str, **changes: Any) -> Question:
    """Ask what one clause says of an act; facts that differ from lawful ones as ``case__name``."""
    facts = lawful(act, {key.replace("__", "."): value for key, value in changes.items()})

    def ask(pack: ResolvedPack) -> Answer:
        rule = pack.clause(name)
        if rule is None:
            return Answer("no such rule", frozenset())
        sources = {pack.provenance[key].citation for key in rule.parameter_keys}
        return Answer(rule.evaluate(facts, CALENDAR).outcome, frozenset({rule.citation, *sources}))

    return ask


def refused_by(act: str, also: str, **changes: Any) -> Question:
    """Ask which clauses refuse an act; ``also`` is a clause that lets it pass."""
    facts = lawful(act, {key.replace("__", "."): value for key, value in changes.items()})

    def ask(pack: ResolvedPack) -> Answer:
        results = {c.id: c.evaluate(facts, CALENDAR) for c in pack.clauses_for(act)}
        refusing = [r.id for r in results.values() if r.refuses]
        said = [results[name].citation for name in (*refusing, also)]
        return Answer(refusing, frozenset(said))

    return ask


def found_by(act: str, also: str, **changes: Any) -> Question:
    """Ask which clauses only find something in an act; ``also`` is a clause that lets it pass."""
    facts = lawful(act, {key.replace("__", "."): value for key, value in changes.items()})

    def ask(pack: ResolvedPack) -> Answer:
        results = {c.id: c.evaluate(facts, CALENDAR) for c in pack.clauses_for(act)}
        found = [r.id for r in results.values() if r.kind == "finding" and r.outcome == "failed"]
        said = [results[name].citation for name in (*found, also)]
        return Answer(found, frozenset(said))

    return ask


def limit(name: str, start: str) -> Question:
    """Ask for the last day of a limit that begins on a day."""

    def ask(pack: ResolvedPack) -> Answer:
        rule = next(one for one in pack.limits if one.id == name)
        return Answer(rule.due(start, CALENDAR).day.isoformat(), frozenset({rule.citation}))

    return ask


def moved(name: str, start: str, granted: str) -> Question:
    """Ask for the last day of a limit that is extended on a day by all that the pack lets."""

    def ask(pack: ResolvedPack) -> Answer:
        rule = next(one for one in pack.limits if one.id == name)
        more, unit = rule.mobility.more, rule.unit
        moves = [Move(kind="extended", on=granted, position=2, count=more, unit=unit)]
        due = rule.due_moved(start, 1, CALENDAR, moves).day
        return Answer(due and due.isoformat(), frozenset({rule.citation}))

    return ask


def amount(programme: str, *categories: str) -> Question:
    """Ask for the monthly amount in fen; of what is shown as a supplement where there are categories."""
    case: dict[str, Any] = {"programme": programme, "ability": "able", "area": "urban"}
    case |= {"in_exit": False, "income_fen": 0, "persons": 1, "categories": list(categories)}
    case["members"] = [{"categories": list(categories)}]
    of = "supplement" if categories else ""
    facts = {"act": {"type": "EntitlementSet", "from_month": "2022-03"}, "case": case}

    def ask(pack: ResolvedPack) -> Answer:
        parts = [one for one in compute_amounts(pack, facts).parts if one.code.startswith(of)]
        return Answer(sum(part.fen for part in parts), frozenset(part.citation for part in parts))

    return ask


def in_force(day: str) -> Question:
    """Ask whether a pack holds on a day; it rests on whatever its parameters do."""

    def ask(pack: ResolvedPack) -> Answer:
        return Answer(
            pack.in_force_on(day), frozenset(one.citation for one in pack.provenance.values())
        )

    return ask


def return_due(month: str) -> Question:
    """Ask the model for the day on which the return of a month is due."""

    def ask(pack: ResolvedPack) -> Answer:
        names = ("monthly_return_day", "monthly_return_inclusive", "monthly_return_roll")
        rule = {name: parameter_text(pack.parameters[name]) for name in names}
        with building(None) as connection:
            Loader(connection, as_of=date(2023, 12, 31)).load(begun(**rule))
            lock(connection)
            models = load_models()
            for model in needed(models, ("returns_due",)).values():
                build_table(connection, model)
            columns, rows = plain_rows(connection, "returns_due", models["returns_due"].key)
        due = {row[columns.index("due_on")] for row in rows if row[columns.index("month")] == month}
        (day,) = due
        return Answer(day, frozenset(pack.provenance[name].citation for name in names))

    return ask


def target_share(name: str) -> Question:
    """Ask for a target that the form of support is counted against; consent is asked under both."""

    def ask(pack: ResolvedPack) -> Answer:
        free = pack.clause("form-consent")
        assert free is not None
        facts = lawful("SupportFormSet", {"act.form": "concentrated", "act.consent": False})
        assert "failed" == free.evaluate(facts, CALENDAR).outcome
        said = {
            free.citation,
            *(pack.provenance[key].citation for key in {name} & {*pack.provenance}),
        }
        return Answer(pack.parameters.get(name), frozenset(said))

    return ask


PERMIT: Changes = {"case__registered_here": False, "case__permit_here": True}
STRANDED: Changes = {
    "act__kind": "emergency", "case__registered_here": False, "case__permit_here": False,
    "case__worked_months": 3, "case__need_found": True,
}  # fmt: skip
SETTLED: Changes = {**STRANDED, "case__worked_months": 6, "case__need_found": False}
OLD_ALONE: Changes = {
    "act__limb": "single_person",
    "case__age_years": 80,
    "case__categories": [],
}
SEVENTEEN: Changes = {"act__limb": "minor", "case__age_years": 17}
MENTAL_3: Changes = {
    "case__age_years": 40, "case__disability_kind": "mental", "case__disability_grade": 3,
}  # fmt: skip
VISUAL_2: Changes = {**MENTAL_3, "case__disability_kind": "visual", "case__disability_grade": 2}
OVER_THE_FESTIVAL: Changes = {
    "case__publicity_from": "2022-01-28", "case__publicity_to": "2022-02-04",
}  # fmt: skip
NO_APPRAISAL: Changes = {"case__appraisal_held": False}
WAIVED: Changes = {**NO_APPRAISAL, "case__appraisal_waived": True}
TOWNSHIP: Changes = {"act__office_kind": "township"}
CARER_60: Changes = {"carer__last_score": 60}
ORPHAN_TOO: Changes = {
    "act__limb": "minor", "case__age_years": 9, "person__supported_programmes": ["orphan"],
}  # fmt: skip
KIN: Changes = {"act__relation": "child", "case__relative_of": ["clerk"]}

CONFLICTS: list[tuple[str, Question, Side, Side]] = [
    ("C1", clause("ApplicationApproved", "approval-limb", **SEVENTEEN),
     Side(NEW, "failed", "cn-tekun-2021 art. 5 (K21)"),
     Side(CITY, "met", "fj-sanming-2021 (S3-009)")),
    ("C1", clause("TerminationApproved", "termination-aged-out", act__ground="aged_out",
                  case__age_years=17),
     Side(OLD, "met", "cn-tekun-2016 (S1-050)"),
     Side(NEW, "failed", "cn-tekun-2021 art. 24 (K21)")),
    ("C2", clause("ApplicationApproved", "decision-by-decider", **TOWNSHIP),
     Side(NEW, "failed", "cn-tekun-2021 art. 16 (K21)"),
     Side(CITY, "met", "fj-sanming-2021 (S3-028); K21 art. 28")),
    ("C3", clause("ReviewOpinionGiven", "opinion-appraisal", **NO_APPRAISAL),
     Side(OLD, "failed", "cn-tekun-2016 (S1-027)"),
     Side(NEW, "not_applicable", "cn-tekun-2021 art. 14 (K21)")),
    ("C3", clause("ReviewOpinionGiven", "opinion-appraisal", **WAIVED),
     Side(OLD, "failed", "cn-tekun-2016 (S1-027): the text knows no ground"),
     Side(CITY, "met", "fj-sanming-2021 (S3-029, S3-030)")),
    ("C4", limit("limit-opinion", "2021-09-13"),
     Side(OLD, "2021-10-15", "cn-tekun-2016 (S1-031)"),
     Side(NEW, "2021-10-09", "cn-tekun-2021 art. 15 (K21)")),
    ("C4", limit("limit-decision", "2025-01-13"),
     Side(OLD, "2025-02-14", "cn-tekun-2016 (S1-038)"),
     Side(NEW, "2025-02-08", "cn-tekun-2021 art. 16, 17 (K21)")),
    ("C4", limit("limit-whole", "2023-01-09"),
     Side("cn-dibao-2021", "2023-02-23", "cn-dibao-2021 (D21)"),
     Side("fj-sanming-dibao-n22-2022", "2023-02-09",
          "N22: confirmation delegated to the township")),
    ("C4", moved("limit-whole", "2022-12-01", "2023-01-13"),
     Side("cn-dibao-2021", "2023-02-08", "cn-dibao-2021 (D21)"),
     Side("fj-sanming-dibao-n22-2022", "2022-12-29",
          "N22: confirmation delegated to the township")),
    ("C5", clause("ApplicationApproved", "publicity-long-enough", **OVER_THE_FESTIVAL),
     Side(NEW, "met", "cn-tekun-2021 art. 15 (K21)"),
     Side("local-notices", "failed", "open-government catalogue: 7 working days")),
    ("C6", clause("ReviewOpinionGiven", "opinion-limb", **MENTAL_3),
     Side(OLD, "failed", "cn-tekun-2016 (S1-004)"),
     Side(NEW, "met", "cn-tekun-2021 art. 5 (K21)")),
    ("C6", clause("ReviewOpinionGiven", "opinion-limb", **VISUAL_2),
     Side(OLD, "met", "cn-tekun-2016 (S1-004)"),
     Side(NEW, "failed", "cn-tekun-2021 art. 5 (K21)")),
    ("C7", clause("AbilityAssessed", "ability-by-assessor", **TOWNSHIP),
     Side(NEW, "failed", "cn-tekun-2021 art. 20 (K21)"),
     Side(COUNTY, "met", "gz-county-2022 (S4-074)")),
    ("C8", clause("CarerDisqualified", "disqualification-below-pass-mark", **CARER_60),
     Side(COUNTY, "failed", "local parameter: the text gives no pass mark (S4-093)"),
     Side("local-notices", "met", "local: seventy points")),
    ("C9", limit("limit-visit", "2022-01-31"),
     Side(COUNTY, "2022-02-28", "gz-county-2022 (S4-082)"),
     Side("local-notices", "2022-04-30", "local: each quarter")),
    ("C10", amount("tekun"),
     Side(COUNTY, 112_800, "gz-county-2022 (S4-033)"),
     Side("local-amounts", 93_000, "local: at least 60 % of consumption")),
    ("C11", clause("HelpGranted", "temporary-residence", **STRANDED),
     Side("gz-temporary-2022", "failed", "gz-temporary-2022 (S4-015, S4-046)"),
     Side("gz-temporary-n22-2022", "met", "N22: help where the emergency happens")),
    ("C11", clause("HelpGranted", "temporary-residence", **SETTLED),
     Side("cn-temporary-2018", "failed", "cn-temporary-2018 (T18): registered here, or with a permit"),
     Side("gz-temporary-2022", "met", "gz-temporary-2022 (S4-046)")),
    ("C12", clause("ApplicationAccepted", "acceptance-residence", **PERMIT),
     Side("cn-dibao-2012", "failed", "cn-dibao-2012 (D12)"),
     Side("cn-dibao-2021", "met", "cn-dibao-2021 art. 5 (D21)")),
    ("C13", clause("FundDisbursed", "fund-purpose", act__purpose="service"),
     Side(CITY, "met", "fj-sanming-2021 (S3-020): services may be bought; the rest of the list is local"),
     Side(COUNTY, "failed", "gz-county-2022 (S4-115): the fund is for its purpose; the list is local")),
    ("C14", clause("ApplicationApproved", "single-route", **OLD_ALONE),
     Side("cn-dibao-2021", "failed", "cn-dibao-2021 (D21)"),
     Side("fj-sanming-dibao-2021", "met", "fj-sanming-dibao-2021 (S3-005 to S3-008)")),
    ("C14", amount("dibao", "elderly", "severely_disabled"),
     Side("gz-dibao-2022", 21_150, "gz-dibao-2022 (S4-024 to S4-028)"),
     Side("local-amounts", 35_250, "local: supplements add up")),
    ("C15", limit("limit-complaint-answered", "2022-03-01"),
     Side(COUNTY, "2022-05-05", "petition rules art. 34"),
     Side("local-notices", "2022-03-31", "local: in time is thirty days")),
    ("C16", return_due("2023-10"),
     Side(COUNTY, "2023-10-27", "gz-county-2022 (S4-102): before the 28th"),
     Side("local-notices", "2023-10-30", "local: by the 28th, or the working day after it")),
    ("C17", refused_by("ApplicationApproved", "approval-limb", **ORPHAN_TOO),
     Side(OLD, [], "cn-tekun-2016 (S1-002, S1-003, S1-004)"),
     Side(NEW, ["one-programme-approved"], "cn-tekun-2021 art. 9 (K21)")),
    ("C18", found_by("CareEntrusted", "care-carer-qualified", **KIN),
     Side(NEW, [], "S0-004"),
     Side("local-notices", ["care-kin-of-officials"], "local, after D21 art. 11")),
    ("C19", target_share("concentrated_target_permille"),
     Side(OLD, None, "cn-tekun-2016 (S1-069)"),
     Side(COUNTY, 600, "gz-county-2022 (S4-037)")),
    ("C20", in_force("2022-03-01"),
     Side("local-lapsed", False, "local: a plan that has lapsed"),
     Side(NEW, True, "cn-tekun-2021 art. 5 (K21)")),
    ("C20", clause("ApplicationApproved", "approval-limb", case__age_years=62),
     Side("local-lapsed", "failed", "local: a plan that has lapsed"),
     Side(NEW, "met", "cn-tekun-2021 art. 5 (K21)")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("conflict", "ask", "a", "b"),
    CONFLICTS,
    ids=[f"{c[0]}-{c[2].pack}-{c[3].pack}" for c in CONFLICTS],
)
def test_the_same_facts_under_two_packs_have_two_results_each_with_its_citation(
    conflict: str, ask: Question, a: Side, b: Side
) -> None:
    """C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17, C18, C19, C20."""
    answers = [ask(LIBRARY.resolve(side.pack)) for side in (a, b)]

    assert [a.result, b.result] == [answer.result for answer in answers], conflict
    assert a.result != b.result
    assert [True, True] == [
        side.citation in answer.citations for side, answer in zip((a, b), answers, strict=True)
    ], answers
    assert a.citation != b.citation


def test_these_conflicts_are_shown() -> None:
    shown = {row[0] for row in CONFLICTS}

    assert {f"C{n}" for n in range(1, 21)} == shown


def test_what_no_text_gives_is_marked_local_in_packs_of_tests() -> None:
    ours = ("local-amounts", "local-lapsed", "local-notices")

    assert set(ours) <= set(LOCAL)
    assert [] == [
        (name, key)
        for name in ours
        for key, source in LIBRARY.resolve(name).provenance.items()
        if source.citation.startswith("local") and not source.local
    ]
    assert set() == set(ours) & set(shipped("packs"))


def test_a_lapsed_pack_decides_nothing_new_and_replays_what_it_decided() -> None:
    """C20: two times; the pack held when the decision was taken."""
    lapsed, new = LIBRARY.resolve("local-lapsed"), LIBRARY.resolve(NEW)
    adoptions = [
        Adoption(
            pack=pack.id,
            pack_hash=pack.hash,
            status=pack.status,
            in_force_from=pack.in_force_from,
            in_force_to=pack.in_force_to,
            known_since=pack.known_since,
            depth=len(pack.chain),
            position=position,
        )
        for position, pack in enumerate((lapsed, new))
    ]
    held = {
        day: found.pack if (found := pack_in_force(adoptions, day, "2026-01-01")) else None
        for day in ("2021-12-31", "2022-01-01")
    }
    record, _ = decide(lapsed, "ApplicationApproved", lawful("ApplicationApproved"))

    assert {"2021-12-31": "local-lapsed", "2022-01-01": NEW} == held
    assert [] == redecide(record, lapsed)
    assert record.pack_hash == lapsed.hash
