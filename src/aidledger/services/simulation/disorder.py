"""What goes wrong with the money of the county where a plan wants it."""

from __future__ import annotations

from dataclasses import dataclass, field

from aidledger.domain.events.base import AmountLine
from aidledger.services.simulation.dossier import Dossier


@dataclass(slots=True, kw_only=True)
class Disorder:
    """What goes wrong with the money where a plan wants it; all empty in a clean county."""

    forced: dict[str, list[Dossier]] = field(default_factory=dict)
    """By month of the run: who is put on the roster against the rules."""
    bank_adds_fen: dict[tuple[str, str], int] = field(default_factory=dict)
    """By case and month: what the bank pays more than it was told."""
    roster_adds: dict[tuple[str, str], AmountLine] = field(default_factory=dict)
    """By case and month: a part that the roster has and no rule gives."""
    insisted: set[str] = field(default_factory=set)
    """Cases whose lines stand on the roster even where the rules refuse them."""
    paid_twice: set[tuple[str, str]] = field(default_factory=set)
    returned_for_good: set[tuple[str, str]] = field(default_factory=set)
    return_reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    """By case and month: why the bank returns a line that is then sent again."""
    misreported_fen: dict[str, int] = field(default_factory=dict)
    """By month: what the bank's result claims to have paid more than it was told."""
    ghosts: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    """By month: case stream, account token and fen of somebody nobody approved."""
    late_months: set[str] = field(default_factory=set)
    """Months of which the bank pays one line long after the others."""
    kept_back: tuple[str, str] | None = None
    """Case and month of the first difference that was kept back; empty until there is one."""

    def keep_arrears(self) -> None:
        """Keep the next difference back that a rise makes due."""
        self.kept_back = ("", "")

    def keeps_back(self, stream: str, month: str) -> bool:
        """Whether this difference is the one that is kept back."""
        if self.kept_back != ("", ""):
            return False
        self.kept_back = (stream, month)
        return True

    def adds_to(self, stream: str, month: str) -> AmountLine | None:
        """Return the part that a line has beside those of the rule, if there is one."""
        return self.roster_adds.get((stream, month))

    def forces(self, stream: str, month: str) -> bool:
        """Whether a line is to stand on the roster whatever the rules say."""
        return stream in self.insisted or self.adds_to(stream, month) is not None

    def returns(self, stream: str, month: str) -> bool:
        """Whether the bank is to return a line."""
        return (stream, month) in self.returned_for_good | self.return_reasons.keys()

    def spoils(self, stream: str, month: str) -> bool:
        """Whether something else already goes wrong with a line."""
        key = (stream, month)
        return key in self.bank_adds_fen or key in self.paid_twice or self.returns(*key)
