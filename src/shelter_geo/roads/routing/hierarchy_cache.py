"""Keep prepared hierarchies in a folder, one file each, named by the hash of what they hold.

A file holds the numbers and costs of arcs: no place, no point, no shelter and no path.
"""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.errors import OutputError
from shelter_geo.roads.routing.graph import Graph
from shelter_geo.roads.routing.hierarchy import Hierarchy, build_hierarchy, graph_key
from shelter_geo.roads.routing.kernels import LARGEST, UpArcs

KEPT: Final = 16
"""Files kept in a folder: those used last."""

_SIDES = ("forward", "backward")
_LOG = logging.getLogger(__name__)


def cached_hierarchy(
    graph: Graph, folder: Path, *, order: NDArray[np.int32] | None = None
) -> Hierarchy:
    """Take the hierarchy of a graph from a folder, or make it and keep it there.

    A file that is broken, or that holds something else, is made anew. Where the folder cannot be
    written to, nothing is kept and a warning is logged, since the answers are right without it.

    Parameters
    ----------
    graph
    folder
        Made if it is not there.
    order
        As in `build_hierarchy`, if the hierarchy has to be made.

    Raises
    ------
    CostError
        If the hierarchy cannot be made.
    """
    key = graph_key(graph)
    path = folder / f"hierarchy-{key[:32]}.npz"
    hierarchy = read_hierarchy(path, key)
    if hierarchy is None:
        hierarchy = build_hierarchy(graph, order=order)
        try:
            write_hierarchy(hierarchy, path)
        except OutputError as error:
            _LOG.warning("%s", error)
        else:
            _forget_oldest(folder)
    else:
        with contextlib.suppress(OSError):
            path.touch()
    return hierarchy


def write_hierarchy(hierarchy: Hierarchy, path: Path) -> None:
    """Write a hierarchy beside its place, then move it there.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood there before still stands.
    """
    columns: dict[str, Any] = {
        "key": np.array(hierarchy.key),
        "place": hierarchy.place,
        "order": hierarchy.order,
        "bounds": np.array([hierarchy.major_bound, hierarchy.minor_bound]),
    }
    for side in _SIDES:
        for name, column in getattr(hierarchy, side)._asdict().items():
            columns[f"{side}_{name}"] = column
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(file, **columns)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path.parent} cannot keep the prepared network: {error}") from error
    finally:
        if path.parent.is_dir():
            part.unlink(missing_ok=True)


def read_hierarchy(path: Path, key: str) -> Hierarchy | None:
    """Read a hierarchy, or nothing if the file is missing, broken or not the one asked for.

    Parameters
    ----------
    path
    key
        Hash of the graph that it must have been made of.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            columns = {name: held[name] for name in held.files}
        if str(columns["key"]) != key:
            return None
        forward, backward = (
            UpArcs(*(columns[f"{side}_{name}"] for name in UpArcs._fields)) for side in _SIDES
        )
        major, minor = columns["bounds"].tolist()
        hierarchy = Hierarchy(
            key, columns["place"], forward, backward, columns["order"], major, minor
        )
    except Exception:  # a damaged archive fails in many ways; it is prepared anew
        return None
    return hierarchy if _is_sound(hierarchy) else None


def _is_sound(hierarchy: Hierarchy) -> bool:
    """Whether the kernels can run over a hierarchy without leaving its arrays."""
    n = len(hierarchy.place)
    every = np.arange(n)
    for column in (hierarchy.place, hierarchy.order):
        if column.dtype != np.int32 or not np.array_equal(np.sort(column), every):
            return False
    return all(_goes_up(side, n) for side in (hierarchy.forward, hierarchy.backward))


def _goes_up(up: UpArcs, n: int) -> bool:
    if [column.dtype.str for column in up] != ["<i8", "<i4", "<i8"]:
        return False
    counts = np.diff(up.start)
    if len(counts) != n or up.start[0] != 0 or (counts < 0).any():
        return False
    if not up.start[-1] == len(up.to) == len(up.cost):
        return False
    tail = np.repeat(np.arange(n), counts)
    return bool(
        (up.to >= 0).all()
        and (up.to < tail).all()
        and (up.cost >= 0).all()
        and (up.cost < LARGEST).all()
    )


def _forget_oldest(folder: Path) -> None:
    """Remove the files used longest ago beyond `KEPT`."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob("hierarchy-*.npz"), key=lambda file: file.stat().st_mtime_ns)
        for file in files[:-KEPT]:
            file.unlink(missing_ok=True)
