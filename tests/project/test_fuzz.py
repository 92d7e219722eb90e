"""Files cut, twisted and mixed up at every door: read rightly, or refused in a sentence, soon."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import networkx as nx
import pandas as pd
import pyogrio
import pytest
from helpers.road_toys import toy_network, write_pbf
from helpers.small_study import small_study
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import MOST_LINES, Fault, ShelterGeoError, TableError
from shelter_geo.plans import read_plan
from shelter_geo.roads import load_network, read_road_settings, read_roads_file, save_network
from shelter_geo.study import CANDIDATES, SHELTERS, check_table
from shelter_geo.study.reading import read_catalogue, read_package
from shelter_geo.study.settings import read_settings
from shelter_geo.study.tables.features import read_areas
from shelter_geo.study.tables.links import read_links

VARIANTS: Final = int(os.environ.get("SHELTER_GEO_FUZZ", "3"))
"""Variants of each door's file; `make fuzz` tries many more."""
LONGEST_S: Final = 20
SECRET: Final = "Hidden Lane 7"
PLAN: Final = '[scenario]\nid = "p"\nname = "P"\n[[open]]\nsettlement_id = "s1"\nplaces = 20\n'
Read = Callable[[Path], object]


def table(path: Path, schema: object) -> object:
    frame, faults = check_table(path, schema)  # type: ignore[arg-type]
    return raised(frame, faults)


def raised(content: object, faults: list[Fault]) -> object:
    if faults:
        raise TableError(faults)
    return content


def doors(folder: Path) -> dict[str, tuple[Path, Read]]:
    """Make a good file for every door, and name what reads it."""
    study = small_study(folder / "study")
    at = study.path
    (folder / "p.toml").write_text(PLAN, encoding="utf-8")
    (folder / "roads.toml").write_text("[speed_kmh]\n", encoding="utf-8")
    (folder / "en.toml").write_text('[a]\nb = "c"\n', encoding="utf-8")
    (folder / "package.json").write_text('{"name": "x", "resources": []}', encoding="utf-8")
    shelters = pd.read_csv(at("shelters.csv"))
    pyogrio.write_dataframe(shelters, folder / "shelters.xlsx", driver="XLSX", layer="shelters")
    (folder / "c.csv").write_text("candidate_id,name,lat,lon\na,A,40.5,-29.5\n", encoding="utf-8")
    spots = [(0.0, 0.0), (0.01, 0.0), (0.01, 0.01)]
    nodes = dict(enumerate(spots, start=1))
    write_pbf(folder / "x.osm.pbf", nodes, [([1, 2, 3], {"highway": "primary"})])
    write_pbf(folder / "x.osm", nodes, [([1, 2, 3], {"highway": "primary"})])
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for key, (x, y) in nodes.items():
        graph.add_node(key, x=x, y=y)
    for one, other in ((1, 2), (2, 3), (2, 1), (3, 2)):
        graph.add_edge(one, other, length=1000.0, highway="primary", osmid=1)
    nx.write_graphml(graph, folder / "x.graphml")
    save_network(toy_network(spots, [(0, 1), (1, 2)]), folder / "x.npz")
    areas = ("district_id", ("upper", "lower", "coast"))
    return {
        "settings": (study.file, read_settings),
        "shelters": (at("shelters.csv"), partial(table, schema=SHELTERS)),
        "workbook": (folder / "shelters.xlsx", partial(table, schema=SHELTERS)),
        "candidates": (folder / "c.csv", partial(table, schema=CANDIDATES)),
        "links": (at("links.csv"), lambda path: raised(*read_links(path))),
        "areas": (at("districts.geojson"), lambda path: raised(*read_areas(path, *areas))),
        "plan": (folder / "p.toml", read_plan),
        "catalogue": (folder / "en.toml", lambda path: raised(*read_catalogue(path))),
        "package": (folder / "package.json", lambda path: raised(*read_package(path))),
        "road settings": (folder / "roads.toml", read_road_settings),
        "pbf": (folder / "x.osm.pbf", read_roads_file),
        "osm": (folder / "x.osm", read_roads_file),
        "graphml": (folder / "x.graphml", read_roads_file),
        "network": (folder / "x.npz", load_network),
    }


def twisted(raw: bytes, chance: random.Random) -> bytes:
    """Cut, double, exchange or overwrite a part of a file."""
    one, other = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    part = raw[one:other]
    bits = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
    kinds = (
        raw[:one], raw[one:], raw[:one] + raw[other:], raw[:other] + part + raw[other:],
        raw[:one] + bits + raw[one + len(bits) :], raw[:one] + bits + raw[one:],
        raw[:one] + bytes(len(part)) + raw[other:], raw[:one] + part[::-1] + raw[other:],
        raw.replace(b"0", chance.choice([b"9", b"-1", b"1e308", b"nan", b""]), 3),
        raw.replace(b",", chance.choice([b";", b",,", b"\n", b'"']), 2),
        raw + b"[" * 30_000, b"\xff\xfe" + raw, b"", raw * 40,
    )  # fmt: skip
    return chance.choice(kinds)


@contextmanager
def soon() -> Iterator[None]:
    """End what hangs."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read_or_refused(read: Read, path: Path) -> str:
    """Read a file, which must be read or refused in at most forty lines that hold no secret."""
    try:
        with soon():
            read(path)
    except ShelterGeoError as error:
        said = str(error)
        assert said
        assert len(said.splitlines()) <= MOST_LINES
        assert SECRET not in said
        return said
    return ""


DOORS: Final = (
    "settings", "shelters", "workbook", "candidates", "links", "areas", "plan", "catalogue",
    "package", "road settings", "pbf", "osm", "graphml", "network",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Read]]:
    found = doors(tmp_path_factory.mktemp("doors"))
    assert tuple(found) == DOORS
    return found


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("door", DOORS)
def test_a_twisted_file_is_read_or_refused(
    made: dict[str, tuple[Path, Read]], door: str, tmp_path: Path
) -> None:
    good, read = made[door]
    if door != "road settings":
        assert read_or_refused(read, good) == ""
    raw = good.read_bytes().replace(b"Shelter in Quayside", SECRET.encode())
    for number in range(VARIANTS):
        path = tmp_path / good.name
        path.write_bytes(twisted(raw, random.Random(f"{door} {number}")))
        try:
            read_or_refused(read, path)
        except Exception as error:
            raise AssertionError(f"{door}, variant {number}") from error


@settings(max_examples=max(10, VARIANTS), deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_at_all_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "p.toml"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    for read in (read_plan, read_settings, partial(table, schema=SHELTERS)):
        read_or_refused(read, path)
