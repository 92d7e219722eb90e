"""The texts of a catalogue in the words of a kind of facility."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from shelter_geo.publish.catalogue import Catalogue, Entry
from shelter_geo.study import FALLBACK, Kind, LocalText, in_english

_FOLDER: Final = files("shelter_geo.publish") / "catalogues" / "kinds"
_ABOUT: Final = "language."
"""Entries that describe a language instead of saying something to readers."""
_ARTICLE: Final = re.compile(r"\b(\w+)\|(\w+) (?=(\w))")
_VOWELS: Final = "aeiou"


def in_words_of(kind: Kind, lang: str, entries: Catalogue, english: Catalogue) -> Catalogue:
    """Return a catalogue that speaks of one kind of facility.

    Parameters
    ----------
    kind
        Without words of its own it is called a shelter, and the catalogue stays as it is.
    lang
        Language of the catalogue. Where the package has no phrases on kinds for it, English texts
        take the place of those on shelters.
    entries
        Texts by `section.name`.
    english
        All texts in English.
    """
    if kind.singular is None or kind.plural is None:
        return entries
    changed = {
        # One form is enough for every number: other languages have forms of their own.
        key: entry if isinstance(entry, str) else entry["other"]
        for key, entry in _spoken(kind, FALLBACK, english).items()
        if entry != english[key]
    }
    own = _spoken(kind, lang, entries) if phrases_of(lang) else {}
    return {**entries, **changed, **own}


@cache
def phrases_of(lang: str) -> Mapping[str, Mapping[str, str]]:
    """Read what takes the place of phrases on shelters; empty if a language has no such file."""
    file = _FOLDER / f"{lang}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _spoken(kind: Kind, lang: str, entries: Catalogue) -> dict[str, Entry]:
    given = phrases_of(lang)
    phrases = {**given["phrases"], **(given["counted_whole"] if kind.counted_whole else {})}
    words = {"{kind}": _word(kind.singular, lang), "{kinds}": _word(kind.plural, lang)}
    changes: dict[str, str] = {}
    for phrase, new in phrases.items():
        for name, word in words.items():
            new = new.replace(name, word)
        new = _ARTICLE.sub(_article, new)
        changes |= {phrase: new, _capital(phrase): _capital(new)}
    longest = sorted(changes, key=lambda phrase: (-len(phrase), phrase))
    anywhere = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")

    def said(text: str) -> str:
        return anywhere.sub(lambda match: changes[match[0]], text)

    return {
        key: said(entry)
        if isinstance(entry, str)
        else {form: said(text) for form, text in entry.items()}
        for key, entry in entries.items()
        if not key.startswith(_ABOUT)
    }


def _word(text: LocalText | None, lang: str) -> str:
    """Return the study's word in a language, safe in a text with placeholders."""
    given: Any = text or ""
    word = given if isinstance(given, str) else given.get(lang) or in_english(given)
    return str(word).replace("{", "{{").replace("}", "}}")


def _article(match: re.Match[str]) -> str:
    return f"{match[2] if match[3].lower() in _VOWELS else match[1]} "


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
