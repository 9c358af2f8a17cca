"""Tells a text in UTF-8 with some broken bytes from one in GB18030, which reads nearly any bytes.

A program that cuts its fields at so many bytes leaves half a character: one such row, and all Chinese of the
file would be taken in as other characters.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from typing import Final

_HAN: Final = re.compile("[\u4e00-\u9fff]+")


def is_broken_utf8(chunks: Iterable[bytes]) -> bool:
    """Say of bytes that are no UTF-8 whether more of them are Chinese in UTF-8 than can't be read so."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    balance = 0
    for chunk in chunks:
        text = decoder.decode(chunk)
        balance += sum(map(len, _HAN.findall(text))) - text.count("\N{REPLACEMENT CHARACTER}")
    return balance > 0
