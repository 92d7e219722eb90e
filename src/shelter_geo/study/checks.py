"""The tables of a study held against each other."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd
import shapely

from shelter_geo.errors import Fault
from shelter_geo.study.facilities import uneven_places
from shelter_geo.study.geography import (
    exchanged_areas,
    foreign_basemap,
    foreign_roads,
    gaps_between,
    lone_nodes,
    shared_ground,
    strayed_points,
    without_polygon,
)
from shelter_geo.study.journeys import unknown_stops
from shelter_geo.study.kinds import (
    undeclared_kinds,
)
from shelter_geo.study.opening import holidays_not_given
from shelter_geo.study.origin import with_causes
from shelter_geo.study.people import people_of_unknown, too_many_displaced, uneven_people
from shelter_geo.study.places import REGION, resting_on_missing
from shelter_geo.study.privacy import private_slips
from shelter_geo.study.reading import StudyFolder, Tables
from shelter_geo.study.settings import StudySettings
from shelter_geo.study.tables import relations
from shelter_geo.study.tables.links import impossible_links


def relate(folder: StudyFolder, settings: StudySettings, tables: Tables) -> None:
    """Check the tables against each other, as far as they could be read."""
    files = settings.tables
    if tables.districts is not None:
        _relate_districts(folder, settings, tables.districts, tables)
    if tables.standards is not None or tables.norms is not None:
        _relate_norms(folder, settings, tables)
    _relate_regions(folder, settings, tables)
    series = [each.measure for each in settings.capacity.by_year]
    counted = pd.Series(dtype=str) if tables.statistics is None else tables.statistics["measure"]
    key, of = "capacity.by_year.measure", "measure of the statistics"
    folder.add(_unlisted(folder.study_file, key, series, counted, of=of))
    if tables.shelters is not None:
        folder.add(undeclared_kinds(files.shelters, settings.facility_kinds, tables.shelters))
        shelters_file = folder.path(files.shelters).name
        folder.add(holidays_not_given(shelters_file, settings.calendar, tables.shelters))
        folder.add(uneven_places(folder.path(files.shelters), tables.shelters))
    if tables.shelters is not None and tables.admission is not None:
        path, known = folder.path(str(files.admission)), tables.shelters["shelter_id"]
        answers, column = tables.admission, "shelter_id"
        folder.add(relations.unknown_keys(path, answers, column, known, of="shelter"))
    if tables.settlements is not None and tables.shelters is not None:
        path = folder.path(files.shelters)
        folder.add(relations.homeless_shelters(path, tables.shelters, tables.settlements))
        if tables.private_points is not None and files.private_points is not None:
            path = folder.path(files.private_points)
            public = tables.shelters, tables.settlements
            folder.add(private_slips(path, tables.private_points, *public))
    if tables.settlements is not None and tables.near_ties is not None:
        path, known = folder.path(str(files.near_ties)), tables.settlements["settlement_id"]
        ties, column = tables.near_ties, "settlement_id"
        folder.add(relations.unknown_keys(path, ties, column, known, of="settlement"))
    if tables.travel is not None:
        folder.add(relations.odd_departures(folder.path(str(files.travel)), tables.travel))
    if tables.settlements is not None and tables.travel is not None:
        path, known = folder.path(str(files.travel)), tables.settlements["settlement_id"]
        for column in ("from_settlement", "to_settlement"):
            folder.add(relations.unknown_keys(path, tables.travel, column, known, of="settlement"))
    if tables.settlements is not None and tables.shelters is not None:
        places = tables.settlements["settlement_id"], tables.shelters["shelter_id"]
        folder.add(
            unknown_stops(folder.study_file, settings.journeys, settings.roads.link, *places)
        )
    if tables.nodes is not None and tables.links is not None:
        path = folder.path(str(settings.roads.links))
        folder.add(impossible_links(path, tables.links, tables.nodes))
        faults, warnings = lone_nodes(
            folder.path(str(settings.roads.nodes)).name, tables.nodes, tables.links
        )
        folder.add(faults, warnings)
    _excused_names(folder, settings, tables)
    if tables.areas is not None:
        _relate_points(folder, settings, tables, tables.areas)
        path = folder.path(str(files.boundaries))
        folder.add(shared_ground(path, tables.areas), gaps_between(path, tables.areas))
    _find_causes(folder, settings, tables)


def _find_causes(folder: StudyFolder, settings: StudySettings, tables: Tables) -> None:
    """Put faults of many rows down to the file of another place that they come from."""
    files = settings.tables
    named = {
        files.districts: tables.districts,
        files.settlements: tables.settlements,
        files.shelters: tables.shelters,
        files.residents: tables.residents,
        files.displaced: tables.displaced,
        files.near_ties: tables.near_ties,
        settings.roads.nodes: tables.nodes,
        files.boundaries: tables.areas,
    }
    rows = {
        folder.path(name).name: len(table)
        for name, table in named.items()
        if name is not None and table is not None
    }
    folder.faults = with_causes(
        folder.faults,
        rows,
        districts=folder.path(files.districts).name,
        settlements=folder.path(files.settlements).name,
        boundaries=folder.path(files.boundaries).name if files.boundaries else None,
    )


def _relate_regions(folder: StudyFolder, settings: StudySettings, tables: Tables) -> None:
    """Check that the regions in which stays were counted are regions of the districts."""
    demand, districts = settings.capacity.demand, tables.districts
    if demand is None or districts is None:
        return
    known = districts["region"] if "region" in districts else pd.Series(dtype=str)
    named = [each.region for each in demand.regions]
    key, of = "capacity.demand.regions.region", "region of the districts"
    folder.add(_unlisted(folder.study_file, key, named, known, of=of))


def _relate_norms(folder: StudyFolder, settings: StudySettings, tables: Tables) -> None:
    """Check that the norms of the study file stand in one of the two tables, and in one only."""
    of, parts = "id of the standards", [tables.standards, tables.norms]
    known = pd.concat([part["id"] for part in parts if part is not None])
    named = [norm.standard for norm in settings.capacity.norms]
    folder.add(_unlisted(folder.study_file, "capacity.norms.standard", named, known, of=of))
    kinds = [kind.norm for kind in settings.kinds]
    named = [norm.standard for norm in kinds if norm is not None and norm.standard]
    folder.add(_unlisted(folder.study_file, "kinds.norm.standard", named, known, of=of))
    if tables.standards is not None and tables.norms is not None:
        both = tables.norms[tables.norms["id"].isin(tables.standards["id"])]
        file, remedy = str(settings.tables.norms), "Give one of the two another key."
        folder.add(
            Fault(file, "the standards have this key too", remedy, row, "id", key)
            for row, key in zip(both.index.tolist(), both["id"], strict=True)
        )


def _relate_districts(
    folder: StudyFolder, settings: StudySettings, districts: pd.DataFrame, tables: Tables
) -> None:
    """Check sums, and every district that another file names."""
    files, known = settings.tables, districts["district_id"]
    sums = relations.uneven_sums(folder.path(files.districts), districts)
    unread = folder.has_faults(files.districts, "population")
    folder.add(fault for fault in sums if fault.row is not None or not unread)
    _relate_people(folder, settings, districts, tables)
    named = (
        (files.residents, tables.residents),
        (files.displaced, tables.displaced),
        (files.settlements, tables.settlements),
        (files.near_ties, tables.near_ties),
        (files.shelters, tables.shelters),
        (settings.roads.nodes, tables.nodes),
    )
    for name, table in named:
        if table is not None:
            path = folder.path(str(name))
            folder.add(relations.unknown_keys(path, table, "district_id", known, of="district"))
    if tables.settlements is not None and not folder.has_faults(files.settlements, "district_id"):
        path = folder.path(files.districts)
        folder.add(relations.bare_districts(path, districts, tables.settlements))
    folder.add(resting_on_missing(folder.study_file, settings, districts))
    if REGION not in districts:
        return
    regions = [entry.region for entry in settings.roads.separate]
    key, of = "roads.separate", "region of the districts"
    folder.add(_unlisted(folder.study_file, key, regions, districts[REGION], of=of))


def _relate_people(
    folder: StudyFolder, settings: StudySettings, districts: pd.DataFrame, tables: Tables
) -> None:
    """Check who lives where against who is registered where."""
    files = settings.tables
    unread = folder.has_faults(files.districts, "population")
    if tables.residents is not None:
        path = folder.path(str(files.residents))
        folder.add(uneven_people(path, tables.residents, "residents"))
        if not unread:  # a cell that cannot be read is a fault of its own
            folder.add(people_of_unknown(path, districts, tables.residents, "residents_central"))
    if tables.displaced is not None:
        path = folder.path(str(files.displaced))
        folder.add(uneven_people(path, tables.displaced, "displaced"))
        if not unread:
            folder.add(people_of_unknown(path, districts, tables.displaced, "displaced_central"))
        folder.add(too_many_displaced(path, districts, tables.residents, tables.displaced))


def _relate_points(
    folder: StudyFolder, settings: StudySettings, tables: Tables, areas: gpd.GeoDataFrame
) -> None:
    """Check that points lie in the country and in their districts, and the roads and the ground."""
    files, exceptions = settings.tables, settings.checks.outside_boundaries
    country, known = shapely.union_all(areas.geometry.to_numpy()), [pd.Series(dtype=str)]
    drawn, exchanged = set(areas["district_id"]), dict[str, Fault]()
    if tables.districts is not None:
        path, keys = folder.path(str(files.boundaries)), tables.districts["district_id"]
        folder.add(relations.foreign_areas(path, areas, keys), without_polygon(path, areas, keys))
    for name, table, key in (
        (files.districts, tables.districts, "district_id"),
        (files.settlements, tables.settlements, "settlement_id"),
    ):
        if table is None:
            continue
        path, known = folder.path(name), [*known, table[key]]
        # The points of a district that has no polygon lie outside all of them, and rightly.
        ashore = table[~table[key].isin(exceptions) & table["district_id"].isin(drawn)]
        folder.add(relations.misplaced_points(path, ashore, country))
        if key == "settlement_id":
            folder.add(strayed_points(path, ashore, areas, "settlement", exchanged=exchanged))
        else:
            boundaries = folder.path(str(files.boundaries)).name
            faults = exchanged_areas(path, ashore, areas, boundaries=boundaries)
            folder.add(faults)
            exchanged = {
                str(table.at[fault.row, key]): fault.cause
                for fault in faults
                if fault.row is not None and fault.cause is not None
            }
    if len(known) > 1:
        key, of = "checks.outside_boundaries", "settlement_id of the settlements"
        folder.add(_unlisted(folder.study_file, key, exceptions, pd.concat(known), of=of))
    if tables.nodes is not None:
        path = folder.path(str(settings.roads.nodes))
        folder.add(relations.misplaced_points(path, tables.nodes, country, abroad=True))
        if not folder.has_faults(str(settings.roads.nodes), "lat, lon"):
            folder.add(strayed_points(path, tables.nodes, areas, "node", exchanged=exchanged))
            at = tables.nodes[["lon", "lat"]].dropna().to_numpy(float)
            folder.add(*foreign_roads(path.name, at[:, 0], at[:, 1], country))
    if tables.network is not None:
        network = tables.network
        folder.add(*foreign_roads(str(settings.roads.file), network.lon, network.lat, country))
    if tables.basemap is not None and files.basemap is not None:
        folder.add(foreign_basemap(folder.path(files.basemap), tables.basemap, country))


def _excused_names(folder: StudyFolder, settings: StudySettings, tables: Tables) -> None:
    """Check that names are excused of settlements that there are."""
    if tables.settlements is not None:
        key, of = "checks.named_like_streets", "settlement_id of the settlements"
        excused, known = settings.checks.named_like_streets, tables.settlements["settlement_id"]
        folder.add(_unlisted(folder.study_file, key, excused, known, of=of))


def _unlisted(
    file: str, key: str, values: Iterable[str], known: pd.Series, *, of: str
) -> list[Fault]:
    """Name values of the study file that a column of a table does not hold."""
    wanted, remedy = list(values), f"Write it as in the column {of} table, or take it out."
    listed = set(known[known.isin(wanted)])
    return [
        Fault(file, "stands in no row", remedy, column=key, value=value)
        for value in wanted
        if value not in listed
    ]
