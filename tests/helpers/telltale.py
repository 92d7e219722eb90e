"""What would tell where a secret point is, in any file and however it is packed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
from pyproj import Transformer

from helpers.study_copy import contents

Point = tuple[str, str]
"""Latitude and longitude as they stand in a private file."""
NEAR = 60
"""Letters between two rounded numbers that make a pair."""


def _sexagesimal(number: float) -> Iterator[str]:
    degrees, rest = divmod(abs(number), 1)
    minutes, part = divmod(rest * 60, 1)
    yield rf"{degrees:.0f}\D{{1,6}}0?{minutes:.0f}\D{{1,4}}0?{int(part * 60)}[.,]\d"
    yield rf"{degrees:.0f}\D{{1,6}}0?{minutes:.0f}[.,]{f'{part:.3f}'[2:]}"


def _metres(point: Point) -> Iterator[str]:
    """Eastings and northings to the metre, of Web Mercator and of the zone of UTM."""
    lat, lon = map(float, point)
    for crs in ("EPSG:3857", f"EPSG:{32601 + int((lon + 180) // 6)}"):
        there = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
        yield from (str(int(metres)) for metres in there if metres >= 1e6)


@cache
def _needles(point: Point) -> list[bytes]:
    """Forms that need no pattern: digits, packed numbers and whole metres."""
    numbers = [float(number) for number in point]
    rounded = [f"{number:.{n}f}" for number in numbers for n in (4, 5, 6, 7)]
    digits = [form.replace(".", sign) for form in rounded for sign in ".,"]
    digits += [str(round(number * 10**n)) for number in numbers for n in (6, 7)]
    packed = [struct.pack(order, number) for number in numbers for order in ("<d", ">d")]
    packed += [struct.pack("<q", round(number * 10**n)) for number in numbers for n in (6, 7)]
    return packed + [form.encode() for form in (*digits, *_metres(point))]


@cache
def _patterns(point: Point) -> list[re.Pattern[str]]:
    """Forms with something between the digits: minutes and seconds, and pairs to 100 metres."""
    lat, lon = (f"{float(number):.3f}".replace(".", "[.,]") for number in point)
    pairs = [f"{a}\\d*\\D[^\n]{{0,{NEAR}}}?{b}" for a, b in ((lat, lon), (lon, lat))]
    ways = [*pairs, *(way for number in point for way in _sexagesimal(float(number)))]
    return [re.compile(way) for way in ways]


def tells(raw: bytes, *points: Point) -> bool:
    """Whether bytes hold a point: as digits in any usual notation, or as packed numbers."""
    if any(needle in raw for point in points for needle in _needles(point)):
        return True
    text = raw.decode("latin-1") if b"\0" not in raw[:4096] else ""
    return any(way.search(text) for point in points for way in _patterns(point))


def unpacked(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file of a folder as it is, and what is packed in it."""
    for name, raw in sorted(contents(folder).items()):
        yield name, raw
        for inner in _inside(folder / name, raw):
            yield name, inner


def _inside(path: Path, raw: bytes) -> Iterator[bytes]:
    match path.suffix:
        case ".parquet":
            yield pq.read_table(path).to_pandas().to_csv().encode()
        case ".gpkg":
            for layer, _ in pyogrio.list_layers(path):
                frame = gpd.read_file(path, layer=layer)
                yield frame.to_csv().encode()
        case ".pdf":
            for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
                yield zlib.decompress(stream)
        case ".npz" | ".zip":
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        case ".png":
            yield from _chunks(raw)


def _chunks(raw: bytes) -> Iterator[bytes]:
    """Packed words of a PNG; its pixels are colours and hold no digits."""
    place = 8
    while place < len(raw):
        length, kind = struct.unpack(">I4s", raw[place : place + 8])
        if kind == b"zTXt":
            chunk = raw[place + 8 : place + 8 + length]
            yield zlib.decompress(chunk.split(b"\0", 1)[1][1:])
        place += 12 + length
