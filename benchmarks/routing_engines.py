"""Routing engines behind one door, each in a process of its own, told what to do line by line.

Run by `routing.py` as: python routing_engines.py ENGINE ARCS.npz FOLDER
"""

# ruff: noqa: D101, D102 - every engine has the methods of the first
from __future__ import annotations

import importlib.metadata
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
from routing_base import Engine, cpu
from routing_built import Osrm, Pending, Valhalla


class Ours(Engine):
    """Finds kilometres along the fastest route too."""

    package = "shelter-geo"

    def prepare(self) -> None:
        from shelter_geo.roads.routing.engine import Engine as Router
        from shelter_geo.roads.routing.graph import Graph, Seeds

        def router(n: int, *columns):
            graph = Graph(n, *columns, "travel_min")
            return Router(graph, "hierarchy", None, 1, None)

        one, none = np.zeros(1, np.int32), np.zeros(1, np.int64)
        tiny, self.seeds = router(1, one, one, none, none, none * 1.0, none * 1.0), Seeds
        at = Seeds.from_columns(one)
        tiny.matrix(at, at)
        tiny.nearest(at)
        begun = time.process_time()
        self.router = router(self.n, self.tail, self.head, self.ms, self.cm, self.lon, self.lat)
        self.router.prepare()
        # Kernels are compiled once for each installation, so this is not counted.
        self.prepared = time.process_time() - begun

    def nearest(self, sites):
        return self.router.nearest(self.seeds.from_columns(sites)).time_ms

    def matrix(self, origins, sites):
        points = self.seeds.from_columns
        return self.router.matrix(points(origins), points(sites)).time_ms


class Scipy(Engine):
    package = "scipy"

    def prepare(self) -> None:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        columns = (self.head, self.tail)
        self.graph = csr_array((self.ms.astype(float), columns), shape=(self.n, self.n))
        self.search = dijkstra

    def nearest(self, sites):
        return _whole(self.search(self.graph, indices=sites, min_only=True))

    def matrix(self, origins, sites):
        columns = [self.search(self.graph, indices=site)[origins] for site in sites]
        return _whole(np.stack(columns, axis=1))


class Networkx(Engine):
    package = "networkx"

    def prepare(self) -> None:
        import networkx as nx

        self.nx = nx
        self.graph = nx.DiGraph()
        self.graph.add_nodes_from(range(self.n))
        self.graph.add_weighted_edges_from(
            zip(self.head.tolist(), self.tail.tolist(), self.ms.tolist(), strict=True)
        )

    def nearest(self, sites):
        found = self.nx.multi_source_dijkstra_path_length(self.graph, set(sites.tolist()))
        return np.array([found.get(v, -1) for v in range(self.n)])

    def matrix(self, origins, sites):
        columns = []
        for site in sites.tolist():
            found = self.nx.single_source_dijkstra_path_length(self.graph, site)
            columns.append([found.get(v, -1) for v in origins.tolist()])
        return np.array(columns).T


class Rustworkx(Engine):
    package = "rustworkx"

    def prepare(self) -> None:
        import rustworkx as rx

        self.rx = rx
        self.graph = rx.PyDiGraph()
        self.graph.add_nodes_from([None] * (self.n + 1))
        self.graph.add_edges_from(
            list(zip(self.head.tolist(), self.tail.tolist(), self.ms.tolist(), strict=True))
        )

    def nearest(self, sites):
        added = [(self.n, site, 0) for site in sites.tolist()]
        self.graph.add_edges_from(added)
        found = self.rx.dijkstra_shortest_path_lengths(self.graph, self.n, float)
        self.graph.remove_edges_from([edge[:2] for edge in added])
        times = np.full(self.n, -1, np.int64)
        for node, ms in found.items():
            times[node] = ms
        return times

    def matrix(self, origins, sites):
        columns = []
        for site in sites.tolist():
            found = self.rx.dijkstra_shortest_path_lengths(self.graph, site, float)
            # The search leaves out where it starts, and what it gives has no method `get`.
            times = [found[v] if v in found else -1 for v in origins.tolist()]  # noqa: SIM401
            columns.append(np.where(origins == site, 0, times))
        return np.stack(columns, axis=1).astype(np.int64)


class Igraph(Engine):
    package = "igraph"

    def prepare(self) -> None:
        import igraph

        edges = np.stack([self.tail, self.head], axis=1)
        self.graph = igraph.Graph(n=self.n, edges=edges, directed=True)
        self.graph.es["ms"] = self.ms.tolist()

    def matrix(self, origins, sites):
        rows = self.graph.distances(
            source=sites.tolist(), target=origins.tolist(), weights="ms", mode="in"
        )
        return _whole(np.array(rows, float).T)


class Pandana(Engine):
    """Given seconds: it keeps costs as whole thousandths in 32 bits, which milliseconds overrun."""

    package = "pandana"
    far = 1e6

    def prepare(self) -> None:
        import pandana
        import pandas as pd

        nodes = pd.DataFrame({"x": self.lon, "y": self.lat})
        arcs = pd.DataFrame({"tail": self.tail, "head": self.head, "s": self.ms / 1000})
        self.network = pandana.Network(
            nodes["x"], nodes["y"], arcs["tail"], arcs["head"], arcs[["s"]], twoway=False
        )

    def nearest(self, sites):
        import pandas as pd

        at = pd.DataFrame({"x": self.lon[sites], "y": self.lat[sites]})
        self.network.set_pois("site", self.far, 1, at["x"], at["y"])
        found = self.network.nearest_pois(self.far, "site", num_pois=1)[1].to_numpy()
        return self._ms(found)

    def matrix(self, origins, sites):
        pairs = np.repeat(origins, len(sites)), np.tile(sites, len(origins))
        found = np.array(self.network.shortest_path_lengths(*pairs))
        return self._ms(found).reshape(len(origins), len(sites))

    def _ms(self, seconds):
        return np.where(seconds >= self.far, -1, np.rint(seconds * 1000)).astype(np.int64)


class Routingkit(Engine):
    package = "pyroutingkit"

    def prepare(self) -> None:
        import pyroutingkit

        self.far = pyroutingkit.INF_WEIGHT
        self.router = pyroutingkit.CCH()
        ends = self.tail.astype(np.uint32), self.head.astype(np.uint32)
        place = self.lat.astype(np.float32), self.lon.astype(np.float32)
        self.router.build_topology(*ends, *place, self.n)
        self.router.customize_weights(self.ms.astype(np.uint32))

    def matrix(self, origins, sites):
        found = self.router.distances_many_to_many(
            origins.astype(np.uint32), sites.astype(np.uint32)
        )
        return np.where(found == self.far, -1, found.astype(np.int64))


def _whole(times):
    return np.where(np.isinf(times), -1, np.nan_to_num(times, posinf=0)).astype(np.int64)


def _peak_mb() -> float:
    """Peak memory of this process; the figure of getrusage begins with its parent's."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024


def _peak_mb_of_children() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


ENGINES = {
    "ours": Ours,
    "osrm": Osrm,
    "pyroutingkit": Routingkit,
    "pandana": Pandana,
    "scipy": Scipy,
    "igraph": Igraph,
    "rustworkx": Rustworkx,
    "networkx": Networkx,
    "valhalla": Valhalla,
}
ELSEWHERE = {"osrm", "valhalla"}
"""Engines without a wheel for every Python, run by an interpreter of their own."""


def _answer(engine: Engine, task: dict) -> dict:
    if task["do"] == "prepare":
        begun = cpu()
        engine.prepare()
        mb = max(_peak_mb(), _peak_mb_of_children())
        return {"cpu": getattr(engine, "prepared", cpu() - begun), "mb": mb}
    points = [np.array(task[side], np.int64) for side in ("origins", "sites") if side in task]
    begun = time.process_time()
    found = getattr(engine, task["do"])(*points)
    took = getattr(engine, "took", time.process_time() - begun)
    if "save" in task:
        np.save(task["save"], found.array() if isinstance(found, Pending) else found)
    return {"cpu": took, "mb": _peak_mb()}


def main() -> None:
    """Answer one line of JSON for each line read."""
    name, path, folder = sys.argv[1:]
    kind = ENGINES[name]
    # Some engines talk on standard output: let them, but elsewhere.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        version = importlib.metadata.version(kind.package)
    except importlib.metadata.PackageNotFoundError:
        print(json.dumps({"missing": kind.package}), file=answers, flush=True)
        return
    engine = kind(np.load(path), Path(folder))
    can = [
        task for task in ("nearest", "matrix") if getattr(kind, task) is not getattr(Engine, task)
    ]
    print(json.dumps({"version": version, "can": can}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = _answer(engine, json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
