"""Sets documents as PDF/A with typst: a template of ours and data as JSON.

Text of a user is data and never markup. The same data and time with the same fonts gives the same
bytes. No package and no file is fetched from anywhere. Needs the extra ``pdf``.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from importlib import import_module, resources
from typing import Any, Final

import msgspec

from aidledger.said import shown_only
from aidledger.services.problems import ServiceError

CHINESE: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "FangSong",
    "SimSun",
    "Microsoft YaHei",
    "PingFang SC",
)
"""Families that have the Chinese characters, the first that is there is taken."""
_STANDARD: Final = "a-2u"
"""PDF/A-2, level U (ISO 19005-2): for archives, with text that can be searched and copied."""


class CannotTypesetError(ServiceError):
    """There is no typst, or no Chinese font: a document can't be set here."""


def typeset(template: str, data: object, *, at: str) -> bytes:
    """Return a document as PDF/A.

    Args:
        template: the name of one of ours, without its ending; it reads the data as `data`.
        data: what is to be set; anything that JSON can say.
        at: the time that the document bears, as entries have it (``recorded_at``).

    Raises:
        CannotTypesetError: the extra ``pdf`` isn't installed, or no Chinese font is found.
        ServiceError: the template doesn't fit the data.

    """
    typst, fonts, family = _typst()
    source = "".join(_template(name) for name in ("common", template))
    told = shown_only(msgspec.json.encode(data, order="sorted").decode())
    inputs = {"data": told, "font": family}
    try:
        made: bytes = typst.compile(
            source.encode(),
            font_paths=fonts,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=_STANDARD,
            timestamp=int(datetime.fromisoformat(at).timestamp()),
        )
    except typst.TypstError as error:
        raise ServiceError(f"{template}.typ: {str(error)[:300]}", exit_code=3) from None
    return made


def _template(name: str) -> str:
    place = resources.files("aidledger.services.typesetting").joinpath("templates", f"{name}.typ")
    return place.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _typst() -> tuple[Any, Any, str]:
    """Return the library, the fonts of this machine, and the family that Chinese is set in."""
    try:
        typst = import_module("typst")
    except ImportError:
        raise CannotTypesetError(
            "PDF: expected the package typst, found none",
            hint="pip install 'aidledger[pdf]'",
            exit_code=3,
        ) from None
    fonts = typst.Fonts()
    there = set(fonts.families())
    family = next((name for name in CHINESE if name in there), None)
    if family is None:
        raise CannotTypesetError(
            "PDF: expected a Chinese font, found none",
            hint="install one: apt-get install fonts-wqy-microhei",
            exit_code=3,
        )
    return typst, fonts, family
