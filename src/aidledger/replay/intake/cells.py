"""What a cell of a register says, in SQL: its value, and why it can't be used.

Millions of cells are checked a column at a time. What identity numbers are is said by
`domain.identity`, what tokens are by `ledger.commitment`; tests hold this against both. No value of a
cell leaves the engine but as a token, a day, a number or a code.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from aidledger.domain.money import WRITTEN_WHOLE
from aidledger.domain.registers.kinds import Column
from aidledger.domain.values import HALF_A_MONTH
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
    """The SQL of a column, each of what came before it.

    ``raw_…`` is a cell as it is in the file, ``text_…`` cleaned, ``number_…`` what is worked out once,
    ``value_…`` what it says (NULL: nothing that can be used); then the reason why not.
    """

    text: str
    number: str
    value: str
    reason: str


def said(column: Column, factor: int = 1) -> Said:
    """Return what a column's cells say; `factor` is what one of it is worth, as its title has it (万元)."""
    name = column.name
    raw, text, number = (f"{part}_{name}" for part in ("raw", "text", "number"))
    clean = cleaned(raw, column)
    lost = (
        f"(starts_with({raw}, {literal(NUMERIC)}) AND length({text}) > 15) "
        f"OR regexp_full_match({text}, '[0-9.]+E[+]?[0-9]+')"
    )
    match column.form:
        case "person":
            good = _person(text, number)
            whole = (
                f"CASE WHEN length({text}) = 15 THEN {_digits(number, 17)} || {_check(number)} "
                f"ELSE {text} END"
            )
            return Said(
                clean,
                _seventeen(text),
                f"CASE WHEN {good} AND NOT ({lost}) THEN {whole} END",
                _person_reason(text, lost),
            )
        case "account":
            odd = f"NOT regexp_full_match({text}, '[0-9A-Z]{{6,40}}')"
            reason = f"CASE WHEN {lost} THEN 'lost_digits' WHEN {odd} THEN 'characters' END"
            return Said(
                f"replace({clean}, '-', '')",
                "NULL",
                f"CASE WHEN ({reason}) IS NULL THEN {text} END",
                reason,
            )
        case "day":
            bound = f"CASE WHEN {number} BETWEEN {_FIRST} AND {_LAST} THEN {number} END"
            return Said(clean, _day(text, raw), bound, "'day'")
        case "month":
            return Said(clean, "NULL", _month(text), "'month'")
        case "hundredths":
            return Said(clean, "NULL", _hundredths(text, column, factor), "'amount'")
        case "county":
            six = f"CASE WHEN regexp_full_match({text}, '[0-9]{{6,12}}') THEN left({text}, 6) END"
            return Said(clean, "NULL", six, "'county'")
        case "choice":
            return Said(clean, "NULL", _choice(text, column), "'word'")
        case "name":
            return Said(raw, "NULL", text, "NULL")


def cleaned(cell: str, column: Column) -> str:
    """Return the SQL of a cell as plain text: narrow letters, no space where a number stands."""
    plain = f"trim(translate(replace({cell}, {literal(NUMERIC)}, ''), '{_WIDE}', '{_NARROW}'))"
    match column.form:
        case "person" | "account" | "hundredths" | "county":
            bare = f"upper(regexp_replace({plain}, '{_BLANK}', '', 'g'))"
            # nearly all are clean: the engine does the rest for those only that are not
            return f"CASE WHEN regexp_full_match({cell}, '[0-9X]*') THEN {cell} ELSE {bare} END"
        case "day" | "month":
            return f"CASE WHEN regexp_full_match({cell}, '[-0-9]*') THEN {cell} ELSE {plain} END"
        case _:
            return plain


def one_name(cell: str) -> str:
    """Return the SQL of a name without what it is written with otherwise: middle dots, spaces, small letters."""
    return f"regexp_replace(upper({cell}), '[·•・‧∙⋅．.。\\s\\x{{3000}}]', '', 'g')"


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


def _birth(number: str) -> str:
    """Return the SQL of the birth day in a number of 17 digits; NULL where no calendar has it."""
    return f"try_strptime({_digits(f'({number} // 1000) % 100000000', 8)}, '%Y%m%d')"


def _digits(number: str, width: int) -> str:
    """Return the SQL of a number with zeros before it, as it stands in a text."""
    return f"lpad(CAST({number} AS VARCHAR), {width}, '0')"


def _person(text: str, number: str) -> str:
    """Return the SQL of whether a text is an identity number."""
    long = f"length({text}) = 18 AND {_check(number)} = right({text}, 1) AND starts_with({text}, {_digits(number, 17)})"
    short = f"length({text}) = 15 AND regexp_full_match({text}, '[0-9]*')"
    return f"{number} >= 0 AND ({long} OR {short}) AND {_birth(number)} IS NOT NULL"


def _person_reason(text: str, lost: str) -> str:
    number = f"number_{text.removeprefix('text_')}"
    return (
        f"CASE WHEN {lost} THEN 'lost_digits' "
        f"WHEN length({text}) NOT IN (15, 18) THEN 'length' "
        f"WHEN NOT regexp_full_match({text}, '[0-9]{{15}}|[0-9]{{17}}[0-9X]') THEN 'characters' "
        f"WHEN {_birth(number)} IS NULL THEN 'birth_date' ELSE 'check_digit' END"
    )


def _day(text: str, raw: str) -> str:
    """Return the SQL of a day; a number of a spreadsheet counts the days since the end of 1899."""
    iso = f"regexp_replace({text}, '{_DAY}', '\\1-\\2-\\3')"
    short = f"regexp_replace({text}, '{_SHORT_DAY}', '\\1-\\2-\\3')"
    serial = (
        f"starts_with({raw}, {literal(NUMERIC)}) AND regexp_full_match({text}, '[1-8][0-9]{{4}}')"
    )
    plain = f"length({text}) = 10 AND {text}[5] = '-' AND {text}[8] = '-'"
    return (
        f"CASE WHEN {plain} THEN TRY_CAST({text} AS DATE) WHEN regexp_matches({text}, '{_DAY}') "
        f"THEN TRY_CAST({iso} AS DATE) WHEN regexp_matches({text}, '{_SHORT_DAY}') "
        f"THEN TRY_CAST({short} AS DATE) WHEN {serial} "
        f"THEN DATE '1899-12-30' + CAST({text} AS INTEGER) END"
    )


def _month(text: str) -> str:
    parts = [f"regexp_extract({text}, '{_MONTH}', {n})" for n in (1, 2)]
    return (
        f"CASE WHEN regexp_matches({text}, '{_MONTH}') "
        f"AND NOT regexp_full_match({text}, '{HALF_A_MONTH}') "
        f"AND TRY_CAST({parts[1]} AS INTEGER) BETWEEN 1 AND 12 "
        f"THEN {parts[0]} || '-' || lpad({parts[1]}, 2, '0') END"
    )


def _hundredths(text: str, column: Column, factor: int) -> str:
    """Return the SQL of an amount in hundredths: of money exact, of areas rounded."""
    bare = f"regexp_replace({text}, '^[¥￥]|元$|㎡$|平方米$', '', 'g')"
    decimals = "[0-9]{1,2}0*" if column.name.endswith("_fen") else "[0-9]+"
    form = f"regexp_full_match({bare}, '{WRITTEN_WHOLE}([.]{decimals})?')"
    number = f"TRY_CAST(replace({bare}, ',', '') AS DECIMAL(18, 2))"
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

    HMAC-SHA-256 by its definition, of the engine's SHA-256; a test holds it against `commitment`. An account
    has its plain form already.
    """
    label, letter = (PERSON_LABEL, "p") if form == "person" else (ACCOUNT_LABEL, "a")
    key = pepper.ljust(_BLOCK, b"\0")
    outer, inner = (bytes(byte ^ mask for byte in key) for mask in (0x5C, 0x36))
    length = f"unhex(printf('%08x', octet_length(encode({value}))))"
    message = f"?::BLOB || {length} || encode({value})"
    keyed = f"sha256(?::BLOB || unhex(sha256({message})))"
    return f"'{letter}' || left({keyed}, 32)", [outer, inner + label]
