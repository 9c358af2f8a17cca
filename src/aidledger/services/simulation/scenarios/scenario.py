"""What a scenario is: what an audit published, the county that shows it, and what rules must find."""

from __future__ import annotations

import msgspec

from aidledger.services.simulation.irregularities.scene import Kind


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule must find, no more and no less.

    `cases` and `persons` are those of the entries that prove it; `amount_fen` is the sum at risk, None
    where no sum was published.
    """

    rule: str
    findings: int
    cases: int
    persons: int
    amount_fen: int | None = None

    def agrees(self, found: Shown) -> bool:
        """Whether that is what was found; where no sum was published, any will do."""
        if self.amount_fen is None:
            found = msgspec.structs.replace(found, amount_fen=None)
        return self == found


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One situation of a published audit.

    `published_zh`, `published_en` say what is known of it, and `ours_zh`, `ours_en` what of the
    county is invented. Beside the people of its `kinds` so many `bystanders` apply, who give no
    reason for a finding. `months` from January 2022 on.
    """

    name: str
    title_zh: str
    title_en: str
    published_zh: str
    published_en: str
    ours_zh: str
    ours_en: str
    kinds: tuple[Kind, ...]
    shown: tuple[Shown, ...]
    months: int = 12
    bystanders: int = 40

    @property
    def cases(self) -> int:
        """How many cases the county has."""
        return self.bystanders + sum(kind.people for kind in self.kinds)
