"""What a decoder asks of a value, in the words of whoever writes the file, and never with the value."""

from __future__ import annotations

import re
from typing import Final

_KINDS: Final = {
    "array": "a list",
    "bool": "true or false",
    "date": "a day without quotes",
    "datetime": "a time without quotes",
    "float": "a decimal number",
    "int": "a whole number",
    "null": "nothing",
    "object": "a table",
    "str": "text in quotes",
    "time": "a time without quotes",
}
_FORMS: Final = {
    "[0-9]{4}-[0-9]{2}-[0-9]{2}": "a day as YYYY-MM-DD",
    "[0-9]{4}-(0[1-9]|1[0-2])": "a month as YYYY-MM",
    "[0-9]{6}": "a code of six digits",
    "[0-9a-f]{64}": "a hash of 64 hexadecimal digits",
    "[a-z0-9][a-z0-9-]{1,63}": "a name of small letters, digits and hyphens",
    "[a-z][a-z0-9-]{1,40}": "a name of small letters, digits and hyphens",
    "[a-z][a-z0-9-]{1,63}": "a name of small letters, digits and hyphens",
    "[a-z][a-z0-9_]{0,63}": "a name of small letters, digits and underscores",
    "[a-z][a-z0-9_]{1,40}": "a name of small letters, digits and underscores",
    "[A-Z][A-Za-z0-9]{1,63}": "the name of an event such as VisitMade",
    "(S[0-4]-[0-9]{3}|F[0-9]{3}|C[0-9]{1,2})": "a fact's id such as S1-001, F001 or C1",
    "[pa][0-9a-f]{32}": "a token: p or a, and 32 hexadecimal digits",
    "([0-9a-f]{64}|[0-9a-f]{2624})": "a public key in hexadecimal digits",
    "[A-Za-z0-9+/]{1,4000}={0,2}": "base64",
    "[A-Za-z0-9+/]{1,4000}[A-Za-z0-9+/]*={0,2}": "base64",
    "[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}": "a code of letters, digits and . _ : / -",
    "[a-z][a-z_]*(:[0-9a-f]{64}#[0-9]+)?": "a source such as bank, or bank_file:HASH#LINE",
    r"(act|case|member)\.[a-z][a-z0-9_]{0,63}": "a fact such as case.area",
}
"""The patterns that fields have, without their ends; one that is not here is shown as it is."""
_OTHER: Final = re.compile(r"Expected `(?P<kinds>[^`]*)`, got `(?P<got>[^`]*)`")
_PATTERN: Final = re.compile(r"Expected `str` matching regex '(?P<form>.*)'", re.DOTALL)
_BOUND: Final = re.compile(r"Expected `\w+` (?P<way>>=|<=|>|<) (?P<bound>-?\d+)")
_LENGTH: Final = re.compile(
    r"Expected `(?P<kind>\w+)` of length (?P<way>>=|<=)? ?(?P<count>\d+)(?:, got \d+)?"
)
_WAYS: Final = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


def shape_words(message: str) -> tuple[str, str]:
    """Return what was expected and what was found, of what msgspec says of a value.

    Args:
        message: a ``ValidationError`` without its path, such as ``Expected `int`, got `str```.

    """
    if said := _OTHER.fullmatch(message):
        kinds = (_KINDS.get(kind, kind) for kind in said["kinds"].split(" | "))
        return " or ".join(kinds), _KINDS.get(said["got"], said["got"])
    if said := _PATTERN.fullmatch(message):
        form = re.sub(r"^\^|\$$|\\Z$", "", said["form"].replace("\\\\", "\\"))
        return _FORMS.get(form, f"the form {form}"), "a text of another form"
    if said := _BOUND.fullmatch(message):
        return f"a number of {_WAYS[said['way']]} {said['bound']}", "another number"
    if said := _LENGTH.fullmatch(message):
        of = "characters" if said["kind"] == "str" else "items"
        way = f"{_WAYS[said['way']]} " if said["way"] else ""
        return f"{way}{said['count']} {of}", "another count"
    return "a value of this field", "another"
