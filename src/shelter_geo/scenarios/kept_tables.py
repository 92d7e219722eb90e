"""Whole tables kept by the hash of the study they were computed from: a plan is worked out once.

A file holds tables of plain columns and nothing that could run. It knows what a study knows, and so
no point of a shelter finer than its settlement.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import IO, Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

from shelter_geo.cache import code_hash, keep_file, keep_newest
from shelter_geo.inputs import Study
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.sources.store import content_hash

FORMAT: Final = "shelter_geo tables 1"
"""Changes whenever a file holds tables otherwise; the code that computes them counts too."""
MOST: Final = 200
"""Files that may stay, the newest."""
Tables: TypeAlias = Mapping[str, pd.DataFrame]

_TRAIL: Final = frozenset({"folder", "basemap", "input_package", "input_hashes"})
"""Parts of a study that nothing is computed from."""
_KINDS: Final = frozenset(
    {"bool", "boolean", "float64", "Float64", "geometry", "int64", "Int64", "str"}
)
"""Kinds of columns that come back as they were."""
_UNREADABLE: Final = (
    OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, NotImplementedError,
    zipfile.BadZipFile, pa.ArrowException,
)  # fmt: skip
"""What reading a broken file may raise."""
_LOG = logging.getLogger(__name__)
_STUDIES: WeakKeyDictionary[Study, str] = WeakKeyDictionary()
_NETWORKS: WeakKeyDictionary[RoadNetwork, str] = WeakKeyDictionary()


class KeptTables:
    """Tables of studies and plans, each computed once.

    Tables that are missing, broken or of another study are computed anew; a folder that cannot be
    written to is passed over with a warning.

    Attributes
    ----------
    folder : Path or None
        Where files stay for other runs; None keeps nothing.
    computed : list of str
        What was computed, in order.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.computed: list[str] = []

    def of(self, what: str, study: Study, compute: Callable[[], Tables]) -> Tables:
        """Give tables of a study, read if they were computed before from the same.

        Parameters
        ----------
        what
            What the tables tell, a word.
        study
            All that they are computed from.
        compute
            Computes them.
        """
        if self.folder is None:
            return compute()
        key = hashlib.sha256(f"{FORMAT} {what} {study_hash(study)}".encode()).hexdigest()
        path = self.folder / f"{what}-{key[:32]}.zip"
        found = _read(path, key)
        if found is None:
            self.computed.append(what)
            found = compute()
            self._keep(path, key, found)
        return found

    def _keep(self, path: Path, key: str, tables: Tables) -> None:
        if any(str(kind) not in _KINDS for table in tables.values() for kind in table.dtypes):
            return
        try:
            keep_file(path, lambda file: _write(file, key, tables))
            keep_newest(path.parent, f"{path.name.partition('-')[0]}-*.zip", MOST)
        except OSError as error:
            _LOG.warning("%s cannot keep results: %s", path.parent, error.strerror)


def study_hash(study: Study) -> str:
    """Hash of all that is computed from in a study, and of the code that computes."""
    if study not in _STUDIES:
        parts = [code_hash()]
        for field in fields(study):
            if field.name not in _TRAIL:
                parts.append(f"{field.name} {_part_hash(getattr(study, field.name))}")
        _STUDIES[study] = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return _STUDIES[study]


def network_hash(network: RoadNetwork) -> str:
    """Hash of everything in a network, computed once for as long as it lives."""
    if network not in _NETWORKS:
        _NETWORKS[network] = content_hash(network)
    return _NETWORKS[network]


def _part_hash(part: Any) -> str:
    if part is None:
        return "none"
    if isinstance(part, RoadNetwork):
        return network_hash(part)
    if isinstance(part, gpd.GeoSeries):
        return _part_hash(part.to_frame("geometry"))
    if isinstance(part, pd.DataFrame):
        told = [list(map(str, part.index)), *([name, *_plain(part[name])] for name in part)]
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()
    return hashlib.sha256(part.model_dump_json().encode()).hexdigest()


def _plain(column: pd.Series) -> list[Any]:
    """Write a column's kind, then its values."""
    kind = str(column.dtype)
    values = column.to_numpy(object)
    return [kind, *(shapely.to_wkb(values, hex=True) if kind == "geometry" else values).tolist()]


def _write(file: IO[bytes], key: str, tables: Tables) -> None:
    with zipfile.ZipFile(file, "w") as held:
        held.writestr(zipfile.ZipInfo("key"), key)
        for name, table in tables.items():
            held.writestr(zipfile.ZipInfo(f"{name}.arrow"), _encoded(table))


def _encoded(table: pd.DataFrame) -> bytes:
    plain = pd.DataFrame(table)
    drawn = [name for name in plain if str(plain[name].dtype) == "geometry"]
    for name in drawn:
        plain[name] = shapely.to_wkb(plain[name].to_numpy())
    content = pa.Table.from_pandas(plain)
    content = content.replace_schema_metadata(
        {**content.schema.metadata, b"drawn": json.dumps(drawn).encode()}
    )
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, content.schema) as stream:
        stream.write_table(content)
    return sink.getvalue()


def _read(path: Path, key: str) -> Tables | None:
    """Read tables, or nothing if the file is missing, broken or not the one asked for."""
    try:
        with zipfile.ZipFile(path) as held:
            if held.read("key") != key.encode():
                return None
            names = [name for name in held.namelist() if name.endswith(".arrow")]
            return {name.removesuffix(".arrow"): _decoded(held.read(name)) for name in names}
    except _UNREADABLE:
        return None


def _decoded(raw: bytes) -> pd.DataFrame:
    with pa.ipc.open_stream(raw) as stream:
        content = stream.read_all()
    table: pd.DataFrame = content.to_pandas()
    drawn = json.loads(content.schema.metadata[b"drawn"])
    for name in drawn:
        table[name] = gpd.GeoSeries(shapely.from_wkb(table[name]), index=table.index, crs=4326)
    return gpd.GeoDataFrame(table) if drawn else table
