"""The languages of a study, and how much of each is there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel

from shelter_geo.errors import StudyError
from shelter_geo.publish.catalogue import (
    Catalogue,
    Entry,
    catalogue_faults,
    flat,
    packaged,
    texts_lacking,
)
from shelter_geo.publish.words import Languages, Words, everywhere
from shelter_geo.study import CATALOGUES, FALLBACK, Kind, LocalText, Study, in_english

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


def languages_of(study: Study, lang: str | None = None) -> Languages:
    """Return the languages of a study, with the catalogues that stand beside it.

    Parameters
    ----------
    study
        Its catalogues add to those of the package, and go before them.
    lang
        The language that pages open in and figures are drawn in; the study's first if not given.

    Raises
    ------
    StudyError
        If a catalogue beside the study has faults; all of them are named.
    OutputError
        If the study does not offer `lang`.
    """
    faults = [
        f"{CATALOGUES}/{code}.toml: {fault}"
        for code, sections in study.catalogues.items()
        for fault in catalogue_faults(code, sections)
    ]
    if faults:
        raise StudyError("\n".join(faults))
    words = tuple(_words(study, code) for code in study.settings.study.languages)
    return Languages(words, lang or "")


def english_of(study: Study) -> Words:
    """Give English in the words of a study, for tables; it need not offer English to readers."""
    return _words(study, FALLBACK)


def _words(study: Study, code: str) -> Words:
    entries = {**packaged(code), **flat(study.catalogues.get(code, {}))}
    # A language without any catalogue still has its numbers, its days and its own name.
    said = in_words_of(study.kind, code, entries, packaged(FALLBACK))
    words = Words(code, said or {"language.review": ""})
    area = study.settings.study.area_name
    return words if area is None else replace(words, area_name=everywhere(area).of(words))


def lines_on_gaps(study: Study, plans: Iterable[BaseModel] = ()) -> list[str]:
    """Say of each language how many texts are in English because nobody has translated them.

    Parameters
    ----------
    study
        Its catalogues and its own texts are counted.
    plans
        Plans of the study, whose texts are counted too.

    Returns
    -------
    list of str
        One line for each language that lacks any.
    """
    given = list(_tables_of_words([study.settings, *plans]))
    lines = []
    for words in languages_of(study):
        if words.lang == FALLBACK:
            continue
        missing, total = texts_lacking(words.entries)
        if missing:
            lines.append(f"{words.lang}: {missing} of {total} texts of the pages are in English.")
        missing = sum(words.lang not in table for table in given)
        if missing:
            lines.append(
                f"{words.lang}: {missing} of {len(given)} texts of the study and its plans that "
                "are given by language are in another one."
            )
    return lines


def _tables_of_words(value: Any) -> Iterator[Mapping[str, str]]:
    """Find every text that is given by language."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _tables_of_words(getattr(value, name))
    elif isinstance(value, Mapping):
        if all(isinstance(part, str) for part in value.values()):
            yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _tables_of_words(part)
