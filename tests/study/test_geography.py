"""Points, areas and roads held against each other, on squares of one degree."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from shelter_geo.errors import fault_lines
from shelter_geo.study.geography import (
    exchanged_areas,
    foreign_basemap,
    foreign_roads,
    lone_nodes,
    shared_ground,
    strayed_points,
)
from shelter_geo.study.tables.links import impossible_links

BORDERS, POINTS = Path("borders.geojson"), Path("districts.csv")


def areas(*west: float, keys: str = "abc") -> gpd.GeoDataFrame:
    """Squares of one degree from the equator up, beside each other."""
    squares = [shapely.box(at, 0, at + 1, 1) for at in west]
    named = {"district_id": list(keys[: len(west)])}
    return gpd.GeoDataFrame(named, geometry=squares, index=range(1, len(west) + 1), crs=4326)


def points(*at: tuple[str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(at, columns=["district_id", "lon", "lat"])
    return table.set_axis(range(2, len(table) + 2))


def test_neighbours_that_touch_share_no_ground_and_those_that_overlap_are_named() -> None:
    assert shared_ground(BORDERS, areas(0, 1, 2)) == []
    assert shared_ground(BORDERS, areas(0, 0.96, 2)) == []  # a fiftieth part of generalising
    (fault,) = shared_ground(BORDERS, areas(0, 0.75, 2))
    assert (fault.row, fault.value) == (2, "b")
    assert fault.message.startswith("25% of the smaller of this polygon and that of a")
    same = shared_ground(BORDERS, areas(0, 0, 0))
    assert [fault.value for fault in same] == ["b", "c", "c"]


def test_exchanged_polygons_are_one_cause_and_a_lone_centre_abroad_is_not() -> None:
    centres = points(("a", 0.5, 0.5), ("b", 1.5, 0.5), ("c", 2.5, 0.5))
    right = areas(0, 1, 2)
    assert exchanged_areas(POINTS, centres, right, boundaries="borders.geojson") == []
    faults = exchanged_areas(POINTS, centres, areas(1, 0, 2), boundaries="borders.geojson")
    assert [(fault.row, fault.value) for fault in faults] == [(2, "0.5, 0.5"), (3, "0.5, 1.5")]
    (line,) = fault_lines(faults)
    assert line.startswith("borders.geojson: polygons of 2 districts are exchanged: a, b.")
    lone = points(("a", 1.5, 0.5), ("b", 1.5, 0.5), ("c", 2.5, 0.5))
    (fault,) = exchanged_areas(POINTS, lone, right, boundaries="borders.geojson")
    assert fault.cause is None
    assert fault.message == "the centre lies in the polygon of b, not in its own"
    near = points(("a", 1.04, 0.5))  # four kilometres over a generalised border
    assert exchanged_areas(POINTS, near, right, boundaries="borders.geojson") == []


def test_a_settlement_at_the_other_end_of_the_country_is_named() -> None:
    towns = points(("a", 0.5, 0.5), ("a", 1.1, 0.5), ("a", 2.5, 0.5), ("", 9.0, 9.0))
    (fault,) = strayed_points(POINTS, towns, areas(0, 1, 2), "settlement", exchanged={})
    assert (fault.row, fault.value) == (4, "0.5, 2.5")
    assert "far outside the polygon of its district a" in fault.message


def test_roads_of_another_place_are_a_fault_and_half_of_them_a_warning() -> None:
    country, lat = shapely.box(0, 0, 3, 1), np.full(4, 0.5)
    inside = np.array([0.1, 1.0, 2.0, 3.1])
    assert foreign_roads("roads", inside, lat, country) == ([], [])
    (fault,), none = foreign_roads("roads", inside + 40, lat, country)
    assert fault.message == "none of the 4 nodes lies within the study's boundaries"
    assert none == []
    none, (warning,) = foreign_roads("roads", np.array([0.1, 40.0, 41, 42]), lat, country)
    assert none == []
    assert warning.message.startswith("only 1 of the 4 nodes")


def nodes(*at: tuple[float, float]) -> pd.DataFrame:
    table = pd.DataFrame(at, columns=["lon", "lat"]).assign(node_id=list("abcdef"[: len(at)]))
    return table.set_axis(range(2, len(table) + 2))


def test_nodes_without_a_link_or_at_one_point_are_to_be_looked_at() -> None:
    links = pd.DataFrame({"from_node": ["a"], "to_node": ["b"]})
    faults, warnings = lone_nodes("nodes.csv", nodes((0, 0), (1, 0), (2, 0), (1, 0)), links)
    assert faults == []
    assert [(one.row, one.value, one.message) for one in warnings] == [
        (5, "d", "lies at the point of b"),
        (4, "c", "no link starts or ends here"),
        (5, "d", "no link starts or ends here"),
    ]
    assert lone_nodes("nodes.csv", nodes((0, 0)), links.iloc[:0]) == ([], [])
    (fault,), _ = lone_nodes("nodes.csv", nodes(*[(1, 0)] * 3, (2, 0)), links)
    assert fault.message == "3 of 4 nodes lie at one point"


def test_a_road_of_5000_km_between_neighbours_is_a_slip() -> None:
    table = pd.DataFrame(
        {
            "from_node": ["a", "b"],
            "to_node": ["b", "c"],
            "km": [5000.0, 150.0],  # the second goes round a fjord: 111 km of straight line
            "minutes": [5000.0, 150.0],
        },
        index=[2, 3],
    )
    (fault,) = impossible_links(Path("links.csv"), table, nodes((0, 0), (0.036, 0), (0.036, 1)))
    assert (fault.row, fault.column) == (2, "km")
    assert fault.message == "the road is 5,000 km long, and its ends are 4 km apart"


def test_a_basemap_of_elsewhere_turned_round_or_with_labels_nowhere() -> None:
    country = shapely.box(40, 10, 43, 11)
    sea = gpd.GeoDataFrame(
        {"label_lon": [41.0], "label_lat": [9.0]}, geometry=[shapely.box(40, 8, 43, 10)], crs=4326
    )
    path = Path("basemap.geojson")
    assert foreign_basemap(path, sea, country) == []
    (fault,) = foreign_basemap(path, sea.set_geometry([shapely.box(-9, 50, 0, 55)]), country)
    assert fault.message == "none of it lies near the study"
    (fault,) = foreign_basemap(path, sea.set_geometry([shapely.box(8, 40, 10, 43)]), country)
    assert fault.message == "latitude and longitude are swapped"
    (fault,) = foreign_basemap(path, sea.assign(label_lon=9999.0), country)
    assert (fault.row, fault.column, fault.value) == (1, "label_lon", "9999.0")
