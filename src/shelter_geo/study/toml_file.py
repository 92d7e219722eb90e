"""TOML files read into checked settings, every fault named in words that can be acted on."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from shelter_geo.errors import StudyError, shown

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
        of them are named together.
    """
    document = _document(path)
    try:
        return model.model_validate(_tuples(document))
    except ValidationError as error:
        lines = [f"{path.name}: {_explain(fault, model)}" for fault in error.errors()]
        raise StudyError("\n".join(lines)) from None


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
