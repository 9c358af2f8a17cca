"""What a cell of a register says, in SQL: its value, and why it can't be used.

Millions of cells are checked a column at a time. What identity numbers are is said by
`domain.identity`, what tokens are by `ledger.commitment`; tests hold this against both. No value of a
cell leaves the engine but as a token, a day, a number or a code.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from aidledger.domain.registers.kinds import Column
from aidledger.ledger.commitment import ACCOUNT_LABEL, PERSON_LABEL
from aidledger.replay.views import literal

NUMERIC: Final = "\x01"
"""Stands before what was a number in the file: of such a cell 15 digits can be believed."""
_BLOCK: Final = 64
"""Bytes in a block of SHA-256, to which HMAC fills its key."""
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WIDE: Final = "０１２３４５６７８９ＸｘＡＢＣＤＥＦＧ－．，（）"
_NARROW: Final = "0123456789XxABCDEFG-.,()"
_BLANK: Final = r"[\s\x{00A0}\x{3000}\x{200B}\x{FEFF}]"
_DAY: Final = r"^([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?([ T][0-9:.]*)?$"
_SHORT_DAY: Final = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
_MONTH: Final = r"^([0-9]{4})\s*[-/.年]?\s*([0-9]{1,2})\s*(月|[-/.月]\s*[0-9]{1,2}日?)?$"
_FIRST: Final = "DATE '1850-01-01'"
_LAST: Final = "DATE '2200-12-31'"


class Said(NamedTuple):
    """The SQL of a column: a cleaned text, what it says, and the reason why not (NULL: none)."""

    text: str
    value: str
    reason: str


def cleaned(cell: str, column: Column) -> str:
    """Return the SQL of a cell as plain text: narrow letters, no space where a number stands."""
    plain = f"trim(translate(replace({cell}, {literal(NUMERIC)}, ''), '{_WIDE}', '{_NARROW}'))"
    match column.form:
        case "person" | "account" | "hundredths" | "county":
            bare = f"upper(regexp_replace({plain}, '{_BLANK}', '', 'g'))"
            # nearly all are clean: the engine does the rest for those only that are not
            return f"CASE WHEN regexp_full_match({cell}, '[0-9X]*') THEN {cell} ELSE {bare} END"
        case "name":
            return f"regexp_replace(upper({plain}), '[·•・‧∙⋅．.。\\s\\x{{3000}}]', '', 'g')"
        case _:
            return plain


def said(column: Column, factor: int = 1) -> Said:
    """Return what a column's cells say: ``raw_…`` as it was in the file, ``text_…`` cleaned.

    `factor` is what one in the file is worth, where its title says so (万元).
    """
    text, raw = f"text_{column.name}", f"raw_{column.name}"
    clean = cleaned(raw, column)
    lost = (
        f"(starts_with({raw}, {literal(NUMERIC)}) AND length({text}) > 15) "
        f"OR regexp_full_match({text}, '[0-9.]+E[+]?[0-9]+')"
    )
    match column.form:
        case "person":
            return Said(clean, text, _person_reason(text, lost))
        case "account":
            odd = f"NOT regexp_full_match({text}, '[0-9A-Z]{{6,40}}')"
            bare = f"replace({clean}, '-', '')"
            reason = f"CASE WHEN {lost} THEN 'lost_digits' WHEN {odd} THEN 'characters' END"
            return Said(bare, text, reason)
        case "day":
            value = _day(text, raw)
            return Said(clean, value, f"CASE WHEN {value} IS NULL THEN 'day' END")
        case "month":
            value = _month(text)
            return Said(clean, value, f"CASE WHEN {value} IS NULL THEN 'month' END")
        case "hundredths":
            value = _hundredths(text, column, factor)
            return Said(clean, value, f"CASE WHEN {value} IS NULL THEN 'amount' END")
        case "county":
            value = f"CASE WHEN regexp_full_match({text}, '[0-9]{{6,12}}') THEN left({text}, 6) END"
            return Said(clean, value, f"CASE WHEN {value} IS NULL THEN 'county' END")
        case "choice":
            value = _choice(text, column)
            return Said(clean, value, f"CASE WHEN {value} IS NULL THEN 'word' END")
        case "name":
            return Said(clean, text, "NULL")


def whole_number(text: str) -> str:
    """Return the SQL of an identity number with 18 characters."""
    return (
        f"CASE WHEN length({text}) = 15 THEN left({text}, 6) || '19' || substr({text}, 7) || "
        f"{_check(_seventeen(text))} ELSE {text} END"
    )


def _seventeen(text: str) -> str:
    """Return the SQL of the first 17 digits as a number; NULL where they are none."""
    return (
        f"TRY_CAST(CASE WHEN length({text}) = 15 THEN left({text}, 6) || '19' || "
        f"substr({text}, 7) ELSE left({text}, 17) END AS BIGINT)"
    )


def _check(number: str) -> str:
    """Return the SQL of the check character (ISO 7064 MOD 11-2) of a number of 17 digits."""
    parts = [f"{w} * (({number} // {10 ** (16 - k)}) % 10)" for k, w in enumerate(_WEIGHTS)]
    return f"substr('10X98765432', CAST(({' + '.join(parts)}) % 11 + 1 AS INTEGER), 1)"


def _person_reason(text: str, lost: str) -> str:
    number = _seventeen(text)
    birth = f"CASE WHEN length({text}) = 15 THEN '19' || substr({text}, 7, 6) ELSE substr({text}, 7, 8) END"
    return (
        f"CASE WHEN {lost} THEN 'lost_digits' "
        f"WHEN length({text}) NOT IN (15, 18) THEN 'length' "
        f"WHEN NOT regexp_full_match({text}, '[0-9]{{15}}|[0-9]{{17}}[0-9X]') THEN 'characters' "
        f"WHEN try_strptime({birth}, '%Y%m%d') IS NULL THEN 'birth_date' "
        f"WHEN length({text}) = 18 AND {_check(number)} <> right({text}, 1) THEN 'check_digit' END"
    )


def _day(text: str, raw: str) -> str:
    """Return the SQL of a day; a number of a spreadsheet counts the days since the end of 1899."""
    iso = f"regexp_replace({text}, '{_DAY}', '\\1-\\2-\\3')"
    short = f"regexp_replace({text}, '{_SHORT_DAY}', '\\1-\\2-\\3')"
    serial = (
        f"starts_with({raw}, {literal(NUMERIC)}) AND regexp_full_match({text}, '[1-8][0-9]{{4}}')"
    )
    day = (
        f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') "
        f"THEN TRY_CAST({text} AS DATE) WHEN regexp_matches({text}, '{_DAY}') "
        f"THEN TRY_CAST({iso} AS DATE) WHEN regexp_matches({text}, '{_SHORT_DAY}') "
        f"THEN TRY_CAST({short} AS DATE) WHEN {serial} "
        f"THEN DATE '1899-12-30' + CAST({text} AS INTEGER) END"
    )
    return f"CASE WHEN ({day}) BETWEEN {_FIRST} AND {_LAST} THEN ({day}) END"


def _month(text: str) -> str:
    parts = [f"regexp_extract({text}, '{_MONTH}', {n})" for n in (1, 2)]
    return (
        f"CASE WHEN regexp_matches({text}, '{_MONTH}') "
        f"AND TRY_CAST({parts[1]} AS INTEGER) BETWEEN 1 AND 12 "
        f"THEN {parts[0]} || '-' || lpad({parts[1]}, 2, '0') END"
    )


def _hundredths(text: str, column: Column, factor: int) -> str:
    """Return the SQL of an amount in hundredths: of money exact, of areas rounded."""
    bare = f"regexp_replace(replace({text}, ',', ''), '^[¥￥]|元$|㎡$|平方米$', '', 'g')"
    decimals = "[0-9]{1,2}0*" if column.name.endswith("_fen") else "[0-9]+"
    form = f"regexp_full_match({bare}, '[0-9]{{1,13}}([.]{decimals})?')"
    number = f"TRY_CAST({bare} AS DECIMAL(18, 2))"
    return f"CASE WHEN {form} THEN TRY_CAST({number} * {100 * factor} AS BIGINT) END"


def _choice(text: str, column: Column) -> str:
    cases = " ".join(
        "WHEN "
        + " OR ".join(f"contains(lower({text}), {literal(part)})" for part in parts)
        + f" THEN {literal(code)}"
        for code, parts in column.words
    )
    return f"CASE {cases} END"


def token_sql(form: str, value: str, pepper: bytes) -> tuple[str, list[bytes]]:
    """Return the SQL of the token of a number, and the parameters in their order.

    HMAC-SHA-256 by its definition, of the engine's SHA-256; a test holds it against `commitment`.
    """
    label, letter = (PERSON_LABEL, "p") if form == "person" else (ACCOUNT_LABEL, "a")
    key = pepper.ljust(_BLOCK, b"\0")
    outer, inner = (bytes(byte ^ mask for byte in key) for mask in (0x5C, 0x36))
    length = f"unhex(printf('%08x', octet_length(encode({value}))))"
    message = f"?::BLOB || {length} || encode({value})"
    keyed = f"sha256(?::BLOB || unhex(sha256({message})))"
    return f"'{letter}' || left({keyed}, 32)", [outer, inner + label]
