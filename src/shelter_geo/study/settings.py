"""Study files: `study.toml` read into frozen, checked settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from shelter_geo.study.capacity_settings import Capacity
from shelter_geo.study.claims import Claim as Claim
from shelter_geo.study.guard import leads_elsewhere, texts_of
from shelter_geo.study.journeys import Journey
from shelter_geo.study.kinds import SHELTERS, Kind
from shelter_geo.study.opening import Calendar
from shelter_geo.study.roads import Roads
from shelter_geo.study.toml_file import read_toml
from shelter_geo.study.types import (
    FALLBACK,
    LARGEST,
    AnyPath,
    LanguageCode,
    OfKind,
    RelativePath,
    SafeKey,
    refuse_twice,
)
from shelter_geo.study.types import Day as Day
from shelter_geo.study.types import EvidenceKey as EvidenceKey
from shelter_geo.study.types import ImpedanceKey as ImpedanceKey
from shelter_geo.study.types import Key as Key
from shelter_geo.study.types import Settings as Settings
from shelter_geo.study.types import Worded as Worded
from shelter_geo.study.types import Words as Words
from shelter_geo.study.types import in_english as in_english
from shelter_geo.vocabulary import Evidence, Impedance

MOST_YEARS_APART: Final = 30
"""Years between the day of a study and those that it gives for its roads and places."""
FEWEST_LIMITS: Final = 2
MOST_LIMITS: Final = 8
"""Limits of distance and of time: the maps have colours for one class more."""
MOST_CHANGE_LIMITS: Final = 4
"""Limits of change, which count on both sides: four of them part nine classes."""


def _rising(fewest: int, most: int) -> AfterValidator:
    def check(limits: tuple[int, ...]) -> tuple[int, ...]:
        in_order = list(limits) == sorted(set(limits)) and min(limits, default=0) > 0
        if not in_order or not fewest <= len(limits) <= most:
            raise ValueError(f"must be {fewest} to {most} whole numbers above 0 that rise")
        return limits

    return AfterValidator(check)


def _once(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes or len(set(codes)) < len(codes):
        raise ValueError("must name at least one language, and none twice")
    return codes


Limits = Annotated[tuple[int, ...], _rising(FEWEST_LIMITS, MOST_LIMITS)]
ChangeLimits = Annotated[tuple[int, ...], _rising(1, MOST_CHANGE_LIMITS)]


class Identity(Settings):
    """What the study is called, which day it describes and which languages it speaks.

    Attributes
    ----------
    languages
        Those that readers are offered, in this order; pages open in the first.
    area_name
        What the areas in the column `region` of the districts are called, for one of them and in
        small letters, such as "province"; the catalogues' neutral word if not given.
    """

    id: SafeKey
    name: Worded
    languages: Annotated[tuple[LanguageCode, ...], AfterValidator(_once)] = (FALLBACK,)
    as_of: Day
    credit: Worded
    area_name: Worded | None = None


class TableFiles(Settings):
    """Input tables, as paths relative to the study file; private points may lie anywhere."""

    districts: RelativePath
    residents: RelativePath | None = None
    displaced: RelativePath | None = None
    settlements: RelativePath
    shelters: RelativePath
    admission: RelativePath | None = None
    private_points: AnyPath | None = None
    boundaries: RelativePath | None = None
    basemap: RelativePath | None = None
    published_distances: RelativePath | None = None
    near_ties: RelativePath | None = None
    travel: RelativePath | None = None
    claims: RelativePath | None = None
    statistics: RelativePath | None = None
    shelter_counts: RelativePath | None = None
    standards: RelativePath | None = None
    norms: RelativePath | None = None
    package: RelativePath | None = None
    scenarios: RelativePath | None = None


class Checks(Settings):
    """Exceptions from the checks, each to be explained beside it.

    Attributes
    ----------
    outside_boundaries
        `settlement_id` of places that rightly lie outside the polygons.
    named_like_streets
        `settlement_id` of places whose true names look like streets or houses ("Fifth Street",
        "Newbury 2"). Numbers beside words of addresses, numbers of more than two digits, and
        everything that is said of a shelter, are refused all the same.
    """

    outside_boundaries: tuple[str, ...] = ()
    named_like_streets: tuple[str, ...] = ()


class Sources(Settings):
    """Where the sources of a study may lead: public hosts, such as "un.org", and those below."""

    hosts: tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")], ...] = ()


class Bus(Settings):
    """Timetabled buses as a multiple of the time by car, used where no table of travel is given."""

    factor: float = Field(ge=1, le=100)
    low: float = Field(ge=1, le=100)
    high: float = Field(ge=1, le=100)
    source: Worded

    @model_validator(mode="after")
    def _ordered(self) -> Bus:
        if not self.low <= self.factor <= self.high:
            raise ValueError("low, factor and high must not fall")
        return self


class Access(Settings):
    """Which shelter is the nearest, thresholds of the access metrics, and classes of the maps.

    Attributes
    ----------
    impedance
        What is smallest to the nearest shelter: "distance" or "time". It decides catchments,
        siting, capacity and colours alike.
    distance_classes_km, time_classes_h
        Two to eight limits: people beyond each are counted, and maps, figures and the planner
        have a class more than there are limits of distance.
    change_classes_km, change_classes_min
        One to four limits between the kilometres that a plan saves or adds, and between the
        minutes where it changes roads; within the first, roads count as long as before.
    farthest
        Districts that are named as the farthest.
    bus
        Timetabled buses beside cars.
    """

    impedance: ImpedanceKey = Impedance.DISTANCE
    distance_classes_km: Limits = (50, 100, 200, 300)
    time_classes_h: Limits = (1, 2, 4)
    change_classes_km: ChangeLimits = (1, 25, 100)
    change_classes_min: ChangeLimits = (5, 15, 60)
    farthest: int = Field(default=10, ge=1, le=LARGEST)
    bus: Bus


class Siting(Settings):
    """Distances that the siting models ask about, apart from the classes of the maps.

    Attributes
    ----------
    within_km
        Models with a limit put people within it, and people beyond it are counted.
    half_km
        Distance over which uptake halves.
    """

    within_km: float = Field(default=100, gt=0, le=20_000)
    half_km: float = Field(default=50, gt=0, le=20_000)


class Assumption(OfKind):
    """Something that no source gives; shown wherever results are, or those of one kind."""

    id: Key
    text: Worded
    evidence: EvidenceKey = Evidence.ASSUMED


class StudySettings(Settings):
    """Everything a study file says."""

    study: Identity
    tables: TableFiles
    checks: Checks = Checks()
    sources: Sources = Sources()
    roads: Roads
    access: Access
    siting: Siting = Siting()
    capacity: Capacity
    kinds: tuple[Kind, ...] = ()
    calendar: Calendar = Calendar()
    journeys: tuple[Journey, ...] = ()
    claims: tuple[Claim, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    @property
    def facility_kinds(self) -> tuple[Kind, ...]:
        """Kinds of facility; shelters alone where none is declared."""
        return self.kinds or (SHELTERS,)

    @model_serializer(mode="wrap")
    def _silent_of_none(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave kinds, calendar and journeys out where none is declared."""
        written: dict[str, Any] = write(self)
        there = {
            "kinds": bool(self.kinds),
            "journeys": bool(self.journeys),
            "calendar": self.calendar != Calendar(),
        }
        return {name: value for name, value in written.items() if there.get(name, True)}

    @model_validator(mode="after")
    def _of_known_kinds(self) -> StudySettings:
        refuse_twice("kinds", self.kinds)
        if bare := [kind.id for kind in self.facility_kinds[1:] if kind.norm is None]:
            raise ValueError(
                f"kinds {', '.join(bare)}: give each kind but the first a norm, such as "
                "norm.people_per_facility = 200_000"
            )
        known = [kind.id for kind in self.facility_kinds]
        named: list[Any] = [
            *self.claims, *self.assumptions, *self.capacity.norms, *self.journeys,
        ]  # fmt: skip
        for entry in named:
            if entry.kind is not None and entry.kind not in known:
                raise ValueError(
                    f"{entry.id} is of the kind {entry.kind}, which is not declared under "
                    f"[[kinds]]; there are {', '.join(known)}"
                )
        return self

    @model_validator(mode="after")
    def _of_public_sources(self) -> StudySettings:
        texts = texts_of(self.model_dump(exclude={"tables", "sources", "roads"}))
        for where, text in texts:
            if leads_elsewhere(text, self.sources.hosts):
                raise ValueError(
                    f"{'.'.join(map(str, where))}: a link leads to a host that is not listed. List "
                    "public hosts under [sources] hosts, or name the source by its title and day"
                )
        return self

    @model_validator(mode="after")
    def _unambiguous(self) -> StudySettings:
        refuse_twice("claims", self.claims)
        refuse_twice("assumptions", self.assumptions)
        refuse_twice("journeys", self.journeys)
        refuse_twice("calendar.closed", self.calendar.closed)
        refuse_twice("roads.link", self.roads.link)
        named = [kind.norm for kind in self.kinds if kind.norm and kind.norm.standard]
        if named and (self.tables.standards or self.tables.norms) is None:
            raise ValueError('standards of kinds need tables.standards, such as "standards.csv"')
        if self.capacity.norms and (self.tables.standards or self.tables.norms) is None:
            raise ValueError('capacity.norms need tables.standards, such as "standards.csv"')
        places, looked = self.capacity.places_as_of or (), self.capacity.no_newer_count
        days = [day.year for day in (self.roads.as_of, looked) if day is not None]
        year, years = self.study.as_of.year, [*days, *places]
        if years and not min(years) - MOST_YEARS_APART <= year <= max(years) + MOST_YEARS_APART:
            raise ValueError(
                f"study.as_of is of {year}, and the roads and places of {min(years)} to "
                f"{max(years)}: correct the day that is wrong"
            )
        claimed = self.capacity.claim_population
        if claimed is not None and claimed.year == self.study.as_of.year:
            raise ValueError(
                "capacity.claim_population is of the study's own year: leave it out, and claims "
                "are held against the districts' people"
            )
        return self


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
    return read_toml(path, StudySettings)
