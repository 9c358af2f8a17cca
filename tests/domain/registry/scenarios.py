"""For each duty of the table an act that breaks it, and its lawful twin; nothing else is wrong."""

from __future__ import annotations

from typing import Final

import msgspec
from tests.domain.registry import doubtacts
from tests.domain.registry.acts import (
    AID,
    APPLICANT,
    APPROVAL,
    ASKED,
    AUDIT,
    BOARD,
    CARER,
    CASE,
    CHECKER,
    CLERK,
    COMPLAINT,
    COMPLETED,
    CONFIRMED,
    COUNTY,
    DECIDER,
    DIRECTOR,
    EXPORT,
    FINANCE_HEAD,
    HEAD,
    HEARD,
    INVESTIGATOR,
    KEEPER,
    KEY,
    LISTED,
    LOOKED_INTO,
    NOTICE,
    NOTICE_DOWN,
    OPINION,
    PAYER,
    PUBLISHER,
    RECORDS,
    REGISTRY,
    RELEASED,
    REPORT,
    REVIEWER,
    SCORE,
    SECURITY,
    SUPERVISOR,
    SURVEY,
    SURVEYOR,
    Made,
    account,
    admin_confirmed_by,
    after,
    applied,
    approvals,
    approved,
    complaint_about,
    decider_handles,
    ended_by,
    ended_from_below,
    granted,
    handler_of_case,
    investigator_below,
    kin_of_intake,
    named_after_opinion,
    on_case,
    one_person_twice,
    own_case,
    paid_by,
    paid_by_decider,
    reconciled_by,
    registered_carer,
    replaced_by,
    said,
    scores_kin,
    second_role,
    surveyed,
    taken_down,
    wanted_by,
)
from tests.domain.registry.worlds import VILLAGE, Speech

from aidledger.domain.events import decision, duty, inquiry, powers

UNLAWFUL: Final[dict[str, Made]] = {
    "s1-two-investigators": one_person_twice,
    "s1-no-kin-of-intake": kin_of_intake,
    "s2-reviewer-not-investigator": second_role(
        SURVEYOR, "township_reviewer", on_case(SURVEYOR, OPINION), surveyed
    ),
    "s2-surveyor-not-reviewer": named_after_opinion,
    "s3-approver-not-handler": second_role(
        DECIDER, "township_investigator", on_case(DECIDER, APPROVAL), decider_handles
    ),
    "s4-payer-not-decider": paid_by_decider,
    "s5-reconciler-not-payer": lambda w: reconciled_by(w, PAYER),
    "s6-own-case": own_case,
    "s7-complaint-from-outside": handler_of_case,
    "s7-complaint-not-below": investigator_below,
    "s8-scorer-not-carer": scores_kin,
    "s8-replacement-by-another": replaced_by(SUPERVISOR),
    "s9-same-chain": ended_from_below,
    "s9-fresh-review": ended_by(
        DECIDER, on_case(HEAD, AUDIT), on_case(CLERK, REPORT), on_case(CLERK, HEARD)
    ),
    "s9-reviewed-by-another": ended_by(
        REVIEWER, on_case(REVIEWER, REPORT), on_case(CLERK, HEARD), on_case(HEAD, AUDIT)
    ),
    "s9-heard": ended_by(DECIDER, on_case(CLERK, REPORT), on_case(HEAD, AUDIT)),
    "s10-not-for-oneself": lambda w: Speech(
        SECURITY, msgspec.structs.replace(KEY, owner=SECURITY), REGISTRY
    ),
    "s10-key-counts-once": said(
        Speech(SECURITY, KEY, REGISTRY),
        Speech(SECURITY, msgspec.structs.replace(KEY, key="k2", owner=HEAD), REGISTRY),
    ),
    "s10-person-once": lambda w: Speech(
        SECURITY, powers.ActorIdentified(actor=CLERK, person=APPLICANT), REGISTRY
    ),
    "s10-custodians": admin_confirmed_by(DIRECTOR),
    "s10-administrators-apart": lambda w: granted(f"{COUNTY}-u10", "township_intake"),
    "s11-publisher-not-decider": second_role(
        DECIDER, "disclosure_publisher",
        on_case(DECIDER, decision.ApprovalAnnounced(village=VILLAGE)), approved, COUNTY,
    ),
    "s11-list-not-by-decider": second_role(
        DECIDER, "disclosure_publisher", Speech(DECIDER, LISTED, BOARD), approved, COUNTY
    ),
    "s11-notice-down-by-another": said(
        on_case(PUBLISHER, NOTICE), on_case(PUBLISHER, NOTICE_DOWN), first=applied
    ),
    "s11-list-down-by-another": lambda w: taken_down(w, PUBLISHER),
    "s12-asked-and-confirmed": said(
        on_case(CLERK, ASKED), on_case(CLERK, CONFIRMED), first=applied
    ),
    "s12-in-time": account(by=HEAD, days=2),
    "s13-human-speed": approvals(60, an_hour_apart=False),
    "s13-second-look": approvals(101, an_hour_apart=True),
    "s13-looked-at-by-another": second_role(
        DECIDER, "county_examiner", on_case(DECIDER, duty.SecondLookTaken(agreed=True)), approved,
        COUNTY,
    ),
    "s14-completed-by-others": said(
        on_case(HEAD, AID), on_case(HEAD, COMPLETED), first=applied
    ),
    "s15-released-by-another": second_role(
        RECORDS, "county_examiner", Speech(RECORDS, RELEASED, EXPORT),
        lambda w: wanted_by(w, RECORDS), COUNTY,
    ),
    "s15-asked-for": lambda w: Speech(RECORDS, RELEASED, EXPORT),
    **doubtacts.UNLAWFUL,
}  # fmt: skip
"""By duty: an act that breaks this one and no other. ``s14-completed-in-time`` is broken by time."""

LAWFUL: Final[dict[str, Made]] = {
    "s1-two-investigators": after(applied, on_case(SURVEYOR, SURVEY)),
    "s1-no-kin-of-intake": after(applied, on_case(SURVEYOR, SURVEY)),
    "s2-reviewer-not-investigator": after(surveyed, on_case(HEAD, OPINION)),
    "s2-surveyor-not-reviewer": said(
        on_case(HEAD, OPINION), on_case(SURVEYOR, SURVEY), first=applied
    ),
    "s3-approver-not-handler": said(
        on_case(HEAD, OPINION), on_case(DECIDER, APPROVAL), first=surveyed
    ),
    "s4-payer-not-decider": lambda w: paid_by(w, PAYER),
    "s5-reconciler-not-payer": lambda w: reconciled_by(w, KEEPER),
    "s6-own-case": after(applied, on_case(SURVEYOR, inquiry.NeighbourVisited(households=2))),
    "s7-complaint-from-outside": said(
        complaint_about(case=CASE), Speech(INVESTIGATOR, LOOKED_INTO, COMPLAINT), first=applied
    ),
    "s7-complaint-not-below": said(
        complaint_about(officer=SURVEYOR), Speech(INVESTIGATOR, LOOKED_INTO, COMPLAINT)
    ),
    "s8-scorer-not-carer": after(registered_carer, Speech(SUPERVISOR, SCORE, CARER)),
    "s8-replacement-by-another": replaced_by(HEAD),
    "s9-same-chain": ended_by(
        DECIDER, on_case(CLERK, REPORT), on_case(CLERK, HEARD), on_case(HEAD, AUDIT)
    ),
    "s9-fresh-review": ended_by(
        DECIDER, on_case(CLERK, REPORT), on_case(CLERK, HEARD), on_case(HEAD, AUDIT)
    ),
    "s9-reviewed-by-another": ended_by(
        REVIEWER, on_case(CLERK, REPORT), on_case(CLERK, HEARD), on_case(HEAD, AUDIT)
    ),
    "s9-heard": ended_by(
        DECIDER, on_case(CLERK, REPORT), on_case(CLERK, HEARD), on_case(HEAD, AUDIT)
    ),
    "s10-not-for-oneself": lambda w: Speech(SECURITY, KEY, REGISTRY),
    "s10-key-counts-once": said(
        Speech(SECURITY, KEY, REGISTRY),
        Speech(
            SECURITY,
            msgspec.structs.replace(KEY, key="k2", owner=HEAD, public_key="22" * 32),
            REGISTRY,
        ),
    ),
    "s10-person-once": lambda w: Speech(
        SECURITY, powers.ActorIdentified(actor="new", person=APPLICANT), REGISTRY
    ),
    "s10-custodians": admin_confirmed_by(FINANCE_HEAD),
    "s10-administrators-apart": lambda w: granted(f"{COUNTY}-u40", "township_intake"),
    "s11-publisher-not-decider": after(
        approved, on_case(PUBLISHER, decision.ApprovalAnnounced(village=VILLAGE))
    ),
    "s11-list-not-by-decider": after(approved, Speech(PUBLISHER, LISTED, BOARD)),
    "s11-notice-down-by-another": said(
        on_case(PUBLISHER, NOTICE), on_case(CLERK, NOTICE_DOWN), first=applied
    ),
    "s11-list-down-by-another": lambda w: taken_down(w, CLERK),
    "s12-asked-and-confirmed": said(
        on_case(CLERK, ASKED), on_case(HEAD, CONFIRMED), first=applied
    ),
    "s12-in-time": account(by=HEAD, days=3),
    "s13-human-speed": approvals(59, an_hour_apart=False),
    "s13-second-look": approvals(101, looks=1, an_hour_apart=True),
    "s13-looked-at-by-another": after(
        approved, on_case(CHECKER, duty.SecondLookTaken(agreed=True))
    ),
    "s14-completed-by-others": said(
        on_case(HEAD, AID), on_case(CLERK, COMPLETED), first=applied
    ),
    "s15-released-by-another": after(
        lambda w: wanted_by(w, REVIEWER), Speech(RECORDS, RELEASED, EXPORT)
    ),
    "s15-asked-for": after(
        lambda w: wanted_by(w, REVIEWER), Speech(RECORDS, RELEASED, EXPORT)
    ),
    **doubtacts.LAWFUL,
}  # fmt: skip
"""By duty: the same act as it may be done."""
