"""Plans: small TOML files that say what changes in a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from shelter_geo.errors import StudyError
from shelter_geo.roads.changes.types import RoadChange
from shelter_geo.study import Evidence, Key, Settings, Worded
from shelter_geo.toml_file import read_toml

Places = Annotated[int, Field(gt=0, le=100_000)]
Name = Annotated[str, Field(min_length=1)]


class PlanIdentity(Settings):
    """What a plan is called, what it builds on and why it is put forward."""

    id: Key
    name: Worded
    inherits: Key | None = None
    note: Worded | None = None
    evidence: Evidence = "assumed"


class OpenShelter(Settings):
    """A new shelter in a settlement."""

    settlement_id: Name
    places: Places
    cost: float | None = Field(default=None, ge=0)


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
    cost: float | None = Field(default=None, ge=0)


class DemandChange(Settings):
    """Who is counted."""

    count_registered: bool = True


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
        Whether people are counted where they are registered although they live elsewhere.
    """

    scenario: PlanIdentity
    open: tuple[OpenShelter, ...] = ()
    close: tuple[CloseShelter, ...] = ()
    move: tuple[MoveShelter, ...] = ()
    resize: tuple[ResizeShelter, ...] = ()
    road: tuple[RoadChange, ...] = ()
    demand: DemandChange | None = None

    @model_validator(mode="after")
    def _free_of_contradictions(self) -> Plan:
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
        opened = [change.settlement_id for change in self.open]
        yield from (f"a shelter is opened twice in {key}" for key in _repeated(opened))

    @property
    def changes_nothing(self) -> bool:
        """Whether this is the study as it stands."""
        counted = self.demand is None or self.demand.count_registered
        return counted and not (self.open or self.close or self.move or self.resize or self.road)

    @property
    def cost(self) -> float | None:
        """Sum of the costs given, or None where none is."""
        priced: list[OpenShelter | ResizeShelter] = [*self.open, *self.resize]
        given = [change.cost for change in priced if change.cost is not None]
        return sum(given) if given else None


def _repeated(keys: Iterable[str]) -> list[str]:
    return sorted(key for key, count in Counter(keys).items() if count > 1)


def read_plan(path: str | Path) -> Plan:
    """Read a plan and everything it inherits from, which stands beside it as `<id>.toml`.

    What is inherited comes first; its own changes are added, and its own `demand` replaces the
    inherited one.

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
    for name in ("open", "close", "move", "resize", "road"):
        parts[name] = tuple(entry for plan in reversed(chain) for entry in getattr(plan, name))
    parts["demand"] = next((plan.demand for plan in chain if plan.demand is not None), None)
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


def read_plans(folder: str | Path) -> list[Plan]:
    """Read every plan of a folder, by file name.

    Raises
    ------
    StudyError
        If a plan is at fault, or its id is not the name of its file.
    """
    plans = []
    for path in sorted(Path(folder).glob("*.toml")):
        plan = read_plan(path)
        if plan.scenario.id != path.stem:
            raise StudyError(f"{path.name}: its id is {plan.scenario.id}. Name both alike.")
        plans.append(plan)
    return plans
