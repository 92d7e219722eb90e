"""Whether a study can be run: everything that a run rests on, read and checked before the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from shelter_geo.analysis.candidates import candidate_sites
from shelter_geo.analysis.cases import read_cases
from shelter_geo.analysis.evaluation import refuse_lost_roads
from shelter_geo.capacity import TOTAL, PublishedCounts
from shelter_geo.errors import Fault, ShelterGeoError, TableError
from shelter_geo.plans import Plan, apply_plan, concerning, plan_faults, read_plans
from shelter_geo.progress import Progress
from shelter_geo.study import REGION, Study, load_study, plans_folder


@dataclass(frozen=True, eq=False)
class ReadyStudy:
    """A study, its plans and its cases, all without a fault.

    Attributes
    ----------
    study : Study
    plans : sequence of Plan
        Those that come with the study and concern its kind of facility.
    cases : PublishedCounts or None
        The user's own cases, their small counts hidden.
    """

    study: Study
    plans: Sequence[Plan]
    cases: PublishedCounts | None


def load_ready(
    path: str | Path | None = None,
    choose: Callable[[Study], Study] = lambda study: study,
    *,
    progress: Progress | None = None,
) -> ReadyStudy:
    """Load a study with everything that a run of it rests on.

    `validate` calls this and no more, so that it cannot let pass what a run refuses.

    Parameters
    ----------
    path
        The study file, or its folder; the bundled study if not given.
    choose
        Chooses the kind of facility.
    progress
        Called with the name of a table or file, what of it has been checked and the whole.

    Raises
    ------
    StudyError
        If the study file itself is at fault.
    TableError
        With every fault of every table, plan and other file.
    """
    try:
        study = choose(load_study(path, progress=progress))
    except TableError as error:
        folder = plans_folder(path)
        more = [] if folder is None else plan_faults(folder)
        raise TableError([*error.faults, *more]) from None
    faults = [] if study.scenarios is None else plan_faults(study.scenarios, study)
    cases: list[PublishedCounts | None] = []
    tables, demand = study.settings.tables, study.settings.capacity.demand
    own = "" if demand is None or demand.cases is None else demand.cases.file
    roads = study.settings.roads
    steps: list[tuple[str, Callable[[], object]]] = [
        (own, lambda: cases.append(read_cases(study))),
        (str(roads.file or roads.links), lambda: refuse_lost_roads(study)),
        (tables.settlements, lambda: _sites(study)),
    ]
    for file, step in steps:
        if progress and file:
            progress(file, 0, 1)
        faults += _faults(file, step)
    faults += _regions_called_total(study)
    given = [] if faults or study.scenarios is None else read_plans(study.scenarios)
    plans = concerning(study, given)
    for plan in plans:
        if plan.road:
            file, changed = f"{tables.scenarios}/{plan.scenario.id}.toml", apply_plan(study, plan)
            faults += _faults(file, partial(refuse_lost_roads, changed))
    if faults:
        raise TableError(faults)
    return ReadyStudy(study, plans, cases[0])


def _sites(study: Study) -> None:
    candidate_sites(study.districts, study.settlements, study.shelters)


def _faults(file: str, step: Callable[[], object]) -> list[Fault]:
    """Return what a step of a run refuses as faults of a file."""
    try:
        step()
    except TableError as error:
        return list(error.faults)
    except ShelterGeoError as error:
        said, _, remedy = str(error).partition(". ")
        return [Fault(file, said.rstrip("."), remedy or "Correct it, or take it out.")]
    return []


def _regions_called_total(study: Study) -> list[Fault]:
    """Refuse a region whose sums would stand under the name of the sums of all."""
    if REGION in study.lacks or not (study.districts[REGION] == TOTAL).any():
        return []
    message, remedy = "is what the sums of the whole study are called", "Name the region otherwise."
    file = study.settings.tables.districts
    return [Fault(file, message, remedy, column=REGION, value=TOTAL)]
