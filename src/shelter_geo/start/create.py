"""A new study made of boundaries, roads, people, settlements and shelters, ready to run."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

import geopandas as gpd
import pandas as pd

from shelter_geo.errors import Fault, OutputError, RoadError, StudyError, TableError
from shelter_geo.progress import Progress
from shelter_geo.roads import network_of_file
from shelter_geo.start.boundaries import Districts, read_districts, simplified
from shelter_geo.start.grid import GRIDS, Grid, check_grid, read_grid
from shelter_geo.start.names import DECISIONS, write_decisions
from shelter_geo.start.people import People, people_of_grid, people_of_table, with_women
from shelter_geo.start.places import Places, given_centres, place_settlements
from shelter_geo.start.points import read_points, settlements_of_file, settlements_of_pbf
from shelter_geo.start.shelters import empty_shelters, left_out, read_shelters
from shelter_geo.start.study_files import (
    StartInputs,
    StudyParts,
    excused_names,
    fetched_roads,
    next_steps,
    write_files,
)
from shelter_geo.study import LANGUAGE_CODE, read_text_table

STEP: Final = "making the study"
_ROADS_ALONE: Final = (".graphml", ".npz")
"""Files of roads that hold no places."""
T = TypeVar("T")


@dataclass(frozen=True)
class Started:
    """What came of it.

    Attributes
    ----------
    folder
        Folder of the study.
    counts
        How many districts, settlements, shelters and edges of roads it has.
    people
        People of all districts with a figure.
    in_doubt
        Rows of the table of people that the user has to decide about; there is no study until
        then.
    notes
        What a user should know.
    steps
        Commands to go on with.
    """

    folder: Path
    counts: dict[str, int] = field(default_factory=dict)
    people: int = 0
    in_doubt: int = 0
    notes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


def start_study(
    folder: Path, inputs: StartInputs, *, progress: Progress = lambda name, done, whole: None
) -> Started:
    """Write a study that runs.

    Parameters
    ----------
    folder
        It must not exist, or be empty but for the file of decisions of an earlier try.
    inputs
        What it is made of.
    progress
        Told how far the work has come.

    Raises
    ------
    StudyError
        If the name, a language or the share of women is impossible, or packages for grids are
        missing.
    TableError
        With every fault of every input, as far as one can be read without the others.
    OutputError
        If the folder is not empty, or cannot be written.
    """
    _check(folder, inputs)
    languages, tries = list(inputs.languages), _Tries()
    progress(STEP, 0, 0)
    districts = tries.of(
        lambda: read_districts(
            inputs.boundaries,
            languages,
            key_property=inputs.key_property,
            name_property=inputs.name_property,
        )
    )
    decisions = folder / DECISIONS
    grid, people = None, None
    if districts is not None:
        there = districts
        grid, people = tries.of(lambda: _people(inputs, there, decisions)) or (None, None)
    elif inputs.population is not None:  # nothing to match it with, but perhaps it has faults too
        population = inputs.population
        if population.suffix.lower() in GRIDS:
            tries.of(lambda: check_grid(population))
        else:
            tries.table(population)
    in_doubt = () if people is None else people.in_doubt
    if districts is not None and people is not None and not in_doubt:
        districts = _named(districts, people, languages)
    progress("reading places", 0, 0)
    of_roads = inputs.roads if inputs.settlements is None else None
    listed = tries.of(lambda: _settlements(inputs, languages), of_roads)
    places = None
    if districts is not None and (listed is not None or not tries.faults):
        there = districts
        places = tries.of(
            lambda: place_settlements(
                there.areas,
                listed,
                languages,
                called=there.other_names,
                grid=grid,
                given=None if people is None else given_centres(people.table),
            )
        )
    shelters: pd.DataFrame | None = empty_shelters(languages)
    placed: tuple[str, ...] = ()
    if inputs.shelters is not None:
        file, at = inputs.shelters, places
        if districts is None or at is None:
            tries.of(lambda: read_points(file))
        else:
            called = districts.other_names
            shelters, placed = tries.of(lambda: read_shelters(file, at, languages, called)) or (
                None,
                (),
            )
    if in_doubt:  # roads take long, and what the user decides comes first
        tries.end()
        _write_whole(decisions, write_decisions(in_doubt))
        return Started(folder, in_doubt=len(in_doubt))
    network = None
    if inputs.roads is not None:
        progress("reading roads", 0, 0)
        extract = inputs.roads
        network = tries.of(lambda: network_of_file(extract), extract)
    if people is None and places is not None and inputs.population is None:
        around = places
        people = tries.of(lambda: _listed(around))
    tries.end()
    if districts is None or people is None or places is None or shelters is None:
        raise AssertionError("a part of the study is missing although no fault was found")
    people = with_women(people, inputs.women_share)
    progress("writing", 0, 0)
    borders, tolerance = simplified(districts.areas.geometry)
    notes = [*districts.notes, *people.notes, *places.notes, *placed]
    if tolerance:
        notes.append(f"Borders were simplified together, by squares of {tolerance:g} degrees.")
    if network is None:
        notes.append(
            f"There are no roads yet. Fetch them as below, then run this command again for another "
            f"folder with --roads {fetched_roads(inputs)}."
        )
    elif listed is None:
        notes.append("The file of roads holds no places: give a file of them with --settlements.")
    if inputs.shelters is None:
        notes.append("There is no shelter yet: shelters.csv has its columns and no row.")
    elif foreign := left_out(inputs.shelters, languages):
        notes.append(f"Columns of {inputs.shelters.name} that were left out: {', '.join(foreign)}.")
    parts = StudyParts(inputs, districts, people, places, shelters, network, borders, tuple(notes))
    if excused := excused_names(parts):
        some = ", ".join(excused[:3]) + (" ..." if len(excused) > 3 else "")
        notes.append(
            f"{len(excused)} settlements have names that look like addresses, and study.toml "
            f"excuses them as true names ({some}): see that each is a place on the map."
        )
        parts = replace(parts, notes=tuple(notes))
    with _whole(folder) as stage:
        write_files(stage, parts, folder)
    counts = {
        "districts": len(districts.areas),
        "settlements": len(places.table),
        "rows of shelters": len(shelters),
        "roads": 0 if network is None else network.n_edges,
    }
    total = int(people.table["population"].sum())
    return Started(folder, counts, total, 0, tuple(notes), next_steps(folder, inputs))


class _Tries:
    """Reads one input after the other, and gathers the faults of all of them."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def of(self, read: Callable[[], T], file: Path | None = None) -> T | None:
        """Read an input; None if it has faults. Those without a place are of `file`."""
        try:
            return read()
        except TableError as error:
            self.faults += [fault for fault in error.faults if fault not in self.faults]
        except RoadError as error:
            if file is None:
                raise
            message, _, remedy = str(error).removeprefix(str(file)).lstrip(": ").partition(". ")
            fault = Fault(file.name, message.rstrip("."), remedy)
            self.faults += [] if fault in self.faults else [fault]
        return None

    def table(self, path: Path) -> None:
        """Look whether a table can be read at all."""
        self.faults += read_text_table(path)[1]

    def end(self) -> None:
        """Raise every fault that was found."""
        if self.faults:
            raise TableError(self.faults)


def _check(folder: Path, inputs: StartInputs) -> None:
    """Refuse what can be refused before the work, all of it together."""
    faults = []
    if not inputs.name.strip() or not inputs.name.isprintable():
        faults.append("the name of the study is empty or holds a line break")
    bad = [code for code in inputs.languages if not re.fullmatch(LANGUAGE_CODE, code)]
    if bad or not inputs.languages:
        faults.append(
            f"--languages: {', '.join(bad) or 'nothing'} is no code of a language, such as en or ka"
        )
    if len(set(inputs.languages)) < len(inputs.languages):
        faults.append("--languages names a language twice")
    if inputs.women_share is not None and not 0 < inputs.women_share < 1:
        faults.append("--women-share must lie between 0 and 1, such as 0.51")
    named = (
        inputs.boundaries,
        inputs.roads,
        inputs.population,
        inputs.settlements,
        inputs.shelters,
    )
    faults += [f"{path}: there is no such file" for path in named if path and not path.exists()]
    if faults:
        raise StudyError("\n".join(faults))
    if folder.is_file() or (
        folder.is_dir() and any(entry.name != DECISIONS for entry in folder.iterdir())
    ):
        raise OutputError(f"{folder} is there and not empty. Choose another folder for the study.")
    if not folder.absolute().parent.is_dir():
        raise OutputError(f"{folder} cannot be made: the folder it would stand in is not there")


def _people(
    inputs: StartInputs, districts: Districts, decisions: Path
) -> tuple[Grid | None, People | None]:
    path = inputs.population
    if path is None:
        return None, None
    if path.suffix.lower() in GRIDS:
        grid = read_grid(path, districts.areas.geometry.to_numpy())
        return grid, people_of_grid(path, districts, grid)
    return None, people_of_table(path, districts, inputs.columns, decisions)


def _named(districts: Districts, people: People, languages: Sequence[str]) -> Districts:
    """Take names of districts from the table of people where it has them."""
    areas, names = districts.areas.copy(), dict(districts.other_names)
    for code in languages:
        if (column := f"name_{code}") in people.table:
            own = people.table[column].reindex(areas.index)
            areas[column] = own.where(own.notna(), areas[column])
    for column in map(str, people.table):
        if column.startswith("name_"):
            for key, name in people.table[column].dropna().items():
                names[str(key)] = (*names[str(key)], name)
    return replace(districts, areas=areas, other_names=names)


def _settlements(inputs: StartInputs, languages: Sequence[str]) -> gpd.GeoDataFrame | None:
    if inputs.settlements is not None:
        return settlements_of_file(inputs.settlements, languages)
    if inputs.roads is not None and inputs.roads.suffix not in _ROADS_ALONE:
        return settlements_of_pbf(inputs.roads, languages)
    return None


def _listed(places: Places) -> People:
    """Count the people of settlements, where nobody counted those of districts."""
    table = places.table
    known = table[~table["source"].str.contains("assumed") & table["population_listed"].notna()]
    sums = known.groupby("district_id")["population_listed"].sum()
    sums = sums.reindex(places.centres.index).astype("Int64")
    if not sums.fillna(0).any():
        message = "no file says how many people live where"
        remedy = "Give a table with the people of each district, or a grid: --population."
        raise TableError([Fault("population", message, remedy)])
    note = (
        "People are those of settlements that state theirs, which are too few: give a table of "
        "districts or a grid with --population."
    )
    frame = pd.DataFrame({"population": sums})
    return People(frame, pd.DataFrame(), (), (note,))


def _write_whole(path: Path, text: str) -> None:
    """Write a file in a folder that may not be there yet, whole or not at all."""
    try:
        path.parent.mkdir(exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write into that takes the place of an empty one when it is whole."""
    try:
        stage = Path(tempfile.mkdtemp(prefix=".shelter-geo-", dir=folder.absolute().parent))
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror or error}") from error
    try:
        mask = os.umask(0)
        os.umask(mask)
        stage.chmod(0o777 & ~mask)
        yield stage
        if (decided := folder / DECISIONS).is_file():
            shutil.copy2(decided, stage / DECISIONS)
            decided.unlink()
        if folder.is_dir():
            folder.rmdir()
        stage.rename(folder)
    except OSError as error:
        raise OutputError(
            f"{folder} could not be written: {error.strerror or error}. Nothing was left there."
        ) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
