"""Points that join alike in every request, and stay where they join when roads change."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from helpers.road_toys import GEOD, toy_network
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.access.costs import cost_matrix
from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import CloseRoads, OpenRoad, ReopenRoads, SlowRoads
from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.joining.joiner import Joiner
from shelter_geo.roads.joining.snapping import SnapSettings, rejoin, snap
from shelter_geo.vocabulary import Reason

SETTINGS = SnapSettings(connector_kmh=36.0, min_component_share=0.0, fragment_km=0.0)


def points(*lonlat: tuple[float, float], district: str | None = None) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(geometry=shapely.points(list(lonlat)), crs="EPSG:4326")
    return frame if district is None else frame.assign(district_id=district)


# Two streets side by side, 220 m apart, joined at both ends; the class names the street.
TWO_STREETS = toy_network(
    [(0, 0), (0.04, 0), (0, 0.002), (0.04, 0.002)],
    [
        (0, 1, "both", (), "south"),
        (2, 3, "both", (), "north"),
        (0, 2, "both", (), "west"),
        (1, 3, "both", (), "east"),
    ],
)
SHELTER = points((0.02, 0.0005))
VILLAGE = points((0.02, 0.0025))


def test_a_closed_road_cuts_off_the_shelter_beside_it():
    """Snapped anew the shelter would quietly stand on the northern street."""
    closed = apply_changes(TWO_STREETS, [CloseRoads(classes=("south",))])
    assert snap(closed, SHELTER, settings=SETTINGS).edge.tolist() == [1]
    join = Joiner(SETTINGS, TWO_STREETS)
    anchors = join(closed, SHELTER)
    assert (anchors.edge.tolist(), anchors.reason.tolist()) == ([0], [Reason.ROAD_CLOSED])
    costs = cost_matrix(closed, VILLAGE, SHELTER, snapping=join)
    assert costs.travel_min.isna().all(axis=None)
    assert costs.reason.tolist() == [Reason.NO_ROAD]
    back = cost_matrix(closed, SHELTER, VILLAGE, snapping=join)
    assert back.reason.tolist() == [Reason.ROAD_CLOSED]
    before = cost_matrix(TWO_STREETS, VILLAGE, SHELTER, snapping=join)
    assert before.distance_km.iat[0, 0] == pytest.approx(4.45 + 0.221 + 0.055 + 0.055, abs=0.01)


def test_a_slowed_road_keeps_its_points_and_slows_them():
    slowed = apply_changes(TWO_STREETS, [SlowRoads(classes=("south",), factor=10.0)])
    join = Joiner(SETTINGS, TWO_STREETS)
    fast, slow = (cost_matrix(r, VILLAGE, SHELTER, snapping=join) for r in (TWO_STREETS, slowed))
    half = TWO_STREETS.forward_ms[0] / 2
    assert slow.time_ms[0, 0] - fast.time_ms[0, 0] == pytest.approx(9 * half, abs=5)


def test_a_road_that_opens_nearer_is_joined_and_one_farther_away_is_not():
    far = points((0.02, 0.001))
    opened = apply_changes(
        TWO_STREETS,
        [OpenRoad(start=100, end=101, kmh=36.0, via=((0.02, 0.0011),), road_class="middle")],
    )
    join = Joiner(SETTINGS, TWO_STREETS)
    assert opened.class_names[opened.road_class[join(opened, far).edge[0]]] == "middle"
    assert join(opened, VILLAGE).edge.tolist() == [1]


def test_a_reopened_road_gives_its_village_a_way():
    shut = toy_network([(0, 0), (0.04, 0), (0, 0.1), (0.04, 0.1)], [(0, 1), (2, 3, "closed")])
    village = points((0.02, 0.1))
    join = Joiner(SETTINGS, shut)
    assert join(shut, village).edge.tolist() == [NOWHERE]
    opened = apply_changes(shut, [ReopenRoads(edges=(1,), kmh=36.0)])
    assert join(opened, village).edge.tolist() == [1]


# A district of three villages whose roads are the southern street; one lies beside an island.
ISLAND = toy_network(
    [(0, 0), (0.1, 0), (0.02, 0.01), (0.03, 0.01)],
    [(0, 1), (2, 3)],
)
DISTRICT = points((0.01, 0.001), (0.05, 0.001), (0.025, 0.009), district="d1")


def test_company_does_not_decide_where_a_point_joins():
    """Asked for alone, the third village has the same road as when asked for with the others."""
    to_main = SETTINGS.model_copy(update={"to_main": True})
    join = Joiner(to_main, voters=DISTRICT)
    together, alone = join(ISLAND, DISTRICT), join(ISLAND, DISTRICT.tail(1))
    assert together.edge.tolist() == [0, 0, 0]
    assert alone.edge.tolist() == [0]
    assert alone.connector_cm[0] == together.connector_cm[2]
    assert join.main(ISLAND) == {"d1": 0}
    nearest = Joiner(SETTINGS, voters=DISTRICT)
    assert nearest(ISLAND, DISTRICT).edge.tolist() == [0, 0, 1]
    assert Joiner(SETTINGS).main(ISLAND) == {}


def test_points_without_a_district_join_the_nearest_road():
    to_main = SETTINGS.model_copy(update={"to_main": True})
    join = Joiner(to_main, voters=DISTRICT)
    assert join(ISLAND, DISTRICT.geometry).edge.tolist() == [0, 0, 1]


def test_main_component_is_that_of_the_roads_as_changed():
    """Once the island is the longer part, its number changes and the district keeps its street."""
    grown = apply_changes(
        ISLAND, [OpenRoad(start=102, end=103, km=30.0, kmh=36.0, via=((0.025, 0.02),))]
    )
    to_main = SETTINGS.model_copy(update={"to_main": True})
    join = Joiner(to_main, ISLAND, DISTRICT)
    assert join.main(grown) == {"d1": 1}
    assert join(grown, DISTRICT).edge.tolist() == [0, 0, 0]


def test_bad_points_are_refused():
    with pytest.raises(RoadError, match="EPSG:4326"):
        Joiner(SETTINGS, TWO_STREETS)(
            TWO_STREETS, SHELTER.set_crs("EPSG:3857", allow_override=True)
        )


place = st.tuples(st.integers(0, 40), st.integers(-5, 25)).map(lambda p: (p[0] / 1e3, p[1] / 1e4))
change = st.one_of(
    st.sampled_from(["south", "north", "west"]).map(lambda name: CloseRoads(classes=(name,))),
    st.sampled_from(["south", "north"]).map(lambda name: SlowRoads(classes=(name,), factor=2.0)),
    st.tuples(place, place)
    .filter(lambda ends: ends[0] != ends[1])
    .map(lambda ends: OpenRoad(start=ends[0], end=ends[1], kmh=36.0)),
)


@settings(max_examples=60)
@given(st.lists(change, max_size=3), st.lists(place, min_size=1, max_size=5))
def test_points_stay_or_come_nearer(changes, places):
    """Nobody walks farther to a road because of a change, whatever is closed or opened."""
    here = points(*places)
    try:
        changed = apply_changes(TWO_STREETS, changes)
    except RoadError:
        return
    before = snap(TWO_STREETS, here, settings=SETTINGS)
    after = Joiner(SETTINGS, TWO_STREETS)(changed, here)
    assert (after.connector_cm <= before.connector_cm).all()
    same = after.connector_cm == before.connector_cm
    kept = rejoin(changed, before, base=TWO_STREETS)
    assert (after.edge == kept.edge)[same].all()
    for k in np.flatnonzero(~same):
        metres = GEOD.inv(*places[k], *_where(changed, after, k))[2]
        assert after.connector_cm[k] == pytest.approx(metres * 100, abs=60)


def _where(network, anchors, k) -> tuple[float, float]:
    edge = anchors.edge[k]
    rows = slice(network.shape_start[edge], network.shape_start[edge + 1])
    line = shapely.LineString(network.shape_lonlat[rows])
    at = line.interpolate(anchors.along[k], normalized=True)
    return at.x, at.y
