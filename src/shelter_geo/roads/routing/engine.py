"""The one door to routing: exact costs and routes between points on a network."""

from __future__ import annotations

import os
import sys
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import CostError
from shelter_geo.progress import StepProgress
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.routing.dijkstra import Dijkstra
from shelter_geo.roads.routing.graph import (
    UNREACHED,
    Graph,
    Matrix,
    Nearest,
    Path,
    RedrawnGraph,
    Seeds,
    Weight,
)

if TYPE_CHECKING:
    from shelter_geo.roads.routing.hierarchy import Hierarchy
    from shelter_geo.roads.routing.phast import Phast

Method = Literal["auto", "dijkstra", "hierarchy"]
_PLAIN_WORK = 6_000_000
"""Arcs and nodes that plain Dijkstra may pass, in 3 to 4 s: compiling a hierarchy takes longer."""
CACHE_VARIABLE: Final = "SHELTER_GEO_CACHE"
"""Environment variable that names the folder; empty to keep nothing."""


class Engine:
    """Exact costs and routes on one network; made by `make_engine`."""

    def __init__(
        self,
        graph: Graph,
        method: Method,
        cache_dir: FilePath | None,
        threads: int | None,
        like: Engine | None,
    ) -> None:
        self.graph = graph
        self._method = method
        self._cache_dir = cache_dir
        self._threads = threads
        self._like = like
        self._worked = 0
        self._dijkstra: Dijkstra | None = None
        self._phast: Phast | None = None

    def matrix(
        self, leave: Seeds, arrive: Seeds, *, progress: StepProgress | None = None
    ) -> Matrix:
        """Costs from every point of `leave` to every point of `arrive`.

        Parameters
        ----------
        leave, arrive
            Origins with the costs to leave by, facilities with the costs to arrive by.
        progress
            Called in the calling thread with the work done and the whole.

        Returns
        -------
        Matrix
            ``time_ms`` and ``length_cm``, shape (origins, facilities), `UNREACHED` (-1) where
            there is no way. A way within one edge, through none of its ends, is not seen here.

        Raises
        ------
        CostError
            If an entry names an unknown node, or costs are too large to add exactly.
        """
        return self._router(min(len(leave), len(arrive))).matrix(leave, arrive, progress=progress)

    def nearest(self, arrive: Seeds, *, leave: Seeds | None = None) -> Nearest:
        """Nearest facility from every node of the network, or from every point of `leave`.

        Ties of both costs go to the lowest index.

        Raises
        ------
        CostError
            As `matrix`.
        """
        return self._router(1).nearest(arrive, at=leave)

    def reach(self, points: Seeds, limit: int | None = None, *, towards: bool = True) -> Nearest:
        """Every node within `limit` of the nearest of some points.

        Parameters
        ----------
        points
            With arrive costs if `towards`, else with leave costs.
        limit
            Whole milliseconds, or centimetres under the weight ``"distance_km"``; nodes beyond
            are `UNREACHED`. No limit if not given.
        towards
            Costs to the points if true, from them if false.

        Returns
        -------
        Nearest
            One row for every node of the network, then one for each that its junctions add.

        Raises
        ------
        CostError
            As `matrix`, or if the limit is negative.
        """
        if limit is not None and limit < 0:
            raise CostError(f"the limit of a service area is negative: {limit}")
        near = self._router(1).nearest(points, towards=towards)
        if limit is None:
            return near
        beyond = self.graph.time_and_length(near.time_ms, near.length_cm)[0] > limit
        for column in near:
            column[beyond] = UNREACHED
        return near

    def paths(self, leave: Seeds, arrive: Seeds, pairs: NDArray[np.integer]) -> list[Path]:
        """Best routes of chosen pairs.

        Among routes equal in both costs, the first entry and then at every node the lowest arc
        is taken, so that a route depends on nothing but its pair.

        Parameters
        ----------
        leave, arrive
        pairs : shape (k, 2)
            Origin and facility of each route.

        Returns
        -------
        list of Path
            ``arcs`` in ``network.arcs``, ``leave_entry`` and ``arrive_entry`` in the entries of
            the seeds, ``time_ms`` and ``length_cm`` with both entries included.

        Raises
        ------
        CostError
            As `matrix`, or if a pair names a point that is not there.
        """
        table = np.asarray(pairs, np.int64).reshape(-1, 2)
        if len(table) and (
            table.min() < 0 or (table.max(axis=0) >= (len(leave), len(arrive))).any()
        ):
            raise CostError("a pair names a point that is not there")
        return self._router(len(np.unique(table[:, 1]))).paths(leave, arrive, table)

    def prepare(self) -> None:
        """Prepare now what large requests need, rather than at the first of them."""
        if self._method != "dijkstra":
            self._prepared()

    def worth_preparing(self, searches: int) -> bool:
        """Whether a request that needs so many plain searches would take longer unprepared."""
        return self._work(searches) > _PLAIN_WORK

    def prepare_for(self, searches: int) -> None:
        """Prepare now if a request that needs so many plain searches would take longer without."""
        if self.worth_preparing(searches):
            self.prepare()

    @property
    def hierarchy(self) -> Hierarchy | None:
        """What was prepared, if it was."""
        return None if self._phast is None else self._phast.hierarchy

    def _router(self, searches: int) -> Dijkstra | Phast:
        """Choose who answers, by the searches that plain Dijkstra would need."""
        if self._method == "hierarchy":
            return self._prepared()
        work = self._work(searches)
        plain = self._phast is None and self._worked + work <= _PLAIN_WORK
        if self._method == "auto" and not plain:
            return self._prepared()
        self._worked += work
        if self._dijkstra is None:
            self._dijkstra = Dijkstra(self.graph)
        return self._dijkstra

    def _work(self, searches: int) -> int:
        return (searches + 2) * (self.graph.n_nodes + len(self.graph.tail))

    def _prepared(self) -> Phast:
        """Hierarchy of this network, in the order of the engine that it is like."""
        if self._phast is None:
            # Imported here since the compiler takes longer to load than a small study to answer.
            from shelter_geo.roads.routing.hierarchy import build_hierarchy
            from shelter_geo.roads.routing.hierarchy_cache import cached_hierarchy
            from shelter_geo.roads.routing.phast import Phast

            like = None if self._like is None else self._like.hierarchy
            order = None if like is None else like.order
            if self._cache_dir is None:
                hierarchy = build_hierarchy(self.graph, order=order)
            else:
                hierarchy = cached_hierarchy(self.graph, self._cache_dir, order=order)
            self._phast = Phast(self.graph, hierarchy, self._threads)
        return self._phast


def make_engine(
    network: RoadNetwork,
    *,
    weight: Weight = "travel_min",
    cache_dir: FilePath | None = None,
    method: Method = "auto",
    threads: int | None = None,
    like: Engine | None = None,
) -> Engine:
    """Make an engine for one network and one weight; nothing is prepared until it is needed.

    Routes make the weight smallest and, among equals, the other of time and length; both are
    exact sums along the route. All methods give the same numbers and the same routes, whatever
    else a request holds.

    Parameters
    ----------
    network
    weight
        ``"travel_min"`` for the fastest, ``"distance_km"`` for the shortest route.
    cache_dir
        Folder that keeps prepared hierarchies, keyed by their content; not kept if not given.
    method
        ``"dijkstra"`` needs no preparation and suits small inputs, ``"hierarchy"`` prepares the
        network once and answers large ones; ``"auto"`` takes the first until it would work
        longer than preparation.
    threads
        Workers for large requests; by default one per processor.
    like
        Engine of the same nodes under other roads or speeds. If it has been prepared, its order
        is taken over, which makes preparing this one two to three times as fast.

    Raises
    ------
    CostError
        If the weight, the method or the number of threads is unknown, or `like` has other nodes.
    """
    if method not in get_args(Method):
        raise CostError(f"unknown method {method!r}; use one of {', '.join(get_args(Method))}")
    if threads is not None and threads < 1:
        raise CostError(f"at least one thread is needed, not {threads}")
    graph = Graph.from_network(network, weight)
    if like is not None and like.graph.n_nodes != graph.n_nodes:
        raise CostError(
            f"an engine of {like.graph.n_nodes} nodes cannot serve one of {graph.n_nodes}"
        )
    return Engine(graph, method, cache_dir, threads, like)


def redrawn_engine(network: RoadNetwork, base: RoadNetwork) -> Engine:
    """Make an engine for roads at other times, which is ready at once and keeps nothing on disk.

    It takes a fraction of the time of `Engine.prepare`, once what both roads share is laid out.

    Parameters
    ----------
    network
        The same roads as `base`, any of them faster, slower or closed.
    base
        Roads for which what is shared is kept, as long as they live.

    Raises
    ------
    CostError
        If the roads are not the same, or a road costs too much to be added exactly.
    """
    from shelter_geo.roads.routing.customizable import Skeleton
    from shelter_geo.roads.routing.kernels import LARGEST, MASK, SHIFT
    from shelter_geo.roads.routing.phast import Phast

    if network.u is not base.u or network.v is not base.v:
        raise CostError("roads are redrawn at other times alone; these have other junctions")
    hierarchy = Skeleton.of(base).hierarchy(network)
    if hierarchy.major_bound >= LARGEST >> SHIFT or 2 * hierarchy.minor_bound > MASK:
        # Ways up that no route takes may be too long to be added; contraction leaves fewer.
        return make_engine(network, method="hierarchy")
    engine = Engine(RedrawnGraph(network), "hierarchy", None, None, None)
    engine._phast = Phast(engine.graph, hierarchy)
    return engine


def cache_folder() -> FilePath | None:
    """Return the folder in which this user's programs keep what can be made again, or None.

    It is what `CACHE_VARIABLE` says, else the usual one of the operating system.
    """
    stated = os.environ.get(CACHE_VARIABLE)
    if stated is not None:
        return FilePath(stated) if stated else None
    try:
        home = FilePath.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        usual = FilePath(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        usual = home / "Library" / "Caches"
    else:
        usual = FilePath(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return usual / "shelter_geo"
