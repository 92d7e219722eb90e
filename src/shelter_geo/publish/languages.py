"""The languages of a study, and how much of each is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from shelter_geo.errors import StudyError
from shelter_geo.publish.catalogue import catalogue_faults, flat, packaged, texts_lacking
from shelter_geo.publish.kind_words import in_words_of
from shelter_geo.publish.words import Languages, Words, everywhere
from shelter_geo.study import CATALOGUES, FALLBACK, Study


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
