"""Places described in words: beside a landmark, a floor or a house by its number in words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from shelter_geo.study.plain_text import plain_text

_UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
"""A sign of Thai, Lao, Burmese, Khmer, Japanese, Chinese or Korean."""
_UNSPACED_LANGUAGES: Final = frozenset({"ja", "ko", "km", "lo", "my", "th", "zh"})
_SIGNS: Final = re.compile(r"[〇零一二三四五六七八九十]{6,}")
"""A number of a telephone in words, in Chinese or Japanese."""
_MIXED: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")
_LONGEST_WORD: Final = 25
_LANDMARK_AFTER: Final = 4
_LANDMARK_BEFORE: Final = 2
_TO_TEN: Final = 11
"""Numbers of a language that come first in its list: zero to ten."""
_LONGEST_LITTLE: Final = 2
_MOST_DIGITS: Final = 5
"""Digits in words that stand in a row: so many are a telephone or a coordinate."""

_DIGITS_OF_A_FRACTION: Final = 2
_DEGREES: Final = ("degree", "градус", "derece", "grados", "gradi", "degré", "degre", "graus")
_POINTS: Final = frozenset(
    {"point", "comma", "komma", "nöqtə", "vergül", "nokta", "virgül", "точка", "запятая"}
    | {"punto", "punkt", "virgule", "ponto"}
)

Phrases = Mapping[str, tuple[tuple[str, ...], ...]]
"""Words in a row, by the first of them."""


@dataclass(frozen=True)
class Words:
    """What describes a place in one language, or in all of them."""

    before: Phrases
    after: Phrases
    landmarks: Phrases
    starts: tuple[str, ...]
    prefixes: tuple[str, ...]
    houses: frozenset[str]
    inside: frozenset[str]
    numbers: frozenset[str]
    ordinals: frozenset[str]

    def is_landmark(self, words: Sequence[str], i: int) -> bool:
        """Whether a landmark stands at a place."""
        word = words[i]
        bare = [word, *(word.removeprefix(own) for own in self.prefixes if word.startswith(own))]
        return bool(phrase_at(self.landmarks, words, i)) or any(
            () in self.landmarks.get(one, ()) or one.startswith(self.starts) for one in bare
        )


def describes_a_place(words: Sequence[str], text: str) -> bool:
    """Tell whether a text says in words where a house is.

    Parameters
    ----------
    words
        Words, numbers and signs of the text, in small letters, as `address_lines` cuts them.
    text
        The text in the form of `plain_text`.
    """
    if _UNSPACED.search(text) and (_SIGNS.search(text) or _unspaced().search(text)):
        return True
    whole, by_language = _described()
    if not any(word in whole for word in words):
        return _mixes_scripts(words)
    return any(_says(language, words) for language in by_language) or _mixes_scripts(words)


def spells_digits(words: Sequence[str]) -> bool:
    """Tell whether numbers stand in words in a row, as in a telephone or a coordinate."""
    run = pointed = 0
    for word in words:
        if word in _every_number():
            run += 1
            pointed += pointed > 0
        elif word in _POINTS and run:
            pointed = 1
        elif word.startswith(_DEGREES) and run:
            pointed += _DIGITS_OF_A_FRACTION
        elif word not in {"-", ","}:
            run = pointed = 0
        if run >= _MOST_DIGITS or pointed > _DIGITS_OF_A_FRACTION:
            return True
    return False


def dotted_words(words: Sequence[str], kinds: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether a host is written in words, such as `example dot org`.

    Parameters
    ----------
    words
        In small letters.
    kinds
        With `domain`, the last parts of hosts, and `spoken`, those that are no plain words.
    """
    for before, dot, end in zip(words, words[1:], words[2:], strict=False):
        known = end in kinds["spoken"] or (dot == "dot" and end in kinds["domain"])
        if known and dot in dots() and before.isalnum():
            return True
    return False


def _says(language: Words, words: Sequence[str]) -> bool:
    for i, word in enumerate(words):
        if long := phrase_at(language.before, words, i):
            ahead = range(i + long, min(i + long + _LANDMARK_AFTER, len(words)))
            if any(language.is_landmark(words, j) for j in ahead):
                return True
        if phrase_at(language.after, words, i):
            behind = range(max(i - _LANDMARK_BEFORE - 1, 0), i)
            if any(language.is_landmark(words, j) for j in behind):
                return True
        if word in language.inside and language.ordinals.intersection(words[max(i - 1, 0) : i + 2]):
            return True
        if word in language.houses and _is_numbered(language, words, i):
            return True
    return False


def _is_numbered(language: Words, words: Sequence[str], i: int) -> bool:
    """Whether a number in words follows a house, and counts nothing."""
    first = i + 1
    while first < len(words) and words[first] in _LOOSE | {"."}:
        first += 1
    after = first
    while after < len(words) and words[after] in language.numbers:
        after += 1
    counts = after < len(words) and words[after][0].isalpha() and len(words[after]) > 2
    return after > first and not counts


def phrase_at(phrases: Phrases, words: Sequence[str], i: int) -> int:
    """How many words a phrase has that stands at a place; 0 if none does."""
    fits = (
        len(rest) + 1
        for rest in phrases.get(words[i], ())
        if tuple(words[i + 1 : i + 1 + len(rest)]) == rest
    )
    return max(fits, default=0)


def _mixes_scripts(words: Iterable[str]) -> bool:
    """Whether the letters of one word are of two scripts that look alike."""
    for word in words:
        if word.isascii() or not word.isalpha() or len(word) > _LONGEST_WORD:
            continue
        scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
        if len(scripts.intersection(_MIXED)) > 1:
            return True
    return False


# ------------------------------------------------------------------------------ the words


@cache
def _tables() -> tuple[Mapping[str, Mapping[str, list[str]]], ...]:
    """Read what comes with the package: places, numbers and houses, by language."""
    files = ("address_places.toml", "number_words.toml", "address_words.toml")
    folder = resources.files("shelter_geo.study")
    return tuple(tomllib.loads((folder / file).read_text("utf-8")) for file in files)


def _plain(entries: Iterable[str]) -> list[str]:
    return [plain_text(entry).casefold() for entry in entries]


def phrases_of(entries: Iterable[str]) -> Phrases:
    """Order phrases by their first word."""
    made: dict[str, list[tuple[str, ...]]] = {}
    for entry in entries:
        first, *rest = entry.split()
        made.setdefault(first, []).append(tuple(rest))
    return {first: tuple(rests) for first, rests in made.items()}


@cache
def _described() -> tuple[frozenset[str], tuple[Words, ...]]:
    """Give every word that may begin a description, and the words of each language."""
    places, numbers, houses = _tables()
    every = []
    for code, own in places.items():
        if code in _UNSPACED_LANGUAGES:
            continue
        marks = _plain(own["landmark"])
        spelled = numbers.get(code, {})
        # "Number one" and "no one" are no houses; nor is a single letter.
        living = set(_plain(houses.get(code, {}).get("house", ()))) - _LOOSE
        every.append(
            Words(
                phrases_of(_plain(own.get("before", ()))),
                phrases_of(_plain(own.get("after", ()))),
                phrases_of(mark for mark in marks if mark[-1] != "-"),
                tuple(mark[:-1] for mark in marks if mark[-1] == "-"),
                tuple(_plain(own.get("prefix", ()))),
                frozenset(word for word in living if len(word) > 1),
                frozenset(_plain(own.get("inside", ()))),
                frozenset(_plain(spelled.get("numbers", ()))),
                frozenset(_plain(spelled.get("ordinals", ()))),
            )
        )
    whole = frozenset(
        word
        for own in every
        for kind in (own.before, own.after, own.houses, own.inside)
        for word in kind
    )
    return whole, tuple(every)


_LOOSE: Final = frozenset(
    {"no", "number", "numara", "nr", "nomor", "numero", "unit", "building", "level", "plot", "lot"}
)


@cache
def _unspaced() -> re.Pattern[str]:
    """Find a landmark beside a word of nearness in scripts without spaces."""
    parts = []
    for code in sorted(_UNSPACED_LANGUAGES):
        own = {kind: "|".join(_plain(entries)) for kind, entries in _tables()[0][code].items()}
        mark = own["landmark"]
        parts += [f"(?:{own['before']}).{{0,6}}?(?:{mark})"] if "before" in own else []
        parts += [f"(?:{mark})\\W?.{{0,3}}?(?:{own['after']})"] if "after" in own else []
    return re.compile("|".join(parts))


@cache
def _every_number() -> frozenset[str]:
    return frozenset(
        word for own in _tables()[1].values() for word in _plain(own["numbers"]) if len(word) > 1
    )


@cache
def number_words() -> tuple[frozenset[str], frozenset[str]]:
    """Give the numbers in words of every language: those to ten, and the larger ones."""
    small: set[str] = set()
    large: set[str] = set()
    for own in _tables()[1].values():
        words = [word for word in _plain(own["numbers"]) if len(word) > _LONGEST_LITTLE]
        small.update(words[:_TO_TEN])
        large.update(words[_TO_TEN:])
    return frozenset(small), frozenset(large - small)


@cache
def dots() -> frozenset[str]:
    """Give the words for a full stop in an address of the net."""
    return frozenset(word for own in _tables()[0].values() for word in _plain(own.get("dot", ())))
