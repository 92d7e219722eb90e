"""Catalogues of reader texts: those of the package, and those that stand beside a study."""

from __future__ import annotations

import difflib
import math
import re
import string
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from shelter_geo.study import AWAY, FALLBACK, gives_a_place_away

Entry: TypeAlias = str | Mapping[str, str]
"""One text, or its plural forms by the name that CLDR gives them."""
Catalogue: TypeAlias = Mapping[str, Entry]
"""Texts by `section.name`."""

_FOLDER: Final = files("shelter_geo.publish") / "catalogues"
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_ABOUT: Final = "language."
"""Entries that describe a language instead of saying something to readers."""

PACKAGED: Final = tuple(
    sorted(file.name.removesuffix(".toml") for file in _FOLDER.iterdir() if file.is_file())
)
"""Every language whose catalogue comes with the package, by code."""


@cache
def locale_of(lang: str) -> Locale:
    """Return the rules of a language for numbers, days and plurals; English ones if unknown."""
    try:
        return Locale.parse(lang, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)


def own_name_of(lang: str) -> str:
    """Return what a language calls itself, or its code where nobody knows."""
    locale = locale_of(lang)
    known = lang.partition("-")[0].lower() == locale.language
    return str(locale.get_display_name(locale)) if known else lang


def english_name_of(lang: str) -> str:
    """Return what a language is called in English, or its code where nobody knows."""
    known = own_name_of(lang) != lang
    return str(locale_of(lang).get_display_name(FALLBACK)) if known else lang


@cache
def packaged(lang: str) -> Catalogue:
    """Read the catalogue of one language that comes with the package; empty if there is none."""
    if lang not in PACKAGED:
        return {}
    return flat(tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8")))


def flat(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Key the entries of all sections by `section.name`."""
    return {
        f"{section}.{name}": entry
        for section, entries in sections.items()
        if isinstance(entries, Mapping)
        for name, entry in entries.items()
    }


def texts_lacking(own: Catalogue) -> tuple[int, int]:
    """Count the texts that a catalogue lacks, and all that there are."""
    wanted = [key for key in packaged(FALLBACK) if not key.startswith(_ABOUT)]
    return sum(key not in own for key in wanted), len(wanted)


def catalogue_faults(lang: str, sections: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with a catalogue that stands beside a study.

    Parameters
    ----------
    lang
        Its language, which says which plural forms there are.
    sections
        The content of the file.

    Returns
    -------
    list of str
        One line a fault: the key, what is wrong and what to do about it.
    """
    english = packaged(FALLBACK)
    faults = [
        f"{name} stands outside every section. Move it below a heading such as [access]."
        for name, entries in sections.items()
        if not isinstance(entries, Mapping)
    ]
    for key, entry in flat(sections).items():
        if key not in english:
            close = difflib.get_close_matches(key, english, n=1)
            remedy = f"Did you mean {close[0]}?" if close else "Take it out."
            faults.append(f"{key} is no text of the pages. {remedy}")
        else:
            faults += _entry_faults(lang, key, entry, english[key])
    return faults


def _entry_faults(lang: str, key: str, entry: Any, english: Entry) -> Iterator[str]:
    wanted = _placeholders(english if isinstance(english, str) else english["other"])
    if isinstance(english, str):
        yield from _text_faults(key, entry, wanted, english)
        return
    forms = {*locale_of(lang).plural_form.tags, "other"}
    if not isinstance(entry, Mapping):
        yield f"{key} has no plural forms. Give a table of {', '.join(sorted(forms))}."
        return
    if missing := sorted(forms - set(entry)):
        yield f"{key} lacks plural forms. Add {', '.join(missing)}."
    if strange := sorted(set(entry) - forms):
        remedy = f"Use {', '.join(sorted(forms))}."
        yield f"{key} has forms that the language has not: {', '.join(strange)}. {remedy}"
    for form in sorted(forms & set(entry)):
        yield from _text_faults(f"{key}.{form}", entry[form], wanted, "other", some=form != "other")


def _text_faults(
    key: str, text: Any, wanted: set[str], english: str, *, some: bool = False
) -> Iterator[str]:
    """Check one text; with `some`, it may leave placeholders out, as a form for one may."""
    listed = ", ".join(f"{{{name}}}" for name in sorted(wanted)) or "none"
    if not isinstance(text, str):
        yield f"{key} is no text. Write it in quotes."
        return
    if english and not text.strip():
        yield f"{key} is empty. Fill it in, or take it out."
        return
    try:
        given = _placeholders(text)
    except ValueError:
        yield f"{key} has a brace that stands alone. Use the placeholders {listed}."
        return
    if given - wanted or (wanted - given and not some):
        yield f"{key} has other placeholders than the English text. Use {listed}."
    said = _PLACEHOLDER.sub(" ", text)
    if key.startswith(_ABOUT) or any(packaged(lang).get(key) == text for lang in PACKAGED):
        return
    if any(gives_a_place_away(line, None) for line in said.split("\n")):
        yield f"{key}: {AWAY}. Say it without."


def _placeholders(text: str) -> set[str]:
    """Return the placeholders of a text, with all that stands in their braces."""
    return {
        name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        for _, name, form, conversion in string.Formatter().parse(text)
        if name is not None
    }


_PEOPLE_STEP: Final = 100
MINUTES_STEP: Final = 5


def digits_pattern(digits: int) -> str:
    """Give the pattern of numbers with so many decimals."""
    return "#,##0" + ("." + "0" * digits if digits else "")


def known_people(count: float) -> int:
    """Round a number of people to the hundred that is known of it."""
    return to_step(count, _PEOPLE_STEP)


def known_minutes(minutes: float) -> int:
    """Round a time to the five minutes that are known of it."""
    return to_step(minutes, MINUTES_STEP)


@cache
def decimal(value: float, digits: int, lang: str) -> str:
    """Write a number with so many decimals in a language."""
    return str(format_decimal(value, digits_pattern(digits), locale=locale_of(lang)))


def to_step(value: float, step: int) -> int:
    """Round to the nearest multiple of a step, halves up."""
    return step * math.floor(value / step + 0.5)


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
