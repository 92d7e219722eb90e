"""Which road a point joins: one to step onto, no mere fragment, on both sides of 180 degrees."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from helpers.road_toys import GEOD, toy_network
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shelter_geo.access import cost_matrix, routes
from shelter_geo.errors import RoadError
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import CloseRoads, OpenRoad
from shelter_geo.roads.check import check_network, overlaps
from shelter_geo.roads.joining.anchors import NOWHERE
from shelter_geo.roads.joining.finder import components
from shelter_geo.roads.joining.joiner import Joiner
from shelter_geo.roads.joining.nearest import metres_per_degree
from shelter_geo.roads.joining.snap_report import snap_table
from shelter_geo.roads.joining.snapping import SnapSettings, snap
from shelter_geo.roads.network import RoadNetwork, continuous
from shelter_geo.vocabulary import Passed, Reason

WALK = SnapSettings()
"""5 km/h on foot, at most 5 km."""
EVERY_PART = SnapSettings(fragment_km=0, min_component_share=0)


def points(*lonlat: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points(list(lonlat)), crs="EPSG:4326")


def closed_to_walkers(network: RoadNetwork, *classes: str) -> RoadNetwork:
    names = np.array(network.class_names)[network.road_class]
    return replace(network, enterable=~np.isin(names, classes))


# A motorway runs 0.22 km from a village at its middle; the village's lane, 0.55 km away on the
# other side, leads to the town in 11 km. The only interchange is far away.
MOTORWAY = closed_to_walkers(
    toy_network(
        [(0, 0), (1, 0), (0.5, -0.007), (0.4, -0.007), (0, -0.007)],
        [
            (0, 1, "both", (), "motorway"),
            (2, 3, "both", (), "lane"),
            (3, 4, "both", (), "lane"),
            (4, 0, "both", (), "ramp"),
        ],
    ),
    "motorway",
    "ramp",
)
VILLAGE = points((0.5, -0.002))


def test_nobody_enters_a_motorway_from_a_field():
    anchors = snap(MOTORWAY, VILLAGE)
    assert anchors.edge.tolist() == [1]
    metres = GEOD.inv(0.5, -0.002, 0.5, -0.007)[2]
    assert anchors.connector_cm[0] == pytest.approx(metres * 100, abs=1)
    table = snap_table(MOTORWAY, VILLAGE, anchors)
    assert table["passed_over"].tolist() == [Passed.NOT_ENTERABLE]
    assert table[["passed_class", "road_class"]].iloc[0].tolist() == ["motorway", "lane"]
    assert table["nearest_road_km"].iloc[0] == pytest.approx(0.221, abs=0.001)
    town = points((0.4, -0.007))
    costs = cost_matrix(MOTORWAY, VILLAGE, town, snapping=WALK)
    lane = GEOD.inv(0.5, -0.007, 0.4, -0.007)[2]
    assert costs.distance_km.iat[0, 0] == pytest.approx((metres + lane) / 1000, abs=1e-4)


def test_beside_a_motorway_alone_there_is_no_road_to_join():
    far_lane = SnapSettings(max_connector_km=0.3)
    anchors = snap(MOTORWAY, VILLAGE, settings=far_lane)
    assert anchors.reason.tolist() == [Reason.NO_ROAD_NEARBY]
    table = snap_table(MOTORWAY, VILLAGE, anchors, settings=far_lane)
    assert table["passed_over"].tolist() == [Passed.NOT_ENTERABLE]
    to_node = snap(MOTORWAY, points((1, 0.001)), settings=SnapSettings(to="node"))
    assert to_node.edge.tolist() == [NOWHERE]


def test_a_new_road_joins_no_motorway_between_its_interchanges():
    opened = apply_changes(
        MOTORWAY, [OpenRoad(start=(0.5, -0.001), end=102, kmh=36.0)], snapping=WALK
    )
    assert opened.u[-1] == 2 or opened.v[-1] == 2
    assert not opened.provenance.settings.get("cuts")


# A road of 44 km and a loop of 1.8 km, 0.6 km north of it, that nothing joins to it.
LOOP = toy_network(
    [(0, 0), (0.4, 0), (0.2, 0.006), (0.204, 0.006), (0.204, 0.01), (0.2, 0.01)],
    [(0, 1), (2, 3), (3, 4), (4, 5), (5, 2)],
)
BY_THE_LOOP = (0.202, 0.0055)


def test_a_loop_gives_way_to_the_road_beside_it():
    anchors = snap(LOOP, points(BY_THE_LOOP))
    assert anchors.edge.tolist() == [0]
    table = snap_table(LOOP, points(BY_THE_LOOP), anchors)
    assert table["passed_over"].tolist() == [Passed.FRAGMENT]
    assert snap(LOOP, points(BY_THE_LOOP), settings=EVERY_PART).edge.tolist() == [1]


@pytest.mark.parametrize("villages", [[BY_THE_LOOP], [BY_THE_LOOP, (0.1, 0.001)]])
def test_it_gives_way_in_a_district_of_one_settlement_too(villages: list[tuple[float, float]]):
    voters = gpd.GeoDataFrame(
        {"district_id": "d"}, index=range(len(villages)), geometry=points(*villages)
    )
    for to_main in (False, True):
        join = Joiner(SnapSettings(to_main=to_main), voters=voters)
        assert set(join(LOOP, voters).edge.tolist()) == {0}


def test_a_fragment_that_reaches_settlements_gives_way_only_to_what_is_nearby():
    """Two villages on a short road of their own, 2.2 km from the long one, keep it."""
    apart = toy_network([(0, 0), (0.4, 0), (0.2, 0.02), (0.24, 0.02)], [(0, 1), (2, 3)])
    pair = gpd.GeoDataFrame(
        {"district_id": ["d", "d"]}, geometry=points((0.2, 0.021), (0.24, 0.021))
    )
    assert Joiner(WALK, voters=pair)(apart, pair).edge.tolist() == [1, 1]
    assert Joiner(WALK, voters=pair.head(1))(apart, pair.head(1)).edge.tolist() == [0]
    near = SnapSettings(nearby_km=3)
    assert Joiner(near, voters=pair)(apart, pair).edge.tolist() == [0, 0]


def test_an_island_far_from_the_land_keeps_its_own_road():
    """It is one in two hundred of all kilometres, and all the road that its village has."""
    island = toy_network([(0, 0), (4, 0), (2, 1), (2.02, 1)], [(0, 1), (2, 3)])
    anchors = snap(island, points((2.01, 1.001)))
    assert (anchors.edge.tolist(), anchors.reason.tolist()) == ([1], [""])
    costs = cost_matrix(island, points((2, 1.001)), points((2.02, 1.001)), snapping=WALK)
    assert costs.distance_km.iat[0, 0] == pytest.approx(2.226 + 2 * 0.1106, abs=0.001)


def test_on_roads_of_tables_a_part_gives_way_to_nodes_nearby_alone():
    nodes = SnapSettings(to="node")
    apart = toy_network(
        [(0, 0), (0.4, 0), (0.2, 0), (0.2, 0.02), (0.24, 0.02)], [(0, 2), (2, 1), (3, 4)]
    )
    assert snap(apart, points((0.2, 0.0199)), settings=nodes).edge.tolist() == [2]
    assert snap(apart, points((0.2, 0.012)), settings=nodes).edge.tolist() == [0]


def test_a_new_road_takes_a_village_off_its_loop():
    alone = toy_network(
        [(0, 0.2), (0.4, 0.2), (0.2, 0.006), (0.204, 0.006), (0.202, 0.009)],
        [(0, 1), (2, 3), (3, 4), (4, 2)],
    )
    join = Joiner(SnapSettings(), alone)
    assert join(alone, points(BY_THE_LOOP)).edge.tolist() == [1]
    opened = apply_changes(
        alone, [OpenRoad(start=100, end=101, kmh=36.0, via=((0.2, 0.0),), road_class="new")]
    )
    assert opened.road_class[join(opened, points(BY_THE_LOOP)).edge[0]] == opened.class_names.index(
        "new"
    )


spot = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: (p[0] / 1e3, p[1] / 1e3))
link = st.tuples(
    st.integers(0, 7),
    st.integers(0, 7),
    st.sampled_from(["both", "forward", "closed"]),
    st.just(()),
    st.sampled_from(["street", "motorway"]),
).filter(lambda edge: edge[0] != edge[1])


def slow_metres(network: RoadNetwork, edge: int, lon: float, lat: float) -> float:
    """Metres from a point to an edge, on the plane that touches the ellipsoid at the point."""
    scale = np.array(metres_per_degree(np.array([lat]))).ravel()
    shape = network.shape_lonlat[network.shape_start[edge] : network.shape_start[edge + 1]]
    line = shapely.LineString((shape - [lon, lat]) * scale)
    return float(line.distance(shapely.Point(0, 0)))


def slow_choice(network: RoadNetwork, lon: float, lat: float, how: SnapSettings) -> float:
    """Metres to the road that the rules choose, read plainly; infinite where there is none."""
    parts = components(network)
    least = min(
        max(how.fragment_km, how.min_component_share * parts.length_km.max()),
        parts.length_km.max(),
    )
    reach = how.max_connector_km * 1000
    best, better = (np.inf, 0.0), (np.inf, 0.0)
    for edge in range(network.n_edges):
        part = parts.of_edge[edge]
        away = slow_metres(network, edge, lon, lat)
        if part == NOWHERE or not network.enterable[edge] or away > reach:
            continue
        km = float(parts.length_km[part])
        best = min(best, (away, km))
        if km >= least:
            better = min(better, (away, km))
    if best[1] < least and better[0] < np.inf and better[1] >= 2 * best[1]:
        alone = best[1] < how.fragment_km
        if alone or better[0] - best[0] <= how.nearby_km * 1000:
            return better[0]
    return best[0]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(spot, min_size=8, max_size=8, unique=True),
    st.lists(link, min_size=1, max_size=9),
    st.lists(spot, min_size=1, max_size=3),
    st.sampled_from([0.0, 1.0, 4.0]),
)
def test_the_road_joined_is_the_best_that_the_rules_admit(nodes, links, places, fragment_km):
    network = closed_to_walkers(toy_network(nodes, links), "motorway")
    how = SnapSettings(fragment_km=fragment_km, max_connector_km=2.0, nearby_km=0.3)
    anchors = snap(network, points(*places), settings=how)
    for row, (lon, lat) in enumerate(places):
        want, edge = slow_choice(network, lon, lat, how), int(anchors.edge[row])
        if edge == NOWHERE:
            assert want == np.inf
            continue
        if not network.enterable[edge]:  # the dead end of a motorway, where no other road is near
            driven = (network.forward_ms >= 0) | (network.backward_ms >= 0)
            both = np.concatenate([network.u[driven], network.v[driven]])
            ends = np.bincount(both, minlength=len(nodes))
            assert want == np.inf
            assert 1 in (ends[network.u[edge]], ends[network.v[edge]])
            continue
        assert slow_metres(network, edge, lon, lat) == pytest.approx(want, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(spot, min_size=8, max_size=8, unique=True),
    st.lists(link, min_size=1, max_size=9),
    st.lists(spot, min_size=2, max_size=4, unique=True),
    st.integers(-40, 10),
)
def test_joins_and_costs_are_the_same_on_both_sides_of_180_degrees(nodes, links, places, shift):
    def moved(by: float) -> tuple[RoadNetwork, gpd.GeoSeries]:
        turned = [((lon + by + 180) % 360 - 180, lat) for lon, lat in nodes]
        there = [((lon + by + 180) % 360 - 180, lat) for lon, lat in places]
        return closed_to_walkers(toy_network(turned, links), "motorway"), points(*there)

    found = []
    for by in (20.0, 180.0 + shift / 1e3):
        network, there = moved(by)
        anchors = snap(network, there, settings=SnapSettings(max_connector_km=2.0))
        costs = cost_matrix(network, there.iloc[:1], there.iloc[1:], snapping=WALK)
        found.append((anchors.edge, anchors.connector_cm, costs.length_cm))
    assert np.abs(found[0][1] - found[1][1]).max() <= 2
    # Two roads equally near: rounding decides, and the ways from there may differ.
    assume(found[0][0].tolist() == found[1][0].tolist())
    assert np.abs(found[0][2] - found[1][2]).max() <= 8


ACROSS = toy_network([(179.95, 0), (-179.95, 0)], [(0, 1)])
"""A road of 11 km over 180 degrees."""


def test_a_village_joins_the_road_on_the_other_side_of_180_degrees():
    village = points((-179.99, 0.005), (179.99, 0.005))
    anchors = snap(ACROSS, village)
    assert anchors.along.tolist() == pytest.approx([0.6, 0.4], abs=1e-6)
    assert anchors.connector_cm.tolist() == [round(GEOD.inv(0, 0, 0, 0.005)[2] * 100)] * 2
    line = routes(ACROSS, village.iloc[:1], village.iloc[1:], _first(village), snapping=WALK)
    assert line["distance_km"].iloc[0] == pytest.approx(2.226 + 2 * 0.553, abs=0.001)
    assert np.abs(shapely.get_coordinates(line.geometry.to_numpy())[:, 0]).min() >= 179.9


def _first(places: gpd.GeoSeries) -> pd.Series:
    return pd.Series([places.index[1]], index=[places.index[0]])


@pytest.mark.parametrize("west", [179.0, 179.97, -180.0])
def test_roads_are_closed_and_cut_across_180_degrees(west: float):
    east = min(west + 2, 180.0)
    area = [(west, -1), (east, -1), (east, 1), (west, 1)]
    closed = apply_changes(ACROSS, [CloseRoads(within=area)])
    assert closed.forward_ms.tolist() == [-1]
    opened = apply_changes(
        ACROSS,
        [OpenRoad(start=(-179.98, 0), end=(-179.98, 0.1), kmh=36)],
        snapping=SnapSettings(max_connector_km=20),
    )
    share = opened.length_cm[0] / ACROSS.length_cm[0]
    assert share == pytest.approx(0.7, abs=1e-3)
    assert opened.lon[2] == pytest.approx(-179.98, abs=1e-9)


def test_an_area_around_the_world_is_refused():
    with pytest.raises(ValueError, match="cut it in two at 180 degrees"):
        CloseRoads(within=[(-179, 0), (179, 0), (179, 1), (-179, 1)])
    with pytest.raises(ValueError, match="no longitudes and latitudes"):
        CloseRoads(within=[(40, 100), (41, 100), (41, 101)])


def test_lines_around_the_earth_begin_beyond_their_widest_gap():
    """Roads at 170, at -170 and at 10 degrees leave their widest gap west of 10."""
    lonlat = np.array([[170, 0], [-175, 0], [-170, 0], [-169, 0], [10, 0], [11, 0]], float)
    smooth = continuous(np.array([0, 2, 4, 6]), lonlat)
    assert smooth[:, 0].tolist() == [170, 185, 190, 191, 10, 11]


def test_a_shelter_in_the_settlement_is_0_km_away_with_or_without_roads():
    town = points((0.202, 0.02), (0.202, 0.2))
    costs = cost_matrix(LOOP, town, town, snapping=WALK)
    assert costs.distance_km.to_numpy()[[0, 1], [0, 1]].tolist() == [0, 0]
    assert costs.travel_min.to_numpy()[[0, 1], [0, 1]].tolist() == [0, 0]
    assert costs.distance_km.isna().to_numpy()[[0, 1], [1, 0]].tolist() == [True, True]
    assert costs.reason.tolist() == ["", ""]
    bare = RoadNetwork.without_roads(
        np.array(["a"]), np.array([0.0]), np.array([0.0]), LOOP.provenance
    )
    assert cost_matrix(bare, town, town.iloc[:1]).distance_km.iloc[0, 0] == 0
    drawn = routes(LOOP, town, town, pd.Series([0, 1]), snapping=WALK)
    assert drawn["distance_km"].tolist() == [0, 0]


def test_roads_that_meet_on_the_map_alone_are_named():
    """A lane ends at a point of the road, and two dead ends lie at one place, without junctions."""
    network = toy_network(
        [(0, 0), (0.4, 0), (0.1, 0), (0.1, 0.1), (0.3, 0.2), (0.3, 0.2), (0.3, 0.3), (0.5, 0.2)],
        [
            (0, 1, "both", ((0.1, 0.0), (0.2, 0.0)), "road"),
            (2, 3, "both", (), "lane"),
            (4, 6, "both", (), "track"),
            (5, 7, "both", (), "road"),
        ],
    )
    found = overlaps(network, components(network))
    assert {
        (row.lon, row.lat, frozenset((row.road_class, row.other_class)))
        for row in found.itertuples()
    } == {(0.1, 0.0, frozenset(("road", "lane"))), (0.3, 0.2, frozenset(("track", "road")))}
    summary = check_network(network).summary()
    assert "2 places where two roads meet on the map and no junction joins them" in summary
    assert "lat 0.2000000, lon 0.3000000: track and road" in summary
    joined = toy_network([(0, 0), (0.4, 0), (0.1, 0)], [(0, 2), (2, 1)])
    assert overlaps(joined, components(joined)).empty
    assert "no junction" not in check_network(joined).summary()


def test_enterable_must_fit_the_edges():
    with pytest.raises(RoadError, match="enterable"):
        replace(LOOP, enterable=np.ones(2, dtype=bool))
