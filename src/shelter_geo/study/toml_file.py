"""TOML files read into checked settings, every fault named with its line and in plain words."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from shelter_geo.errors import Fault, StudyError, shown
from shelter_geo.outside import MOST_SETTINGS_BYTES, REMEDY, toml_of, unreadable
from shelter_geo.study.guard import gives_a_place_away, key_gives_a_place_away, texts_of

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
    return settings_of(document, model, path.name, path.read_text(encoding="utf-8-sig"))


def settings_of(document: Mapping[str, Any], model: type[M], name: str, text: str = "") -> M:
    """Turn a document into settings.

    Parameters
    ----------
    document
        What a file says; lists may stand for tuples.
    model
        What it must say.
    name
        What the faults call it.
    text
        Of the file, in which lines are looked up.

    Raises
    ------
    StudyError
        As `read_toml`.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        every = error.errors()
        misspelt = {(*fault["loc"][:-1], _meant(fault, model)) for fault in every}
        said = [
            (_explain(fault, model), line_of(text, fault["loc"]))
            for fault in every
            if fault["type"] != "missing" or tuple(fault["loc"]) not in misspelt
        ]
        parts = [(*one.partition(". "), line) for one, line in said]
        faults = [
            Fault(name, message.rstrip("."), remedy or "Correct the value.", line=line)
            for message, _, remedy, line in parts
        ]
        named = (name if line is None else f"{name}, line {line}" for _, line in said)
        lines = (f"{place}: {one}" for place, (one, _) in zip(named, said, strict=True))
        raise StudyError("\n".join(lines), faults) from None
    except RecursionError:
        raise StudyError(f"{name}: is nested too deeply. Write plain keys and lists.") from None


def with_lines(faults: Sequence[Fault], path: Path) -> list[Fault]:
    """Say of faults of settings on which line of their file they stand.

    Parameters
    ----------
    faults
        Those of this file name a key, such as `capacity.norms.standard`, in `column`; the others
        stay as they are.
    path
        The study file.
    """
    if not any(fault.file == path.name and fault.column for fault in faults):
        return list(faults)
    text = path.read_text(encoding="utf-8-sig")
    return [
        replace(fault, line=_line_of_value(text, fault.column, fault.value))
        if fault.file == path.name and fault.column and fault.line is None
        else fault
        for fault in faults
    ]


def _line_of_value(text: str, key: str, value: str | None) -> int | None:
    """Return the line of a key, or the one below it that has the value where it has several."""
    start = line_of(text, key.split("."))
    if start is None or value is None:
        return start
    below = enumerate(text.splitlines()[start - 1 :], start=start)
    signs = (f'"{value}"', f"'{value}'")
    return next((n for n, line in below if any(sign in line for sign in signs)), start)


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
    if said := unreadable(path, MOST_SETTINGS_BYTES):
        raise StudyError(f"{path}: {said}. {REMEDY}")
    try:
        return toml_of(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        message = "there is no such file. Give the path of a TOML file."
    except IsADirectoryError:
        message = "this is a folder. Give the TOML file in it."
    except OSError as error:
        message = f"cannot be read: {error.strerror}. Check the path."
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8. Save the file as UTF-8."
    except RecursionError:
        message = "is nested too deeply. Write plain keys and lists."
    except ValueError as error:
        message = f"not valid TOML: {error}. Correct that place."
    raise StudyError(f"{path}: {message}")


def _explain(fault: Any, model: type[BaseModel]) -> str:
    unknown = fault["type"] == "extra_forbidden"
    where, known = _place(fault["loc"][:-1] if unknown else fault["loc"], model)
    if unknown:
        key, close = str(fault["loc"][-1]), _meant(fault, model)
        hint = f'Did you mean "{close}"?' if close else f"Known keys: {', '.join(known)}."
        key = key if shown(key) == repr(key) else shown(key)
        return f"unknown key {_joined(where, key)}. {hint}"
    where = where or "the file"
    if fault["type"] == "missing":
        return f"the key {where} is missing. Add it."
    message = _PLAINER.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    given = fault["input"]
    for _, text in texts_of(given):
        if text and shown(text) == "…":
            message = message.replace(text, "…")
    secret = isinstance(given, str) and (gives_a_place_away(given) or key_gives_a_place_away(given))
    hidden = secret or isinstance(given, (dict, tuple, BaseModel))
    value = "" if hidden else f" ({given if isinstance(given, dt.date) else shown(given)})"
    return f"{where}{value}: {message.replace('Input should be', 'must be')}."


def _meant(fault: Any, model: type[BaseModel]) -> str:
    """Return the known key that an unknown one is near to, or holds as a word; else nothing."""
    if fault["type"] != "extra_forbidden":
        return ""
    key, known = str(fault["loc"][-1]).lower(), _place(fault["loc"][:-1], model)[1]
    close = difflib.get_close_matches(key, known, n=1)
    return (close or [name for name in known if name in key.split("_")] or [""])[0]


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
