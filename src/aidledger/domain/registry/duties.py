"""The duties that two persons must share: one test a kind, whom and when it is about as data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from aidledger.domain.events import duty as duty_events
from aidledger.domain.events import powers as events
from aidledger.domain.events import support
from aidledger.domain.registry.context import Act, Actor, Context, Setting
from aidledger.domain.registry.history import (
    APPROVED,
    Involvement,
    named_in,
    of_actor,
    of_file,
    of_place,
)
from aidledger.domain.registry.registry import covers
from aidledger.domain.registry.table import DutyTable
from aidledger.domain.values import is_day, parse_day

Test = Callable[[DutyTable, Actor, Act, Involvement, Context], bool]
_HOUR: Final = timedelta(hours=1)


def breaks(duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context) -> bool:
    """Whether an act would break a duty that concerns it."""
    return _TESTS[duty.kind](duty, actor, act, case, context)


def _checked(duty: DutyTable, actor: Actor, act: Act) -> tuple[str, ...]:
    """Return whom a duty is about: the one who acts, or those whom the act names."""
    named = named_in(act.event)
    if duty.who == "named" and named:
        return named
    return (actor.id,)


def _subject(duty: DutyTable, act: Act, case: Involvement, context: Context) -> Involvement:
    """Return the history that a duty looks at."""
    event = act.event
    match duty.subject:
        case "run":
            run = getattr(event, "run", None) or act.stream
            return case if run == act.stream else context.history(run)
        case "place":
            return context.history(of_place(getattr(event, "place", "")))
        case "file":
            return context.history(of_file(getattr(event, "file", "")))
        case "replaced":
            return context.history(getattr(event, "replaces", None) or "")
        case "subject_case":
            return context.history(case.subject_case)
        case _:
            return case


def _apart(duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context) -> bool:
    """Whether one person does two things that two must do; with no ``of``, anything else here."""
    power = context.power(act)
    other_side = duty.both_ways and power is not None and power.id in duty.of
    subject = _subject(duty, act, case, context)
    others = subject.who(context.acts(duty.on if other_side else duty.of))
    return any(
        context.registry.same_person(one, other, context.position)
        for one in _checked(duty, actor, act)
        for other in others
    )


def _two_persons(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether those named are fewer persons than wanted, or not all of them may do this here."""
    registry, at, power = context.registry, context.position, context.power(act)
    named = named_in(act.event)
    place = context.place(actor, act, case)
    for one in named:
        grants = registry.roles_at(one, at, place=place, programme=case.programme)
        if power is None or not any(grant.role in power.roles for grant in grants):
            return True
    persons = {registry.person(one, at) for one in named}
    return len(persons) < int(context.parameter(duty.parameters[0]))


def _not_kin_of(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether anybody checked is a relative of who did something else here."""
    others = _subject(duty, act, case, context).who(context.acts(duty.of))
    return any(
        context.registry.kin(one, other, context.position, context.kin_degrees)
        for one in {actor.id, *_checked(duty, actor, act)}
        for other in others
    )


def _not_kin_of_applicant(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether anybody acts on a case of their own or of a relative."""
    registry, at = context.registry, context.position
    applicant = case.applicant or getattr(act.event, "applicant", "")
    return any(
        (applicant and registry.person(one, at) == applicant)
        or (applicant and registry.kin(one, applicant, at, context.kin_degrees))
        or any(registry.same_person(one, officer, at) for officer in case.relative_of)
        for one in {actor.id, *_checked(duty, actor, act)}
    )


def _not_carer(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether somebody scores their own care, or a relative's."""
    if not case.person:
        return False
    registry, at = context.registry, context.position
    same = registry.person(actor.id, at) == case.person
    return same or bool(registry.kin(actor.id, case.person, at, context.kin_degrees))


def _not_under(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether the officer complained of, or somebody below that officer, looks into it."""
    subject = case.subject_officer
    if not subject:
        return False
    registry, at = context.registry, context.position
    return any(
        registry.same_person(one, subject, at) or registry.under(one, subject, at)
        for one in _checked(duty, actor, act)
    )


def _same_chain(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether an office ends what neither it nor an office below it has approved."""
    approved = case.last.get(APPROVED)
    if approved is None or approved.office == actor.office:
        return False
    mine = context.registry.office(actor.office, context.position)
    theirs = context.registry.office(approved.office, context.position)
    return mine is None or theirs is None or not covers(mine.place, theirs.place)


def _needs(duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context) -> bool:
    """Whether something that must come before has not, or not since what it answers."""
    if duty.exempt and getattr(act.event, "ground", None) in context.parameter(duty.exempt):
        return False
    since = [
        case.last[one].position for one in context.acts((duty.since or "",)) if one in case.last
    ]
    needed = [case.last[one].position for one in context.acts(duty.of) if one in case.last]
    return max(needed, default=-1) <= max(since, default=-1)


def _not_for_oneself(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether somebody gives power, or vouches for a key, to themselves."""
    givers, receiver = [actor.id], ""
    match act.event:
        case events.RoleGranted() as event:
            receiver = event.actor
        case events.KeyRegistered() as event:
            givers.append(event.registrar)
            receiver = event.owner
        case events.DelegationGiven() as event:
            receiver = event.to_actor or ""
        case _:
            return False
    at = context.position
    return bool(receiver) and any(context.registry.same_person(one, receiver, at) for one in givers)


def _new_key(duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context) -> bool:
    """Whether a key, or its name, is one that was registered before: a key counts once."""
    event = act.event
    if not isinstance(event, events.KeyRegistered):
        return False
    known = [one for keys in context.registry.keys.values() for one in keys]
    taken = {one.public_key for one in known}
    genesis = context.registry.genesis
    if genesis is not None:
        taken |= {one.key for one in genesis.witnesses} | {genesis.log_key or ""}
    return event.key in context.registry.keys or event.public_key in taken


def _person_once(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether an actor would become another person than before, and so step out of a duty."""
    event = act.event
    if not isinstance(event, events.ActorIdentified):
        return False
    known = context.registry.person(event.actor, context.position)
    return known not in (event.actor, event.person)


def _custodians(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether the custodians are too few, of one office, or one of them confirms alone."""
    registry, at, event = context.registry, context.position, act.event
    if isinstance(event, events.GenesisDeclared):
        actors = {one.actor for one in event.custodians}
        offices = {one.office for one in event.custodians}
        least, needed_least = (int(context.parameter(name)) for name in duty.parameters)
        distinct = len(actors) == len(offices) == len(event.custodians) >= least
        enough = needed_least <= event.custodians_needed <= len(actors)
        return not (distinct and enough and actor.id in actors)
    if isinstance(event, events.CustodianConfirmed):
        waiting = registry.pending.get(event.position)
        mine = registry.custodian(actor.id, at)
        if waiting is None or mine is None:
            return True
        before = (waiting.actor, *waiting.confirmed_by)
        theirs = [registry.custodian(one, at) for one in before]
        return any(registry.same_person(actor.id, one, at) for one in before) or any(
            one is not None and one.office == mine.office for one in theirs
        )
    return False


def _admins_apart(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether one person would run the system, hand out its powers or watch it, and do more."""
    event, powers = act.event, context.powers
    if not isinstance(event, events.RoleGranted) or powers is None:
        return False
    registry, at = context.registry, context.position
    others = {
        grant.role
        for alias in registry.aliases(event.actor, at)
        for grant in registry.roles(alias, at)
    } - {event.role}
    admins = {role.id for role in powers.roles.values() if role.admin}
    return bool(others) and bool(admins & {event.role, *others})


def _account_asked(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether a change of account is confirmed that nobody else has asked for."""
    change, event = case.change, act.event
    return isinstance(event, duty_events.AccountChangeConfirmed) and (
        change is None
        or change.account != event.account
        or context.registry.same_person(change.requested_by, actor.id, context.position)
    )


def _account_confirmed(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether support goes to another account unconfirmed, or before the days are over."""
    event, change = act.event, case.change
    if not isinstance(event, support.AccountBound) or case.account in ("", event.account):
        return False
    if change is None or change.account != event.account or not change.confirmed_by:
        return True
    if change.channel in context.parameter(duty.parameters[1]):
        return False
    waited = working_days(change.requested_on, context.setting)
    return waited is None or waited < int(context.parameter(duty.parameters[0]))


def working_days(since: str, setting: Setting) -> int | None:
    """Return the working days from a day to the day of recording; nothing where nobody can say."""
    calendar, today = setting.calendar, setting.recorded_on
    if calendar is None or not (is_day(since) and is_day(today)):
        return None
    return calendar.working_days_between(parse_day(since), parse_day(today))


def _counts(actor: Actor, context: Context) -> list[Involvement]:
    """Return how much a person has approved, under each of their names."""
    names = context.registry.aliases(actor.id, context.position)
    return [context.history(of_actor(name)) for name in names]


def _rate(duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context) -> bool:
    """Whether a person approves more within an hour than anybody can read."""
    try:
        since = (datetime.fromisoformat(context.recorded_at) - _HOUR).isoformat()
    except (OverflowError, ValueError):
        return True
    times = [at for one in _counts(actor, context) for at in one.approved_at]
    # Both are UTC with the date first: they compare as text up to the second.
    recent = sum(at[:19] > since[:19] for at in times)
    return recent >= int(context.parameter(duty.parameters[0]))


def _second_look(
    duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> bool:
    """Whether too few of a person's approvals were looked at again by another."""
    counts = _counts(actor, context)
    approvals = sum(one.approvals for one in counts)
    looks = sum(one.second_looks for one in counts)
    after, permille = (int(context.parameter(name)) for name in duty.parameters)
    due = approvals - after
    return due > 0 and looks * 1000 < due * permille


def _never(duty: DutyTable, actor: Actor, act: Act, case: Involvement, context: Context) -> bool:
    """Never at the time of an act: only time that goes by breaks such a duty (``replay``)."""
    return False


_TESTS: Final[dict[str, Test]] = {
    "apart": _apart,
    "two_persons": _two_persons,
    "not_kin_of": _not_kin_of,
    "not_kin_of_applicant": _not_kin_of_applicant,
    "not_carer": _not_carer,
    "not_under": _not_under,
    "same_chain": _same_chain,
    "needs": _needs,
    "not_for_oneself": _not_for_oneself,
    "new_key": _new_key,
    "person_once": _person_once,
    "custodians": _custodians,
    "admins_apart": _admins_apart,
    "account_asked": _account_asked,
    "account_confirmed": _account_confirmed,
    "rate": _rate,
    "second_look": _second_look,
    "completed": _never,
}
