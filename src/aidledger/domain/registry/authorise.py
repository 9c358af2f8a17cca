"""Whether an actor may do an act: allowed by one rule, or forbidden by one, with its citation.

Pure and total: the same question has the same answer when the act is recorded and when the log is
verified. What no power names is forbidden. Keys first, then the role, then the duties of two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from aidledger.domain.events import powers as events
from aidledger.domain.registry.codes import DUTY_CODE, POWER_CODES
from aidledger.domain.registry.context import (
    Act,
    Actor,
    Allowed,
    Answer,
    Context,
    Forbidden,
    Undeclared,
)
from aidledger.domain.registry.duties import breaks
from aidledger.domain.registry.history import Involvement
from aidledger.domain.registry.registry import Grant, covers, fits
from aidledger.domain.registry.table import ASSURANCES, CUSTODIAN, DutyTable, PowerTable

_DESIGN: Final = "design 5"
_GENESIS: Final = "GenesisDeclared"


def authorise(actor: Actor, act: Act, case: Involvement, context: Context) -> Answer:
    """Return whether an act may be done, and by which rule.

    Args:
        actor: who acts, for which office, with which key.
        act: the event and its stream.
        case: the history of that stream.
        context: the registry, the table, the position and time, other histories, the pack.

    Returns:
        ``Undeclared`` where the ledger has declared no powers before this position; the first of
        ``refusals`` where there is one; else ``Allowed``.

    """
    if not context.registry.declared(context.position) and act.type != _GENESIS:
        return Undeclared()
    standing = _standing(actor, act, case, context)
    found = next(_refusals(standing, actor, act, case, context), None)
    return found if found is not None else Allowed(rule=standing.ground)


def refusals(actor: Actor, act: Act, case: Involvement, context: Context) -> Iterator[Forbidden]:
    """Yield every rule that forbids an act, in the order in which they are asked; none, if allowed."""
    if context.registry.declared(context.position) or act.type == _GENESIS:
        yield from _refusals(_standing(actor, act, case, context), actor, act, case, context)


def _refusals(
    standing: _Standing, actor: Actor, act: Act, case: Involvement, context: Context
) -> Iterator[Forbidden]:
    """Yield what forbids an act: key, role, then each duty that concerns it."""
    powers, power = context.powers, context.power(act)
    if powers is None or power is None:
        yield coded(standing.code, "powers")
        return
    if act.type == _GENESIS and standing.code:
        yield coded(standing.code, power.id)
        return
    yield from _key(actor, power, context)
    if standing.consequence:
        return
    if standing.code:
        yield _lacking(standing.code, power)
    if code := _handing_on(actor, act, context):
        yield _lacking(code, power)
    for duty in powers.duties.get(act.type, ()):
        if breaks(duty, actor, act, case, context):
            yield duty_refusal(duty)


class _Standing(msgspec.Struct, frozen=True):
    """How far an actor's roles carry: the code of what is missing, or by which rule they do.

    ``consequence``: the act only carries out what the same actor's act before it brought about.
    """

    code: str
    ground: str = ""
    consequence: bool = False


def _standing(actor: Actor, act: Act, case: Involvement, context: Context) -> _Standing:
    """Return how far an actor's roles carry for an act."""
    if context.powers is None:
        return _Standing("powers_text")
    power = context.power(act)
    if power is None:
        return _Standing("power_unknown")
    if act.type == _GENESIS:
        again = context.registry.declared(context.position)
        return _Standing("genesis_again") if again else _Standing("", power.id)
    before, by = case.previous
    if before in power.follows and by == actor.id:
        return _Standing("", f"{power.id} after {before}", consequence=True)
    return _by_role(power, actor, act, case, context)


def _by_role(
    power: PowerTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> _Standing:
    """Return whether roles carry an act, those of the actor or those that an office has lent."""
    place, powers = context.place(actor, act, case), context.powers
    home = _home_kinds(power, context)
    asked = (
        powers and powers.hash,
        power.id,
        *(actor.id, actor.office),
        place,
        case.programme,
        home,
    )
    # the officers of a county do the same act at the same place day after day
    answers = context.registry.kept("_own_role", context.position)
    if asked not in answers:
        answers[asked] = _own_role(power, actor, place, case.programme, context)
    return answers[asked] or _delegated(power, actor, act, case, context)


def _own_role(
    power: PowerTable, actor: Actor, place: str, programme: str, context: Context
) -> _Standing | None:
    """Return how far an actor's own roles carry, narrowed step by step: role, office, place, programme.

    Nothing where they carry as far as delegation may: the amount of the act decides then.
    """
    registry, at = context.registry, context.position
    if CUSTODIAN in power.roles and registry.custodian(actor.id, at) is not None:
        return _Standing("", f"{power.id} by {CUSTODIAN}")
    roles = registry.roles(actor.id, at)
    if power.anyone and roles:
        return _Standing("", f"{power.id} by anyone")
    grants = [g for g in roles if g.role in power.roles or g.role in power.delegable_to]
    if not grants:
        return _Standing("power_missing")
    grants = [g for g in grants if g.office == actor.office and _counts_here(g, context)]
    if not grants:
        return _Standing("power_office")
    grants = [g for g in grants if _reaches(power, g, place)]
    if not grants:
        return _Standing("power_place")
    grants = [g for g in grants if fits(g.programme, programme)]
    if not grants:
        return _Standing("power_programme")
    home = _home_kinds(power, context)
    if not home or _kind(actor.office, context) in home:
        own = [g.role for g in grants if g.role in power.roles]
        if own:
            return _Standing("", f"{power.id} by {own[0]}")
    return None if any(g.role in power.delegable_to for g in grants) else _Standing("power_level")


def _delegated(
    power: PowerTable, actor: Actor, act: Act, case: Involvement, context: Context
) -> _Standing:
    """Return whether an office that holds a power has let this one exercise it, up to this amount."""
    home, place = _home_kinds(power, context), context.place(actor, act, case)
    given = [
        one
        for one in context.registry.delegated(power.id, actor.office, context.position)
        if one.to_actor in (None, actor.id)
        and covers(one.place, place)
        and fits(one.programme, case.programme)
        and (not home or _kind(one.from_office, context) in home)
    ]
    if not given:
        return _Standing("power_level")
    amount = _amount(power, act, case)
    within = [one for one in given if one.limit_fen is None or amount <= one.limit_fen]
    if not within:
        return _Standing("power_amount")
    return _Standing("", f"{power.id} by delegation {within[0].id}")


def _amount(power: PowerTable, act: Act, case: Involvement) -> int:
    """Return the amount of an act in fen: its own, or the one proposed for the case."""
    if power.amount is None:
        return 0
    own = getattr(act.event, power.amount, None)
    return own if isinstance(own, int) else case.proposed_fen


def _handing_on(actor: Actor, act: Act, context: Context) -> str:
    """Return why a role or power can't be handed to somebody by this actor; empty if it can."""
    powers, event = context.powers, act.event
    if powers is None:
        return ""
    match event:
        case events.RoleGranted():
            role = powers.roles.get(event.role)
            if role is None:
                return "power_role"
            custodian = context.registry.custodian(actor.id, context.position) is not None
            office = context.registry.office(event.office, context.position)
            misplaced = bool(role.offices) and (office is None or office.kind not in role.offices)
            beyond = office is not None and not covers(office.place, event.place)
            return "power_role" if custodian != role.admin or misplaced or beyond else ""
        case events.DelegationGiven():
            power = next((one for one in powers.powers if one.id == event.power), None)
            if power is None or not power.delegable_to or event.from_office != actor.office:
                return "power_delegation"
            home = _home_kinds(power, context)
            held = any(
                grant.role in power.roles and grant.office == actor.office
                for grant in context.registry.roles_at(
                    actor.id, context.position, place=event.place, programme=event.programme or ""
                )
            )
            at_home = not home or _kind(actor.office, context) in home
            return "" if held and at_home else "power_delegation"
        case _:
            return ""


def _key(actor: Actor, power: PowerTable, context: Context) -> Iterator[Forbidden]:
    """Yield what is wrong with the key that an act was signed with, if it was."""
    if not actor.key:
        return
    key = context.registry.key(actor.key)
    if key is None:
        yield coded("key_unknown", "keys")
        return
    if not context.registry.same_person(key.owner, actor.id, context.position):
        yield coded("key_owner", "keys")
    if not key.span.holds(context.position):
        yield coded("key_window", "keys")
    name = "assurance_step_up" if power.step_up else "assurance_ordinary"
    wanted = context.parameter(name)
    order: tuple[str, ...] = ASSURANCES
    if wanted in order and order.index(key.assurance) < order.index(wanted):
        yield coded("key_assurance", "keys")


def _counts_here(grant: Grant, context: Context) -> bool:
    """Whether a role counts at the kind of office that it was granted at."""
    role = context.powers.roles.get(grant.role) if context.powers is not None else None
    return role is not None and (not role.offices or _kind(grant.office, context) in role.offices)


def _reaches(power: PowerTable, grant: Grant, place: str) -> bool:
    """Whether a grant's place is the act's, or above it."""
    match power.scope:
        case "anywhere":
            return True
        case "own":
            return grant.place == place
        case _:
            return covers(grant.place, place)


def _kind(office: str, context: Context) -> str:
    """Return the kind of an office; empty where it is not registered."""
    found = context.registry.office(office, context.position)
    return found.kind if found else ""


def _home_kinds(power: PowerTable, context: Context) -> tuple[str, ...]:
    """Return the kinds of office that hold a power: as the pack has it, else as the table has it."""
    listed = context.parameter(power.offices_parameter) if power.offices_parameter else None
    return tuple(listed) if listed else power.offices


def duty_refusal(duty: DutyTable) -> Forbidden:
    """Return the refusal of an act that would break a duty."""
    return Forbidden(
        code=f"{DUTY_CODE}{duty.rule.lower()}",
        rule=duty.id,
        citation=duty.citation,
        text_zh=duty.text_zh,
        text_en=duty.text_en,
    )


def _lacking(code: str, power: PowerTable) -> Forbidden:
    """Return the refusal for want of a role, with what the power says of who may."""
    text = POWER_CODES[code]
    return Forbidden(
        code=code,
        rule=power.id,
        citation=power.citation,
        text_zh=f"{text.zh}。{power.text_zh}",
        text_en=f"{text.en}: {power.text_en}",
    )


def coded(code: str, rule: str) -> Forbidden:
    """Return a refusal that no row of the table is behind."""
    text = POWER_CODES[code]
    return Forbidden(code=code, rule=rule, citation=_DESIGN, text_zh=text.zh, text_en=text.en)
