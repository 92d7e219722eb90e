"""Routing engines behind one door, each in a process of its own, told what to do line by line.

Run by `routing.py` as: python routing_engines.py ENGINE ARCS.npz FOLDER
"""

# ruff: noqa: D101, D102 - every engine has the methods of the first
from __future__ import annotations

import importlib.metadata
import json
import math
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np


class Engine:
    """Times in milliseconds towards sites, -1 where there is no way."""

    package = ""

    def __init__(self, arcs, folder: Path) -> None:
        self.n = len(arcs["lon"])
        self.tail, self.head, self.ms = arcs["tail"], arcs["head"], arcs["ms"]
        self.cm, self.lon, self.lat = arcs["cm"], arcs["lon"], arcs["lat"]
        self.folder = folder

    def prepare(self) -> None:
        """Everything that does not depend on the points."""

    def nearest(self, sites):
        """Time from every node to its nearest site."""
        raise NotImplementedError

    def matrix(self, origins, sites):
        """Find the times from origins to sites."""
        raise NotImplementedError


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
        return np.array([found.get(v, -1) for v in range(self.n)], np.int64)

    def matrix(self, origins, sites):
        columns = []
        for site in sites.tolist():
            found = self.rx.dijkstra_shortest_path_lengths(self.graph, site, float)
            # The search leaves out where it starts.
            columns.append([0 if v == site else found.get(v, -1) for v in origins.tolist()])
        return np.array(columns, np.int64).T


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


class Osrm(Engine):
    """Contraction hierarchies on the same arcs, through a map file and a profile made for it."""

    package = "osrm-bindings"
    profile = """
api_version = 4
function setup()
  return {properties = {weight_name = 'duration', u_turn_penalty = 0,
    continue_straight_at_waypoint = false, use_turn_restrictions = false}}
end
function process_node() end
function process_way(_, way, result)
  local forward, backward = way:get_value_by_key('f'), way:get_value_by_key('b')
  result.forward_mode = forward and mode.driving or mode.inaccessible
  result.backward_mode = backward and mode.driving or mode.inaccessible
  result.forward_speed = tonumber(forward or 0)
  result.backward_speed = tonumber(backward or 0)
end
function process_turn(_, turn) turn.duration = 0; turn.weight = 0 end
return {setup = setup, process_node = process_node, process_way = process_way,
  process_turn = process_turn}
"""

    def prepare(self) -> None:
        import osrm

        roads = self.folder / "roads.osm"
        roads.write_text(self._map())
        (self.folder / "roads.lua").write_text(self.profile)
        tools = Path(osrm.__file__).parent / "bin"
        begun = _cpu()
        for step in (["osrm-extract", "-p", "roads.lua", "roads.osm"], ["osrm-contract", "roads"]):
            command = [str(tools / step[0]), *step[1:]]
            subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        self.osrm = osrm
        self.router = osrm.OSRM(
            algorithm="CH",
            storage_config=str(self.folder / "roads.osrm"),
            use_shared_memory=False,
            max_locations_distance_table=-1,
        )
        self.prepared = _cpu() - begun

    def _map(self) -> str:
        """Arcs as ways of two nodes, at the speed that gives their time over a straight line."""
        ways: dict[tuple[int, int], dict[str, int]] = {}
        for u, v, ms in zip(self.tail.tolist(), self.head.tolist(), self.ms.tolist(), strict=True):
            ways.setdefault((min(u, v), max(u, v)), {})["f" if u <= v else "b"] = max(ms, 1)
        lines = ["<osm version='0.6'>"]
        places = list(zip(self.lon.tolist(), self.lat.tolist(), strict=True))
        for v, (lon, lat) in enumerate(places, start=1):
            lines.append(f"<node id='{v}' version='1' lon='{lon:.7f}' lat='{lat:.7f}'/>")
        for i, ((u, v), open_) in enumerate(ways.items(), start=1):
            metres = max(_metres(places[u], places[v]), 0.1)
            tags = [f"<tag k='{k}' v='{metres * 3600 / ms!r}'/>" for k, ms in open_.items()]
            lines.append(
                f"<way id='{i}' version='1'><nd ref='{u + 1}'/><nd ref='{v + 1}'/>"
                f"{''.join(tags)}</way>"
            )
        return "\n".join([*lines, "</osm>"])

    def matrix(self, origins, sites):
        at = [(float(self.lon[v]), float(self.lat[v])) for v in (*origins, *sites)]
        request = self.osrm.TableParameters(
            coordinates=at,
            sources=list(range(len(origins))),
            destinations=list(range(len(origins), len(at))),
            annotations=["duration"],
        )
        begun = time.process_time()
        answer = self.router.Table(request)
        self.took = time.process_time() - begun
        return Pending(answer["durations"])


class Pending:
    """An answer of OSRM that becomes an array only when it is compared, outside the timing."""

    def __init__(self, durations) -> None:
        self.durations = durations

    def array(self):
        rows = [[-1 if s is None else s * 1000 for s in row] for row in self.durations]
        return np.rint(np.array(rows, float)).astype(np.int64)


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    x = math.radians(b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return 6_372_797.56 * math.hypot(x, math.radians(b[1] - a[1]))


def _whole(times):
    return np.where(np.isinf(times), -1, np.nan_to_num(times, posinf=0)).astype(np.int64)


def _peak_mb() -> float:
    """Peak memory of this process; the figure of getrusage begins with its parent's."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024


def _cpu() -> float:
    own, children = (resource.getrusage(who) for who in (0, -1))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


ENGINES = {
    "ours": Ours,
    "osrm": Osrm,
    "pyroutingkit": Routingkit,
    "pandana": Pandana,
    "scipy": Scipy,
    "igraph": Igraph,
    "rustworkx": Rustworkx,
    "networkx": Networkx,
}


def _answer(engine: Engine, task: dict) -> dict:
    if task["do"] == "prepare":
        begun = _cpu()
        engine.prepare()
        return {"cpu": getattr(engine, "prepared", _cpu() - begun)}
    points = [np.array(task[side], np.int64) for side in ("origins", "sites") if side in task]
    begun = time.process_time()
    found = getattr(engine, task["do"])(*points)
    cpu = getattr(engine, "took", time.process_time() - begun)
    if "save" in task:
        np.save(task["save"], found.array() if isinstance(found, Pending) else found)
    return {"cpu": cpu, "mb": _peak_mb()}


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
