"""Where files come from: their data package, and what was left over of another place's study."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from shelter_geo.errors import Fault
from shelter_geo.outside import MOST_SETTINGS_BYTES, sha256_of, toml_of, unreadable
from shelter_geo.study.tables.formats import decoded
from shelter_geo.study.tables.relations import BARE, ELSEWHERE, OUTSIDE, no_key

_COUNTRY_FILES: Final = (
    "basemap", "published_distances", "claims", "statistics", "shelter_counts", "near_ties",
    "travel", "residents", "displaced", "admission", "norms", "package",
)  # fmt: skip
"""Files that speak of one country. Standards do not."""
_COUNTRY_TEXTS: Final = (
    "study.name", "study.credit", "claims", "roads.separate", "access.bus", "capacity.counted",
    "capacity.readings", "capacity.claim_population", "capacity.demand", "capacity.measured",
    "capacity.stays", "journeys", "roads.link",
)  # fmt: skip
"""Keys of the study file whose texts speak of one country."""
_GENERAL: Final = {
    "id", "label", "unit", "evidence", "measure", "region", "licence", "stops", "links", "mode",
    "currency",
}  # fmt: skip
"""Keys of texts that may be the same anywhere."""
_FEW_WORDS: Final = 12
"""Shorter texts, such as "assumed", stand in any study."""
_FEW_ROWS: Final = 3
_HASH: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_WEB: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


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
    strange = Fault(path.name, "is no data package", "Give an object with a list of resources.")
    if not isinstance(package, dict):
        return None, [strange]
    for name in ("sources", "licenses"):
        entries = package.get(name, [])
        if not isinstance(entries, list) or not all(_has_title(entry) for entry in entries):
            remedy = "Give a list of objects, each with a title."
            faults.append(Fault(path.name, f"{name} cannot be read", remedy, column=name))
    if not faults and not isinstance(package.get("resources"), list):
        faults.append(strange)
    return (None, faults) if faults else (package, [])


def _has_title(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("title"), str)


def foreign_facts(study_file: Path, districts: Iterable[str], other: Path) -> list[Fault]:
    """Name texts and files that are, word for word, those of another place's study.

    Parameters
    ----------
    study_file
        The study file that is checked.
    districts
        Keys of its districts.
    other
        Another study file, such as the bundled one.

    Returns
    -------
    list of Fault
        All from one cause; none if most districts are of the other study too.
    """
    if study_file.resolve() == other.resolve():
        return []
    document, theirs = (_document(path) for path in (study_file, other))
    own, known = set(districts), _district_keys(other, theirs)
    if not own or not known or 2 * len(own & known) >= len(own):
        return []
    facts = _same_files(study_file, document, other, theirs)
    texts = set(_texts(theirs))
    same = sorted({key for key, text in _texts(document) if (key, text) in texts})
    same = [key for key in same if not set(key.split(".")) & _GENERAL]
    facts += [key for key in same if key.startswith(_COUNTRY_TEXTS)]
    if not facts:
        return []
    facts += [key for key in same if key.startswith("assumptions")]
    name = theirs.get("study", {}).get("id", other.name)
    message = f"facts of another study ({name}) stand here word for word, of whose districts "
    message += f"this one has {len(own & known) or 'none'}"
    remedy = (
        "Write what holds here, or take them out; shelter-geo init writes a study file without any."
    )
    cause = Fault(study_file.name, message, remedy)
    said, what = "is word for word that of another study", "Write what holds here."
    return [Fault(study_file.name, said, what, column=key, cause=cause) for key in facts]


def _document(path: Path) -> dict[str, Any]:
    if unreadable(path, MOST_SETTINGS_BYTES):
        return {}
    try:
        return toml_of(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}


def _district_keys(study_file: Path, document: Mapping[str, Any]) -> set[str]:
    named = document.get("tables", {}).get("districts")
    try:
        file = study_file.parent / named
        text = "" if unreadable(file) else file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError, TypeError):
        return set()
    return {str(row.get("district_id")) for row in csv.DictReader(io.StringIO(text))}


def _same_files(
    study_file: Path, document: Mapping[str, Any], other: Path, theirs: Mapping[str, Any]
) -> list[str]:
    """Name keys under `[tables]` whose files have the bytes of the other study's file."""
    own, known = document.get("tables", {}), theirs.get("tables", {})
    return [
        f"tables.{key}"
        for key in _COUNTRY_FILES
        if key in own
        and key in known
        and (digest := file_hash(study_file.parent / own[key])) is not None
        and digest == file_hash(other.parent / known[key])
    ]


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Walk through the texts of a document, each with its key; entries of lists are not counted."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, key)
    elif isinstance(value, str) and len(value) >= _FEW_WORDS:
        yield key, value


def file_hash(path: Path) -> str | None:
    """Return the SHA-256 of a file; None if there is none that can be read and ends."""
    try:
        if not path.is_file() or unreadable(path):
            return None
        return sha256_of(path)
    except OSError:
        return None


def package_faults(
    path: Path, package: Mapping[str, Any], folder: Path
) -> tuple[list[Fault], list[Fault]]:
    """Hold a data package against the files that it describes.

    Parameters
    ----------
    path
        Its file, for the faults.
    package
        What it says.
    folder
        Where the paths of its resources begin.

    Returns
    -------
    faults
        Links that are no address of the web or file; one more if it describes other files: if most
        of those that it has hashes of are missing or others.
    warnings
        One a file that is missing or another, where these are fewer.
    """
    faults = [
        Fault(path.name, "is no address of the web", "Give one that begins with https.", None, at)
        for at, link in _links(package)
        if _SCHEME.match(link) and not _WEB.fullmatch(link)
    ]
    listed = package.get("resources", [])
    resources = [entry for entry in listed if isinstance(entry, dict)] if listed else []
    remedy = "Make it anew for these files, or take the key package out of the study file."
    off, hashed = [], 0
    for resource in resources:
        name, said = resource.get("path"), _HASH.fullmatch(str(resource.get("hash", "")))
        if not isinstance(name, str) or said is None:
            continue
        hashed += 1
        if unreadable(folder / name):  # Its reader says so.
            continue
        digest = file_hash(folder / name)
        if digest != said[1]:
            what = "there is no such file" if digest is None else "the file has another hash"
            off.append(Fault(path.name, what, remedy, None, "resources.hash", name))
    if len(off) > _FEW_ROWS and 2 * len(off) > hashed:
        message = f"describes other files: {len(off)} of its {hashed} hashes are not those here"
        cause = Fault(path.name, message, remedy)
        return faults + [replace(fault, cause=cause) for fault in off], []
    return faults, off


def _links(package: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    parts = [package, *(part for part in package.get("resources") or [] if isinstance(part, dict))]
    for part in parts:
        for name in ("sources", "licenses"):
            for entry in part.get(name) or []:
                if isinstance(entry, dict) and isinstance(link := entry.get("path"), str):
                    yield f"{name}.path", link.strip()


def with_causes(
    faults: Sequence[Fault],
    rows: Mapping[str, int],
    *,
    districts: str,
    settlements: str,
    boundaries: str | None,
) -> list[Fault]:
    """Give faults that follow from a file of another place their cause.

    Parameters
    ----------
    faults
        As they were found, row by row.
    rows
        Number of rows by the name of a file.
    districts, settlements, boundaries
        Names of three of these files.
    """
    count = Counter((fault.file, fault.message) for fault in faults)
    foreign: dict[str, Fault] = {}
    for name, whole in rows.items():
        lost = count[name, no_key("district")]
        if lost > _FEW_ROWS and 2 * lost > whole:
            message = f"{lost} of its {whole} rows are of districts that {districts} does not have"
            remedy = "It looks like that of another place: replace it, or correct the keys."
            foreign[name] = Fault(name, message, remedy)
    lost_roads = {fault.file: fault for fault in faults if fault.message.endswith(ELSEWHERE)}
    foreign |= {name: fault for name, fault in lost_roads.items() if name in foreign}
    faults = [fault for fault in faults if foreign.get(fault.file) is not fault]
    outside = {name for name in rows if count[name, OUTSIDE] > max(_FEW_ROWS, rows[name] // 2)}
    # Two tables of points that agree outvote the borders; one alone is outvoted by them.
    if boundaries is not None and boundaries not in foreign and {districts, settlements} <= outside:
        message = f"{count[districts, OUTSIDE]} of {rows[districts]} districts lie outside of them"
        remedy = "These look like the borders of another place: replace them."
        foreign[boundaries] = Fault(boundaries, message, remedy)
    caused = []
    for fault in faults:
        guilty = None
        if fault.message == OUTSIDE and fault.file not in foreign:
            guilty = foreign.get(boundaries or "")
        elif fault.message in (OUTSIDE, no_key("district")):
            guilty = foreign.get(fault.file)
        elif fault.message == BARE:
            guilty = foreign.get(settlements)
        caused.append(fault if guilty is None else replace(fault, cause=fault.cause or guilty))
    return caused
