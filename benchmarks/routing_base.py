"""What every routing engine of the benchmarks has: the same arcs, and the same questions."""

from __future__ import annotations

import resource
from pathlib import Path


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


def cpu() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    own, children = (resource.getrusage(who) for who in (0, -1))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
