"""Roads within a limit of a facility, by hand and by brute force."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from helpers import toy
from helpers.road_toys import toy_network
from shapely.geometry import Point

from shelter_geo.access.costs import cost_matrix
from shelter_geo.access.lines import service_area
from shelter_geo.errors import CostError
from shelter_geo.roads.joining.snapping import SnapSettings

ON_EDGES = SnapSettings(connector_kmh=36.0, max_connector_km=5.0, min_component_share=0.0)


def at(lon: float, lat: float) -> gpd.GeoSeries:
    return gpd.GeoSeries([Point(lon, lat)], index=["f"], crs=4326)


def test_minutes_by_hand() -> None:
    """From a in 15 min: all of a-b (10 min), 5 of the 30 min of b-c, 15 of the 35 min of a-c."""
    area = service_area(toy.network(), toy.points("a"), 15, snapping=toy.TO_NODES)
    assert area.at["a", "road_km"] == pytest.approx(10 + 20 * 5 / 30 + 60 * 15 / 35)


def test_kilometres_by_hand() -> None:
    area = service_area(
        toy.network(), toy.points("a"), 12, weight="distance_km", snapping=toy.TO_NODES
    )
    assert area.at["a", "road_km"] == pytest.approx(10 + 2 + 12)


def test_everything_is_reached_when_the_limit_is_long() -> None:
    area = service_area(toy.network(), toy.points("a", "d"), 1000, snapping=toy.TO_NODES)
    assert area["road_km"].round(6).to_dict() == {"a": 95.0, "d": 9.0}


def test_a_facility_inside_a_long_edge_sees_its_own_edge() -> None:
    road = toy_network([(0.0, 0.0), (0.1, 0.0)], [(0, 1)])
    area = service_area(road, at(0.05, 0.0), 2.0, weight="distance_km", snapping=ON_EDGES)
    assert area.at["f", "road_km"] == pytest.approx(4.0, abs=1e-3)
    (line,) = area.at["f", "geometry"].geoms
    assert line.length < 0.1


def test_one_way_roads_have_two_sides() -> None:
    road = toy_network(
        [(0.0, 0.0), (0.02, 0.0), (0.04, 0.0), (0.02, 0.02)],
        [(0, 1, "forward"), (1, 2, "forward"), (2, 3, "forward"), (3, 0, "forward")],
    )
    km = road.length_cm / 1e5
    towards = service_area(road, at(0.02, 0.0), 1.0, weight="distance_km", snapping=ON_EDGES)
    away = service_area(
        road, at(0.02, 0.0), 1.0, weight="distance_km", towards=False, snapping=ON_EDGES
    )
    west, east = shapely.box(-1, -1, 0.02, 1), shapely.box(0.02, -1, 1, 1)
    assert towards.at["f", "geometry"].within(west)
    assert away.at["f", "geometry"].within(east)
    assert towards.at["f", "road_km"] == pytest.approx(1.0, abs=1e-3) == away.at["f", "road_km"]
    assert km[0] > 1.0


def test_points_drawn_are_those_that_reach_the_facility_in_time() -> None:
    network = toy_network(
        [(0.0, 0.0), (0.03, 0.0), (0.03, 0.03), (0.0, 0.03)],
        [(0, 1), (1, 2, "forward"), (2, 3), (3, 0), (0, 2, "backward")],
    )
    goal = at(0.01, 0.0)
    area = service_area(network, goal, 3.0, weight="distance_km", snapping=ON_EDGES)
    lines = area.at["f", "geometry"]
    checked = 0
    for edge in range(network.n_edges):
        first, last = network.shape_start[edge : edge + 2]
        shape = shapely.LineString(network.shape_lonlat[first:last])
        for share in (0.11, 0.23, 0.37, 0.52, 0.68, 0.81, 0.93):
            point = shape.interpolate(share, normalized=True)
            costs = cost_matrix(
                network, at(point.x, point.y), goal, weight="distance_km", snapping=ON_EDGES
            )
            km = costs.distance_km.iat[0, 0]
            if abs(km - 3.0) > 0.02:
                assert (lines.distance(point) < 1e-9) == (km < 3.0), (edge, share, km)
                checked += 1
    assert checked > 30


def test_polygons_hold_the_roads() -> None:
    lines = service_area(toy.network(), toy.points("a"), 15, snapping=toy.TO_NODES)
    areas = service_area(toy.network(), toy.points("a"), 15, buffer_km=1.0, snapping=toy.TO_NODES)
    assert areas.at["a", "geometry"].geom_type in {"Polygon", "MultiPolygon"}
    assert areas.at["a", "geometry"].contains(lines.at["a", "geometry"])


def test_a_facility_off_the_roads_has_an_empty_area() -> None:
    area = service_area(toy.network(), at(50.0, 50.0), 15, buffer_km=1.0, snapping=toy.TO_NODES)
    assert area.at["f", "geometry"].is_empty
    assert area.at["f", "road_km"] == 0


@pytest.mark.parametrize("limit", [-1.0, float("nan"), float("inf")])
def test_a_limit_without_meaning_is_refused(limit: float) -> None:
    with pytest.raises(CostError, match="limit"):
        service_area(toy.network(), toy.points("a"), limit)


def test_no_facility_is_refused() -> None:
    with pytest.raises(CostError, match="no facility"):
        service_area(toy.network(), toy.points(), 10)
