"""An invented country as its analyst has it: borders, an extract, a table of people."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path

import shapely

from helpers.road_toys import write_pbf

SIDE = 0.5
NAMES = ("Upper Vale", "Lower Vale", "Coast", "Moorland")
TOWNS = ("Highmill", "Fordham", "Quayside", "Moorend")


@dataclass
class Country:
    """Square districts in a row from west to east, a town and a village in each.

    A road of the class `primary` leads straight from town to town, and a track to the village.

    Attributes
    ----------
    west, south
        Corner of the first district, degrees.
    names, towns
        Of the districts and of their towns, the first so many as there are districts.
    people
        Of each district; None for no figure.
    island
        Whether no road leads to the last town.
    exclave
        Whether the first district has a part north of the last one.
    """

    west: float = -30.0
    south: float = 40.0
    names: tuple[str, ...] = NAMES
    towns: tuple[str, ...] = TOWNS
    people: tuple[int, ...] = (60_000, 90_000, 120_000, 30_000)
    island: bool = False
    exclave: bool = False
    properties: list[dict[str, str]] = field(default_factory=list)

    def square(self, number: int, up: int = 0) -> shapely.Geometry:
        """Outline of a district, its longitudes going on beyond 180."""
        west, south = self.west + number * SIDE, self.south + up * SIDE
        return shapely.box(west, south, west + SIDE, south + SIDE)

    def town(self, number: int) -> tuple[float, float]:
        """Longitude and latitude of a town."""
        lon = self.west + number * SIDE + 0.2
        return (round((lon + 180) % 360 - 180, 6), round(self.south + 0.25, 6))

    def write(self, folder: Path) -> Path:
        """Write `borders.geojson`, `country.osm.pbf` and `people.csv`."""
        folder.mkdir(parents=True, exist_ok=True)
        features = []
        for number, name in enumerate(self.names):
            shape = self.square(number)
            if self.exclave and number == 0:
                shape = shapely.union_all([shape, self.square(len(self.names) - 1, up=2)])
            own = self.properties[number] if self.properties else {"name": name}
            features.append(
                {"type": "Feature", "properties": own, "geometry": shapely.geometry.mapping(shape)}
            )
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        (folder / "borders.geojson").write_text(text, encoding="utf-8")
        self.write_roads(folder / "country.osm.pbf")
        with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["name", "population"])
            rows.writerows(zip(self.names, self.people, strict=False))
        return folder

    def write_roads(self, path: Path) -> None:
        """Write towns as nodes 1, 2, ..., villages 0.1 degrees north of them as 11, 12, ..."""
        nodes, places, ways = {}, {}, []
        for number in range(len(self.names)):
            lon, lat = self.town(number)
            nodes[number + 1], nodes[number + 11] = (lon, lat), (lon, round(lat + 0.1, 6))
            town = {"place": "town", "name": self.towns[number], "name:xx": "xx"}
            places[number + 1] = town
            places[number + 11] = {"place": "village", "name": f"Little {self.towns[number]}"}
            ways.append(([number + 1, number + 11], {"highway": "track"}))
        last = len(self.names) - (2 if self.island else 1)
        for number in range(last):
            ways.append(([number + 1, number + 2], {"highway": "primary"}))
        write_pbf(path, nodes, ways, places)
