"""Cost matrices and route lines, against hand and against networkx."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from helpers import toy
from helpers.road_toys import toy_network
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from shelter_geo.access.costs import at_one_point, cost_blocks, cost_matrix
from shelter_geo.access.lines import roads_of_routes, routes
from shelter_geo.access.nearest import nearest
from shelter_geo.analysis import Evaluation
from shelter_geo.errors import CostError
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import CloseRoads
from shelter_geo.roads.joining.joiner import Joiner
from shelter_geo.roads.joining.snapping import SnapSettings
from shelter_geo.study.load import bundled_study
from shelter_geo.study.study import Study
from shelter_geo.vocabulary import Reason


def test_kilometres_are_those_along_the_fastest_road() -> None:
    costs = toy.costs()
    assert costs.travel_min.loc["c"].round(6).to_dict() == {"s": 6.0, "a": 35.0}
    assert costs.distance_km.loc["c"].round(6).to_dict() == {"s": 5.0, "a": 60.0}


def test_shortest_road_can_be_asked_for() -> None:
    costs = cost_matrix(
        toy.network(), toy.points("c"), toy.points("a"), weight="distance_km", snapping=toy.TO_NODES
    )
    assert costs.distance_km.at["c", "a"] == 30.0
    assert costs.travel_min.at["c", "a"] == 40.0


spots = st.lists(
    st.none() | st.tuples(st.sampled_from([-1.0, -0.0, 0.0, 2.5]), st.sampled_from([0.0, 1.0])),
    max_size=6,
)


@given(spots, spots)
def test_points_at_one_place_are_all_pairs_that_are_equal(
    origins: list[tuple[float, float] | None], facilities: list[tuple[float, float] | None]
) -> None:
    """Points without a geometry are nowhere, and -0 degrees are 0 degrees."""
    tables = [
        gpd.GeoSeries([Point(spot) if spot else None for spot in side], crs=4326)
        for side in (origins, facilities)
    ]
    want = [
        (row, other)
        for row, spot in enumerate(origins)
        for other, there in enumerate(facilities)
        if spot and spot == there
    ]
    assert list(zip(*at_one_point(*tables), strict=True)) == want


def test_island_has_no_cost_and_a_reason() -> None:
    costs = toy.costs()
    assert costs.travel_min.loc["d"].isna().all()
    assert dict(zip(costs.origin_id, costs.reason != "", strict=True)) == {
        "a": False, "b": False, "c": False, "d": True,
    }  # fmt: skip


def test_long_form_has_a_row_a_pair() -> None:
    frame = toy.costs().to_frame()
    assert len(frame) == 8
    row = frame[(frame["origin_id"] == "b") & (frame["facility_id"] == "s")].iloc[0]
    assert (row["distance_km"], row["travel_min"]) == (25.0, 36.0)


def test_ties_go_to_fewer_kilometres_then_to_the_lower_key() -> None:
    shelters = toy.points("a", "a", "a").set_axis(["z", "x", "y"])
    costs = cost_matrix(toy.network(), toy.points("b"), shelters, snapping=toy.TO_NODES)
    assert nearest(costs).at["b", "facility_id"] == "x"
    tied = type(costs)(
        pd.Index(["o"]),
        pd.Index(["f", "g"]),
        np.array([[7, 7]]),
        np.array([[9, 8]]),
        np.array([""]),
    )
    assert nearest(tied).at["o", "facility_id"] == "g"


def test_every_district_equals_networkx_on_the_links(study: Study, evaluation: Evaluation) -> None:
    """All 75 x 2 pairs, on a graph built from the table itself, turned round at the shelters."""
    folder = bundled_study().parent
    links = pd.read_csv(folder / "roads" / "links.csv")
    nodes = pd.read_csv(folder / "roads" / "nodes.csv")
    graph = nx.DiGraph()
    for link in links.itertuples():
        graph.add_edge(link.to_node, link.from_node, minutes=link.minutes, km=link.km)
        if not np.isnan(link.km_back):
            home = {"minutes": link.minutes_back, "km": link.km_back}
            graph.add_edge(link.from_node, link.to_node, **home)
    centre = nodes.dropna(subset=["district_id"]).set_index("district_id")["node_id"]
    found = evaluation.district_costs
    for shelter_id in ("baku-state", "ganja"):
        source = centre[study.shelters.at[shelter_id, "district_id"]]
        time, way = nx.single_source_dijkstra(graph, source, weight="minutes")
        for district_id in study.districts.index:
            minutes = found.travel_min.at[district_id, shelter_id]
            if centre[district_id] not in time:
                assert np.isnan(minutes)
                continue
            km = nx.path_weight(graph, way[centre[district_id]], "km")
            assert minutes == pytest.approx(time[centre[district_id]], abs=0.1)
            assert found.distance_km.at[district_id, shelter_id] == pytest.approx(km, abs=0.1)


# A road along the equator with a bend at its middle, and a side road at its end.
BENT = toy_network(
    [(0.0, 0.0), (0.02, 0.0), (0.02, 0.01)],
    [(0, 1, "both", ((0.01, 0.002),)), (1, 2)],
)
ON_EDGES = SnapSettings(connector_kmh=36.0, max_connector_km=5.0, min_component_share=0.0)


def points(*lonlat: tuple[float, float]) -> gpd.GeoSeries:
    keys = [f"p{i}" for i in range(len(lonlat))]
    return gpd.GeoSeries([Point(at) for at in lonlat], index=keys, crs=4326)


def test_route_follows_the_shape_and_its_length_is_its_cost() -> None:
    origin, goal = points((0.0, 0.0)), points((0.02, 0.01)).set_axis(["f"])
    found = routes(BENT, origin, goal, pd.Series({"p0": "f"}), snapping=ON_EDGES)
    assert list(found.at["p0", "geometry"].coords) == [
        (0.0, 0.0), (0.01, 0.002), (0.02, 0.0), (0.02, 0.01),
    ]  # fmt: skip
    assert found.at["p0", "distance_km"] == pytest.approx(sum(BENT.length_cm) / 1e5)


def test_two_points_on_one_edge_are_joined_along_it() -> None:
    origin, goal = points((0.004, 0.0008)), points((0.016, 0.0008)).set_axis(["f"])
    costs = cost_matrix(BENT, origin, goal, snapping=ON_EDGES)
    whole = BENT.length_cm[0] / 1e5
    assert costs.distance_km.at["p0", "f"] == pytest.approx(0.6 * whole, abs=2e-4)
    line = routes(BENT, origin, goal, pd.Series({"p0": "f"}), snapping=ON_EDGES)
    assert (0.01, 0.002) in list(line.at["p0", "geometry"].coords)
    assert len(line.at["p0", "geometry"].coords) <= 5


def test_roads_of_routes_are_the_edges_that_are_driven_at_least_in_part() -> None:
    """Links of the toy: 0 a-b, 1 b-c, 2 a-c, 3 c-s, 4 d-e; a drives 41 min by c, not 46 by b."""

    def used(**nearest: str) -> list[int]:
        return roads_of_routes(
            toy.network(),
            toy.points("a", "b", "c", "d", "s"),
            toy.points("a", "s"),
            pd.Series(nearest, dtype=object),
            snapping=toy.TO_NODES,
        ).tolist()

    assert used(b="s") == [1, 3]
    assert used(a="s") == [2, 3]
    assert used(b="a", c="s") == [0, 3]
    assert used(a="a", s="s", d="a") == used() == []
    half = points((0.004, 0.0008)), points((0.016, 0.0008)).set_axis(["f"])
    assert roads_of_routes(BENT, *half, pd.Series({"p0": "f"}), snapping=ON_EDGES).tolist() == [0]
    corner = points((0.02, 0.01)), points((0.02, 0.0)).set_axis(["f"])
    assert roads_of_routes(BENT, *corner, pd.Series({"p0": "f"}), snapping=ON_EDGES).tolist() == [1]
    with pytest.raises(CostError, match="q"):
        used(q="s")


def test_one_way_edge_is_driven_around_against_its_direction() -> None:
    ring = toy_network(
        [(0.0, 0.0), (0.02, 0.0), (0.01, 0.02)],
        [(0, 1, "forward"), (1, 2, "forward"), (2, 0, "forward")],
    )
    west, east = points((0.005, 0.0)), points((0.015, 0.0)).set_axis(["f"])
    half = ring.length_cm[0] / 2 / 1e5
    ahead = cost_matrix(ring, west, east, snapping=ON_EDGES).distance_km.iat[0, 0]
    back = cost_matrix(ring, east, west, snapping=ON_EDGES).distance_km.iat[0, 0]
    assert ahead == pytest.approx(half, abs=2e-4)
    assert back == pytest.approx(ring.length_cm.sum() / 1e5 - half, abs=2e-4)


def test_pairs_without_a_road_have_no_line() -> None:
    found = routes(
        toy.network(),
        toy.points("b", "d"),
        toy.points("a"),
        pd.Series({"b": "a", "d": "a"}),
        snapping=toy.TO_NODES,
    )
    assert list(found.index) == ["b"]


@pytest.mark.parametrize(
    ("origins", "facilities", "message"),
    [
        ((), ("a",), "no origin"),
        (("a",), (), "no facility"),
        (("a", "a"), ("a",), "stands twice"),
    ],
)
def test_bad_points_are_refused(
    origins: tuple[str, ...], facilities: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CostError, match=message):
        cost_matrix(toy.network(), toy.points(*origins), toy.points(*facilities))


@settings(max_examples=30)
@given(st.integers(1, 20), st.permutations(["a", "b", "c", "d"]), st.integers(1, 3))
def test_blocks_put_together_are_the_whole(pairs: int, keys: list[str], facilities: int) -> None:
    origins, targets = toy.points(*keys), toy.points("s", "a", "b").head(facilities)
    told: list[tuple[int, int]] = []
    blocks = list(
        cost_blocks(
            toy.network(),
            origins,
            targets,
            pairs=pairs,
            snapping=toy.TO_NODES,
            progress=lambda done, whole: told.append((done, whole)),
        )
    )
    assert all(len(block.origin_id) == 1 or block.time_ms.size <= pairs for block in blocks)
    assert told[-1] == (4, 4)
    assert len(told) == len(blocks)
    whole = cost_matrix(toy.network(), origins, targets, snapping=toy.TO_NODES)
    for name in ("time_ms", "length_cm", "reason"):
        together = np.concatenate([getattr(block, name) for block in blocks])
        np.testing.assert_array_equal(together, getattr(whole, name))
    assert [key for block in blocks for key in block.origin_id] == keys


def test_bad_blocks_are_refused() -> None:
    a, b = toy.points("a"), toy.points("b")
    with pytest.raises(CostError, match="at least one pair, not 0"):
        next(cost_blocks(toy.network(), a, b, pairs=0))
    with pytest.raises(CostError, match="stands twice"):
        next(cost_blocks(toy.network(), toy.points("a", "a"), b, pairs=1))
    with pytest.raises(CostError, match="no facility"):
        next(cost_blocks(toy.network(), a, toy.points()))


def test_facilities_in_another_component_are_no_error_but_a_reason() -> None:
    costs = cost_matrix(toy.network(), toy.points("a", "b"), toy.points("d"), snapping=toy.TO_NODES)
    assert costs.travel_min.isna().all(axis=None)
    assert costs.distance_km.isna().all(axis=None)
    found = nearest(costs)
    assert not found["reachable"].any()
    assert found["facility_id"].isna().all()
    assert found["reason"].tolist() == [Reason.NO_ROAD] * 2


def test_a_point_on_a_closed_road_reaches_what_stands_beside_it_and_needs_no_reason() -> None:
    """Two points at one place are no journey apart, whatever the road between them is."""
    closed = apply_changes(BENT, [CloseRoads(edges=(0,))])
    here, there = points((0.01, 0.002)), points((0.01, 0.002)).set_axis(["f"])
    costs = cost_matrix(closed, here, there, snapping=Joiner(ON_EDGES, BENT))
    found = nearest(costs)
    assert found.loc["p0", ["reachable", "reason", "distance_km"]].tolist() == [True, "", 0.0]


def test_unknown_keys_of_routes_are_refused() -> None:
    with pytest.raises(CostError, match="unknown facility: x"):
        routes(toy.network(), toy.points("a"), toy.points("b"), pd.Series({"a": "x"}))
    with pytest.raises(CostError, match="unknown origin: q"):
        routes(toy.network(), toy.points("a"), toy.points("b"), pd.Series({"q": "b"}))
