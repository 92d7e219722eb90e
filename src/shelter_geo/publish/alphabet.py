"""Letters in the order of an alphabet."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

_FOLDED: Final = str.maketrans({"ə": "e", "ı": "i"})


@cache
def alphabet(small: str, large: str) -> Mapping[str, int]:
    """Return the rank of each letter, small and large ones alike."""
    return {letter: rank for row in (small, large) for rank, letter in enumerate(row)}


def place(letter: str, letters: Mapping[str, int]) -> tuple[int, int]:
    """Return where a letter stands: marks first, then the alphabet, then all other letters.

    Parameters
    ----------
    letter
        One character in normal form C.
    letters
        From `alphabet`; without any, letters stand in the order of Unicode.
    """
    rank = letters.get(letter)
    if rank is None:
        plain = unicodedata.normalize("NFKD", letter)[0]
        rank = letters.get(plain)
        if not letters and letter.isalpha():
            rank = ord(plain.lower()[0])
    if rank is not None:
        return (1, rank)
    return (2 if letter.isalpha() else 0, ord(letter))


def fold(text: str) -> str:
    """Reduce a name to the plain small letters that a search compares."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_FOLDED)
