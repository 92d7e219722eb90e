"""What all settings share: frozen, strict, in every language, with their evidence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import PureWindowsPath
from typing import Annotated, Any, Final

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from shelter_geo.study.guard import (
    AWAY,
    REMEDY,
    file_gives_a_place_away,
    gives_a_place_away,
    key_gives_a_place_away,
    texts_of,
)
from shelter_geo.vocabulary import Evidence, Impedance

FALLBACK: Final = "en"
"""The language in which everything can be said, and that stands in where words are missing."""
LANGUAGE_CODE: Final = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"
"""Codes of languages as BCP 47 has them."""

FORMER: Final = {"economic_region": "region"}
"""Columns and keys by the names that files of earlier versions give them."""
FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2100
"""No study is of a day before or after; no clock is asked."""
LARGEST: Final = 10**12
"""More than any sum of money, people or kilometres that a study or a plan may give."""

EvidenceKey = Annotated[Evidence, Field(strict=False)]
"""How something is known, as a file gives it: by the key."""
ImpedanceKey = Annotated[Impedance, Field(strict=False)]
"""What the way to the nearest shelter makes smallest, as a file gives it."""
LocalText = str | dict[str, str]
"""One text for all readers, or one for each language by its code."""
LanguageCode = Annotated[str, Field(pattern=f"^{LANGUAGE_CODE}$")]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
KindKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""Key of a kind of facility: it stands in tables and names folders."""


def _printable(path: str) -> str:
    if not path.isprintable():
        raise ValueError("holds a character that no file name should hold")
    return path


AnyPath = Annotated[str, AfterValidator(_printable)]


def _of_our_time(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"must be a day from {FIRST_YEAR} to {LAST_YEAR}")
    return day


Day = Annotated[dt.date, AfterValidator(_of_our_time)]


def _inside(path: str) -> str:
    if PureWindowsPath(path).anchor:
        raise ValueError(
            "must be relative to the study file, so that no folder of this computer is named in "
            "the outputs"
        )
    if any(map(file_gives_a_place_away, PureWindowsPath(path).parts)):
        raise ValueError(f"{AWAY}. Name the file after what it holds")
    return path


RelativePath = Annotated[AnyPath, AfterValidator(_inside)]


def in_english(text: LocalText) -> str:
    """Return the English words of a text, else the first that it has."""
    return text if isinstance(text, str) else text.get(FALLBACK) or next(iter(text.values()))


def _worded(value: Any) -> LocalText:
    texts = value if isinstance(value, dict) else {FALLBACK: value}
    empty = [code for code, said in texts.items() if not isinstance(said, str) or not said.strip()]
    if empty or not texts:
        own = empty if texts is value else []
        where = f": there is none in {', '.join(map(str, own))}" if own else ""
        raise ValueError(f"must be text that is not empty{where}")
    if strange := [code for code in texts if not re.fullmatch(LANGUAGE_CODE, str(code))]:
        raise ValueError(
            f"has words in {', '.join(map(str, strange))}, which is no code of a language: give "
            f'one text for all readers, or words by codes such as "{FALLBACK}"'
        )
    return value if isinstance(value, dict) else str(value)


def _harmless(text: str) -> str:
    if any(gives_a_place_away(line, None) for line in text.split("\n")):
        raise ValueError(f"{AWAY}. {REMEDY.rstrip('.')}")
    return text


Said = Annotated[str, AfterValidator(_harmless)]
"""Words that stand beside results, such as a source."""
Words = Annotated[LocalText, PlainValidator(_worded)]
"""Words of roads and of licences, which name files and numbers of roads."""


def _harmless_words(value: Any) -> LocalText:
    words = _worded(value)
    _harmless("\n".join([words] if isinstance(words, str) else words.values()))
    return words


Worded = Annotated[LocalText, PlainValidator(_harmless_words)]


def _harmless_key(key: str) -> str:
    if key_gives_a_place_away(key):
        raise ValueError(f"{AWAY}. Name it after its purpose")
    return key


SafeKey = Annotated[Key, AfterValidator(_harmless_key)]
"""Key of a study or a plan, which names folders and files."""


def _tuples(value: Any) -> Any:
    """Turn lists into tuples, which strict frozen settings ask for."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    return value


class Settings(BaseModel):
    """Settings that are frozen and take nothing that they do not know."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, str_min_length=1,
        hide_input_in_errors=True,
    )  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _frozen(cls, given: Any) -> Any:
        """Take lists where tuples are kept, as files and callers give them."""
        return _tuples(given)


class OfKind(Settings):
    """What speaks of one kind of facility, where it names one."""

    kind: KindKey | None = None

    @model_serializer(mode="wrap")
    def _silent_of_none(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave the kind out where none is named."""
        written: dict[str, Any] = write(self)
        return {name: value for name, value in written.items() if (name, value) != ("kind", None)}


def refuse_addresses(changes: Any) -> None:
    """Raise ValueError if what is said of changed roads may give a place away."""
    for where, text in texts_of(changes):
        if where[-1] in {"source", "since"}:
            _harmless(text)


def refuse_twice(name: str, entries: Sequence[Any]) -> None:
    """Raise ValueError if two entries of a list have the same id."""
    ids = [entry.id for entry in entries]
    if twice := sorted({key for key in ids if ids.count(key) > 1}):
        raise ValueError(f"{name} have the same id twice: {', '.join(twice)}")


STEMS: Final = ("name", "region", "places_basis", "also_for")
"""Texts of places that may have a column for each language."""
NAME: Final = f"name_{FALLBACK}"
"""The column that tables, lines and keys take names from."""


def in_own_languages(table: pd.DataFrame, languages: Sequence[str]) -> pd.DataFrame:
    """Leave out columns in languages that a study does not speak; names in English stay.

    Parameters
    ----------
    table
        A checked table of the study.
    languages
        Those of the study. Without English names the first of them gives the column `name_en`.
    """
    if NAME not in table:
        table = table.assign(**{NAME: table[f"name_{languages[0]}"]})
    elif (first := f"name_{languages[0]}") in table:
        table = table.assign(**{NAME: table[NAME].fillna(table[first])})
    foreign = [
        f"{stem}_{code}"
        for stem in STEMS
        for code in languages_in(stem, table)
        if code not in (*languages, FALLBACK)
    ]
    return table.drop(columns=foreign)


def languages_in(stem: str, *tables: pd.DataFrame) -> list[str]:
    """List the languages in which tables say something, English first where it is there.

    Parameters
    ----------
    stem
        Name of the columns without their language.
    tables
        Tables that may have such columns; one without any word does not count.
    """
    pattern = re.compile(f"{stem}_({LANGUAGE_CODE})")
    codes = [
        match[1]
        for table in tables
        for column in table.columns
        if (match := pattern.fullmatch(str(column))) and table[column].notna().any()
    ]
    return sorted(set(codes), key=lambda code: (code != FALLBACK, codes.index(code)))


class Range(Settings):
    """A number that is known within limits, and where it comes from."""

    low: float = Field(ge=0, le=LARGEST)
    central: float
    high: float = Field(le=1e9)
    source: Said
    evidence: EvidenceKey

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if not self.low <= self.central <= self.high:
            raise ValueError("low, central and high must not fall")
        return self


class Share(Range):
    """A share, from 0 to 1."""

    high: float = Field(le=1)


class Multiple(Range):
    """Cases there are for each one counted, 1 or more."""

    low: float = Field(ge=1, le=LARGEST)
