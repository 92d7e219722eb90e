"""Study files: `study.toml` read into frozen, checked settings."""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from shelter_geo.errors import StudyError

Evidence = Literal["sourced", "recalled, to verify", "assumed"]
LocalText = Annotated[str, Field(min_length=1)] | dict[str, str]
"""One text for all readers, or one for each language by its code, English among them."""
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]


def in_english(text: LocalText) -> str:
    """Return the English words of a text."""
    return text if isinstance(text, str) else text["en"]


def _with_english(text: LocalText) -> LocalText:
    if isinstance(text, dict) and "en" not in text:
        raise ValueError("the text needs English words, under the key en")
    return text


Worded = Annotated[LocalText, AfterValidator(_with_english)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Identity(_Settings):
    """What the study is called and which day it describes."""

    id: Key
    name: Worded
    as_of: dt.date
    credit: Worded


class TableFiles(_Settings):
    """Input tables, as paths relative to the study file."""

    districts: str
    settlements: str
    shelters: str
    private_points: str | None = None
    boundaries: str
    basemap: str | None = None
    published_distances: str | None = None
    package: str | None = None


class Checks(_Settings):
    """Exceptions from the checks, each to be explained beside it."""

    outside_boundaries: tuple[str, ...] = ()


class SeparateRoads(_Settings):
    """A region that roads inside the country do not join to the rest, and why."""

    economic_region: str
    reason: Worded


class Roads(_Settings):
    """Which roads are used and how points join them."""

    network: Literal["reference", "osm"] = "reference"
    nodes: str | None = None
    links: str | None = None
    file: str | None = None
    source: str
    licence: str
    connector_kmh: float = Field(gt=0, le=130)
    max_connector_km: float = Field(gt=0)
    separate: tuple[SeparateRoads, ...] = ()

    @model_validator(mode="after")
    def _files_fit_network(self) -> Roads:
        needed = ("nodes", "links") if self.network == "reference" else ("file",)
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f'network = "{self.network}" needs the key {" and ".join(missing)}')
        return self


class Bus(_Settings):
    """Timetabled buses as a multiple of the time by car."""

    factor: float = Field(ge=1)
    low: float = Field(ge=1)
    high: float = Field(ge=1)
    source: str

    @model_validator(mode="after")
    def _ordered(self) -> Bus:
        if not self.low <= self.factor <= self.high:
            raise ValueError("low, factor and high must not fall")
        return self


class Access(_Settings):
    """Thresholds of the access metrics."""

    distance_classes_km: tuple[int, ...] = (50, 100, 200, 300)
    time_classes_h: tuple[int, ...] = (1, 2, 4)
    farthest: int = Field(default=10, ge=1)
    bus: Bus

    @model_validator(mode="after")
    def _ascending(self) -> Access:
        for name in ("distance_classes_km", "time_classes_h"):
            limits = getattr(self, name)
            if not limits or list(limits) != sorted(set(limits)) or limits[0] <= 0:
                raise ValueError(f"{name} must be whole numbers above 0 that rise")
        return self


class Reading(_Settings):
    """One way to read a published number of places."""

    id: Key
    persons_per_family_place: float = Field(ge=1)
    label: str
    source: str
    evidence: Evidence


class ClaimPopulation(_Settings):
    """The population that the published claim was made against."""

    value: int = Field(gt=0)
    year: int
    source: str
    evidence: Evidence


class Capacity(_Settings):
    """The norm that places are held against."""

    people_per_family_place: int = Field(gt=0)
    norm_source: str
    readings: tuple[Reading, ...] = Field(min_length=1)
    claim_population: ClaimPopulation | None = None

    @model_validator(mode="after")
    def _distinct(self) -> Capacity:
        ids = [reading.id for reading in self.readings]
        if len(set(ids)) < len(ids):
            raise ValueError("two readings have the same id")
        return self


class Claim(_Settings):
    """A published statement and the measure that answers it."""

    id: Key
    statement: str
    measure: Literal["places", "times_fewer", "travel_km", "shelter_cities"]
    low: float
    high: float
    unit: str
    source: str
    evidence: Evidence

    @model_validator(mode="after")
    def _ordered(self) -> Claim:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class Assumption(_Settings):
    """Something that no source gives; shown wherever the results are."""

    id: Key
    text: Worded
    evidence: Evidence = "assumed"


class StudySettings(_Settings):
    """Everything a study file says."""

    study: Identity
    tables: TableFiles
    checks: Checks = Checks()
    roads: Roads
    access: Access
    capacity: Capacity
    claims: tuple[Claim, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


def read_settings(path: Path) -> StudySettings:
    """Read and check a study file.

    Parameters
    ----------
    path
        A TOML file.

    Raises
    ------
    StudyError
        If the file is missing, is not TOML or holds unknown, missing or impossible values; all
        of them are named together.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"{path}: there is no such study file. Give the path of a TOML file."
        ) from None
    except IsADirectoryError:
        raise StudyError(f"{path}: this is a folder. Give the study file in it.") from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not valid TOML: {error}.") from None
    try:
        return StudySettings.model_validate(_tuples(document))
    except ValidationError as error:
        lines = [f"{path.name}: {_explain(fault)}" for fault in error.errors()]
        raise StudyError("\n".join(lines)) from None


def _tuples(value: Any) -> Any:
    """Turn lists into tuples, which strict frozen settings ask for."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    return value


def _explain(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"]) or "the file"
    if fault["type"] == "extra_forbidden":
        known = _known_keys(fault["loc"][:-1])
        close = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
        hint = f' Did you mean "{close[0]}"?' if close else f" Known keys: {', '.join(known)}."
        return f"unknown key {where}.{hint}"
    if fault["type"] == "missing":
        return f"the key {where} is missing. Add it."
    message = fault["msg"].removeprefix("Value error, ")
    given = fault["input"]
    shown = "" if isinstance(given, (dict, tuple, BaseModel)) else f" ({given!r})"
    return f"{where}{shown}: {message}."


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = StudySettings
    for part in location:
        if isinstance(part, int):
            continue
        annotation: Any = model.model_fields[part].annotation
        models = [a for a in (annotation, *getattr(annotation, "__args__", ())) if _is_model(a)]
        model = models[0]
    return sorted(model.model_fields)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
