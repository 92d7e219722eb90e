"""The files of a new study: tables, borders, roads, settings, a plan and what to do next."""

from __future__ import annotations

import datetime as dt
import json
import re
import string
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from shelter_geo.outside import without_live_cells
from shelter_geo.roads import RoadNetwork, save_network
from shelter_geo.start.boundaries import Districts
from shelter_geo.start.names import made_keys
from shelter_geo.start.people import TAKEN, People, PeopleColumns
from shelter_geo.start.places import Places
from shelter_geo.study import SHELTERS, gives_a_place_away
from shelter_geo.vocabulary import Evidence

ROADS: Final = "country.roads.npz"
MATCHES: Final = "population-matches.csv"


@dataclass(frozen=True)
class StartInputs:
    """What a study is made of.

    Attributes
    ----------
    name
        What the study is called.
    boundaries
        A file of polygons, one for each district.
    as_of
        The day that the figures describe.
    roads
        An extract of OpenStreetMap in PBF, a graph in GraphML, or a stored network.
    population
        A table with a row for each district, or a grid of people.
    settlements
        A table or file of points, in place of the places of the extract.
    shelters
        A table of shelters.
    languages
        Codes of the languages of the study, the first first.
    women_share
        Share of the people who are women, from 0 to 1.
    key_property, name_property
        Properties of the boundaries with keys and names; looked for if not given.
    columns
        Columns of the table of people; looked for where not given.
    """

    name: str
    boundaries: Path
    as_of: dt.date
    roads: Path | None = None
    population: Path | None = None
    settlements: Path | None = None
    shelters: Path | None = None
    languages: Sequence[str] = ("en",)
    women_share: float | None = None
    key_property: str | None = None
    name_property: str | None = None
    columns: PeopleColumns = field(default_factory=PeopleColumns)


@dataclass(frozen=True)
class StudyParts:
    """Everything that is written, worked out."""

    inputs: StartInputs
    districts: Districts
    people: People
    places: Places
    shelters: pd.DataFrame
    network: RoadNetwork | None
    borders: gpd.GeoSeries
    notes: tuple[str, ...]


def write_files(stage: Path, parts: StudyParts, folder: Path) -> None:
    """Write the files of a study.

    Parameters
    ----------
    stage
        An empty folder.
    parts
        What is written.
    folder
        Where the study will stand, for the commands that are named.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    inputs, languages = parts.inputs, list(parts.inputs.languages)
    names = [f"name_{code}" for code in languages]
    _csv(_district_rows(parts, names), stage / "districts.csv")
    columns = ["settlement_id", *names, "district_id", "lat", "lon", "population_listed", "source"]
    _csv(parts.places.table[columns], stage / "settlements.csv")
    _csv(parts.shelters, stage / "shelters.csv")
    if len(parts.people.matches):
        _csv(parts.people.matches, stage / MATCHES)
    _write_borders(stage / "boundaries.geojson", parts, names[0])
    if parts.network is None:
        nodes = parts.places.table[["settlement_id", names[0], "lat", "lon", "district_id"]]
        renamed = {"settlement_id": "node_id", names[0]: "name"}
        _csv(nodes.rename(columns=renamed), stage / "nodes.csv")
        links = pd.DataFrame(columns=["from_node", "to_node", "km", "minutes", "road_class"])
        _csv(links, stage / "links.csv")
    else:
        save_network(parts.network, stage / ROADS)
    plans = stage / "plans"
    plans.mkdir()
    plan = '# The study as it stands.\n\n[scenario]\nid = "today"\nname = "Today"\n'
    (plans / "today.toml").write_text(plan + 'evidence = "sourced"\n', encoding="utf-8")
    (stage / "study.toml").write_text(_study_file(parts), encoding="utf-8")
    words: dict[str, Any] = SHELTERS.metadata or {}
    readme = _filled(
        "README.md",
        title=inputs.name,
        files="".join(f"| `{name}` | {what} |\n" for name, what in _files(parts)),
        notes="\n".join(f"- {note}" for note in parts.notes) or "- Nothing to note.",
        steps="\n".join(next_steps(folder, inputs)),
        names="`, `".join(names),
        groups="`, `".join(words["groups"]),
        answers=", ".join(words["answers"]),
    )
    (stage / "README.md").write_text(readme, encoding="utf-8")


def _district_rows(parts: StudyParts, names: list[str]) -> pd.DataFrame:
    centres = parts.places.table.loc[parts.places.centres.to_numpy()]
    people = parts.people.table
    table = pd.DataFrame(parts.districts.areas[["district_id", *names]])
    regions = [f"region_{name.removeprefix('name_')}" for name in names]
    for column in people:
        if column in ("population", "women", *TAKEN, *regions):
            table[column] = people[column].reindex(table.index)
    if "lat" not in people or "lon" not in people:
        table["lat"], table["lon"] = centres["lat"].to_numpy(), centres["lon"].to_numpy()
        table["centre"] = centres[names[0]].to_numpy()
    return table


def _write_borders(path: Path, parts: StudyParts, name: str) -> None:
    areas = parts.districts.areas
    features = [
        {
            "type": "Feature",
            "properties": {"district_id": key, "name": areas.at[key, name]},
            "geometry": json.loads(json.dumps(shape.__geo_interface__)),
        }
        for key, shape in parts.borders.items()
    ]
    document = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")


def _files(parts: StudyParts) -> list[tuple[str, str]]:
    rows = [("nodes.csv`, `links.csv", "roads by hand: places, and the road between neighbours")]
    if parts.network is not None:
        rows = [(ROADS, "all roads for cars, imported from the extract")]
    if len(parts.people.matches):
        rows.append((MATCHES, "which row of the table of people was taken for which district"))
    return rows


def _study_file(parts: StudyParts) -> str:
    inputs, excused = parts.inputs, excused_names(parts)
    quoted = {name: _toml(text) for name, text in _words(parts).items()}
    if parts.network is None:
        roads = (
            'network = "reference"\nnodes = "nodes.csv"\nlinks = "links.csv"\n'
            'source = "no roads yet"\nlicence = "none"'
        )
    else:
        roads = (
            f'network = "osm"\nfile = "{ROADS}"\n'
            f"source = {_toml(parts.network.provenance.source)}\n"
            f"licence = {_toml(parts.network.provenance.licence or 'not stated')}"
        )
    return _filled(
        "study.toml",
        **quoted,
        languages=json.dumps(list(inputs.languages)),
        as_of=inputs.as_of.isoformat(),
        roads=roads,
        checks="[checks]" if excused else "# [checks]",
        excused=_listed(excused) if excused else '# named_like_streets = ["n123"]',
        evidence=", ".join(Evidence),
        assumptions="\n".join(_assumptions(parts)).rstrip(),
    )


def excused_names(parts: StudyParts) -> list[str]:
    """Return the keys of settlements whose true names look like addresses."""
    names = [f"name_{code}" for code in parts.inputs.languages]
    table = parts.places.table[names]
    refused = table.map(lambda name: isinstance(name, str) and gives_a_place_away(name))
    return sorted(map(str, table.index[refused.any(axis=1)]))


def _listed(keys: Sequence[str]) -> str:
    """Write keys as a list of TOML, in lines of a hundred signs."""
    lines = textwrap.wrap(", ".join(map(_toml, keys)), 96, break_on_hyphens=False)
    return "named_like_streets = [\n  " + "\n  ".join(lines) + "\n]"


def _words(parts: StudyParts) -> dict[str, str]:
    inputs = parts.inputs
    credit = [f"Boundaries: {inputs.boundaries.name}."]
    if inputs.population is not None:
        credit.append(f"People: {inputs.population.name}.")
    if inputs.settlements is not None:
        credit.append(f"Settlements: {inputs.settlements.name}.")
    if parts.network is not None:
        credit.append(f"Roads: {parts.network.provenance.licence or inputs.roads}.")
    return {
        "id": made_keys([inputs.name])[0],
        "name": inputs.name,
        "credit": " ".join(credit),
    }


def _assumptions(parts: StudyParts) -> Iterator[str]:
    """Say what nobody stated: each is shown on every page."""
    texts = {
        "shares": "The people of a district are shared out over its settlements, by the people "
        "that are listed for them; where others live is not known.",
        "free-flow": "Times are for a car on empty roads, without traffic, snow or darkness.",
    }
    if any("kind of place" in source for source in parts.places.table["source"]):
        texts["kind-of-place"] = (
            "Settlements whose people are not known weigh as others of their kind: city, town, "
            "village or hamlet."
        )
    if parts.inputs.women_share is not None:
        texts["women-share"] = "The share of women is taken to be the same in every district."
    for key, text in texts.items():
        yield f'[[assumptions]]\nid = "{key}"\ntext = {_toml(text)}\nevidence = "assumed"\n'


def fetched_roads(inputs: StartInputs) -> str:
    """Name the file into which roads are fetched for a study that has none."""
    return f"{made_keys([inputs.name])[0]}.roads.npz"


def next_steps(folder: Path, inputs: StartInputs) -> tuple[str, ...]:
    """Name the commands that come next."""
    shown = str(folder)
    if re.search(r"[^\w./\\:-]", shown):
        shown = f"'{shown}'"
    name = made_keys([inputs.name])[0]
    fetch = f"shelter-geo roads fetch --online --boundary {shown}/boundaries.geojson"
    roads = (f"{fetch} --out {fetched_roads(inputs)}",)
    return (
        *(roads if inputs.roads is None else ()),
        f"shelter-geo validate {shown}",
        f"shelter-geo run {shown}",
        f"shelter-geo site {shown} --new 1",
        f"shelter-geo planner {shown} --out {name}-planner.html",
    )


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _filled(name: str, /, **values: str) -> str:
    return string.Template(template(name)).substitute(values).rstrip() + "\n"


def template(name: str) -> str:
    """Return a file of a new study in which names are still to be filled in."""
    file = resources.files("shelter_geo.start") / "templates" / name
    return file.read_text(encoding="utf-8")


def _csv(table: pd.DataFrame, path: Path) -> None:
    safe = without_live_cells(table)
    safe.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
