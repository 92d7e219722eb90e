"""Work on Dask: real processes, some of which are killed, and schedulers that are not there."""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pytest
from helpers.cluster_work import count, die, die_once, eat, fail, hears_ctrl_c, lack, square

from shelter_geo import cluster
from shelter_geo.cluster import spreading
from shelter_geo.errors import ClusterError

distributed = pytest.importorskip("distributed")


def spread(
    work: Callable[..., Any], shared: object, items: list[int], **where: Any
) -> Iterator[tuple[int, Any]]:
    with spreading(**where) as out:
        yield from out(work, shared, items)


def test_without_workers_everything_is_done_here_in_order():
    assert list(spread(square, {"more": "1"}, [3, 1, 2])) == [(3, 10), (1, 2), (2, 5)]


def test_workers_give_the_same_results_beside_another_command():
    with socket.socket() as other:  # where Dask likes to listen
        with suppress(OSError):  # somebody is there already
            other.bind(("127.0.0.1", 8787))
            other.listen()
        done = dict(spread(square, {"more": "1"}, [3, 1, 2], workers=2))
    assert done == {3: 10, 1: 2, 2: 5}


def test_a_worker_that_is_killed_is_no_fault(tmp_path: Path):
    done = dict(spread(die_once, str(tmp_path), [1, 2, 3], workers=2))
    assert done == {1: -1, 2: -2, 3: -3}
    assert (tmp_path / "died").exists()


def test_work_that_kills_every_worker_ends_with_a_sentence(tmp_path: Path):
    with pytest.raises(ClusterError, match=r"workers were (ended|lost)"):
        list(spread(die, str(tmp_path), [1], workers=1))


def test_what_is_shared_goes_to_a_worker_once_and_large_arrays_are_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shared = {"seen": 0, "array": np.arange(cluster.MAPPED // 8)}
    done = [result for _, result in spread(count, shared, [1, 2, 3, 4], workers=1)]
    total = int(shared["array"].sum())
    assert done == [(1, True, total), (2, True, total), (3, True, total), (4, True, total)]
    assert list(tmp_path.glob("shelter-geo-*")) == []


def test_a_worker_without_memory_is_told():
    with pytest.raises(ClusterError, match="lacks memory"):
        list(spread(lack, "", [1], workers=1))


def test_a_worker_that_takes_too_much_memory_is_ended_and_told():
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            memory_limit="400MB",
            dashboard_address=None,
            silence_logs="CRITICAL",
        ) as local,
        pytest.raises(ClusterError, match="they may lack memory"),
    ):
        list(spread(eat, "", [1], scheduler=local.scheduler_address))


def test_a_fault_of_the_work_itself_comes_through():
    with pytest.raises(ValueError, match="number 1"):
        list(spread(fail, "", [1], workers=1))


def test_a_scheduler_is_used_and_its_end_is_told():
    local = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
    )
    with local:
        results = spread(square, {"more": "0"}, list(range(50)), scheduler=local.scheduler_address)
        first = next(results)
        assert first[1] == first[0] ** 2
    with pytest.raises(ClusterError, match="the scheduler went away"):
        list(results)


def test_no_scheduler_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    with pytest.raises(ClusterError, match="no scheduler answers at tcp"):
        list(spread(square, {}, [1], scheduler="tcp://127.0.0.1:9"))
    with pytest.raises(ClusterError, match="no scheduler answers at nonsense"):
        list(spread(square, {}, [1], scheduler="nonsense://x"))


def test_without_dask_its_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"shelter-geo\[cluster\]"):
        list(spread(square, {}, [1], workers=1))


@pytest.mark.skipif(sys.platform == "win32", reason="other systems have no such signals")
def test_what_begins_leaves_an_interruption_to_the_process_that_asked() -> None:
    """The signal that a terminal sends to all at once is blocked in its workers, and not here."""
    with cluster._client(distributed, 1, "") as client:
        assert list(client.run(hears_ctrl_c).values()) == [False]
    assert hears_ctrl_c()
