"""Invented people: names out of syllables, numbers that check, addresses that lead nowhere.

Nobody here exists. Identity numbers carry a right check character so that the ledger's own checks
have something to pass; phones lie in one made-up block and accounts begin with ten fixed digits.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

import msgspec

from aidledger.domain.identity import check_character

_SURNAMES: Final = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_COMPOUND: Final = ("欧阳", "司徒", "上官", "夏侯", "令狐")
_GIVEN: Final = "阿柏苍杉岚桐榕楠枫荞菱蕙芷薇茴藜蓼萍蔓苇泽沅沁泓湄溆漪澄潼濂"
_SYLLABLES: Final = ("阿", "依", "古", "麦", "提", "吾", "热", "赛", "努", "尔")
_FIRST_PHONE: Final = 19_900_000_000
_BANK_DIGITS: Final = "6200000000"
"""The issuer digits of every invented account: no bank has them."""

_FIRST_STAFF_ACCOUNT: Final = 90_000_000


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One invented person; ``repr`` shows nothing of them."""

    name: str
    identity_number: str
    birth_on: date
    phone: str

    def __repr__(self) -> str:
        return "Person(…)"


class PeopleMaker:
    """Makes people of one county; no two have a number, phone or account in common."""

    def __init__(self, county: str, rng: Random) -> None:
        self._county = county
        self._rng = rng
        self._numbers: set[str] = set()
        self._phones = 0
        self._accounts = 0

    def person(self, birth_on: date) -> Person:
        """Return somebody new, born on that day."""
        number = identity_number(self._county, birth_on, self._rng.randrange(1, 1000))
        while number in self._numbers:
            number = identity_number(self._county, birth_on, self._rng.randrange(1, 1000))
        self._numbers.add(number)
        return Person(
            name=self._name(),
            identity_number=number,
            birth_on=birth_on,
            phone=self.phone(),
        )

    def adult(self, on: date) -> Person:
        """Return somebody of working age: an officer, a carer, a complainant."""
        return self.person(born_aged(self._rng, on, self._rng.randrange(25, 56)))

    def phone(self) -> str:
        """Return a phone number nobody else here has."""
        self._phones += 1
        return str(_FIRST_PHONE + self._phones)

    def account(self) -> str:
        """Return an account number (19 digits, Luhn) nobody else here has."""
        self._accounts += 1
        first = f"{_BANK_DIGITS}{self._accounts:08d}"
        return first + luhn_digit(first)

    def accounts(self) -> list[str]:
        """Return every account number that was given out."""
        given = (f"{_BANK_DIGITS}{number:08d}" for number in range(1, self._accounts + 1))
        return [first + luhn_digit(first) for first in given]

    @staticmethod
    def staff_account(number: int) -> str:
        """Return the account of an officer, by a number of their own: no other person has it."""
        first = f"{_BANK_DIGITS}{_FIRST_STAFF_ACCOUNT + number:08d}"
        return first + luhn_digit(first)

    def _name(self) -> str:
        """Return a name: mostly three characters, some two or four, some with a middle dot."""
        rng, kind = self._rng, self._rng.randrange(100)
        if kind < 8:
            first = "".join(rng.sample(_SYLLABLES, 3))
            return f"{first}·{''.join(rng.sample(_SYLLABLES, 3))}"
        surname = rng.choice(_COMPOUND) if kind < 12 else rng.choice(_SURNAMES)
        count = 1 if kind >= 85 else 2
        return surname + "".join(rng.choice(_GIVEN) for _ in range(count))


def identity_number(area: str, birth_on: date, order: int) -> str:
    """Return an 18-character number with its check character (GB 11643)."""
    first = f"{area}{birth_on:%Y%m%d}{order:03d}"
    return first + check_character(first)


def broken_number(number: str) -> str:
    """Return the number with a check character that doesn't fit."""
    wrong = "0" if number[-1] != "0" else "1"
    return number[:-1] + wrong


def born_aged(rng: Random, on: date, years: int) -> date:
    """Return a birthday of somebody who is so many years old on a day."""
    latest = _years_before(on, years)
    earliest = _years_before(on, years + 1) + timedelta(days=1)
    return earliest + timedelta(days=rng.randrange((latest - earliest).days + 1))


def luhn_digit(first: str) -> str:
    """Return the Luhn check digit (ISO/IEC 7812-1) that follows the digits."""
    total = 0
    for place, character in enumerate(reversed(first)):
        digit = int(character) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


def _years_before(day: date, years: int) -> date:
    """Return the same day so many years earlier; 29 February becomes the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year - years, day.month, last)
