"""OSRM as a peer: its programs taken out of a wheel, its reading of every way, and its routes.

The programs run on this computer alone and answer on the loopback address.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

WHEEL = "osrm-bindings==26.10.0"
PORT = 5099
SPEEDS = "speeds.lua"

# Car profile without penalties of turns, gates and lights; speeds of classes as here. It prints
# how it reads every way, and every barrier.
PROFILE = """
local car = dofile('{profiles}/car.lua')
local given = dofile('speeds.lua')
local function setup()
  local p = car.setup()
  p.properties.weight_name = 'duration'
  p.properties.u_turn_penalty = 0
  p.properties.use_turn_restrictions = {restrictions}
  p.speed_reduction = 1
  p.barrier_penalties = {{gate = 0, lift_gate = 0}}
  for class, kmh in pairs(given.classes) do
    p.speeds.highway[class] = kmh
    p.restricted_highway_whitelist[class] = true
  end
  return p
end
local function process_way(profile, way, result, relations)
  if given.ways then
    local f, b, d = table.unpack(given.ways[way:id()] or {{0, 0, 0}})
    result.forward_mode = f > 0 and mode.driving or mode.inaccessible
    result.backward_mode = b > 0 and mode.driving or mode.inaccessible
    result.forward_speed, result.backward_speed = f, b
    if d > 0 then result.duration = d end
    return
  end
  car.process_way(profile, way, result, relations)
  local f = result.forward_mode ~= mode.inaccessible and result.forward_speed or 0
  local b = result.backward_mode ~= mode.inaccessible and result.backward_speed or 0
  if f > 0 or b > 0 or result.duration > 0 then
    print(string.format('W %d %.3f %.3f %.1f', way:id(), f, b, result.duration))
  end
end
local function process_node(profile, node, result, relations)
  if given.nodes then
    if given.nodes[node:id()] then obstacle_map:add(node, Obstacle.new(obstacle_type.barrier)) end
    return
  end
  local real = obstacle_map
  obstacle_map = {{add = function(_, at, what)
    if what.type == obstacle_type.barrier then
      real:add(at, what)
      print('N ' .. at:id())
    end
  end}}
  car.process_node(profile, node, result, relations)
  obstacle_map = real
end
local function process_turn(_, turn) turn.duration = 0; turn.weight = 0 end
return {{setup = setup, process_way = process_way, process_node = process_node,
  process_turn = process_turn}}
"""


class Reading(NamedTuple):
    """How OSRM reads an extract: km/h forward and backward and seconds by way, and barriers."""

    ways: dict[int, tuple[float, float, float]]
    barriers: set[int]


class Route(NamedTuple):
    """A route: its nodes, and metres from the points asked for to where it begins and ends."""

    nodes: list[int]
    off: tuple[float, float]


def programs(folder: Path) -> Path:
    """Take the programs of OSRM out of its wheel, whatever Python that is built for."""
    home = folder / "osrm"
    if not home.is_dir():
        options = ["--python-version", "3.12", "--only-binary", ":all:"]
        (wheel,) = download(WHEEL, folder, *options)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [n for n in archive.namelist() if n.startswith("osrm/")])
        for program in (home / "bin").iterdir():
            program.chmod(0o755)
    return home


def download(package: str, folder: Path, *options: str) -> list[Path]:
    """Download one package with pip into a folder, and return its file."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    subprocess.run([*command, str(folder), *options, package], check=True)
    name = re.split(r"[=<>]", package)[0].replace("-", "[-_]")
    return [path for path in folder.iterdir() if re.match(rf"{name}-\d", path.name)][:1]


def prepare(
    home: Path,
    extract: Path,
    folder: Path,
    classes: Mapping[str, float],
    *,
    ways: Mapping[int, tuple[float, float, float]] | None = None,
    barriers: Iterable[int] = (),
    restrictions: bool = False,
) -> Reading:
    """Build OSRM's graph in a folder, with the speeds of ways given or by its own reading."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"[{json.dumps(name)}]={kmh}" for name, kmh in classes.items()]
    given = ["classes={" + ",".join(rows) + "}"]
    if ways is not None:
        some = (f"[{way}]={{{f},{b},{s}}}" for way, (f, b, s) in ways.items())
        given.append("ways={" + ",\n".join(some) + "}")
        given.append("nodes={" + ",".join(f"[{node}]=true" for node in barriers) + "}")
    (folder / SPEEDS).write_text("return {" + ",\n".join(given) + "}", encoding="utf-8")
    profiles = home / "share" / "profiles"
    text = PROFILE.format(profiles=profiles, restrictions=str(restrictions).lower())
    (folder / "peer.lua").write_text(text, encoding="utf-8")
    link = folder / "roads.osm.pbf"
    link.unlink(missing_ok=True)
    link.symlink_to(extract.resolve())
    environment = {**os.environ, "LUA_PATH": f"{profiles}/?.lua"}
    said = ""
    for step in (
        ["osrm-extract", "--threads", "1", "--profile", "peer.lua", "roads.osm.pbf"],
        ["osrm-partition", "--threads", "1", "roads"],
        ["osrm-customize", "--threads", "1", "roads"],
    ):
        done = subprocess.run(
            [str(home / "bin" / step[0]), *step[1:]],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{step[0]}: {done.stdout[-800:]}{done.stderr[-800:]}")
        said = said or done.stdout
    read = Reading({}, set())
    for line in said.splitlines():
        if line.startswith("W "):
            _, way, *numbers = line.split()
            f, b, seconds = map(float, numbers)
            read.ways[int(way)] = (f, b, seconds)
        elif line.startswith("N "):
            read.barriers.add(int(line[2:]))
    return read


class Osrm:
    """Asks a running OSRM."""

    def __init__(self) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def _ask(self, text: str) -> dict[str, Any]:
        try:
            self._http.request("GET", text)
            response = self._http.getresponse()
        except http.client.RemoteDisconnected:  # it hangs up after some hundred requests
            self._http.request("GET", text)
            response = self._http.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
        return answer

    def route(self, start: tuple[float, float], end: tuple[float, float]) -> Route | None:
        """Fastest route between two points, or None where there is no way."""
        points = f"{start[0]:.7f},{start[1]:.7f};{end[0]:.7f},{end[1]:.7f}"
        options = "annotations=nodes&overview=false&continue_straight=false"
        answer = self._ask(f"/route/v1/driving/{points}?{options}")
        off = tuple(way["distance"] for way in answer.get("waypoints", [])) or (0.0, 0.0)
        if answer["code"] != "Ok":
            return None
        return Route(answer["routes"][0]["legs"][0]["annotation"]["nodes"], off)

    def nearest(self, lon: float, lat: float) -> tuple[float, float, list[int]]:
        """Place on the nearest road, and the two nodes of its segment."""
        found = self._ask(f"/nearest/v1/driving/{lon:.7f},{lat:.7f}?number=1")["waypoints"][0]
        return (*found["location"], found["nodes"])


@contextmanager
def served(home: Path, folder: Path) -> Iterator[Osrm]:
    """Run OSRM on a prepared folder."""
    command = [str(home / "bin" / "osrm-routed"), "--algorithm", "mld", "--ip", "127.0.0.1"]
    command += ["--port", str(PORT), "--threads", "1", "roads"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                http.client.HTTPConnection("127.0.0.1", PORT, timeout=5).connect()
                break
            except OSError:
                time.sleep(0.1)
        yield Osrm()
    finally:
        process.terminate()
        process.wait()
