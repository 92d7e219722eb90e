"""A country of four districts and two shelters, small enough to work out by hand.

Roads (km, minutes): a-b 10, 10; b-c 20, 30; a-c 60, 35; c-s 5, 6. District d is an island. Shelters
stand at a (12 places) and at s (6 places). From c the fastest way to a is the long road (60 km in
35 min against 30 km in 40 min), and the nearest shelter is s (5 km, 6 min).
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from shelter_geo.access.costs import CostMatrix, cost_matrix
from shelter_geo.access.metrics import BusTime
from shelter_geo.roads.joining.snapping import SnapSettings
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.ways import network_from_tables

BUS = BusTime(factor=1.5, low=1.2, high=2.0)
TO_NODES = SnapSettings(to="node", max_connector_km=1.0, min_component_share=0.0)

NODES = pd.DataFrame(
    {
        "node_id": ["a", "b", "c", "s", "d", "e"],
        "lon": [1.0, 1.2, 1.4, 1.5, 3.0, 3.1],
        "lat": [1.0, 1.0, 1.0, 1.0, 3.0, 3.0],
    }
)
LINKS = pd.DataFrame(
    [
        ("a", "b", 10, 10),
        ("b", "c", 20, 30),
        ("a", "c", 60, 35),
        ("c", "s", 5, 6),
        ("d", "e", 9, 9),
    ],
    columns=["from_node", "to_node", "km", "minutes"],
)
PEOPLE = {"a": (1000, 520), "b": (600, 300), "c": (300, 150), "d": (100, 50)}


def network() -> RoadNetwork:
    return network_from_tables(NODES, LINKS, Provenance("toy", "none"))


def points(*nodes: str) -> gpd.GeoSeries:
    row = NODES.set_index("node_id").loc[list(nodes)]
    return gpd.GeoSeries(gpd.points_from_xy(row["lon"], row["lat"]), index=list(nodes), crs=4326)


def districts() -> gpd.GeoDataFrame:
    frame = pd.DataFrame.from_dict(PEOPLE, orient="index", columns=["population", "women"])
    frame["district_id"] = frame.index
    frame["name_en"] = frame.index.str.upper()
    frame["counts_registered_not_resident"] = frame.index == "b"
    return gpd.GeoDataFrame(frame, geometry=points(*frame.index))


def costs() -> CostMatrix:
    shelters = points("s", "a")
    return cost_matrix(network(), districts().geometry, shelters, snapping=TO_NODES)
