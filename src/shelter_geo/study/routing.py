"""How a study uses its roads: where its points join them, and the engine that routes on them."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import geopandas as gpd

from shelter_geo.roads import Engine, Joiner, RoadNetwork, SnapSettings, cache_folder, make_engine
from shelter_geo.study.study import Study

_ENGINES: WeakKeyDictionary[RoadNetwork, Engine] = WeakKeyDictionary()


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
    return Joiner(snap_settings(study), study.roads_before, study.settlements)


def centres(study: Study) -> gpd.GeoDataFrame:
    """Return the centres of districts as points that know their district."""
    keys = study.centres.index
    return gpd.GeoDataFrame({"district_id": keys}, index=keys, geometry=study.centres)


def engine(study: Study) -> Engine:
    """Return the engine of a study's roads.

    A small reference network is searched as it is. A network of all roads is prepared once for
    as long as it lives, and what is prepared is kept on disk; where a plan has changed the roads
    and no node is new, the order of the roads before is taken over.
    """
    if study.settings.roads.network == "reference":
        return make_engine(study.network)
    if study.network not in _ENGINES:
        before = study.roads_before
        like = None if before is None else _ENGINES.get(before)
        if like is not None and like.graph.n_nodes != study.network.n_nodes:
            like = None
        _ENGINES[study.network] = make_engine(study.network, cache_dir=cache_folder(), like=like)
    return _ENGINES[study.network]
