"""What all settings share: frozen, strict, in every language, read from TOML with every fault."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, Final, TypeVar, get_args

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)

from shelter_geo.errors import Fault, StudyError, shown
from shelter_geo.vocabulary import Evidence, Impedance

FALLBACK: Final = "en"
"""The language in which everything can be said, and that stands in where words are missing."""
LANGUAGE_CODE: Final = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"
"""Codes of languages as BCP 47 has them."""

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


def _inside(path: str) -> str:
    if PureWindowsPath(path).anchor:
        raise ValueError(
            "must be relative to the study file, so that no folder of this computer is named in "
            "the outputs"
        )
    return path


RelativePath = Annotated[AnyPath, AfterValidator(_inside)]


def in_english(text: LocalText) -> str:
    """Return the English words of a text, else the first that it has."""
    return text if isinstance(text, str) else text.get(FALLBACK) or next(iter(text.values()))


def _worded(value: Any) -> LocalText:
    texts = value if isinstance(value, dict) else {FALLBACK: value}
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise ValueError("must be text that is not empty")
    if strange := [code for code in texts if not re.fullmatch(LANGUAGE_CODE, str(code))]:
        raise ValueError(
            f"has words in {', '.join(map(str, strange))}, which is no code of a language: give "
            f'one text for all readers, or words by codes such as "{FALLBACK}"'
        )
    return value if isinstance(value, dict) else str(value)


Worded = Annotated[LocalText, PlainValidator(_worded)]


class Settings(BaseModel):
    """Settings that are frozen and take nothing that they do not know."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, str_min_length=1
    )


class OfKind(Settings):
    """What speaks of one kind of facility, where it names one."""

    kind: KindKey | None = None

    @model_serializer(mode="wrap")
    def _silent_of_none(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave the kind out where none is named."""
        written: dict[str, Any] = write(self)
        return {name: value for name, value in written.items() if (name, value) != ("kind", None)}


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


M = TypeVar("M", bound=BaseModel)

_PLAINER: Final = {
    "date_type": "must be a day without quotes and without a time, such as 2026-01-01",
    "string_pattern_mismatch": "must be of small letters, digits, dots, hyphens and underscores",
    "string_too_short": "must not be empty",
}
"""Messages in our words, by the kind of fault that pydantic names."""


def read_toml(path: Path, model: type[M]) -> M:
    """Read a TOML file into settings.

    Parameters
    ----------
    path
        A TOML file in UTF-8, with or without a byte order mark.
    model
        What it must say.

    Raises
    ------
    StudyError
        If the file is missing, is not TOML or holds unknown, missing or impossible values; all
        of them are named together, and its faults say on which lines they stand.
    """
    document = _document(path)
    try:
        return model.model_validate(_tuples(document))
    except ValidationError as error:
        text = path.read_text(encoding="utf-8-sig")
        said = [(_explain(fault, model), line_of(text, fault["loc"])) for fault in error.errors()]
        parts = [(*one.partition(". "), line) for one, line in said]
        faults = [
            Fault(path.name, message.rstrip("."), remedy or "Correct the value.", line=line)
            for message, _, remedy, line in parts
        ]
        raise StudyError("\n".join(f"{path.name}: {one}" for one, _ in said), faults) from None


_HEADER: Final = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?")
_KEY: Final = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w-]+)*)\s*=(.*)""")


def line_of(text: str, location: Sequence[int | str]) -> int | None:
    r"""Return the line of a TOML text on which a value stands, or the table that it would be in.

    Parameters
    ----------
    text
        Of the whole file.
    location
        Keys from the outermost one, and entries of lists counted from 0, such as
        ``("open", 1, "places")``. Further words between them are passed over.

    Returns
    -------
    int or None
        Counted from 1; None where nothing of it stands in the text.

    Examples
    --------
    >>> line_of("[[open]]\nplaces = 3\n[[open]]\nplaces = 0", ("open", 1, "places"))
    4
    """
    table: tuple[int | str, ...] = ()
    counts: dict[tuple[int | str, ...], int] = {}
    best, most, quoted = None, 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quoted:
            quoted = "" if quoted in line else quoted
            continue
        if header := _HEADER.fullmatch(line):
            path: tuple[int | str, ...] = ()
            parts = _parts(header[2])
            for depth, part in enumerate(parts, start=1):
                path = (*path, part)
                if header[1] == "[[" and depth == len(parts):
                    counts[path] = counts.get(path, -1) + 1
                if path in counts:
                    path = (*path, counts[path])
            table = whole = path
        elif key := _KEY.match(line):
            whole = (*table, *_parts(key[1]))
            quoted = next((sign for sign in ('"""', "'''") if key[2].count(sign) == 1), "")
        else:
            continue
        if most < len(whole) and _leads_to(whole, location):
            best, most = number, len(whole)
    return best


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _leads_to(path: Sequence[int | str], location: Sequence[int | str]) -> bool:
    rest = iter(location)
    return all(part in rest for part in path)


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        message = "there is no such file. Give the path of a TOML file."
    except IsADirectoryError:
        message = "this is a folder. Give the TOML file in it."
    except OSError as error:
        message = f"cannot be read: {error.strerror}. Check the path."
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8. Save the file as UTF-8."
    except (ValueError, RecursionError) as error:
        message = f"not valid TOML: {error}. Correct that place."
    raise StudyError(f"{path}: {message}")


def _tuples(value: Any) -> Any:
    """Turn lists into tuples, which strict frozen settings ask for."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    return value


def _explain(fault: Any, model: type[BaseModel]) -> str:
    unknown = fault["type"] == "extra_forbidden"
    where, known = _place(fault["loc"][:-1] if unknown else fault["loc"], model)
    if unknown:
        key = str(fault["loc"][-1])
        close = difflib.get_close_matches(key.lower(), known, n=1)
        hint = f'Did you mean "{close[0]}"?' if close else f"Known keys: {', '.join(known)}."
        return f"unknown key {_joined(where, key)}. {hint}"
    where = where or "the file"
    if fault["type"] == "missing":
        return f"the key {where} is missing. Add it."
    message = _PLAINER.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    given = fault["input"]
    value = "" if isinstance(given, (dict, tuple, BaseModel)) else f" ({shown(given)})"
    return f"{where}{value}: {message.replace('Input should be', 'must be')}."


def _place(location: tuple[int | str, ...], model: type[BaseModel]) -> tuple[str, list[str]]:
    """Return where a fault is, entries of lists counted from 1, and the keys known there."""
    where, models = "", [model]
    for part in location:
        if isinstance(part, int):
            where += f", entry {part + 1}"
            continue
        owners = [owner for owner in models if part in owner.model_fields]
        if owners:
            where = _joined(where, part)
            models = [m for o in owners for m in _models(o.model_fields[part].annotation)]
        else:  # pydantic names the branch of a union by its tag
            models = [m for m in models if _is_tagged(m, part)] or models
    return where, sorted({name for owner in models for name in owner.model_fields})


def _joined(where: str, key: str) -> str:
    if not where:
        return key
    return f"{where}, {key}" if re.search(r", entry \d+$", where) else f"{where}.{key}"


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models(inner)]


def _is_tagged(model: type[BaseModel], tag: str) -> bool:
    return any(tag in get_args(field.annotation) for field in model.model_fields.values())
