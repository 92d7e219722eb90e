"""Routing engines that are built by tools of their own, from files made for them."""

# ruff: noqa: D102 - every engine has the methods of the first
from __future__ import annotations

import json
import math
import subprocess
import time
from pathlib import Path

import numpy as np
from routing_base import Engine, cpu

EXTRACT = "extract.osm.pbf"
"""Link to the extract that the arcs were made of, in the folder of the run."""


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
        begun = cpu()
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
        self.prepared = cpu() - begun

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


class Valhalla(Engine):
    """Prepared only, and from the extract itself: it costs roads by rules of its own."""

    package = "pyvalhalla"

    def prepare(self) -> None:
        import valhalla
        from valhalla.config import get_config

        tiles = self.folder / "tiles"
        tiles.mkdir()
        config = self.folder / "valhalla.json"
        config.write_text(json.dumps(get_config(tile_extract="", tile_dir=str(tiles))))
        tool = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
        begun = cpu()
        command = [str(tool), "-c", str(config), str(self.folder / EXTRACT)]
        subprocess.run(command, check=True, capture_output=True)
        self.prepared = cpu() - begun


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
