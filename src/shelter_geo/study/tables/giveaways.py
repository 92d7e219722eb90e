"""Text that could give the place of a shelter away: coordinates, links, streets."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DEGREES: Final = r"(?<![\d.,])\d{1,3}(?:\.\d{3,}|,\d{4,}|(?<=\d\d),\d{3})(?![.,]?\d)"
"""A number to 100 m or finer, but not one whose comma sets off thousands."""

_COORDINATES: Final = (
    rf"{_DEGREES}\D{{1,12}}{_DEGREES}",
    r"(?<![\d.,])\d{1,3}[.,]\d{5,}",
    r"\d\s*[°º]",
    r"\b[2-9CFGHJMPQRVWX]{4,8}\+[2-9CFGHJMPQRVWX]{2,3}\b",
)
"""Decimal degrees, degrees and minutes, and the short codes that maps give to a spot."""

_LINKS: Final = (r"https?:", r"\bwww\.", r"\bgeo:", r"///", r"\b[a-z0-9-]+\.[a-z]{2,12}/\w")
"""A link may lead to a map, or to a page that names the street."""

_STREETS: Final = (
    r"\b(?:street|str\.|avenue|ave\.|boulevard|blvd)",
    r"\b(?:küçə|prospekt|şosse|mikrorayon)",
    r"\b(?:ул\.|улиц|просп|пр-т|переул|шоссе|бульвар|мкр)",
)
"""Words for streets in the languages of the pages; inflected forms begin alike."""

_GIVEAWAY: Final = re.compile("|".join((*_COORDINATES, *_LINKS, *_STREETS)), re.IGNORECASE)


def gives_a_place_away(text: str) -> bool:
    """Tell whether a text looks like a coordinate, a link or a street.

    This catches slips, not intent: a house described in words passes.

    Examples
    --------
    >>> gives_a_place_away("Shelter, 12 Mill Street"), gives_a_place_away("Shelter in Millbrook")
    (True, False)
    """
    return _GIVEAWAY.search(unicodedata.normalize("NFKC", text)) is not None
