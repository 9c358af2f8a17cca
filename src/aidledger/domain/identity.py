"""Citizen identity numbers: own check of GB 11643 (ISO 7064 MOD 11-2), never a lookup.

Accepts 18 and 15 characters, residence permits of Hong Kong, Macao and Taiwan residents
(81, 82, 83) and foreigners' permanent residence cards (9xx). The area code gives a warning only:
areas have been renamed and abolished, and people keep their numbers. No message and no ``repr``
holds the number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from aidledger.domain.values import full_years

IdentityProblem = Literal[
    "not_text",
    "length",
    "characters",
    "birth_date",
    "birth_in_future",
    "birth_too_early",
    "check_digit",
]

UNKNOWN_PERSON: Final = "p" + "0" * 32
"""The token where no number was given; in entries of before that of many, who are not one person."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_LONG = re.compile(r"[0-9]{17}[0-9X]")
_SHORT = re.compile(r"[0-9]{15}")
#: GB/T 2260 codes of provinces, with 71 and the permits of Hong Kong, Macao and Taiwan residents.
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
#: No person on record anywhere has lived much longer: a sanity bound, not a rule of assistance.
MAX_AGE_YEARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheck:
    """What a number says about itself.

    ``problem`` is a code or None; ``normalized`` has 18 characters with a capital X, only where
    there is no problem. All that could name the person is kept out of ``repr``.
    """

    problem: IdentityProblem | None = None
    normalized: str | None = field(default=None, repr=False)
    birth_on: date | None = field(default=None, repr=False)
    sex: Literal["male", "female"] | None = field(default=None, repr=False)
    warning: Literal["unknown_area"] | None = None

    @property
    def ok(self) -> bool:
        """Whether the number can be one."""
        return self.problem is None


def check_character(first_17: str) -> str:
    """Return the check character (ISO 7064 MOD 11-2) of 17 ASCII digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def to_18(number_15: str) -> str:
    """Turn a 15-digit number into its 18-character form (century 19, check character added)."""
    first_17 = number_15[:6] + "19" + number_15[6:]
    return first_17 + check_character(first_17)


def check_identity_number(number: object, *, on: date | None = None) -> IdentityCheck:
    """Check an identity number against itself and, where given, against the day ``on``.

    Args:
        number: what was written in the field; anything but text is a problem, never an error.
        on: the day the number was used; the birth must lie before or on it.

    Returns:
        An :class:`IdentityCheck`; this function never raises.
    """
    if not isinstance(number, str):
        return IdentityCheck(problem="not_text")
    if len(number) not in (15, 18):
        return IdentityCheck(problem="length")
    # Only the last place may hold an x; .upper() would also turn other letters into X's kin.
    text = number[:-1] + "X" if number.endswith("x") else number
    if (_LONG if len(text) == 18 else _SHORT).fullmatch(text) is None:
        return IdentityCheck(problem="characters")
    long_form = text if len(text) == 18 else to_18(text)
    try:
        birth_on = date(int(long_form[6:10]), int(long_form[10:12]), int(long_form[12:14]))
    except ValueError:
        return IdentityCheck(problem="birth_date")
    if check_character(long_form[:17]) != long_form[17]:
        return IdentityCheck(problem="check_digit")
    if on is not None and birth_on > on:
        return IdentityCheck(problem="birth_in_future")
    if on is not None and full_years(birth_on, on) > MAX_AGE_YEARS:
        return IdentityCheck(problem="birth_too_early")
    known_area = long_form[:2] in _PROVINCES or long_form[0] == "9"
    return IdentityCheck(
        normalized=long_form,
        birth_on=birth_on,
        sex="male" if int(long_form[16]) % 2 else "female",
        warning=None if known_area else "unknown_area",
    )
