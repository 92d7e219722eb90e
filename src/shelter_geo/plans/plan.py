"""Plans: small TOML files that say what changes in a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from shelter_geo.errors import StudyError
from shelter_geo.roads import RoadChange
from shelter_geo.study import (
    LARGEST,
    EvidenceKey,
    Hours,
    Key,
    KindKey,
    SafeKey,
    Settings,
    Worded,
    leads_elsewhere,
    read_toml,
    refuse_addresses,
    texts_of,
)
from shelter_geo.vocabulary import Evidence

Places = Annotated[int, Field(gt=0, le=100_000)]
Name = Annotated[str, Field(min_length=1)]


class PlanIdentity(Settings):
    """What a plan is called, what it builds on and why it is put forward."""

    id: SafeKey
    name: Worded
    inherits: Key | None = None
    note: Worded | None = None
    evidence: EvidenceKey = Evidence.ASSUMED


class OpenShelter(Settings):
    """A new facility in a settlement, of the study's first kind if none is given.

    Attributes
    ----------
    hours
        When it is open, in OpenStreetMap's form; not known if not given.
    police_referral_required
        Whether nobody is let in without an order or a paper of the authorities.
    """

    settlement_id: Name
    places: Places
    cost: float | None = Field(default=None, ge=0, le=LARGEST)
    kind: KindKey | None = None
    hours: Hours | None = None
    police_referral_required: Literal["yes", "no", "unknown"] | None = None


class CloseShelter(Settings):
    """A shelter that closes."""

    shelter_id: Name


class MoveShelter(Settings):
    """A shelter that moves to another settlement."""

    shelter_id: Name
    settlement_id: Name


class ResizeShelter(Settings):
    """A shelter whose number of places changes."""

    shelter_id: Name
    places: Places
    cost: float | None = Field(default=None, ge=0, le=LARGEST)


class Candidate(Settings):
    """A settlement where a shelter could be opened, what that costs and how large it could be."""

    settlement_id: Name
    cost: float = Field(default=0, ge=0, le=LARGEST)
    cost_per_place: float = Field(default=0, ge=0, le=LARGEST)
    max_places: Places | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Candidate:
        if not self.model_fields_set - {"settlement_id"}:
            raise ValueError("give cost, cost_per_place or max_places")
        return self

    def cost_of(self, places: int) -> float | None:
        """Cost of a shelter with so many places, or None where none is given."""
        if not self.model_fields_set & {"cost", "cost_per_place"}:
            return None
        return self.cost + self.cost_per_place * places


class Costs(Settings):
    """What an opened shelter costs where neither it nor its candidate says so."""

    per_shelter: float | None = Field(default=None, ge=0, le=LARGEST)
    per_place: float | None = Field(default=None, ge=0, le=LARGEST)
    source: Worded | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Costs:
        if self.per_shelter is None and self.per_place is None:
            raise ValueError("give per_shelter, per_place or both")
        return self

    def cost_of(self, places: int) -> float:
        """Cost of a shelter with so many places."""
        return (self.per_shelter or 0.0) + (self.per_place or 0.0) * places


class DemandChange(Settings):
    """Who is counted, and assumptions on stays that take the place of the study's ranges.

    Attributes
    ----------
    count_registered
        True counts people where they are registered, False only where they live; as the study does
        if not given.
    """

    count_registered: bool | None = None
    under_reporting: float | None = Field(default=None, ge=1, le=1000)
    share_needing: float | None = Field(default=None, ge=0, le=1)
    stay_days: float | None = Field(default=None, ge=0, le=3660)
    children_per_woman: float | None = Field(default=None, ge=0, le=20)


class TimeFactors(Settings):
    """Multiples of the time by car: of buses, and of every road at night and under snow."""

    bus: float | None = Field(default=None, ge=1, le=100)
    night: float | None = Field(default=None, ge=0.1, le=100)
    snow: float | None = Field(default=None, ge=0.1, le=100)

    @property
    def roads(self) -> float:
        """Multiple of the time on every road."""
        return (self.night or 1.0) * (self.snow or 1.0)


class Plan(Settings):
    """What changes against the study as it stands, in the order: close, move, resize, open.

    Attributes
    ----------
    scenario
        Its name, and the plan it inherits from.
    open, close, move, resize
        Shelters, by settlement and by key, never by address.
    road
        Changes of roads; see `roads.change_types`.
    demand
        Who is counted, and assumptions on stays.
    candidate
        Where shelters could be opened and at what cost; what `open` costs by itself counts first.
    costs
        What every other opened shelter costs.
    time_factor
        Multiples of the time by car.
    """

    scenario: PlanIdentity
    open: tuple[OpenShelter, ...] = ()
    close: tuple[CloseShelter, ...] = ()
    move: tuple[MoveShelter, ...] = ()
    resize: tuple[ResizeShelter, ...] = ()
    road: tuple[RoadChange, ...] = ()
    demand: DemandChange | None = None
    candidate: tuple[Candidate, ...] = ()
    costs: Costs | None = None
    time_factor: TimeFactors | None = None

    def __repr__(self) -> str:
        changes = {
            "opens": self.open,
            "closes": self.close,
            "moves": self.move,
            "resizes": self.resize,
            "roads": self.road,
        }
        said = [f"{word} {len(entries)}" for word, entries in changes.items() if entries]
        return f"Plan {self.scenario.id!r}: {', '.join(said) or 'no shelter and no road changes'}"

    @model_validator(mode="after")
    def _free_of_contradictions(self) -> Plan:
        refuse_addresses([change.model_dump() for change in self.road])
        texts = texts_of(self.model_dump(include={"scenario": True, "costs": True}))
        if any(leads_elsewhere(text, ()) for _, text in texts):
            raise ValueError("a link in a text: name the source by its title and day")
        faults = list(self._contradictions())
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _contradictions(self) -> Iterator[str]:
        closed = [change.shelter_id for change in self.close]
        moved = [change.shelter_id for change in self.move]
        resized = [change.shelter_id for change in self.resize]
        for what, keys in (("closed", closed), ("moved", moved), ("resized", resized)):
            yield from (f"{key} is {what} twice" for key in _repeated(keys))
        for key in sorted(set(closed) & {*moved, *resized}):
            yield f"{key} is closed and also moved or resized"
        opened = Counter((change.settlement_id, change.kind) for change in self.open)
        for (key, kind), count in sorted(opened.items(), key=str):
            if count > 1:
                yield f"a {kind or 'shelter'} is opened twice in {key}"
        candidates = [site.settlement_id for site in self.candidate]
        yield from (f"{key} is a candidate twice" for key in _repeated(candidates))
        most = {site.settlement_id: site.max_places for site in self.candidate}
        for entry in self.open:
            limit = most.get(entry.settlement_id)
            if limit is not None and entry.places > limit:
                yield f"{entry.settlement_id} opens {entry.places} places and may have {limit}"

    @property
    def changes_nothing(self) -> bool:
        """Whether this is the study as it stands."""
        counted = self.demand is None or self.demand == DemandChange()
        timed = self.time_factor is None or self.time_factor == TimeFactors()
        moves = self.open or self.close or self.move or self.resize
        return counted and timed and not (moves or self.road)

    @property
    def cost(self) -> float | None:
        """Sum of the costs given, or None where none is."""
        given = [cost for cost in self._costs() if cost is not None]
        return sum(given) if given else None

    @property
    def uncosted(self) -> int:
        """Number of shelters opened or resized without a cost."""
        return sum(cost is None for cost in self._costs())

    def _costs(self) -> Iterator[float | None]:
        """Give the cost of each shelter opened or resized: its own, its candidate's, the plan's."""
        sites = {site.settlement_id: site for site in self.candidate}
        for entry in self.open:
            site = sites.get(entry.settlement_id)
            own = entry.cost
            if own is None and site is not None:
                own = site.cost_of(entry.places)
            if own is None and self.costs is not None:
                own = self.costs.cost_of(entry.places)
            yield own
        yield from (change.cost for change in self.resize)


def _repeated(keys: Iterable[str]) -> list[str]:
    return sorted(key for key, count in Counter(keys).items() if count > 1)


def read_plan(path: str | Path) -> Plan:
    """Read a plan and everything it inherits from, which stands beside it as `<id>.toml`.

    What is inherited comes first; its own changes are added, and its own keys of `demand`, `costs`
    and `time_factor` replace the inherited ones.

    Raises
    ------
    StudyError
        If a file is missing or at fault, plans inherit from each other in a circle, or the
        changes put together contradict each other.
    """
    path = Path(path)
    chain = [read_toml(path, Plan)]
    while (parent := chain[-1].scenario.inherits) is not None:
        if parent in [plan.scenario.id for plan in chain]:
            raise StudyError(f"{path.name}: {parent} inherits from itself. Break the circle.")
        chain.append(read_toml(path.with_name(f"{parent}.toml"), Plan))
    return _merged(chain, path) if len(chain) > 1 else chain[0]


def _merged(chain: list[Plan], path: Path) -> Plan:
    """Join a plan, first in the chain, and its forebears into one."""
    parts: dict[str, Any] = {"scenario": chain[0].scenario}
    for name in ("open", "close", "move", "resize", "road", "candidate"):
        parts[name] = tuple(entry for plan in reversed(chain) for entry in getattr(plan, name))
    for name in ("demand", "costs", "time_factor"):
        given = [getattr(plan, name) for plan in reversed(chain)]
        keys = [part.model_dump(exclude_unset=True) for part in given if part is not None]
        parts[name] = reduce(or_, keys) if keys else None
    try:
        return Plan(**parts)
    except ValueError as error:
        raise StudyError(f"{path.name}, with what it inherits: {error}") from None


def find_plans(names: Sequence[str], folder: Path | None) -> list[Plan]:
    """Read plans given as files, or as keys of the plans in a folder.

    Parameters
    ----------
    names
        Paths that end in `.toml`, or keys.
    folder
        Where keys are looked for.

    Raises
    ------
    StudyError
        If a key is unknown or a file is at fault.
    """
    plans = []
    for name in names:
        if name.endswith(".toml"):
            plans.append(read_plan(name))
            continue
        known = sorted(path.stem for path in folder.glob("*.toml")) if folder else []
        if folder is None or name not in known:
            raise StudyError(
                f"there is no scenario {name}. Known: {', '.join(known) or 'none'}. "
                "Give one of them, or a file that ends in .toml."
            )
        plans.append(read_plan(folder / f"{name}.toml"))
    return plans
