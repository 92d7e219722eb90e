"""How a study uses its roads: where its points join them, and the engine that routes on them."""

from __future__ import annotations

from typing import Any, Final
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd

from shelter_geo.errors import Fault
from shelter_geo.roads import (
    NOWHERE,
    Engine,
    Joiner,
    RoadFinder,
    RoadNetwork,
    SnapSettings,
    cache_folder,
    make_engine,
    redrawn_engine,
)
from shelter_geo.study.places import REGION
from shelter_geo.study.study import Study

SEARCHED_AS_IT_IS: Final = 2000
"""Nodes of a reference network up to which nothing is prepared."""
_ENGINES: WeakKeyDictionary[RoadNetwork, Engine] = WeakKeyDictionary()
_JOINERS: WeakKeyDictionary[Study, Joiner] = WeakKeyDictionary()
_STAND_INS: WeakKeyDictionary[Study, pd.Series[Any]] = WeakKeyDictionary()


def snap_settings(study: Study) -> SnapSettings:
    """Return the settings by which the points of a study join its roads."""
    roads = study.settings.roads
    return SnapSettings(
        to="node" if roads.network == "reference" else "edge",
        connector_kmh=roads.connector_kmh,
        max_connector_km=roads.max_connector_km,
        to_main=roads.connect_to_main,
    )


def joiner(study: Study) -> Joiner:
    """Return how the points of a study join its roads, whatever a plan has made of them.

    The settlements say which components reach more than one of them, and those of a district
    decide which component is its main one.
    """
    if study not in _JOINERS:
        _JOINERS[study] = Joiner(snap_settings(study), study.roads_before, study.settlements)
    return _JOINERS[study]


def centres(study: Study) -> gpd.GeoDataFrame:
    """Return the points that districts are counted from, which know their district.

    A district's centre, or one of its settlements where the centre is far from its roads; see
    `stand_ins`.
    """
    keys, points = study.centres.index, study.centres.copy()
    instead = stand_ins(study)
    points[instead.index] = study.settlements.geometry[instead].to_numpy()
    return gpd.GeoDataFrame({"district_id": keys}, index=keys, geometry=points)


def stand_ins(study: Study) -> pd.Series[Any]:
    """Name the settlement that a district is counted from, where its centre is far from its roads.

    A centre is, if it joins no road, or a part of the roads that none of its district's settlements
    joins. Then the district is counted from its largest settlement on the part that most of its
    people join. Roads are looked at as they are before any plan.

    Returns
    -------
    Series
        Keys of settlements by `district_id`; most studies need none.
    """
    if study not in _STAND_INS:
        _STAND_INS[study] = _find_stand_ins(study)
    return _STAND_INS[study]


def _find_stand_ins(study: Study) -> pd.Series[Any]:
    roads = study.network if study.roads_before is None else study.roads_before
    join, finder = Joiner(snap_settings(study), voters=study.settlements), RoadFinder.of(roads)
    keys = study.centres.index
    at = gpd.GeoDataFrame({"district_id": keys}, index=keys, geometry=study.centres)
    own, parts = (finder.component(join(roads, points).edge) for points in (at, study.settlements))
    towns = pd.DataFrame(study.settlements[["district_id", "population"]]).assign(part=parts)
    towns = towns[(parts != NOWHERE) | towns.index.isin(study.shelters["settlement_id"])]
    both = towns.groupby(["district_id", "part"])["population"]
    towns = towns.assign(together=both.transform("sum"), joined=towns["part"] != NOWHERE)
    theirs = set(zip(towns["district_id"], towns["part"], strict=True))
    lost = [
        key
        for key, part in zip(keys, own.tolist(), strict=True)
        if part == NOWHERE or (key, part) not in theirs
    ]
    towns = towns[towns["district_id"].isin(lost)].rename_axis("settlement_id").reset_index()
    order = ["district_id", "joined", "together", "population", "settlement_id"]
    towns = towns.sort_values(order, ascending=[True, False, False, False, True])
    chosen = towns.drop_duplicates("district_id").set_index("district_id")["settlement_id"]
    there = study.settlements.geometry[chosen].to_numpy()
    chosen = chosen[there != study.centres[chosen.index].to_numpy()]
    return pd.Series(chosen)


def joined_separates(study: Study, *, file: str) -> list[Fault]:
    """Name regions that are declared separate while roads join them to others.

    Parameters
    ----------
    study
        As it stands.
    file
        Name of the study file, for the faults.
    """
    declared = [entry.region for entry in study.settings.roads.separate]
    if not declared:
        return []
    finder, towns = RoadFinder.of(study.network), study.settlements
    part = finder.component(joiner(study)(study.network, towns).edge)
    region = towns["district_id"].map(study.districts[REGION]).to_numpy()
    by_size = np.lexsort((towns.index, -towns["population"].to_numpy()))
    names = towns["name_en"].to_numpy()
    remedy = (
        "Take the entry out, or close the roads that nobody can use, ferries among them, with "
        "[[roads.close]]."
    )
    faults = []
    for home in declared:
        within = [row for row in by_size if region[row] == home and part[row] != NOWHERE]
        beyond = {int(part[row]): row for row in by_size[::-1] if region[row] != home}
        for row in within:
            if (other := beyond.get(int(part[row]))) is not None:
                message = f"is declared separate, but roads join {names[row]} to {names[other]}"
                faults.append(Fault(file, message, remedy, column="roads.separate", value=home))
                break
    return faults


def _nodes(network: RoadNetwork) -> int:
    return network.n_nodes + len(network.junctions.of)


def engine(study: Study) -> Engine:
    """Return the engine of a study's roads.

    A small reference network is searched as it is. A network of all roads is prepared once for
    as long as it lives, and what is prepared is kept on disk; where a plan has changed the roads
    and no node is new, the order of the roads before is taken over.
    """
    if study.settings.roads.network == "reference":
        if study.network.n_nodes > SEARCHED_AS_IT_IS:
            return make_engine(study.network)
        if study.network not in _ENGINES:
            _ENGINES[study.network] = make_engine(study.network, method="dijkstra")
    if study.network not in _ENGINES:
        before = study.roads_before
        like = None if before is None else _ENGINES.get(before)
        if like is not None and like.graph.n_nodes != _nodes(study.network):
            like = None
        _ENGINES[study.network] = make_engine(study.network, cache_dir=cache_folder(), like=like)
    return _ENGINES[study.network]


def draw_like(drawn: Study, given: Study) -> None:
    """Let the engine of drawn roads share what does not depend on their times.

    A draw is looked at once: nothing of it is kept on disk. Roads that are searched as they are, or
    by few searches, are left to `engine`.

    Parameters
    ----------
    drawn
        Its roads are those of `given`, at other times; see `roads.redraw`.
    given
        The study as it is.
    """
    before = engine(given)
    if before.hierarchy is not None or before.worth_preparing(len(given.districts)):
        _ENGINES[drawn.network] = redrawn_engine(drawn.network, given.network)
