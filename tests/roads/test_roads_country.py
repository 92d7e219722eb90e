"""The routing engine on the roads of a whole country, against scipy's Dijkstra."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.road_toys import EXTRACT, extra
from pyproj import Geod
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from shelter_geo.analysis import evaluate
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.routing.engine import Engine, make_engine
from shelter_geo.roads.routing.graph import Seeds
from shelter_geo.roads.sources.chains import contract_chains
from shelter_geo.roads.sources.osm import read_pbf
from shelter_geo.study.study import Study
from shelter_geo.vocabulary import Reason

pytestmark = pytest.mark.country

# Times below 2^26 ms and lengths below 2^27 cm fit the 53 bits that a double keeps exactly.
CM_BITS = 27
TIMES, LENGTHS = 1 << 26, 1 << CM_BITS


@pytest.fixture(scope="module")
def country() -> RoadNetwork:
    return contract_chains(read_pbf(extra(EXTRACT)), mixed=True)


@pytest.fixture(scope="module")
def engine(country: RoadNetwork) -> Engine:
    return make_engine(country, method="hierarchy")


@pytest.fixture(scope="module")
def packed(country: RoadNetwork) -> csr_array:
    """Arcs for scipy, the best of parallel ones, as time and length in one number."""
    arcs = country.arcs
    first = np.ones(len(arcs.tail), bool)
    first[1:] = (np.diff(arcs.tail) != 0) | (np.diff(arcs.head) != 0)
    cost = (arcs.time_ms * LENGTHS + arcs.length_cm)[first].astype(float)
    n = country.n_nodes
    return csr_array((cost, (arcs.tail[first], arcs.head[first])), shape=(n, n))


def split(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lost = np.isinf(cost)
    whole = np.where(lost, 0, cost).astype(np.int64)
    assert whole.max() < TIMES * LENGTHS
    return np.where(lost, -1, whole >> CM_BITS), np.where(lost, -1, whole & (LENGTHS - 1))


def test_random_pairs_equal_scipy(country: RoadNetwork, engine: Engine, packed: csr_array) -> None:
    random = np.random.default_rng(200)
    origins, facilities = (random.choice(country.n_nodes, k, replace=False) for k in (40, 200))
    matrix = engine.matrix(Seeds.from_columns(origins), Seeds.from_columns(facilities))
    pairs = np.stack([np.repeat(np.arange(40), 5), np.arange(200)], axis=1)
    found = dijkstra(packed, indices=origins)[:, facilities]
    time, length = split(found)
    np.testing.assert_array_equal(matrix.time_ms, time)
    np.testing.assert_array_equal(matrix.length_cm, length)
    assert (time >= 0).mean() > 0.5
    arcs = country.arcs
    ways = engine.paths(Seeds.from_columns(origins), Seeds.from_columns(facilities), pairs)
    for way, (i, j) in zip(ways, pairs.tolist(), strict=True):
        assert (way.time_ms, way.length_cm) == (time[i, j], length[i, j])
        if way.time_ms > 0:
            assert arcs.time_ms[way.arcs].sum() == way.time_ms
            assert arcs.length_cm[way.arcs].sum() == way.length_cm
            stops = [origins[i], *arcs.head[way.arcs]]
            assert arcs.tail[way.arcs].tolist() == stops[:-1]
            assert stops[-1] == facilities[j]


def test_nearest_of_every_node_equals_scipy(
    country: RoadNetwork, engine: Engine, packed: csr_array
) -> None:
    sites = np.random.default_rng(3).choice(country.n_nodes, 50, replace=False)
    near = engine.nearest(Seeds.from_columns(sites))
    time, length = split(dijkstra(packed.T.tocsr(), indices=sites, min_only=True))
    np.testing.assert_array_equal(near.time_ms, time)
    np.testing.assert_array_equal(near.length_cm, length)
    reached = np.flatnonzero(near.which >= 0)[::997]
    own = engine.matrix(Seeds.from_columns(reached), Seeds.from_columns(sites))
    np.testing.assert_array_equal(
        own.time_ms[np.arange(len(reached)), near.which[reached]], time[reached]
    )


def test_study_runs_on_the_roads_of_the_country(country: RoadNetwork, study: Study) -> None:
    """All mainland districts are reached, Nakhchivan is not, and lines follow the roads."""
    roads = study.settings.roads.model_copy(update={"network": "osm", "file": "country.npz"})
    settings = study.settings.model_copy(update={"roads": roads})
    found = evaluate(replace(study, settings=settings, network=country))
    cut_off = found.districts[~found.districts["reachable"]]
    assert len(cut_off) == 8
    assert set(cut_off["region"]) == {"Nakhchivan"}
    assert set(cut_off["reason"]) == {Reason.NO_DOMESTIC_ROAD}
    geod = Geod(ellps="WGS84")
    lengths = [geod.geometry_length(line) / 1000 for line in found.routes.geometry]
    np.testing.assert_allclose(lengths, found.routes["distance_km"], rtol=0.002, atol=0.2)
    straight = evaluate(study).districts["distance_km"]
    ratio = (straight / found.districts["distance_km"])[found.districts["distance_km"] > 1]
    assert abs(ratio.median() - 1) < 0.05
