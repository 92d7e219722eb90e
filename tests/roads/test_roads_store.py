from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.road_toys import toy_network
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shelter_geo.errors import OutputError, RoadError
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.store import content_hash, load_network, pack, save_network, unpack

NETWORK = replace(
    toy_network(
        [(0, 0), (0.01, 0), (0.02, 0.3)],
        [(0, 1, "forward", (), "b"), (1, 2, "both", [(0.1, 0.1)], "a"), (2, 2, "closed")],
    ),
    provenance=Provenance("© a source", "a licence", "2021-08-01", {"keep": ["a"], "n": 1.5}),
)


def degrees(whole: int) -> float:
    return whole / 1e7


def same(a: RoadNetwork, b: RoadNetwork) -> bool:
    for name, value in vars(a).items():
        other = getattr(b, name)
        if isinstance(value, np.ndarray):
            if value.dtype.kind != other.dtype.kind or not np.array_equal(value, other):
                return False
        elif value != other:
            return False
    return True


def test_what_is_saved_is_loaded(tmp_path: Path):
    path = save_network(NETWORK, tmp_path / "country.roads")
    assert path.name == "country.roads"
    loaded = load_network(path)
    assert same(NETWORK, loaded)
    assert content_hash(loaded) == content_hash(NETWORK)
    with pytest.raises(ValueError, match="read-only"):
        loaded.u[0] = 1


@pytest.mark.parametrize("kind", [object, np.str_])
def test_text_keys_survive(tmp_path: Path, kind: type):
    named = replace(NETWORK, node_id=np.array(["Gəncə", "b", "c"], dtype=kind))
    loaded = load_network(save_network(named, tmp_path / "n.npz"))
    assert loaded.node_id.tolist() == ["Gəncə", "b", "c"]
    assert content_hash(loaded) == content_hash(named)


def test_shapes_that_miss_their_nodes_and_odd_coordinates_survive(tmp_path: Path):
    moved = replace(NETWORK, shape_lonlat=NETWORK.shape_lonlat + 1e-9, lon=NETWORK.lon / 3)
    assert same(moved, load_network(save_network(moved, tmp_path / "n.npz")))
    closed = replace(NETWORK, enterable=np.array([True, False, True]))
    assert same(closed, load_network(save_network(closed, tmp_path / "m.npz")))


def test_a_stored_network_is_small(tmp_path: Path):
    """A country is far smaller than its arrays; here a long bent road of points as OSM has them."""
    rng = np.random.default_rng(5)
    points = np.cumsum(rng.integers(-3000, 3000, (4000, 2)), axis=0) / 1e7
    road = toy_network([(0.0, 0.0), (0.1, 0.1)], [(0, 1, "both", points.tolist())])
    assert save_network(road, tmp_path / "n.npz").stat().st_size < points.nbytes / 2.5


@given(
    st.one_of(
        arrays(np.int64, st.integers(0, 30), elements=st.integers(-(2**63), 2**63 - 1)),
        arrays(np.int32, st.integers(0, 30)),
        arrays(np.float64, st.integers(0, 30)),
        arrays(np.float64, st.integers(0, 30), elements=st.integers(-(10**9), 10**9).map(degrees)),
        arrays(np.bool_, st.integers(0, 30)),
        arrays("<U5", st.integers(0, 30)),
    ),
    st.booleans(),
)
def test_what_is_packed_is_unpacked_to_the_bit(array: np.ndarray, steps: bool):
    again = unpack(pack(array, steps=steps), array.dtype.str)
    assert again.dtype == array.dtype
    assert again.tobytes() == array.tobytes()


def test_empty_network_survives(tmp_path: Path):
    empty = toy_network([], [])
    assert same(empty, load_network(save_network(empty, tmp_path / "n.npz")))


def test_same_network_gives_the_same_bytes(tmp_path: Path):
    first = save_network(NETWORK, tmp_path / "a").read_bytes()
    assert save_network(NETWORK, tmp_path / "b").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize(
    "change",
    [
        {"lon": NETWORK.lon + 1e-9},
        {"forward_ms": NETWORK.forward_ms + 1},
        {"class_names": ("a", "b", "d")},
        {"provenance": Provenance("another", "a licence")},
        {"u": NETWORK.v, "v": NETWORK.u},
    ],
)
def test_hash_tells_networks_apart(change):
    assert content_hash(replace(NETWORK, **change)) != content_hash(NETWORK)


def test_file_cut_short_or_changed_is_refused(tmp_path: Path):
    path = save_network(NETWORK, tmp_path / "n.npz")
    whole = path.read_bytes()
    for end in range(0, len(whole), 157):
        path.write_bytes(whole[:end])
        with pytest.raises(RoadError, match="damaged or is not a stored network"):
            load_network(path)
    for place in range(0, len(whole), 41):
        changed = bytearray(whole)
        changed[place] ^= 0x55
        path.write_bytes(bytes(changed))
        with suppress(RoadError):
            assert same(load_network(path), NETWORK)


def test_data_swapped_behind_the_hash_are_noticed(tmp_path: Path):
    path = save_network(NETWORK, tmp_path / "n.npz")
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["length_cm"] = pack(NETWORK.length_cm * 2)
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(RoadError, match="has changed since it was written"):
        load_network(path)
    arrays["head"] = np.frombuffer(b'{"format": "shelter_geo roads 1"}', dtype=np.uint8)
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(RoadError, match="written by another version"):
        load_network(path)


@pytest.mark.parametrize("content", [b"", b"lon,lat\n", b"PK\x03\x04", None])
def test_what_is_not_a_network_is_refused(tmp_path: Path, content: bytes | None):
    path = tmp_path / "n.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RoadError, match=r"n.npz (is damaged|does not exist)"):
        load_network(path)


def test_file_with_one_array_is_refused(tmp_path: Path):
    path = tmp_path / "n.npy"
    np.save(path, np.zeros(3))
    with pytest.raises(RoadError, match="is damaged or is not a stored network"):
        load_network(path)


def test_failed_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = save_network(NETWORK, tmp_path / "n.npz")
    old = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shelter_geo.roads.sources.store.os.fsync", full)
    with pytest.raises(OutputError, match=r"n.npz cannot be written: No space left on device"):
        save_network(toy_network([(0, 0)], []), path)
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["n.npz"]


def test_missing_folder_is_refused(tmp_path: Path):
    with pytest.raises(OutputError, match="No such file"):
        save_network(NETWORK, tmp_path / "absent" / "n.npz")


def test_keys_and_settings_must_be_plain():
    mixed = replace(NETWORK, node_id=np.array([1, "b", 2.5], dtype=object))
    with pytest.raises(RoadError, match="all text or all whole numbers"):
        content_hash(mixed)
    odd = replace(NETWORK, provenance=Provenance("a", "b", "", {"path": Path("x")}))
    with pytest.raises(RoadError, match="must be plain data"):
        content_hash(odd)
