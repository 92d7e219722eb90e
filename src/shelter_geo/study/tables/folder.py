"""The files of one study, read one after another while their faults and hashes are gathered."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import pandas as pd

from shelter_geo.errors import Fault
from shelter_geo.study.tables.checking import check_table
from shelter_geo.study.tables.reading import decoded
from shelter_geo.study.tables.schemas import PRIVATE_POINTS

if TYPE_CHECKING:
    import pandera.pandas as pa
import json


def read_package(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Read a data package as far as the outputs carry it on.

    Parameters
    ----------
    path
        A `datapackage.json`.

    Returns
    -------
    package
        None if there is any fault.
    faults
        All faults.
    """
    text, faults = decoded(path)
    if text is None:
        return None, faults
    try:
        package = json.loads(text)
    except (ValueError, RecursionError) as error:
        remedy = "Make it anew, or take the key package out of the study file."
        return None, [Fault(path.name, f"is not valid JSON: {error}", remedy)]
    if not isinstance(package, dict):
        return None, [Fault(path.name, "is no data package", "Give an object.")]
    for name in ("sources", "licenses"):
        entries = package.get(name, [])
        if not isinstance(entries, list) or not all(_has_title(entry) for entry in entries):
            remedy = "Give a list of objects, each with a title."
            faults.append(Fault(path.name, f"{name} cannot be read", remedy, column=name))
    return (None, faults) if faults else (package, [])


def _has_title(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("title"), str)


T = TypeVar("T")
Read: TypeAlias = Callable[[Path], tuple[T | None, list[Fault]]]


class StudyFolder:
    """Reads the files that a study names.

    Attributes
    ----------
    study_file : str
        Name of the study file.
    faults : list of Fault
        What was found so far.
    hashes : dict
        SHA-256 of each public file without a fault, by its path in the study.
    """

    def __init__(self, study_file: Path) -> None:
        self.folder = study_file.parent
        self.study_file = study_file.name
        self.faults: list[Fault] = []
        self.hashes = {study_file.name: _sha256(study_file)}

    def path(self, name: str) -> Path:
        """Return where a file stands."""
        return self.folder / name

    def read(self, name: str | None, read: Read[T]) -> T | None:
        """Read a file with a function that returns content and faults; None for no file."""
        if name is None:
            return None
        content, faults = read(self.path(name))
        self.faults += faults
        if not faults:
            self.hashes[name] = _sha256(self.path(name))
        return content

    def table(
        self, name: str | None, schema: pa.DataFrameSchema, languages: Sequence[str] = ()
    ) -> pd.DataFrame | None:
        """Read a table; see `check_table`."""
        return self.read(name, lambda path: check_table(path, schema, languages=languages))

    def catalogues(self, folder: str, languages: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Read the catalogues of reader texts that stand beside the study, by language."""
        names = {code: f"{folder}/{code}.toml" for code in languages}
        return {
            code: self.read(name, read_catalogue) or {}
            for code, name in names.items()
            if _is_file(self.path(name))
        }

    def private_points(self, name: str | None) -> pd.DataFrame | None:
        """Read a table that may be absent and that leaves no trace: no hash, no value."""
        if name is None or not _is_file(self.path(name)):
            return None
        frame, faults = check_table(self.path(name), PRIVATE_POINTS, secret=True)
        self.faults += faults
        return frame

    def package(self, name: str | None) -> dict[str, Any]:
        """Read the inputs' own data package, if there is one."""
        if name is None or not _is_file(self.path(name)):
            return {}
        return self.read(name, read_package) or {}

    def add(self, faults: Iterable[Fault]) -> None:
        """Take faults in, but for cells that already have one."""
        known = {(fault.file, fault.row, fault.column) for fault in self.faults}
        new = (f for f in faults if f.row is None or (f.file, f.row, f.column) not in known)
        self.faults += list(new)

    def has_faults(self, name: str, column: str) -> bool:
        """Tell whether a column of a file has a fault."""
        file = self.path(name).name
        return any(fault.file == file and fault.column == column for fault in self.faults)


def read_catalogue(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Read a catalogue of reader texts; what it says is checked where it is written from.

    Parameters
    ----------
    path
        A TOML file.

    Returns
    -------
    sections
        None if there is any fault.
    faults
        All faults.
    """
    text, faults = decoded(path)
    if text is None:
        return None, faults
    try:
        return tomllib.loads(text), []
    except (ValueError, RecursionError) as error:
        return None, [Fault(path.name, f"is not valid TOML: {error}", "Correct that place.")]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
