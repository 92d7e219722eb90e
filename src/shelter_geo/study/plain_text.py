"""A text as the guard reads it: plain digits, no accents, no signs that do not show."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NUMERO: Final = re.compile(r"№|\b[Nn][º°ᵒ]\.?")
_SAME: Final = str.maketrans("əƏıłŁøØđĐ٫٬،؛\u00a0\u202f", "eEilLoOdD.,,;  ")
"""Letters without a plain form in Unicode, and signs that stand for plain ones."""


def plain_text(text: str) -> str:
    """Write a text with plain digits, and without accents and signs that do not show."""
    if text.isascii():
        return text
    parts = []
    # Ordinal and numero signs have a plain form of their own.
    text = _NUMERO.sub(" no ", text).replace("º", "°")
    for sign in unicodedata.normalize("NFKD", text):
        kind = unicodedata.category(sign)
        if kind == "Nd":  # digits of any script
            parts.append(str(unicodedata.decimal(sign)))
        elif kind[0] != "M" and kind != "Cf":
            parts.append(sign)
    return unicodedata.normalize("NFC", "".join(parts)).translate(_SAME)
