"""Care at home: entrustment, carers, monthly scores, disqualification (S0-001.., S4-090..S4-096)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from aidledger.domain.events.base import Code, Day, Event, Fen, MonthText, Source, Text, Token

Score = Annotated[int, msgspec.Meta(ge=0, le=100)]


class CareEntrusted(Event, frozen=True, kw_only=True):
    """委托照料: with the person's consent, to a named carer, for named services (S0-003)."""

    carer: Code
    consent: bool
    from_on: Day
    monthly_fee_fen: Fen = 0
    relation: Literal["relative", "friend", "neighbour", "village", "institution", "agency"]
    replaces: Code | None = None
    services: tuple[Literal["watch_over", "life_care", "hospital_attendance"], ...]


class CareEnded(Event, frozen=True, kw_only=True):
    """委托终止: this carer's work for the person ended."""

    carer: Code
    ground: Literal["disqualified", "carer_left", "person_left", "death", "form_changed", "other"]
    source: Source = "office"
    to_on: Day


class CarerRegistered(Event, frozen=True, kw_only=True):
    """护理人登记: name and number are sealed."""

    display_name: Text = ""
    kind: Literal["person", "village", "institution", "agency"]
    person: Token
    source: Source = "office"
    township: Code


class CarerScored(Event, frozen=True, kw_only=True):
    """月度考核: the score for a month."""

    month: MonthText
    score: Score
    source: Source = "office"


class CarerScoreTold(Event, frozen=True, kw_only=True):
    """考核告知: the score told to the carer (S4-092)."""

    month: MonthText
    source: Source = "office"
    told_on: Day


class CarerDisqualified(Event, frozen=True, kw_only=True):
    """取消资格: below the pass mark, at once (S4-093)."""

    ground: Literal["score", "misconduct", "other"]
    month: MonthText | None = None
    score: Score | None = None


class CarerReviewOrdered(Event, frozen=True, kw_only=True):
    """考核复查: below the pass mark, looked into under the county's supervision (C8)."""

    ground: Literal["score", "misconduct", "other"]
    month: MonthText | None = None
    score: Score | None = None


class CarerQualified(Event, frozen=True, kw_only=True):
    """护理员持证: a certificate, valid to a day (F084)."""

    certificate: Code
    source: Source = "office"
    to_on: Day


class EpidemicWatchKept(Event, frozen=True, kw_only=True):
    """疫情监测: the township asked a carer or guardian; what is wrong is sealed (S4-098)."""

    source: Source = "office"
    well: bool


class CarerDisqualificationTold(Event, frozen=True, kw_only=True):
    """取消资格告知: told to the carer (S4-094)."""

    source: Source = "office"
    told_on: Day
