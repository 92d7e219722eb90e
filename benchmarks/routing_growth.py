"""Measure how preparation and requests grow with the network, and what changes of roads cost.

Printed are three tables: networks cut from one country, requests on the whole of it, and changes of
roads with what preparing again then takes. CPU seconds on one thread.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from shelter_geo.access.costs import cost_blocks
from shelter_geo.roads.changes.applying import apply_changes
from shelter_geo.roads.changes.types import CloseRoads, OpenRoad, RoadChange, SlowRoads
from shelter_geo.roads.joining.snapping import snap
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.routing.engine import make_engine
from shelter_geo.roads.routing.graph import Seeds
from shelter_geo.roads.sources.chains import contract_chains
from shelter_geo.roads.sources.osm import read_pbf

REQUESTS = [(1000, 100), (5000, 10), (5000, 100), (5000, 1000), (50_000, 100), (50_000, 1000)]


def eastern(network: RoadNetwork, share: float) -> RoadNetwork:
    """Keep the roads east of a line that leaves so many of the nodes."""
    edge = network.lon[network.u] >= np.quantile(network.lon, 1 - share)
    used, ends = np.unique(np.stack([network.u[edge], network.v[edge]]), return_inverse=True)
    u, v = ends.reshape(2, -1).astype(np.int32)
    return replace(
        network,
        node_id=network.node_id[used],
        lon=network.lon[used],
        lat=network.lat[used],
        u=u,
        v=v,
        **{
            name: getattr(network, name)[edge]
            for name in ("length_cm", "forward_ms", "backward_ms", "road_class")
        },
        shape_start=np.zeros(len(u) + 1, np.int64),
        shape_lonlat=np.empty((0, 2)),
    )


def cpu(work: Callable[[], object], repeats: int) -> float:
    """CPU seconds of some work, the least of the repeats."""
    taken = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def changes(network: RoadNetwork) -> dict[str, RoadChange]:
    """One change of each kind, in the middle of the country."""
    west, east = (float(np.quantile(network.lon, share)) for share in (0.45, 0.55))
    south, north = (float(np.quantile(network.lat, share)) for share in (0.45, 0.55))
    corners = ((west, south), (east, south), (east, north), (west, north))
    return {
        "a class closed": CloseRoads(classes=("tertiary",)),
        "all roads slowed": SlowRoads(factor=1.5),
        "a polygon slowed": SlowRoads(factor=2.0, within=list(corners)),
        "a road opened": OpenRoad(start=corners[0], end=corners[2], kmh=60.0),
    }


def change_table(network: RoadNetwork, repeats: int) -> None:
    """Print what changes cost: to apply them, and to prepare what large requests need again."""
    engine = make_engine(network, method="hierarchy", threads=1)
    engine.prepare()
    middle = gpd.GeoSeries(gpd.points_from_xy(network.lon[:1], network.lat[:1]), crs=4326)
    snap(network, middle)  # finding roads is made ready once for a network
    print("\n| change | to apply | to prepare again |")
    print("|---|---|---|")
    for name, change in changes(network).items():
        took = cpu(lambda c=change: apply_changes(network, [c]), repeats)
        changed = apply_changes(network, [change])
        like = engine if changed.n_nodes == network.n_nodes else None
        again = make_engine(changed, method="hierarchy", like=like)
        print(f"| {name} | {took:.3g} | {cpu(again.prepare, 1):.3g} |")


def blocks(network: RoadNetwork, origins: int, facilities: int) -> float:
    """CPU seconds of a large matrix, computed in blocks from points on the map and thrown away."""
    at = np.random.default_rng(3).choice(network.n_nodes, origins + facilities, replace=False)
    points = gpd.GeoSeries(gpd.points_from_xy(network.lon[at], network.lat[at]), crs=4326)
    engine = make_engine(network, method="hierarchy", threads=1)
    engine.prepare()

    def work() -> None:
        for block in cost_blocks(
            network, points.iloc[:origins], points.iloc[origins:], engine=engine
        ):
            assert len(block.facility_id) == facilities

    return cpu(work, 1)


def main() -> None:
    """Measure and print three tables."""
    extras = os.environ.get("SHELTER_GEO_EXTRAS", Path(__file__).parent.parent.parent / "shared")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pbf", type=Path, help="roads; by default the largest of the extras")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    found = sorted(Path(extras).glob("osm/*.pbf"), key=lambda path: path.stat().st_size)
    if not (options.pbf or found):
        sys.exit(f"no extract in {extras}; name one with --pbf")
    country = contract_chains(read_pbf(options.pbf or found[-1]), mixed=True)
    random = np.random.default_rng(7)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}\n")
    print("| nodes | arcs | preparation | again, order kept | nearest | 1,000 × 1,000 |")
    print("|---|---|---|---|---|---|")
    for share in (1 / 64, 1 / 16, 1 / 4, 1):
        network = country if share == 1 else eastern(country, share)
        engine = make_engine(network, method="hierarchy", threads=1)
        points = Seeds.from_columns(random.choice(network.n_nodes, 1000, replace=False))
        if share < 1 / 16:
            # Load the compiled kernels, which is not what is measured here.
            first = make_engine(network, method="hierarchy")
            first.matrix(points.part(0, 1), points.part(0, 1))
            first.nearest(points.part(0, 1))
        row = [
            cpu(engine.prepare, 1),
            cpu(make_engine(network, method="hierarchy", like=engine).prepare, 1),
            cpu(lambda e=engine, p=points: e.nearest(p.part(0, 100)), options.repeats),
            cpu(lambda e=engine, p=points: e.matrix(p, p), options.repeats),
        ]
        figures = " | ".join(f"{value:.3g}" for value in row)
        print(f"| {network.n_nodes:,} | {len(network.arcs.tail):,} | {figures} |")
    print("\n| origins × facilities | CPU seconds | million pairs a second |")
    print("|---|---|---|")
    for origins, facilities in REQUESTS:
        points = random.choice(country.n_nodes, origins + facilities, replace=False)
        leave, arrive = map(Seeds.from_columns, (points[:origins], points[origins:]))
        took = cpu(lambda a=leave, b=arrive: engine.matrix(a, b), options.repeats)
        rate = origins * facilities / took / 1e6
        print(f"| {origins:,} × {facilities:,} | {took:.3g} | {rate:.0f} |")
    change_table(country, options.repeats)
    before = _peak_mb()
    took = blocks(country, 50_000, 5000)
    print(f"\n50,000 × 5,000 in blocks, joining included: {took:.3g} s; ", end="")
    print(f"peak memory {_peak_mb():,.0f} MB after {before:,.0f}, import included")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
