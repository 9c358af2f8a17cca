"""Between a proposal and its entry: tokens filled in, personal values sealed, facts opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from aidledger.domain.events.base import Event
from aidledger.domain.events.care import CarerRegistered
from aidledger.domain.events.helping import EmploymentRegistered, GuardianRecorded
from aidledger.domain.events.household import CategoryRecorded
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.powers import ActorIdentified
from aidledger.domain.identity import UNKNOWN_PERSON, check_identity_number
from aidledger.domain.masking import mask_name
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import age_on, parse_day
from aidledger.ledger.commitment import account_token, person_token
from aidledger.services.acts.proposals import TOKENS, UNKNOWN_ACCOUNT
from aidledger.services.problems import Problem, RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.store.draft import VaultRow
from aidledger.store.secrets import Secrets
from aidledger.store.vault import Vault

PERSON_FIELDS: Final = ("applicant", "guardian", "person")
"""The fields whose token says whose key seals the values of the act."""
_DISABILITY: Final = ("disability_grade", "disability_kind")


def filled(session: Session, proposal: Proposal, pack: ResolvedPack | None) -> Proposal:
    """Return the proposal with the fields that follow from its personal values.

    Tokens of person and account, the masked name, and whether the identity number is sound. An
    officer's typing error is refused; history and other registers are taken as they are, marked.
    Who has no number is known by name and birthday as far as they are said, and in this stream alone.

    Raises:
        RefusedError: an identity number that can't be one, or what says something of nobody (a
            category, a registration for work, which person an officer is), in an act of an office.

    """
    if proposal.type not in TOKENS:
        return proposal
    field, personal = TOKENS[proposal.type]
    value = proposal.personal.get(personal, "")
    changes: dict[str, Any] = {}
    if value and getattr(proposal.event, field) in (UNKNOWN_PERSON, UNKNOWN_ACCOUNT):
        pepper = secrets_of(session).pepper
        if personal == "account_number":
            changes[field] = account_token(pepper, value.strip())
        else:
            check = check_identity_number(value, on=parse_day(proposal.effective_on))
            changes[field] = person_token(pepper, check.normalized or value.strip())
            if check.problem is not None:
                if getattr(proposal.event, "source", "office") == "office":
                    raise RefusedError([_bad_number(check.problem)])
                changes["identity_problem"] = check.problem
    event = proposal.event
    if not value and getattr(event, field) == UNKNOWN_PERSON:
        if _of_nobody(event):
            raise RefusedError([_NOBODY])
        changes[field] = _unnumbered(session, proposal)
    if isinstance(event, ApplicationSubmitted) and not event.display_name:
        changes["display_name"] = _display_name(event, proposal, pack)
    if not changes:
        return proposal
    known = {key: value for key, value in changes.items() if key in event.__struct_fields__}
    return msgspec.structs.replace(proposal, event=msgspec.structs.replace(event, **known))


def _of_nobody(event: Event) -> bool:
    """Whether an act of an office says of a person only what holds of a known one."""
    match event:
        case CategoryRecorded() | EmploymentRegistered():
            return not event.source.startswith("import:")
        case _:
            return isinstance(event, ActorIdentified)


def _unnumbered(session: Session, proposal: Proposal) -> str:
    """Return the token of somebody without an identity number, who is nobody's namesake elsewhere."""
    event = proposal.event
    birth_on = str(getattr(event, "birth_on", ""))
    if proposal.stream.startswith("case/") and _known_without_number(session, proposal, birth_on):
        return UNKNOWN_PERSON  # what is said now of somebody an older entry knows has to meet it
    # a carer has a stream alone, and may be registered again without a name
    name = "" if isinstance(event, CarerRegistered) else proposal.personal.get("name", "").strip()
    # no identity number has a line break: the token can't be that of somebody who has one
    return person_token(secrets_of(session).pepper, f"{proposal.stream}\n{birth_on}\n{name}")


def _known_without_number(session: Session, proposal: Proposal, birth_on: str) -> bool:
    """Whether the person is in the case already, by an older entry that gave all the same token."""
    case, event = session.states.case(proposal.stream), proposal.event
    if isinstance(event, GuardianRecorded):
        return any(
            (one.guardian, one.kind, one.from_on) == (UNKNOWN_PERSON, event.kind, event.from_on)
            for one in case.standing.guardians
        )
    return any(
        one.person == UNKNOWN_PERSON and one.birth_on == birth_on and not one.to_on
        for one in case.household.members
    )


def token_of(session: Session, identity_number: str) -> str:
    """Return the token under which the ledger knows a person; it says nothing of the number.

    Raises:
        ServiceError: the ledger was opened without its secrets.

    """
    check = check_identity_number(identity_number)
    known = check.normalized or identity_number.strip()
    return person_token(secrets_of(session).pepper, known)


_NOBODY: Final = Problem(
    code="identity_number",
    field="personal.identity_number",
    expected="the person's number, or the person's token as data.person",
    found="neither",
)


def _bad_number(problem: str) -> Problem:
    """Return the problem of an identity number, without the number."""
    return Problem(
        code="identity_number",
        field="personal.identity_number",
        expected="a number whose length, date and check digit agree (GB 11643)",
        found=problem,
    )


def _display_name(
    event: ApplicationSubmitted, proposal: Proposal, pack: ResolvedPack | None
) -> str:
    """Return the masked name for lists: none for a minor, and none where no pack says who is one."""
    adult_age = None if pack is None else pack.parameters.get("minor_keep_age")
    name = proposal.personal.get("name", "")
    if not isinstance(adult_age, int) or not name:
        return ""
    return mask_name(name) if age_on(event.birth_on, proposal.effective_on) >= adult_age else ""


def secrets_of(session: Session) -> Secrets:
    """Return the ledger's secrets.

    Raises:
        ServiceError: the ledger was opened for reading only.

    """
    if session.secrets is None:
        raise ServiceError("the ledger is open for reading only", exit_code=12)
    return session.secrets


def vault_person(session: Session, proposal: Proposal) -> str:
    """Return whose key seals the values: the person's token, or the stream where there is none."""
    field, _ = TOKENS.get(proposal.type, ("", ""))
    if field in PERSON_FIELDS and getattr(proposal.event, field) != UNKNOWN_PERSON:
        return str(getattr(proposal.event, field))
    if proposal.stream.startswith("case/"):
        return session.states.case(proposal.stream).applicant or proposal.stream
    return proposal.stream


def seal_values(
    session: Session, proposal: Proposal, values: dict[str, str]
) -> tuple[dict[str, str], list[VaultRow]]:
    """Return the commitments for the entry and the rows for the vault."""
    if not values:
        return {}, []
    if session.vault is None:
        raise ServiceError("the ledger is open for reading only", exit_code=12)
    person = vault_person(session, proposal)
    sealed: dict[str, str] = {}
    rows: list[VaultRow] = []
    for field in sorted(values):
        commitment, row = session.vault.seal(person, proposal.stream, field, values[field])
        sealed[field] = commitment
        rows.append(row)
    return sealed, rows


def reveal_facts(
    session: Session, proposal: Proposal, pending: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    """Open the sealed facts that a decision needs: a disability, and categories by commitment.

    ``pending`` has what was sealed earlier in the same batch, by stream and field or commitment.
    What was erased is not there, and the clause that needs it then says so.
    """
    if session.vault is None or not proposal.stream.startswith("case/"):
        return {}
    case = session.states.case(proposal.stream)
    sealed = [one.commitment for one in case.household.categories if one.commitment]
    found = session.vault.open_many(sealed) if sealed else {}
    found |= {
        one: pending[proposal.stream, one] for one in sealed if (proposal.stream, one) in pending
    }
    if not case.disability_certified:
        return found
    found |= revealed_in(session.vault, session.stream(proposal.stream))
    for field in _DISABILITY:
        if (proposal.stream, field) in pending:
            found[field] = pending[proposal.stream, field]
    return found


def revealed_in(vault: Vault, entries: Iterable[Recorded]) -> dict[str, str]:
    """Return kind and grade of a disability as the entries of a case sealed them last."""
    sealed = [
        (field, entry.sealed[field])
        for entry in entries
        if entry.sealed
        for field in _DISABILITY
        if field in entry.sealed
    ]
    opened = vault.open_many([commitment for _, commitment in sealed]) if sealed else {}
    return {field: opened[commitment] for field, commitment in sealed if commitment in opened}
