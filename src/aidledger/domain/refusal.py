"""What is said to whoever asked where an act is refused, and the refusals that need no policy pack."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from aidledger.domain.casestate import Case
from aidledger.domain.doubt import Misstep
from aidledger.domain.events.base import Event
from aidledger.domain.events.payment import PaymentReissued, PaymentRostered

_PROCEDURE: Final = frozenset(
    {
        *("ApplicationAccepted", "ReviewOpinionGiven", "PublicityStarted", "CaseSubmitted"),
        *("ApplicationApproved", "ApplicationRefused"),
    }
)
"""The steps from an application to its decision; help is granted beside it."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that refuses, with its citation and the facts it read (none of them personal)."""

    clause: str
    citation: str
    text_zh: str
    text_en: str
    facts: dict[str, Any]


def beyond_returned(event: Event, case: Case | None) -> tuple[Refusal, ...]:
    """Return what refuses to send again more of a line than came back of it (F065)."""
    if not isinstance(event, PaymentReissued) or case is None:
        return ()
    left = case.returned_of(event.month, event.run)
    if event.amount_fen <= left:
        return ()
    return (
        Refusal(
            clause="reissue-within-returned",
            citation="F065",
            text_zh="重新发放不得超过该笔款项被退回、尚未重发的金额。",
            text_en="No more of a line is sent again than came back of it and was not sent yet.",
            facts={
                "act.amount_fen": event.amount_fen,
                "act.month": event.month,
                "act.run": event.run,
                "case.returned_fen": left,
            },
        ),
    )


def other_account(event: Event, case: Case | None, on: str) -> tuple[Refusal, ...]:
    """Return what refuses to pay into another account than the one that is bound on the day (F063)."""
    if not isinstance(event, PaymentRostered | PaymentReissued) or case is None:
        return ()
    bound = case.account_on(on)
    if bound in ("", event.account):
        return ()
    return (
        Refusal(
            clause="account-bound",
            citation="D21 art. 26; F063",
            text_zh="发放账户须为当日登记在案的账户；账户有变更的，先登记新账户。",
            text_en="The account is the one that is bound to the case on the day; a new one is bound first.",
            facts={"act.account": event.account, "case.account": bound},
        ),
    )


def second_application(act_type: str, case: Case | None) -> tuple[Refusal, ...]:
    """Return what refuses to go on with a new application in a case of which one was decided (S1-043).

    Its survey, its notice and its decision are of the application that they were made for.
    """
    if act_type not in _PROCEDURE or case is None:
        return ()
    over = case.terminated_on or case.decided_on or case.withdrawn_on
    helped = case.stage == "applied" and case.help.grants
    if not (case.terminated_on or helped or (case.is_waiting and over)):
        return ()
    return (
        Refusal(
            clause="one-application",
            citation="S1-043",
            text_zh="一案一申请：已决定、撤回或者终止的，重新申请另立新案，调查、公示重新进行。",
            text_en="A case is of one application: after its decision, withdrawal or end a new one opens a new case.",
            facts={
                f"case.{name}": day
                for name in ("applied_on", "decided_on", "withdrawn_on", "terminated_on")
                if (day := getattr(case, name))
            },
        ),
    )


def wrong_step(wrong: Misstep) -> Refusal:
    """Return the refusal of a step that a doubt cannot take now."""
    return Refusal(
        clause=f"ledger.doubt.{wrong.code}",
        citation="ADR 0019",
        text_zh=wrong.text_zh,
        text_en=wrong.text_en,
        facts={},
    )


NO_PACK: Final = Refusal(
    clause="ledger.pack",
    citation="design 8",
    text_zh="该日没有已采用并生效的政策包",
    text_en="no adopted policy pack is in force on that day",
    facts={},
)
NO_STREAM: Final = Refusal(
    clause="ledger.stream",
    citation="design 8",
    text_zh="没有这个对象的任何记录",
    text_en="there is no entry about this yet",
    facts={},
)
NO_RULE: Final = Refusal(
    clause="ledger.rule",
    citation="design 8",
    text_zh="该事项所用的政策包没有关于此项决定的规定",
    text_en="the policy pack of this case has no rule on such a decision",
    facts={},
)
NO_LIMIT: Final = Refusal(
    clause="ledger.limit",
    citation="C4",
    text_zh="没有正在运行且政策包允许这样变动的这项期限",
    text_en="no such limit runs that the pack lets anybody move so",
    facts={},
)
