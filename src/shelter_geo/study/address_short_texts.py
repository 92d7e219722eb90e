"""Short texts that are an address though no word of addresses stands in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from shelter_geo.study.address_descriptions import (
    Phrases,
    dots,
    number_words,
    phrase_at,
    phrases_of,
)
from shelter_geo.study.plain_text import plain_text

_MOST_WORDS: Final = 6
"""Words of a text that says nearness and little else."""
_MOST_TOKENS: Final = 8
_PAIR: Final = 2
_LONGEST_SIGN: Final = 3
_STATE_DIGITS: Final = 4
_YEARLY_STATE: Final = "nsw"
"""The one state whose postcodes look like years."""
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_ROMAN: Final = re.compile(r"(?=[IVXL]{2})(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ORDINAL: Final = re.compile(r"\d{1,3}(?:st|nd|rd|th)")
_CROSSING: Final = frozenset({"and", "&", "/", "at", "x", "+"})


def is_short_address(tokens: Sequence[str], low: Sequence[str], units: Collection[str]) -> bool:
    """Tell whether a short text says nearness, a number beside a name, or a box for letters.

    Parameters
    ----------
    tokens, low
        Words, numbers and signs as `address_lines` cuts them: as written and in small letters.
    units
        What is counted and written with a capital, in small letters.
    """
    if not 1 < len(tokens) <= _MOST_TOKENS:
        return False
    return (
        _is_near(tokens, low)
        or (_is_numbered_name(tokens, low) and not any(word in units for word in low))
        or _has_box(tokens, low)
        or _is_crossing(tokens, low)
        or _is_coloured(tokens, low)
    )


def _is_near(tokens: Sequence[str], low: Sequence[str]) -> bool:
    """Whether nearness begins or ends a text of a few words: behind the blue gate.

    Near a name says no more than which town or region is meant: near Newbury.
    """
    worded = [(token, word) for token, word in zip(tokens, low, strict=True) if word[0].isalnum()]
    words = [word for _, word in worded]
    if not 1 < len(words) <= _MOST_WORDS or not all(word[0].isalpha() for word in words):
        return False
    own = _lists()
    if not own.figurative.isdisjoint(words):
        return False
    names = [token[0].isupper() for token, _ in worded]
    if (first := phrase_at(own.vague, words, 0)) and all(names[first:]):
        return False
    if all(names[:-1]) and words[-1] in own.vaguely_after:
        return False
    if 0 < phrase_at(own.near, words, 0) < len(words):
        return True
    return any(phrase_at(own.near_after, words, i) == len(words) - i for i in range(1, len(words)))


def _is_numbered_name(tokens: Sequence[str], low: Sequence[str]) -> bool:
    """Whether a number in words or in Roman letters and a name are all there is: XII Mill."""
    if not all(token.isalpha() for token in tokens):
        return False
    small, large = number_words()
    first = tokens[0]
    paired = len(tokens) == _PAIR and tokens[1][0].isupper() and not tokens[1].isupper()
    if paired and (_ROMAN.fullmatch(first) or (low[0] in small and first[0].islower())):
        return True
    spelled = [word in large or word in small for word in low]
    count = sum(spelled)
    names = [token for token, number in zip(tokens, spelled, strict=True) if not number]
    if not 0 < len(names) <= _PAIR or not all(name[0].isupper() for name in names):
        return False
    plain = count > 1 or (count == 1 and any(word in large for word in low))
    return plain and (all(spelled[:count]) or all(spelled[-count:]))


def _has_box(tokens: Sequence[str], low: Sequence[str]) -> bool:
    """Whether a number follows a box for letters, or a state."""
    box, states = _lists().box, _lists().state
    for i, word in enumerate(low):
        if word not in box and word not in states:
            continue
        after = i + 1
        while after < len(low) and low[after] in {".", ":", "no", "#", "-"}:
            after += 1
        digits = low[after] if after < len(low) else ""
        if tokens[i] == word and len(word) <= _LONGEST_SIGN and tokens[i].isascii():
            continue
        if word in states and word != _YEARLY_STATE and _YEAR.fullmatch(digits):
            continue  # a law of that year
        if digits.isdigit() and (word in box or len(digits) == _STATE_DIGITS):
            return True
    return False


def _is_coloured(tokens: Sequence[str], low: Sequence[str]) -> bool:
    """Whether a house is told by its colour: the house with the red door."""
    whole, starts = _colours()
    pairs = ((i, i + 1) for i in range(len(low) - 1))
    things = _lists().coloured
    return any(
        tokens[a][0].islower()
        and (low[a] in whole or low[a].startswith(starts))
        and low[b] in things
        for pair in pairs
        for a, b in (pair, pair[::-1])
    )


def _is_crossing(tokens: Sequence[str], low: Sequence[str]) -> bool:
    """Whether a numbered street meets another: 3rd and Pine."""
    for before, sign, after in zip(tokens, low[1:], tokens[2:], strict=False):
        ordinals = [_ORDINAL.fullmatch(one) is not None for one in (before, after)]
        if sign in _CROSSING and any(ordinals):
            other = after if ordinals[0] else before
            if all(ordinals) or other[0].isupper():
                return True
    return False


@dataclass(frozen=True)
class _Lists:
    near: Phrases
    near_after: Phrases
    vague: Phrases
    vaguely_after: frozenset[str]
    figurative: frozenset[str]
    box: frozenset[str]
    state: frozenset[str]
    at: frozenset[str]
    colour: frozenset[str]
    coloured: frozenset[str]


@cache
def _lists() -> _Lists:
    source = resources.files("shelter_geo.study") / "address_short_texts.toml"
    own: dict[str, list[str]] = tomllib.loads(source.read_text("utf-8"))
    plain = {kind: [plain_text(word).casefold() for word in words] for kind, words in own.items()}
    near, after, vague = (phrases_of(plain.pop(kind)) for kind in ("near", "near_after", "vague"))
    return _Lists(near, after, vague, **{kind: frozenset(words) for kind, words in plain.items()})


@cache
def _colours() -> tuple[frozenset[str], tuple[str, ...]]:
    colours = _lists().colour
    stems = tuple(colour[:-1] for colour in colours if colour[-1] == "-")
    return colours.difference(f"{stem}-" for stem in stems), stems


def writes_out_mail(low: Sequence[str]) -> bool:
    """Tell whether an e-mail address stands in words: refuge at example dot de."""
    return any(
        word in _lists().at and not dots().isdisjoint(low[i + 2 : i + 5])
        for i, word in enumerate(low)
    )
