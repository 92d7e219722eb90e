"""Invented inputs of scale.py: joined copies of an extract, large studies, long tables."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path

BUNDLED = Path(__file__).parents[1] / "data"
STUDY = """
[study]
id = "large"
name = "Large"
as_of = 2026-01-01
credit = "Invented figures"
[tables]
districts = "districts.csv"
settlements = "settlements.csv"
shelters = "shelters.csv"
boundaries = "districts.geojson"
[roads]
network = "reference"
nodes = "nodes.csv"
links = "links.csv"
source = "invented"
licence = "CC0-1.0"
connector_kmh = 20.0
max_connector_km = 10.0
[access.bus]
factor = 1.3
low = 1.2
high = 1.5
source = "assumed"
[capacity]
people_per_family_place = 10_000
norm_source = "one family place for 10,000 people"
[[capacity.readings]]
id = "family-places"
persons_per_family_place = 1.0
label = "each place takes a family"
source = "assumed"
evidence = "assumed"
"""


def join_copies(extract: Path, copies: int, target: Path) -> int:
    """Write copies of an extract side by side, each joined to the next by roads; count points."""
    import osmium

    class Reader(osmium.SimpleHandler):
        def __init__(self) -> None:
            super().__init__()
            self.points: dict[int, tuple[float, float]] = {}
            self.ways: list[tuple[int, list[int], dict[str, str]]] = []

        def node(self, node: osmium.osm.Node) -> None:
            self.points[node.id] = (node.location.lon, node.location.lat)

        def way(self, way: osmium.osm.Way) -> None:
            self.ways.append((way.id, [n.ref for n in way.nodes], dict(way.tags)))

    reader = Reader()
    reader.apply_file(str(extract))
    lons = [lon for lon, _ in reader.points.values()]
    west, width = min(lons), max(lons) - min(lons)
    rows = max(1, math.isqrt(copies) // 2)
    lats = [lat for _, lat in reader.points.values()]
    height = max(lats) - min(lats)
    shift_node, shift_way = max(reader.points) + 1, max(w for w, *_ in reader.ways) + 1
    main = [refs for _, refs, tags in reader.ways if tags.get("highway") in ("trunk", "primary")]
    ends = [ref for refs in main for ref in (refs[0], refs[-1])]
    easternmost = sorted(ends, key=lambda ref: -reader.points[ref][0])[:20]
    westernmost = sorted(ends, key=lambda ref: reader.points[ref][0])[:20]
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for copy in range(copies):
            east, up = (copy // rows) * (width + 0.01), (copy % rows) * (height + 0.01)
            for ref, (lon, lat) in reader.points.items():
                place = (lon + east - west, lat + up)
                writer.add_node(
                    osmium.osm.mutable.Node(id=ref + copy * shift_node, version=1, location=place)
                )
        for copy in range(copies):
            for key, refs, tags in reader.ways:
                writer.add_way(
                    osmium.osm.mutable.Way(
                        id=key + copy * shift_way,
                        version=1,
                        nodes=[ref + copy * shift_node for ref in refs],
                        tags=tags,
                    )
                )
        joined = copies * shift_way
        for copy in range(rows, copies):
            for a, b in zip(easternmost, westernmost, strict=True):
                writer.add_way(
                    osmium.osm.mutable.Way(
                        id=joined,
                        version=1,
                        nodes=[a + (copy - rows) * shift_node, b + copy * shift_node],
                        tags={"highway": "primary"},
                    )
                )
                joined += 1
    return copies * len(reader.points)


def word(number: int) -> str:
    """Invent a name without digits, in which nothing looks like an address."""
    name = ""
    while True:
        number, rest = divmod(number, 20)
        name += "banelimoturasekidovulapenigozumaterisofu"[2 * rest : 2 * rest + 2]
        if not number:
            return f"{name.capitalize()}dara"


def invent_study(folder: Path, districts: int, facilities: int, settlements: int) -> Path:
    """Write a study on a grid of towns: squares for districts, towns evenly in each of them."""
    folder.mkdir(parents=True)
    side = math.ceil(math.sqrt(districts))
    each = settlements // districts
    across = math.ceil(math.sqrt(each))
    size = min(0.2, 40 / side)
    tables: dict[str, list[str]] = {
        "districts": ["district_id,name_en,population,lat,lon"],
        "settlements": ["settlement_id,name_en,district_id,lat,lon,population_listed"],
        "shelters": ["shelter_id,name_en,settlement_id,district_id,places,places_basis,source"],
        "nodes": ["node_id,name,district_id,lat,lon"],
        "links": ["from_node,to_node,km,minutes"],
    }
    features, towns = [], {}
    for number in range(districts):
        x, y = (number % side) * size - 20, (number // side) * size
        corners = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
        corners = [[round(a, 5), round(b, 5)] for a, b in corners]
        geometry = {"type": "Polygon", "coordinates": [corners]}
        features.append(
            {"type": "Feature", "properties": {"district_id": f"d{number}"}, "geometry": geometry}
        )
        for town in range(each):
            column, row = number % side * across + town % across, number // side * across
            row += town // across
            lon = x + (town % across + 0.5) * size / across
            lat = y + (town // across + 0.5) * size / across
            key = f"s{number}x{town}"
            towns[column, row], name = key, word(number * each + town)
            point = f"{lat:.5f},{lon:.5f}"
            tables["settlements"].append(f"{key},{name},d{number},{point},500")
            tables["nodes"].append(f"{key},{name},d{number},{point}")
        first = f"{y + 0.5 * size / across:.5f},{x + 0.5 * size / across:.5f}"
        people = 5000 + number % 97 * 100
        tables["districts"].append(f"d{number},{word(number)},{people},{first}")
    km = max(size / across * 111, 0.1) * 1.3
    for (column, row), key in towns.items():
        for other in ((column + 1, row), (column, row + 1)):
            if other in towns:
                tables["links"].append(f"{key},{towns[other]},{km:.1f},{km:.1f}")
    keys = sorted(towns.values())
    for number in range(facilities):
        key = keys[number * len(keys) // facilities]
        district = f"d{key[1:].partition('x')[0]}"
        name = word(number)
        tables["shelters"].append(
            f"{name.lower()},Shelter in {name},{key},{district},12,published,invented"
        )
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "districts.geojson").write_text(json.dumps(collection), encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


def longer_study(folder: Path, count: int) -> Path:
    """Copy the bundled study, with so many more settlements at the points of those there are."""
    shutil.copytree(BUNDLED, folder)
    path = folder / "places/settlements.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    settings = (folder / "study.toml").read_text(encoding="utf-8")
    known = [row for row in rows if row["settlement_id"] not in settings]  # nothing is excused
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(known[0]), lineterminator="\n")
        for number in range(count):
            new = {"settlement_id": f"x-{number}", "name_en": word(number), "name_az": ""}
            new |= {"name_ru": "", "population_listed": "10"}
            writer.writerow(known[number % len(known)] | new)
    return folder


def study_on(network: Path, folder: Path) -> Path:
    """Copy the bundled study onto all roads of a network that was imported."""
    shutil.copytree(BUNDLED, folder)
    shutil.copy(network, folder / "roads/extract.roads.npz")
    settings = folder / "study.toml"
    text = settings.read_text(encoding="utf-8")
    own = 'network = "osm"\nfile = "roads/extract.roads.npz"'
    settings.write_text(text.replace('network = "reference"', own, 1), encoding="utf-8")
    return folder
