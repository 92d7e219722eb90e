"""Keep a network in one file: packed arrays, provenance and a hash checked on the way in."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import OutputError, RoadError
from shelter_geo.outside import REMEDY, unreadable
from shelter_geo.roads.network import Provenance, RoadNetwork

LEVEL: Final = 1
"""Higher ones take half a second more for a country and save one part in twenty-five."""
SCALE: Final = 1e7
"""Coordinates of OpenStreetMap are whole ten-millionths of a degree."""
LARGEST: Final = 1e8
"""Coordinates below this are exact as whole numbers, and those of the Earth are."""
_WIDTHS: Final = {width: np.dtype(f"<u{width}") for width in (1, 2, 4, 8)}
_HEAD: Final = 2
_PLAIN, _WHOLE, _STEPS, _DEGREES = range(4)


def pack(array: NDArray[Any], *, steps: bool = False) -> NDArray[np.uint8]:
    """Pack an array of one dimension.

    Parameters
    ----------
    array
        Whole numbers, coordinates in degrees, or anything else, which takes more room.
    steps
        Whether one whole number is near the next, so that the differences are smaller.
    """
    if array.dtype.kind in "iu":
        whole = array.astype(np.int64)
        return _blob(_STEPS, _differences(whole)) if steps else _blob(_WHOLE, _signed(whole))
    if array.dtype == np.float64 and np.abs(array).max(initial=0.0) < LARGEST:
        scaled = np.rint(array * SCALE)
        if _same(scaled / SCALE, array):
            return _blob(_DEGREES, _differences(scaled.astype(np.int64)))
    data = np.frombuffer(np.ascontiguousarray(array).tobytes(), dtype=np.uint8)
    return _with_head(_PLAIN, 1, data)


def unpack(blob: NDArray[np.uint8], dtype: str) -> NDArray[Any]:
    """Give back the array that was packed, of the type that it had.

    Raises
    ------
    KeyError, ValueError, zlib.error
        If the bytes were not packed here.
    """
    kind, width = (int(value) for value in blob[:_HEAD])
    data = np.frombuffer(zlib.decompress(blob[_HEAD:].tobytes()), dtype=np.uint8)
    if kind == _PLAIN:
        return data.view(dtype)
    rows = np.ascontiguousarray(data.reshape(width, -1).T)
    values = rows.ravel().view(_WIDTHS[width]).astype(np.uint64)
    sign = (values & np.uint64(1)).view(np.int64)
    whole = (values >> np.uint64(1)).view(np.int64) ^ -sign
    if kind != _WHOLE:
        whole = np.cumsum(whole)
    return whole / SCALE if kind == _DEGREES else whole.astype(dtype)


def _same(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    """Whether values are equal to the bit, -0.0 and 0.0 apart."""
    return np.array_equal(a.view(np.int64), b.view(np.int64))


def _differences(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    return _signed(np.diff(values, prepend=np.int64(0)))


def _signed(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Whole numbers with the sign in the last bit, so that small ones have few bits."""
    return ((values << 1) ^ (values >> 63)).view(np.uint64)


def _blob(kind: int, values: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Pack numbers in as few bytes as the largest needs: all first bytes, then all second ones."""
    most = int(values.max(initial=0))
    width = next(width for width in _WIDTHS if most < 256**width)
    rows = values.astype(_WIDTHS[width]).view(np.uint8).reshape(-1, width)
    return _with_head(kind, width, np.ascontiguousarray(rows.T))


def _with_head(kind: int, width: int, data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    packed = zlib.compress(data.tobytes(), LEVEL)
    return np.frombuffer(bytes([kind, width]) + packed, dtype=np.uint8)


FORMAT: Final = "shelter_geo roads 3"
ARRAYS: Final = {
    "lon": "<f8",
    "lat": "<f8",
    "u": "<i4",
    "v": "<i4",
    "length_cm": "<i8",
    "forward_ms": "<i8",
    "backward_ms": "<i8",
    "road_class": "<i2",
    "enterable": "|b1",
    "turn_from": "<i8",
    "turn_to": "<i8",
    "shape_start": "<i8",
    "shape_lonlat": "<f8",
}
"""Arrays of a network and their types in a file, beside `node_id`."""
STEPS: Final = ("node_id", "u", "shape_start")
"""Arrays of which one value is near the next."""


def content_hash(network: RoadNetwork) -> str:
    """SHA-256 of everything in a network, the same on every machine.

    Raises
    ------
    RoadError
        If the keys of the nodes are neither text nor whole numbers, or the settings are not data.
    """
    return _digest(_arrays(network), _head(network))


def save_network(network: RoadNetwork, path: str | Path) -> Path:
    """Write a network to one file, whole or not at all.

    The same network gives the same bytes.

    Raises
    ------
    RoadError
        As `content_hash`.
    OutputError
        If the file cannot be written; a file that stood there still stands.
    """
    path = Path(path)
    arrays, head = _arrays(network), _head(network)
    packed, how = _pack(arrays)
    full = {**head, "sha256": _digest(arrays, head), "packing": how}
    head_text = json.dumps(full, sort_keys=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            stored = {"head": np.frombuffer(head_text.encode(), dtype=np.uint8), **packed}
            np.savez(file, allow_pickle=False, **stored)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return path


def load_network(path: str | Path) -> RoadNetwork:
    """Read a network and make sure that nothing in it has changed since it was written.

    Raises
    ------
    RoadError
        If the file is missing, damaged, or not a network of this version.
    """
    path = Path(path)
    if said := unreadable(path, None):
        raise RoadError(f"{path} {said}. {REMEDY}")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            head = json.loads(stored["head"].tobytes())
            if head.get("format") != FORMAT:
                raise RoadError(f"{path} was written by another version; import it again")
            arrays = _unpack(stored, head.pop("packing"))
    except FileNotFoundError as error:
        raise RoadError(f"{path} does not exist") from error
    except RoadError:
        raise
    except Exception as error:  # a damaged archive fails in many ways, all of them the file's
        raise RoadError(
            f"{path} is damaged or is not a stored network. Make it again by "
            "shelter-geo roads import."
        ) from error
    stated = head.pop("sha256", "")
    if _digest(arrays, head) != stated:
        raise RoadError(f"{path} has changed since it was written; import it again")
    return RoadNetwork(
        **arrays,
        class_names=tuple(head["class_names"]),
        provenance=Provenance(**head["provenance"]),
    )


def _pack(arrays: dict[str, NDArray[Any]]) -> tuple[dict[str, NDArray[np.uint8]], dict[str, Any]]:
    """Pack arrays: ends of edges that are where their nodes are, and what repeats, are left out."""
    inner = _inner(arrays["shape_start"])
    ends = _ends(arrays)
    bare = ends is not None and np.array_equal(ends, arrays["shape_lonlat"][~inner])
    shape = arrays["shape_lonlat"][inner] if bare else arrays["shape_lonlat"]
    small = {
        **arrays,
        "v": arrays["v"].astype(np.int64) - arrays["u"],
        "backward_ms": arrays["backward_ms"] - arrays["forward_ms"],
        "shape_lon": np.ascontiguousarray(shape[:, 0]),
        "shape_lat": np.ascontiguousarray(shape[:, 1]),
    }
    del small["shape_lonlat"]
    packed = {name: pack(array, steps=name in STEPS) for name, array in small.items()}
    return packed, {"node_id": arrays["node_id"].dtype.str, "ends_are_nodes": bare}


def _unpack(stored: Mapping[str, NDArray[Any]], how: dict[str, Any]) -> dict[str, NDArray[Any]]:
    types = {**ARRAYS, "node_id": how["node_id"]}
    del types["shape_lonlat"]
    arrays = {name: unpack(stored[name], types[name]) for name in types}
    arrays["v"] = (arrays["v"] + arrays["u"]).astype(ARRAYS["v"])
    arrays["backward_ms"] = arrays["backward_ms"] + arrays["forward_ms"]
    shape = np.stack([unpack(stored[f"shape_{axis}"], "<f8") for axis in ("lon", "lat")], axis=1)
    if how["ends_are_nodes"]:
        inner = _inner(arrays["shape_start"])
        whole = np.empty((len(inner), 2))
        whole[inner], whole[~inner] = shape, _ends(arrays)
        shape = whole
    return {**arrays, "shape_lonlat": shape}


def _inner(start: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Points of shapes that are neither the first nor the last of an edge."""
    inner = np.ones(int(start[-1]), dtype=bool)
    drawn = start[1:] > start[:-1]
    inner[start[:-1][drawn]] = inner[start[1:][drawn] - 1] = False
    return inner


def _ends(arrays: dict[str, NDArray[Any]]) -> NDArray[np.float64] | None:
    """Places of the nodes at both ends of each edge, or None if a shape has fewer points."""
    if np.diff(arrays["shape_start"]).min(initial=2) < 2:
        return None
    nodes = np.stack([arrays["u"], arrays["v"]], axis=1).ravel()
    return np.stack([arrays["lon"][nodes], arrays["lat"][nodes]], axis=1)


def _arrays(network: RoadNetwork) -> dict[str, NDArray[Any]]:
    keys = np.asarray(network.node_id)
    if keys.dtype.kind in "iu":
        keys = keys.astype("<i8")
    elif keys.dtype.kind == "U" or all(isinstance(key, str) for key in keys.tolist()):
        keys = keys.astype(np.str_).astype(f"<U{max(map(len, keys.tolist()), default=1) or 1}")
    else:
        raise RoadError("keys of nodes must be all text or all whole numbers to be stored")
    rest = {name: np.ascontiguousarray(getattr(network, name), t) for name, t in ARRAYS.items()}
    return {"node_id": keys, **rest}


def _head(network: RoadNetwork) -> dict[str, Any]:
    head = {
        "format": FORMAT,
        "class_names": list(network.class_names),
        "provenance": asdict(network.provenance),
    }
    try:
        plain: dict[str, Any] = json.loads(json.dumps(head, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise RoadError(f"the settings of a network must be plain data: {error}") from error
    return plain


def _digest(arrays: dict[str, NDArray[Any]], head: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes() if array.size == 0 else array.data.cast("B"))
    return digest.hexdigest()
