"""Legs of a journey on a country of four towns, worked out by hand, and against networkx."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from helpers import toy
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.access import Stop, bus_legs, leg_costs, over_link, whole_journey
from shelter_geo.errors import CostError
from shelter_geo.roads.network import Provenance
from shelter_geo.roads.sources.ways import network_from_tables

TRAVELLERS = pd.Index(["a", "b", "c", "d"])


def stop(*keys: str | None) -> Stop:
    """Stops of the four travellers at nodes of the toy country."""
    points = gpd.GeoDataFrame(geometry=toy.points(*"abcsde"))
    return Stop(points, pd.Series(keys, index=TRAVELLERS, dtype=object))


def legs(start: Stop, end: Stop) -> pd.DataFrame:
    return leg_costs(toy.network(), start, end, snapping=toy.TO_NODES)


def test_a_leg_is_the_fastest_way_between_two_stops_of_the_same_traveller() -> None:
    found = legs(stop("a", "b", "c", "d"), stop("s", "a", "a", "e"))
    # From c to a the long road is the fast one; a leads to s by it too.
    assert found["distance_km"].tolist() == [65.0, 10.0, 60.0, 9.0]
    assert found["travel_min"].round(6).tolist() == [41.0, 10.0, 35.0, 9.0]


def test_no_road_and_no_stop_are_missing() -> None:
    found = legs(stop("a", "a", None, "d"), stop("d", None, "a", "d"))
    assert np.isnan(found["distance_km"].to_numpy()[:3]).all()
    assert found.loc["d"].tolist() == [0.0, 0.0]


def test_way_back_is_routed_by_itself() -> None:
    links = toy.LINKS.assign(minutes_back=toy.LINKS["minutes"] * 3, km_back=toy.LINKS["km"] + 1)
    network = network_from_tables(toy.NODES, links, Provenance("toy", "none"))
    graph = nx.DiGraph()
    for row in links.to_dict("records"):
        graph.add_edge(row["from_node"], row["to_node"], time=row["minutes"], km=row["km"])
        graph.add_edge(
            row["to_node"], row["from_node"], time=row["minutes_back"], km=row["km_back"]
        )
    start, end = stop("c", "s", "s", "e"), stop("a", "a", "b", "d")
    found = leg_costs(network, start, end, snapping=toy.TO_NODES)
    for traveller in TRAVELLERS:
        way = nx.shortest_path(graph, start.at[traveller], end.at[traveller], weight="time")
        for column, weight in (("distance_km", "km"), ("travel_min", "time")):
            assert found.loc[traveller, column] == pytest.approx(nx.path_weight(graph, way, weight))


def test_stops_of_other_travellers_and_without_a_point_are_refused() -> None:
    other = Stop(stop("a", "a", "a", "a").points, pd.Series(["a"], index=["x"]))
    with pytest.raises(CostError, match="different travellers"):
        legs(stop("a", "b", "c", "d"), other)
    with pytest.raises(CostError, match="no point: nowhere"):
        legs(stop("a", "b", "c", "d"), stop("a", "b", "c", "nowhere"))


def test_over_a_link_that_way_round_which_is_quicker() -> None:
    def way(*minutes: float) -> pd.DataFrame:
        frame = pd.DataFrame({"travel_min": minutes}, index=TRAVELLERS)
        return frame.assign(distance_km=frame["travel_min"] * 2)

    missing = float("nan")
    there = way(10, missing, 3, missing), way(5, 1, 1, missing)
    back = way(1, 2, 9, missing), way(1, 2, 9, missing)
    found = over_link([there, back])
    assert found["travel_min"].tolist()[:3] == [2.0, 4.0, 4.0]
    assert found["distance_km"].tolist()[:3] == [4.0, 8.0, 8.0]
    assert np.isnan(found.loc["d", "travel_min"])
    with pytest.raises(CostError, match="none"):
        over_link([])


LINES = pd.DataFrame(
    [
        ("l1", "bus", "a", "s", 2.0, "first"),
        ("l2", "minibus", "s", "a", 3.5, "second"),
        ("l3", "bus", "b", "a", None, "no hours"),
        ("l4", "train", "c", "a", 1.0, "a train"),
        ("l5", "bus", "b", None, 1.0, "leads nowhere"),
        ("l6", "bus", "c", "c2", 0.5, "within one area"),
    ],
    columns=["line_id", "mode", "from_settlement", "to_settlement", "hours", "source"],
)
AREAS = pd.Series({"a": "west", "b": "west", "c": "east", "c2": "east", "s": "south"})


def by_bus(*pairs: tuple[tuple[str, str] | None, tuple[str, str] | None]) -> pd.DataFrame:
    start, end = (pd.Series(list(ends), dtype=object) for ends in zip(*pairs, strict=True))
    return bus_legs(LINES, AREAS, start, end)


def test_lines_serve_both_ways_and_say_who_wrote_their_hours_down() -> None:
    a, s, west = ("settlement", "a"), ("settlement", "s"), ("area", "west")
    found = by_bus((a, s), (s, a), (west, s), (s, west))
    assert found["bus_hours_low"].tolist() == [2.0] * 4
    assert found["bus_hours_high"].tolist() == [3.5] * 4
    assert set(found["bus_lines"]) == {"l1; l2"}
    assert set(found["bus_source"]) == {"first; second"}


def test_nothing_is_claimed_where_no_line_is_known() -> None:
    a, b, c, s = (("settlement", key) for key in "abcs")
    inside = ("area", "east"), ("settlement", "c2")
    found = by_bus((b, a), (c, a), (b, s), inside, (a, None), (a, a))
    assert found.isna().all(axis=None)


def test_ends_of_different_travellers_are_refused_by_bus() -> None:
    with pytest.raises(CostError, match="different travellers"):
        bus_legs(LINES, AREAS, pd.Series([("settlement", "a")]), pd.Series([], dtype=object))


@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.one_of(st.none(), st.integers(0, 500))), min_size=1
    )
)
def test_a_journey_is_the_sum_of_its_legs_or_missing(rows: list[tuple[str, int | None]]) -> None:
    table = pd.DataFrame(rows, columns=["traveller", "distance_km"]).astype({"distance_km": float})
    hours = {"bus_hours_low": 1.0, "bus_hours_high": 2.0}
    found = whole_journey(table.assign(travel_min=table["distance_km"], **hours))
    for traveller in {key for key, _ in rows}:
        own = [km for key, km in rows if key == traveller]
        row = found.loc[traveller]
        assert row["bus_hours_high"] == 2 * len(own)
        if None in own:
            assert np.isnan([row["distance_km"], row["longest_leg_km"]]).all()
        else:
            assert row["distance_km"] == row["travel_min"] == sum(own)  # type: ignore[arg-type]
            assert row["longest_leg_km"] == max(own)  # type: ignore[type-var]
